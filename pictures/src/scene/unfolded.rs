//! Surfaces in space whose unknowns are a map to the plane.

use super::geometry::Geometry;
use crate::render::{self, Camera, Color, Image, Object, RenderError, Settings, Up, Viewport};
use spadina::mesh::View;

/// Squares of the checkerboard along the longer side of the map.
const SQUARES: f32 = 24.0;

/// A surface in space with a map to the plane: of a problem whose mesh is in space and whose positions are in the plane.
#[derive(Clone, PartialEq, Debug)]
pub struct Unfolded<'a> {
    geometry: &'a Geometry,
}

impl<'a> Unfolded<'a> {
    /// The surface of a geometry; `None` if it has no triangles, or is no map from space to the plane.
    pub fn of(geometry: &'a Geometry) -> Option<Unfolded<'a>> {
        let maps = geometry.undeformed.0 == 3 && geometry.dimension == 2 && geometry.first.is_some();
        (maps && !geometry.triangles.is_empty()).then_some(Unfolded { geometry })
    }

    /// Calls `write` with the surface in space.
    pub fn view<T>(&self, write: impl FnOnce(&View<'_>) -> T) -> T {
        let (dimension, points) = &self.geometry.undeformed;
        let triangles = &self.geometry.triangles;
        write(&View { dimension: *dimension, points, triangles, ..View::default() })
    }

    /// Draws the surface in space, with the checkerboard of the plane on it.
    pub fn draw(&self, vector: &[f64]) -> Result<Image, RenderError> {
        let single = |p: &[f64]| [p[0] as f32, p[1] as f32, p[2] as f32];
        let points: Vec<[f32; 3]> = self.geometry.undeformed.1.chunks_exact(3).map(single).collect();
        let at: Vec<[f32; 2]> = self.geometry.points(vector).iter().map(|p| [p[0], p[1]]).collect();
        let side = |k: usize| {
            let ends = at.iter().fold((f32::MAX, f32::MIN), |(low, high), p| (low.min(p[k]), high.max(p[k])));
            ends.1 - ends.0
        };
        let size = side(0).max(side(1)) / SQUARES;
        let color = Color::Checkerboard { at: &at, size };
        let objects = [Object { color, ..Object::surface(&points, &self.geometry.triangles) }];
        let lowest = points.iter().map(|p| p[2]).fold(f32::INFINITY, f32::min);
        let settings = Settings { ground: Some(lowest), ..Settings::default() };
        let camera = Camera::fit(points.iter().copied(), Viewport::new(&objects, &settings).aspect(), Up::Z);
        render::render(&objects, &camera, &settings)
    }
}
