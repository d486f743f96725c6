//! Pictures of a geometry, with the obstacles around it.

use super::geometry::Geometry;
use super::obstacle::Obstacle;
use crate::render::{self, Camera, Color, ColorMap, Image, Object, RenderError, Settings, Up, Viewport};

/// The options of a picture of a geometry.
#[derive(Clone, Default, Debug)]
pub struct Picture {
    /// Text at the top.
    pub title: String,
    /// True if nodes are coloured, by [`Geometry::field`] unless `values` has others.
    pub colored: bool,
    /// The numbers at the nodes by which they are coloured, with their name.
    pub values: Option<(String, Vec<f64>)>,
    /// The obstacles around.
    pub obstacles: Vec<Obstacle>,
    /// The view; by default one that fits.
    pub camera: Option<Camera>,
}

impl Picture {
    /// The camera that sees a geometry at a global vector, its obstacles, and where it would fall on the ground.
    pub fn camera(&self, geometry: &Geometry, vector: &[f64], aspect: f32) -> Camera {
        let points = geometry.points(vector);
        let ground = self.ground(geometry, &points).map(|level| (level, Up::Z));
        let points = framed(points, self.obstacles.iter().map(Obstacle::object), ground);
        match geometry.dimension {
            2 => Camera::front(points, aspect),
            _ => Camera::fit(points, aspect, Up::Z),
        }
    }

    /// Draws a geometry at a global vector.
    pub fn draw(&self, geometry: &Geometry, vector: &[f64]) -> Result<Image, RenderError> {
        let (points, lines) = (geometry.points(vector), geometry.free_lines());
        let (label, values) = self.values.clone().unwrap_or_else(|| geometry.field(vector));
        let values: Vec<f32> = values.iter().map(|&v| v as f32).collect();
        let ends = |(low, high): (f32, f32), &v: &f32| (low.min(v), high.max(v));
        let range = values.iter().filter(|v| v.is_finite()).fold((f32::INFINITY, f32::NEG_INFINITY), ends);
        let colored = self.colored && range.1 > range.0;
        let scalars = Color::Scalars { values: &values, range, map: ColorMap::Sequential };
        let own = Object {
            points: &points,
            triangles: &geometry.triangles,
            lines: &lines,
            color: if colored { scalars } else { Color::default() },
            edges: true,
            point_size: if geometry.triangles.is_empty() { 7.0 } else { 0.0 },
            ..Object::default()
        };
        let others = self.obstacles.iter().map(Obstacle::object);
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

    /// The height of the ground: that of a horizontal plane, or else the lowest node or point of an obstacle; none in the plane.
    pub fn ground(&self, geometry: &Geometry, points: &[[f32; 3]]) -> Option<f32> {
        if geometry.dimension == 3 { floor(&self.obstacles, points) } else { None }
    }
}

/// The height of the ground under points and obstacles: that of a horizontal plane, or else what is lowest.
pub fn floor(obstacles: &[Obstacle], points: &[[f32; 3]]) -> Option<f32> {
    let around = obstacles.iter().flat_map(|obstacle| obstacle.object().points);
    let lowest = points.iter().chain(around).map(|p| p[2]).fold(f32::INFINITY, f32::min);
    obstacles.iter().find_map(Obstacle::ground).or(lowest.is_finite().then_some(lowest))
}

/// The distance beyond which a camera need not see anything, in extents of the points.
const NEAR: f32 = 4.0;

/// The points that a camera has to see: `points`, their shadows on the ground, and the objects around, as far as near.
pub fn framed<'a>(
    mut points: Vec<[f32; 3]>,
    around: impl IntoIterator<Item = Object<'a>>,
    ground: Option<(f32, Up)>,
) -> Vec<[f32; 3]> {
    let near = surroundings(&points);
    if let Some((level, up)) = ground {
        let below = |&point: &[f32; 3]| {
            let mut below = point;
            below[up.axis()] = level;
            below
        };
        points.extend(points.iter().map(below).filter(&near).collect::<Vec<_>>());
    }
    points.extend(around.into_iter().flat_map(|object| object.points).filter(|point| near(point)));
    points
}

/// Returns a function that is true for points near some points.
fn surroundings(points: &[[f32; 3]]) -> impl Fn(&[f32; 3]) -> bool + use<> {
    let finite = || points.iter().filter(|p| p.iter().all(|x| x.is_finite()));
    let (low, high) = finite().fold(([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]), |(low, high), p| {
        ([0, 1, 2].map(|k| low[k].min(p[k])), [0, 1, 2].map(|k| high[k].max(p[k])))
    });
    let extent = (0..3).map(|k| high[k] - low[k]).fold(0.0, f32::max);
    move |p| (0..3).all(|k| p[k] >= low[k] - NEAR * extent && p[k] <= high[k] + NEAR * extent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_floor_under_nodes_and_balls() {
        let points = [[0.0, 0.0, 0.5], [1.0, 0.0, 1.0]];
        assert_eq!(floor(&[], &points), Some(0.5));
        let ball = Obstacle::sphere(&[0.0, 0.0, -1.0], 0.5);
        assert!((floor(std::slice::from_ref(&ball), &points).unwrap() + 1.5).abs() < 1e-2);
        let plane = Obstacle::plane(&[0.0, 0.0, -3.0], &[0.0, 0.0, 2.0], &[0.0; 3], 1.0);
        assert_eq!(floor(&[ball, plane], &points), Some(-3.0));
        assert_eq!(floor(&[], &[]), None);
    }

    #[test]
    fn what_is_far_is_not_framed() {
        let body = vec![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 1.0]];
        let (near, far) = ([[3.0, 0.0, 0.0]], [[100.0, 0.0, 0.0]]);
        let objects = [&near[..], &far[..]].map(|points| Object { points, ..Object::default() });
        let seen = framed(body.clone(), objects, Some((-1.0, Up::Z)));
        assert_eq!((seen.len(), seen[6]), (7, near[0]));
        assert_eq!(framed(body, [], Some((-50.0, Up::Z))).len(), 3);
    }
}
