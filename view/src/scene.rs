//! The scene that an animation shows at one time.

use super::ViewError;
use spadina::Problem;
use spadina::gpu::{Device, wgpu};
use spadina::system::Precision;
use spadina_pictures::render::{Camera, Color, Object, Style, Up};
use spadina_pictures::scene::{Geometry, framed};

/// Surfaces of more triangles are drawn without their edges.
const MOST_EDGES: usize = 20_000;

/// The diameter of nodes, in pixels, where there is no surface.
const POINTS: f32 = 7.0;

/// The geometry of a problem with positions as unknowns, with the lines that are to be seen.
pub(super) fn geometry(problem: &Problem) -> Result<Geometry, ViewError> {
    let found = Geometry::of(problem).filter(|geometry| geometry.first.is_some());
    let none = || ViewError::Animation(NOTHING.into());
    let mut geometry = found.ok_or_else(none)?;
    geometry.lines = geometry.free_lines();
    Ok(geometry)
}

const NOTHING: &str = "no unknown has 2 or 3 components for each node: there is nothing to draw";

/// The positions of the nodes of a scene.
#[derive(Clone, Copy, Debug)]
pub enum Positions<'a> {
    /// On the host.
    Host(&'a [[f32; 3]]),
    /// In a storage buffer of the device that draws, as reals in single precision: drawn in place.
    Device {
        /// The buffer, with usages `STORAGE` and `COPY_SRC`.
        buffer: &'a wgpu::Buffer,
        /// Numbers of each node: 1, 2 or 3. Coordinates that are missing are zero.
        components: u32,
        /// The number in the buffer with which the nodes begin.
        first: u32,
        /// The number of nodes.
        nodes: usize,
        /// The positions added to the numbers, node by node; empty if the numbers are positions themselves.
        reference: &'a [[f32; 3]],
    },
}

impl Positions<'_> {
    /// The number of nodes.
    pub fn len(&self) -> usize {
        match self {
            Positions::Host(points) => points.len(),
            Positions::Device { nodes, .. } => *nodes,
        }
    }

    /// Returns true if there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Refuses nodes that do not lie in their buffer.
    pub(super) fn check(&self) -> Result<(), ViewError> {
        let &Positions::Device { buffer, components, first, nodes, .. } = self else { return Ok(()) };
        let end = (nodes as u64).saturating_mul(components.into()).saturating_add(first.into());
        let fits = end.saturating_mul(size_of::<f32>() as u64) <= buffer.size() && (1..=3).contains(&components);
        match fits {
            true => Ok(()),
            false => Err(ViewError::Positions { nodes, components, first, bytes: buffer.size() }),
        }
    }
}

/// The positions on the host; read back where they are on the device, which waits for it.
pub fn positions(device: &Device, positions: Positions<'_>) -> Result<Vec<[f32; 3]>, ViewError> {
    positions.check()?;
    let (buffer, components, first, nodes, reference) = match positions {
        Positions::Host(points) => return Ok(points.to_vec()),
        Positions::Device { buffer, components, first, nodes, reference } => {
            (buffer, components as usize, first as usize, nodes, reference)
        }
    };
    let read = device.read(Precision::F32, &[(buffer, first + nodes * components)])?.concat();
    let rows = read.get(first..).unwrap_or_default().chunks_exact(components);
    let place = |(node, row): (usize, &[f64])| -> [f32; 3] {
        let reference = reference.get(node).copied().unwrap_or_default();
        std::array::from_fn(|i| reference[i] + row.get(i).copied().unwrap_or(0.0) as f32)
    };
    Ok(rows.enumerate().map(place).collect())
}

/// A mesh and what is around it.
#[derive(Clone, Debug)]
pub struct Scene<'a> {
    /// The nodes.
    pub positions: Positions<'a>,
    /// Triangles, by their nodes. Either winding will do.
    pub triangles: &'a [[u32; 3]],
    /// Lines, by their nodes.
    pub lines: &'a [[u32; 2]],
    /// The colour of all, or numbers at the nodes.
    pub color: Color<'a>,
    /// True if the edges of the triangles are drawn.
    pub edges: bool,
    /// The shading of the surface.
    pub style: Style,
    /// The width of the lines in pixels; nothing if it is not above zero.
    pub line_width: f32,
    /// The diameter in pixels at which nodes are drawn as small balls; nothing if it is not above zero.
    pub point_size: f32,
    /// The other objects.
    pub obstacles: Vec<Object<'a>>,
    /// Any number that is another one when triangles, lines, references or the obstacles' are others: they are uploaded and
    /// prepared again only then.
    pub version: u64,
}

impl<'a> Scene<'a> {
    /// A smooth surface in the standard colour.
    pub fn surface(positions: Positions<'a>, triangles: &'a [[u32; 3]]) -> Scene<'a> {
        Scene { positions, triangles, ..Scene::default() }
    }

    /// The elements of a geometry, with its nodes at these positions.
    pub fn of(geometry: &'a Geometry, positions: Positions<'a>) -> Scene<'a> {
        let Geometry { triangles, lines, .. } = geometry;
        let point_size = if triangles.is_empty() { POINTS } else { 0.0 };
        Scene { positions, triangles, lines, edges: triangles.len() <= MOST_EDGES, point_size, ..Scene::default() }
    }

    /// A scene of objects of the software renderer.
    pub fn objects(objects: &[Object<'a>]) -> Scene<'a> {
        Scene { obstacles: objects.to_vec(), ..Scene::default() }
    }

    /// The points that a camera has to see, with the nodes at `points`: also the obstacles, and the shadow on a ground
    /// of this height.
    pub fn framed(&self, points: Vec<[f32; 3]>, up: Up, ground: Option<f32>) -> Vec<[f32; 3]> {
        framed(points, self.obstacles.iter().copied(), ground.map(|level| (level, up)))
    }

    /// The camera that sees them: slightly from above, but from the front if they lie in one upright plane.
    pub fn camera(&self, points: Vec<[f32; 3]>, aspect: f32, up: Up, ground: Option<f32>) -> Camera {
        let points = self.framed(points, up, ground);
        match up == Up::Y && points.iter().all(|point| point[2] == points[0][2]) {
            true => Camera::front(points, aspect),
            false => Camera::fit(points, aspect, up),
        }
    }

    /// All that is drawn: the mesh, then the obstacles.
    pub(super) fn items(&self) -> impl Iterator<Item = Item<'a>> {
        let mesh = Object {
            points: &[],
            triangles: self.triangles,
            lines: self.lines,
            color: self.color,
            edges: self.edges,
            style: self.style,
            line_width: self.line_width,
            point_size: self.point_size,
        };
        let mesh = Item { positions: self.positions, object: mesh };
        let obstacle = |object: Object<'a>| Item { positions: Positions::Host(object.points), object };
        std::iter::once(mesh).chain(self.obstacles.clone().into_iter().map(obstacle))
    }
}

impl Default for Scene<'_> {
    fn default() -> Self {
        let Object { color, edges, style, line_width, point_size, .. } = Object::default();
        Scene {
            positions: Positions::Host(&[]),
            triangles: &[],
            lines: &[],
            color,
            edges,
            style,
            line_width,
            point_size,
            obstacles: Vec::new(),
            version: 0,
        }
    }
}

/// One thing to draw: an object, whose points are elsewhere.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) positions: Positions<'a>,
    pub(super) object: Object<'a>,
}

/// The length of the diagonal of the box around some points.
pub(super) fn extent(points: &[[f32; 3]]) -> f32 {
    let side = |i: usize| {
        let range = points.iter().fold((f32::MAX, f32::MIN), |(low, high), p| (low.min(p[i]), high.max(p[i])));
        (range.1 - range.0).max(0.0)
    };
    side(0).hypot(side(1)).hypot(side(2))
}
