//! Pictures of meshes, drawn on the CPU: the same picture for the same input on any number of threads.
//!
//! A picture is made of [`Object`]s, seen by a [`Camera`]. Positions are `f32`. What cannot be drawn is left out:
//! triangles and lines with an index out of range or with a point that is not finite, and what is behind the camera.
//!
//! The parts stand apart, so that a viewer on the GPU can draw the same: [`Camera`] gives the matrix, [`shade`] and
//! [`edge_strength`] the light, [`ColorMap`] the colours.

mod camera;
mod color;
mod error;
mod font;
mod ground;
mod image;
mod legend;
mod normals;
mod object;
mod raster;
mod resolve;
mod scene;
mod settings;
mod shading;
mod vector;

pub use camera::{Basis, Camera, Up};
pub use color::{ColorMap, to_linear, to_srgb};
pub use error::{MAX_SIDE, RenderError};
pub use ground::{CELLS, Ground, Shadow};
pub use image::Image;
pub use legend::Viewport;
pub use legend::draw as draw_legend;
pub use normals::Around;
pub use object::{Color, Object, Style};
pub use settings::Settings;
pub use shading::{Lights, edge_strength, shade};

use spadina::executor::{self, Executor, Serial};
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Draws objects as a camera sees them, in the part of the picture that is their [`Viewport`]; a camera that fits its
/// aspect keeps them clear of title and scale. Fails if a side of the picture is zero or longer than [`MAX_SIDE`]. Takes a
/// thread for each core, as far as there are any to be had.
pub fn render(objects: &[Object<'_>], camera: &Camera, settings: &Settings) -> Result<Image, RenderError> {
    let executor = executor::threads(None).unwrap_or_else(|_| Arc::new(Serial));
    render_on(objects, camera, settings, &*executor)
}

/// Draws as [`render`] does, with the caller's threads.
pub fn render_on(
    objects: &[Object<'_>],
    camera: &Camera,
    settings: &Settings,
    executor: &dyn Executor,
) -> Result<Image, RenderError> {
    let &Settings { width, height, .. } = settings;
    if width == 0 || height == 0 {
        return Err(RenderError::Empty { width, height });
    }
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(RenderError::TooLarge { width, height });
    }
    let viewport = Viewport::new(objects, settings);
    let scene = scene::Scene::new(objects, camera, viewport);
    let ground = settings.ground.and_then(|level| ground::Ground::new(level, objects, camera, viewport));
    let mut image = resolve::draw(&scene, ground.as_ref(), settings, executor);
    legend::draw(&mut image, objects, settings);
    Ok(image)
}
