//! Pictures of meshes, drawn on the CPU: the same picture for the same input on any number of threads.
//!
//! A picture is made of [`Object`]s, seen by a [`Camera`]. Positions are `f32`. What cannot be drawn is left out:
//! triangles and lines with an index out of range or with a point that is not finite, and what is behind the camera.
//!
//! The parts stand apart, so that a viewer on the GPU can draw the same: [`Camera`] gives the matrix, [`shade`] and
//! [`edge_strength`] the light, [`ColorMap`] the colours.

mod camera;
mod color;
mod font;
mod ground;
mod image;
mod legend;
mod normals;
mod raster;
mod resolve;
mod scene;
mod shading;
mod vector;

pub use camera::{Basis, Camera, Up};
pub use color::{ColorMap, to_linear, to_srgb};
#[cfg(feature = "view")]
pub(crate) use ground::{CELLS, Ground};
pub use image::Image;
pub use legend::Viewport;
#[cfg(feature = "view")]
pub(crate) use legend::draw as draw_legend;
#[cfg(feature = "view")]
pub(crate) use normals::Around;
pub use shading::{Lights, edge_strength, shade};

#[cfg(test)]
mod tests;

/// Something to draw.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// The positions of the points.
    pub points: &'a [[f32; 3]],
    /// Triangles, by the indices of their points. Either winding will do, for both sides are lit.
    pub triangles: &'a [[u32; 3]],
    /// Lines, by the indices of their ends. They have the same width in pixels near and far.
    pub lines: &'a [[u32; 2]],
    /// The colour.
    pub color: Color<'a>,
    /// Whether the edges of the triangles are drawn.
    pub edges: bool,
    /// How the surface is lit.
    pub style: Style,
    /// The width of the lines in pixels; nothing if it is not above zero.
    pub line_width: f32,
    /// The diameter in pixels at which each point is drawn as a small ball; nothing if it is not above zero.
    pub point_size: f32,
}

impl<'a> Object<'a> {
    /// A smooth surface without edges, in the standard colour.
    pub fn surface(points: &'a [[f32; 3]], triangles: &'a [[u32; 3]]) -> Object<'a> {
        Object { points, triangles, ..Object::default() }
    }

    /// Lines in the standard colour.
    pub fn curves(points: &'a [[f32; 3]], lines: &'a [[u32; 2]]) -> Object<'a> {
        Object { points, lines, ..Object::default() }
    }
}

impl Default for Object<'_> {
    fn default() -> Self {
        Object {
            points: &[],
            triangles: &[],
            lines: &[],
            color: Color::default(),
            edges: false,
            style: Style::Smooth,
            line_width: 3.0,
            point_size: 0.0,
        }
    }
}

/// The colour of an object.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Color<'a> {
    /// One sRGB colour, entries from zero to one.
    Uniform([f32; 3]),
    /// Numbers at the points, shown through a colour map. Where there is no number, or NaN, the object is grey.
    Scalars {
        /// A number per point.
        values: &'a [f32],
        /// The numbers at the two ends of the colour map; what lies outside takes the colour of the end.
        range: (f32, f32),
        /// The colour map.
        map: ColorMap,
    },
}

impl Default for Color<'_> {
    /// A light blue.
    fn default() -> Self {
        Color::Uniform([0.42, 0.62, 0.83])
    }
}

/// How a surface is lit.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Style {
    /// Rounded, but sharp where faces meet at more than 40°.
    #[default]
    Smooth,
    /// Each triangle flat.
    Flat,
}

/// What a picture has besides its objects.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The sRGB colours of the background at the top and at the bottom.
    pub background: [[f32; 3]; 2],
    /// Samples per pixel along each side, from 1 to 8; other numbers count as the nearest of these.
    pub samples: u32,
    /// The height along the up axis of a ground with a grid and soft shadows, if there is to be one. It is only seen
    /// from above.
    pub ground: Option<f32>,
    /// A line of text at the top; none if empty. Characters other than printable ASCII show as boxes.
    pub title: String,
    /// Whether a scale is drawn for the first object with numbers.
    pub legend: bool,
    /// What the numbers of the scale are, written above it.
    pub legend_label: String,
}

impl Default for Settings {
    /// A light picture of 1200 by 800 pixels with 3 by 3 samples and a scale, without ground and title.
    fn default() -> Settings {
        Settings {
            width: 1200,
            height: 800,
            background: [[0.97, 0.98, 0.99], [0.80, 0.835, 0.875]],
            samples: 3,
            ground: None,
            title: String::new(),
            legend: true,
            legend_label: String::new(),
        }
    }
}

/// The longest side of a picture in pixels.
pub const MAX_SIDE: u32 = 16384;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The picture has no pixels.
    #[error("a picture of {width} by {height} pixels has none")]
    Empty {
        /// The width asked for.
        width: u32,
        /// The height asked for.
        height: u32,
    },
    /// The picture is too large.
    #[error("a picture of {width} by {height} pixels is too large: a side has at most {MAX_SIDE}")]
    TooLarge {
        /// The width asked for.
        width: u32,
        /// The height asked for.
        height: u32,
    },
    /// There are more pixels or fewer than width times height.
    #[error("an image of {width} by {height} pixels does not have {count}")]
    PixelCount {
        /// The width of the image.
        width: u32,
        /// The height of the image.
        height: u32,
        /// The number of its pixels.
        count: usize,
    },
    /// The image cannot be encoded.
    #[error("the image cannot be written as PNG: {0}")]
    Png(#[from] png::EncodingError),
}

/// Draws objects as a camera sees them, in the part of the picture that is their [`Viewport`]; a camera that fits its
/// aspect keeps them clear of title and scale. Fails if a side of the picture is zero or longer than [`MAX_SIDE`].
pub fn render(objects: &[Object<'_>], camera: &Camera, settings: &Settings) -> Result<Image, RenderError> {
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
    let mut image = resolve::draw(&scene, ground.as_ref(), settings);
    legend::draw(&mut image, objects, settings);
    Ok(image)
}
