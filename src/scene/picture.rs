//! Pictures of a geometry, with the obstacles around it.

use super::Geometry;
use crate::mesh::{Mesh, Shape};
use crate::render::{self, Camera, Color, ColorMap, Image, Object, RenderError, Settings, Up, Viewport};

/// The colour of obstacles.
const GREY: [f32; 3] = [0.62, 0.60, 0.58];

/// Something that stands in the picture.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Obstacle {
    points: Vec<[f32; 3]>,
    triangles: Vec<[u32; 3]>,
    /// The height of a horizontal plane, which is the ground of the picture.
    ground: Option<f32>,
}

impl Obstacle {
    /// A ball.
    pub fn sphere(center: &[f64], radius: f64) -> Obstacle {
        let Ok(mesh) = Mesh::generate(&Shape::Sphere { subdivisions: 4, radius }) else { return Obstacle::default() };
        let center = point(center);
        let moved = |p: &[f64]| [0, 1, 2].map(|k| p[k] as f32 + center[k]);
        Obstacle { points: mesh.points.chunks_exact(3).map(moved).collect(), triangles: mesh.triangles, ground: None }
    }

    /// A plane, of which a square around `middle` is drawn; a horizontal one is the ground.
    pub fn plane(through: &[f64], normal: &[f64], middle: &[f32; 3], size: f32) -> Obstacle {
        let (through, normal) = (point(through), point(normal));
        let length = normal.iter().map(|n| n * n).sum::<f32>().sqrt();
        let n = normal.map(|n| n / length.max(f32::MIN_POSITIVE));
        if n[2] > 0.999 {
            return Obstacle { ground: Some(through[2]), ..Obstacle::default() };
        }
        // Two directions in the plane.
        let axis = if n[0].abs() < 0.8 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
        let along: f32 = (0..3).map(|k| axis[k] * n[k]).sum();
        let u = [0, 1, 2].map(|k| axis[k] - along * n[k]);
        let over = size / u.iter().map(|u| u * u).sum::<f32>().sqrt();
        let u = u.map(|u| u * over);
        let v = [n[1] * u[2] - n[2] * u[1], n[2] * u[0] - n[0] * u[2], n[0] * u[1] - n[1] * u[0]];
        let off: f32 = (0..3).map(|k| (middle[k] - through[k]) * n[k]).sum();
        let corner = |(a, b): (f32, f32)| [0, 1, 2].map(|k| middle[k] - off * n[k] + a * u[k] + b * v[k]);
        let points = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(corner).to_vec();
        Obstacle { points, triangles: vec![[0, 1, 2], [0, 2, 3]], ground: None }
    }
}

/// How a geometry is drawn.
#[derive(Clone, Default, Debug)]
pub struct Picture {
    /// Text at the top.
    pub title: String,
    /// Whether nodes are coloured by [`Geometry::field`].
    pub colored: bool,
    /// What stands around.
    pub obstacles: Vec<Obstacle>,
    /// The view; by default one that fits.
    pub camera: Option<Camera>,
}

impl Picture {
    /// The camera that sees a geometry at a global vector, its obstacles, and where it would fall on the ground.
    pub fn camera(&self, geometry: &Geometry, vector: &[f64], aspect: f32) -> Camera {
        let mut points = geometry.points(vector);
        let ground = self.obstacles.iter().find_map(|o| o.ground);
        if let Some(level) = ground {
            points.extend(geometry.points(vector).iter().map(|p| [p[0], p[1], level]));
        }
        points.extend(self.obstacles.iter().flat_map(|o| &o.points));
        match geometry.dimension {
            2 => Camera::front(points, aspect),
            _ => Camera::fit(points, aspect, Up::Z),
        }
    }

    /// Draws a geometry at a global vector.
    pub fn draw(&self, geometry: &Geometry, vector: &[f64]) -> Result<Image, RenderError> {
        let points = geometry.points(vector);
        let (label, values) = geometry.field(vector);
        let values: Vec<f32> = values.iter().map(|&v| v as f32).collect();
        let ends = |(low, high): (f32, f32), &v: &f32| (low.min(v), high.max(v));
        let range = values.iter().filter(|v| v.is_finite()).fold((f32::INFINITY, f32::NEG_INFINITY), ends);
        let colored = self.colored && range.1 > range.0;
        let scalars = Color::Scalars { values: &values, range, map: ColorMap::Sequential };
        let own = Object {
            points: &points,
            triangles: &geometry.triangles,
            lines: &geometry.lines,
            color: if colored { scalars } else { Color::default() },
            edges: true,
            point_size: if geometry.triangles.is_empty() { 7.0 } else { 0.0 },
            ..Object::default()
        };
        let others = self.obstacles.iter().map(|obstacle| Object {
            color: Color::Uniform(GREY),
            ..Object::surface(&obstacle.points, &obstacle.triangles)
        });
        let objects: Vec<Object<'_>> = std::iter::once(own).chain(others).collect();
        let settings = Settings {
            title: self.title.clone(),
            legend: colored,
            legend_label: label,
            ground: self.ground(geometry, &points),
            ..Settings::default()
        };
        let fitted = || self.camera(geometry, vector, Viewport::new(&objects, &settings).aspect());
        render::render(&objects, &self.camera.unwrap_or_else(fitted), &settings)
    }

    /// The height of the ground: that of a horizontal plane; where nothing stands around, the lowest node.
    fn ground(&self, geometry: &Geometry, points: &[[f32; 3]]) -> Option<f32> {
        let lowest = points.iter().map(|p| p[2]).fold(f32::INFINITY, f32::min);
        let alone = geometry.dimension == 3 && self.obstacles.is_empty() && lowest.is_finite();
        self.obstacles.iter().find_map(|o| o.ground).or(alone.then_some(lowest))
    }
}

fn point(x: &[f64]) -> [f32; 3] {
    [0, 1, 2].map(|k| x.get(k).map_or(0.0, |&x| x as f32))
}
