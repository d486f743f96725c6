//! Balls and planes that stand around.

use super::geometry::Geometry;
use crate::render::{Color, Object};
use spadina::mesh::{Mesh, Shape};
use spadina::simulate;

/// The colour of obstacles.
const GREY: [f32; 3] = [0.62, 0.60, 0.58];

/// The breadth of a band, in terms of half its length.
const BAND: f32 = 0.06;

/// Something that stands in the picture.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Obstacle {
    points: Vec<[f32; 3]>,
    triangles: Vec<[u32; 3]>,
    /// The height of a horizontal plane, which is the ground of the picture.
    ground: Option<f32>,
}

impl Obstacle {
    /// Those of a simulation, around the nodes of a geometry at a global vector. Shapes without a picture are left out.
    pub fn of(obstacles: &[simulate::Obstacle], geometry: &Geometry, vector: &[f64]) -> Vec<Obstacle> {
        let points = geometry.points(vector);
        let sum = points.iter().fold([0.0; 3], |sum, p| [0, 1, 2].map(|k| sum[k] + p[k]));
        let middle = sum.map(|s| s / points.len().max(1) as f32);
        let far = |p: &[f32; 3]| (0..3).map(|k| (p[k] - middle[k]).powi(2)).sum::<f32>().sqrt();
        let size = points.iter().map(far).fold(0.0, f32::max);
        let shape = |obstacle: &simulate::Obstacle| match &obstacle.shape {
            simulate::Shape::Plane { point, normal } if geometry.dimension == 2 => {
                Some(Obstacle::band(point, normal, &middle, 1.5 * size))
            }
            simulate::Shape::Plane { point, normal } => Some(Obstacle::plane(point, normal, &middle, 1.5 * size)),
            simulate::Shape::Sphere { center, radius } => Some(Obstacle::sphere(center, *radius)),
            _ => None,
        };
        obstacles.iter().filter_map(shape).collect()
    }

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

    /// A plane across the plane of the picture: a band behind it, below `middle`.
    pub fn band(through: &[f64], normal: &[f64], middle: &[f32; 3], size: f32) -> Obstacle {
        let (through, normal) = (point(through), point(normal));
        let length = normal[0].hypot(normal[1]).max(f32::MIN_POSITIVE);
        let n = [normal[0] / length, normal[1] / length];
        let off = (middle[0] - through[0]) * n[0] + (middle[1] - through[1]) * n[1];
        let corner = |(along, back): (f32, f32)| {
            let by = [0, 1].map(|k| -(off + back * size) * n[k]);
            [middle[0] + by[0] - along * size * n[1], middle[1] + by[1] + along * size * n[0], 0.0]
        };
        let points = [(-1.0, 0.0), (1.0, 0.0), (1.0, BAND), (-1.0, BAND)].map(corner).to_vec();
        Obstacle { points, triangles: vec![[0, 1, 2], [0, 2, 3]], ground: None }
    }

    /// The object to draw.
    pub fn object(&self) -> Object<'_> {
        Object { color: Color::Uniform(GREY), ..Object::surface(&self.points, &self.triangles) }
    }

    /// The height of the ground that it is, if it is one.
    pub fn ground(&self) -> Option<f32> {
        self.ground
    }
}

fn point(x: &[f64]) -> [f32; 3] {
    [0, 1, 2].map(|k| x.get(k).map_or(0.0, |&x| x as f32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_across_the_picture_are_bands_behind_them() {
        let band = Obstacle::band(&[0.0, -1.0], &[0.0, 2.0], &[3.0, 1.0, 0.0], 2.0);
        let wanted = [[5.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, -1.12, 0.0], [5.0, -1.12, 0.0]];
        let near = |(a, b): (&[f32; 3], &[f32; 3])| (0..3).all(|k| (a[k] - b[k]).abs() < 1e-5);
        assert!(band.points.iter().zip(&wanted).all(near), "{:?}", band.points);
        assert_eq!((band.triangles.len(), band.ground()), (2, None));
    }
}
