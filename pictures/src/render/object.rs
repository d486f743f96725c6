//! Objects to draw.

use super::color::ColorMap;

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
    /// True if the edges of the triangles are drawn.
    pub edges: bool,
    /// The shading of the surface.
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
    /// The squares of a checkerboard in a plane to which the points are mapped. The renderer draws them, the viewer's painter
    /// one colour.
    Checkerboard {
        /// The place of each point in the plane.
        at: &'a [[f32; 2]],
        /// The side of a square.
        size: f32,
    },
}

impl Default for Color<'_> {
    /// A light blue.
    fn default() -> Self {
        Color::Uniform([0.42, 0.62, 0.83])
    }
}

/// The shading of a surface.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Style {
    /// Rounded, but sharp where faces meet at more than 40°.
    #[default]
    Smooth,
    /// Each triangle flat.
    Flat,
}
