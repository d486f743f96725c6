//! The title and the scale of the colours, beside the objects.

use super::color::{ColorMap, to_srgb};
use super::font::{stroke, width, write};
use super::image::Image;
use super::object::{Color, Object};
use super::settings::Settings;
use crate::plot::linear_ticks;

/// The part of a picture in which a camera shows its objects, in pixels. Title and scale are outside. The camera also
/// fills the rest of the picture with what lies there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Viewport {
    /// From the left side of the picture.
    pub left: f32,
    /// From the top of the picture.
    pub top: f32,
    /// The width.
    pub width: f32,
    /// The height.
    pub height: f32,
}

impl Viewport {
    /// The viewport of a picture of these objects.
    pub fn new(objects: &[Object<'_>], settings: &Settings) -> Viewport {
        let (across, down) = (settings.width.max(1) as f32, settings.height.max(1) as f32);
        let size = text_size(across, down);
        let right = if scale(objects, settings).is_some() { 10.0 * size } else { 0.0 };
        let top = if settings.title.is_empty() { 0.0 } else { (3.0 * size).min(0.5 * down) };
        Viewport { left: 0.0, top, width: across - right, height: down - top }
    }

    /// Width over height: what [`Camera::fit`](super::Camera::fit) asks for.
    pub fn aspect(&self) -> f32 {
        self.width / self.height
    }
}

/// The height of capitals. Text grows with the picture, but stays readable in small ones.
fn text_size(across: f32, down: f32) -> f32 {
    (down.min(across) * 0.0165).max(7.0)
}

/// The numbers to make a scale for, if there is to be one. In a picture too small for it, it would hide all else.
fn scale(objects: &[Object<'_>], settings: &Settings) -> Option<((f32, f32), ColorMap)> {
    let (across, down) = (settings.width as f32, settings.height as f32);
    let room = 20.0 * text_size(across, down);
    if !settings.legend || across < room || down < room {
        return None;
    }
    objects.iter().find_map(|o| match o.color {
        Color::Scalars { range, map, .. } => Some((range, map)),
        Color::Uniform(_) | Color::Checkerboard { .. } => None,
    })
}

/// The place of the scale, in pixels.
struct Bar {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
}

/// Writes title and scale, if there are to be any.
pub fn draw(image: &mut Image, objects: &[Object<'_>], settings: &Settings) {
    let (across, down) = (image.width as f32, image.height as f32);
    let size = text_size(across, down);
    let ink = ink(settings.background);
    if !settings.title.is_empty() {
        write(image, &settings.title, (2.6 * size, 3.8 * size), 1.3 * size, ink);
    }
    let Some((range, map)) = scale(objects, settings) else { return };
    let bar = Bar { left: across - 8.5 * size, top: 0.29 * down, width: 1.5 * size, height: 0.42 * down };
    paint(image, &bar, map, ink);
    write_ticks(image, &bar, range, size, ink);
    let label = &settings.legend_label;
    let left = bar.left.min(across - 1.5 * size - width(label, size)).max(size);
    write(image, label, (left, bar.top - 1.5 * size), size, ink);
}

/// Dark text on a light background, light text on a dark one.
fn ink(background: [[f32; 3]; 2]) -> [f32; 3] {
    let [r, g, b] = background[0];
    if 0.3 * r + 0.6 * g + 0.1 * b > 0.45 { [0.13, 0.15, 0.19] } else { [0.92, 0.93, 0.95] }
}

fn paint(image: &mut Image, bar: &Bar, map: ColorMap, ink: [f32; 3]) {
    let (left, top) = (bar.left.round(), bar.top.round());
    let rows = bar.height.round();
    for y in 0..rows as i32 {
        let t = 1.0 - (y as f32 + 0.5) / rows;
        let Some(color) = map.at(t).map(to_srgb) else { continue };
        for x in 0..bar.width.round() as i32 {
            image.blend(left as i32 + x, top as i32 + y, color, 1.0);
        }
    }
    let (right, bottom) = (left + bar.width.round(), top + rows);
    let corners = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
    let lines: Vec<_> = corners.windows(2).map(|w| [w[0], w[1]]).collect();
    stroke(image, &lines, 1.2, ink);
}

fn write_ticks(image: &mut Image, bar: &Bar, range: (f32, f32), size: f32, ink: [f32; 3]) {
    let (low, high) = (f64::from(range.0), f64::from(range.1));
    let right = bar.left + bar.width;
    let mut tick = |at: f32, label: &str| {
        let y = (bar.top + bar.height * (1.0 - at)).round();
        stroke(image, &[[[right, y], [right + 0.5 * size, y]]], 1.2, ink);
        write(image, label, (right + 1.1 * size, y + 0.5 * size), size, ink);
    };
    if low == high {
        if let Some(only) = linear_ticks(low, high, 1).first() {
            tick(0.5, &only.label);
        }
        return;
    }
    for mark in linear_ticks(low.min(high), low.max(high), 5) {
        tick(((mark.value - low) / (high - low)) as f32, &mark.label);
    }
}
