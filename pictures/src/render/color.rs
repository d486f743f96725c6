//! Colours: sRGB and linear, and maps from numbers to colours that are even to the eye.

use super::vector::{Vector, mix};

/// A colour map whose steps look even.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ColorMap {
    /// From dark blue over teal to yellow, evenly lighter.
    #[default]
    Sequential,
    /// From blue over light grey to red, evenly darker to both sides: for values around zero.
    Diverging,
}

// Lightness, chroma and hue in degrees, at even steps. The colours lie in sRGB with a little to spare.
pub(super) const SEQUENTIAL: [[f32; 3]; 6] = [
    [0.27, 0.100, 275.0],
    [0.41, 0.110, 254.0],
    [0.54, 0.095, 222.0],
    [0.67, 0.105, 178.0],
    [0.80, 0.150, 140.0],
    [0.93, 0.165, 107.0],
];
pub(super) const DIVERGING: [[f32; 3]; 5] =
    [[0.40, 0.135, 258.0], [0.665, 0.098, 250.0], [0.93, 0.008, 240.0], [0.665, 0.125, 42.0], [0.40, 0.140, 27.0]];

impl ColorMap {
    /// The linear RGB colour at `t`, from zero to one; what lies outside takes the colour of the end. NaN has none.
    pub fn at(self, t: f32) -> Option<[f32; 3]> {
        if t.is_nan() {
            return None;
        }
        let points: &[[f32; 3]] = match self {
            ColorMap::Sequential => &SEQUENTIAL,
            ColorMap::Diverging => &DIVERGING,
        };
        let spans = points.len() - 1;
        let at = t.clamp(0.0, 1.0) * spans as f32;
        let first = (at as usize).min(spans - 1);
        let lab = mix(from_polar(points[first]), from_polar(points[first + 1]), at - first as f32);
        Some(from_oklab(lab).map(|c| c.clamp(0.0, 1.0)))
    }
}

pub(super) fn from_polar([lightness, chroma, hue]: Vector) -> Vector {
    let (sin, cos) = hue.to_radians().sin_cos();
    [lightness, chroma * cos, chroma * sin]
}

/// From Oklab, a space in which distances are about what the eye sees, to linear RGB.
pub(super) fn from_oklab([l, a, b]: Vector) -> Vector {
    let cone = [
        l + 0.396_337_78 * a + 0.215_803_76 * b,
        l - 0.105_561_346 * a - 0.063_854_17 * b,
        l - 0.089_484_18 * a - 1.291_485_5 * b,
    ]
    .map(|c| c * c * c);
    [
        4.076_741_7 * cone[0] - 3.307_711_6 * cone[1] + 0.230_969_94 * cone[2],
        -1.268_438 * cone[0] + 2.609_757_4 * cone[1] - 0.341_319_38 * cone[2],
        -0.004_196_086_3 * cone[0] - 0.703_418_6 * cone[1] + 1.707_614_7 * cone[2],
    ]
}

/// From sRGB to linear RGB, entry by entry; what lies outside zero to one, or is NaN, is brought inside.
pub fn to_linear(color: [f32; 3]) -> [f32; 3] {
    color.map(|c| {
        let c = inside(c);
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    })
}

/// From linear RGB to sRGB, entry by entry; what lies outside zero to one, or is NaN, is brought inside.
pub fn to_srgb(color: [f32; 3]) -> [f32; 3] {
    color.map(|c| {
        let c = inside(c);
        if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 }
    })
}

fn inside(c: f32) -> f32 {
    if c.is_nan() { 0.0 } else { c.clamp(0.0, 1.0) }
}

/// From linear RGB to opaque sRGB bytes.
pub(super) fn to_bytes(color: Vector) -> [u8; 4] {
    let [r, g, b] = to_srgb(color).map(|c| (c * 255.0 + 0.5) as u8);
    [r, g, b, 255]
}
