//! From objects to primitives in the picture, and the light that each of them sends.

use super::camera::{Basis, Camera, transform};
use super::color::to_linear;
use super::error::MAX_SIDE;
use super::legend::Viewport;
use super::normals::{corner_normals, corners, face_normals};
use super::object::{Color, Object, Style};
use super::raster::{Plane, Primitive, Ribbon, Triangle};
use super::shading::{Lights, darken, edge_strength, shade, toward_eye};
use super::vector::{Vector, add, along, finite, mix, scale, sub, unit};

/// The colours of the squares of a checkerboard.
const SQUARES: [Vector; 2] = [[0.72, 0.74, 0.76], [0.10, 0.22, 0.40]];
/// The colour where there is no number to show.
const NO_VALUE: Vector = [0.45, 0.45, 0.45];

pub(super) struct Scene<'a> {
    pub(super) primitives: Vec<Primitive>,
    objects: Vec<Prepared<'a>>,
    lights: Lights,
    basis: Basis,
    eye: Vector,
}

/// An object with what is found once.
struct Prepared<'a> {
    object: Object<'a>,
    /// The linear colour, if there is one for all.
    uniform: Option<Vector>,
    faces: Vec<Vector>,
    /// The normals at the corners, if the style is smooth.
    normals: Vec<[Vector; 3]>,
}

/// A place in clip coordinates on a triangle or a line, with its weights there.
#[derive(Clone, Copy)]
struct ClipPoint<const N: usize> {
    clip: [f32; 4],
    weights: [f32; N],
}

impl<'a> Scene<'a> {
    pub(super) fn new(objects: &[Object<'a>], camera: &Camera, viewport: Viewport) -> Scene<'a> {
        let mut scene = Scene {
            primitives: Vec::new(),
            objects: objects.iter().map(Prepared::new).collect(),
            lights: Lights::new(camera),
            basis: camera.basis(),
            eye: camera.eye(),
        };
        let matrix = camera.view_projection(viewport.aspect());
        for (index, object) in objects.iter().enumerate() {
            let project = |&point: &Vector| {
                let clip = transform(&matrix, point);
                clip.iter().all(|c| c.is_finite()).then_some(clip)
            };
            let clip: Vec<Option<[f32; 4]>> = object.points.iter().map(project).collect();
            let at = |i: u32| clip.get(i as usize).copied().flatten();
            let view = View { viewport, object: index as u32 };
            for (i, triangle) in object.triangles.iter().enumerate() {
                if let [Some(a), Some(b), Some(c)] = triangle.map(at) {
                    view.triangle([a, b, c], i as u32, &mut scene.primitives);
                }
            }
            for &line in if object.line_width > 0.0 { object.lines } else { &[] } {
                if let [Some(a), Some(b)] = line.map(at) {
                    scene.primitives.extend(view.line([a, b], line, object.line_width));
                }
            }
            let count = if object.point_size > 0.0 { object.points.len() as u32 } else { 0 };
            for i in 0..count {
                if let Some(a) = at(i) {
                    scene.primitives.extend(view.line([a, a], [i, i], object.point_size));
                }
            }
        }
        scene
    }

    /// The linear light that a primitive sends from a position in pixels, where it is seen.
    pub(super) fn light(&self, primitive: &Primitive, x: f64, y: f64) -> Vector {
        match primitive {
            Primitive::Triangle(triangle) => self.light_triangle(triangle, x, y),
            Primitive::Ribbon(ribbon) => self.light_ribbon(ribbon, x, y),
        }
    }

    fn light_triangle(&self, triangle: &Triangle, x: f64, y: f64) -> Vector {
        let prepared = &self.objects[triangle.object as usize];
        let index = triangle.index as usize;
        let indices = prepared.object.triangles[index];
        let Some(points) = corners(prepared.object.points, indices) else { return NO_VALUE };
        let weights = triangle.weights.map(|plane| plane.at(x, y).max(0.0) as f32);
        let depth = weights.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        let blend = |v: [Vector; 3]| {
            scale(add(add(scale(v[0], weights[0]), scale(v[1], weights[1])), scale(v[2], weights[2])), 1.0 / depth)
        };
        let view = unit(sub(self.eye, blend(points)));
        let face = prepared.faces[index];
        let normal = prepared.normals.get(index).map_or(face, |&n| unit(blend(n)));
        let normal = toward_eye(normal, face, view);
        let color = prepared.color(&indices, &weights.map(|w| w / depth));
        let light = shade(color, normal, view, &self.lights);
        if !prepared.object.edges {
            return light;
        }
        let slopes = triangle.weights.map(|p| 1.0 / (p.a.hypot(p.b) as f32).max(f32::MIN_POSITIVE));
        let height = depth * slopes.iter().copied().fold(f32::INFINITY, f32::min);
        let distances = [0, 1, 2].map(|i| weights[i] * slopes[i]);
        let distance = distances.iter().copied().fold(f32::INFINITY, f32::min);
        darken(light, edge_strength(distance, height))
    }

    /// Lines look like round bars, and points like balls.
    fn light_ribbon(&self, ribbon: &Ribbon, x: f64, y: f64) -> Vector {
        let prepared = &self.objects[ribbon.object as usize];
        let (along_it, across) = ribbon.place([x as f32, y as f32]);
        let [p, q] = ribbon.depth;
        // What is halfway in the picture is nearer to the far end.
        let t = along_it * q / ((1.0 - along_it) * p + along_it * q).max(f32::MIN_POSITIVE);
        let t = ribbon.span[0] + (ribbon.span[1] - ribbon.span[0]) * t;
        let basis = &self.basis;
        let [u, v] = ribbon.tilt(across);
        let out = (1.0 - u * u - v * v).max(0.0).sqrt();
        let normal = unit(along(add(scale(basis.right, u), scale(basis.up, -v)), basis.toward, out));
        let color = prepared.color(&ribbon.points, &[1.0 - t, t]);
        shade(color, normal, basis.toward, &self.lights)
    }
}

impl<'a> Prepared<'a> {
    fn new(object: &Object<'a>) -> Prepared<'a> {
        let uniform = match object.color {
            Color::Uniform(color) => Some(to_linear(color)),
            Color::Scalars { .. } | Color::Checkerboard { .. } => None,
        };
        let faces = face_normals(object.points, object.triangles);
        let normals = match object.style {
            Style::Smooth => corner_normals(object.points, object.triangles, &faces),
            Style::Flat => Vec::new(),
        };
        Prepared { object: *object, uniform, faces, normals }
    }

    /// The linear colour between some points.
    fn color(&self, points: &[u32], weights: &[f32]) -> Vector {
        match self.object.color {
            Color::Uniform(_) => self.uniform.unwrap_or(NO_VALUE),
            Color::Scalars { values, range: (low, high), map } => {
                let part = |(&i, w): (&u32, &f32)| values.get(i as usize).map_or(f32::NAN, |v| (v - low) * w);
                let above: f32 = points.iter().zip(weights).map(part).sum();
                let t = if high == low { 0.5 + above } else { above / (high - low) };
                map.at(t).unwrap_or(NO_VALUE)
            }
            Color::Checkerboard { at, size } => {
                let part = |k: usize| {
                    let own = |(&i, w): (&u32, &f32)| at.get(i as usize).map_or(f32::NAN, |p| p[k] * w);
                    (points.iter().zip(weights).map(own).sum::<f32>() / size).floor()
                };
                let number = part(0) + part(1);
                if number.is_finite() { SQUARES[usize::from(number.rem_euclid(2.0) >= 1.0)] } else { NO_VALUE }
            }
        }
    }
}

/// From clip coordinates to pixels, for one object.
struct View {
    viewport: Viewport,
    object: u32,
}

impl View {
    /// The position in pixels and the depth, for what is not before the near plane; none if it is too far out.
    fn pixel(&self, clip: [f32; 4]) -> Option<([f32; 2], f32)> {
        let [x, y, z, w] = clip;
        let Viewport { left, top, width, height } = self.viewport;
        let at = [left + (0.5 + 0.5 * x / w) * width, top + (0.5 - 0.5 * y / w) * height];
        (at[0].is_finite() && at[1].is_finite()).then_some((at, z / w))
    }

    fn triangle(&self, clip: [[f32; 4]; 3], index: u32, out: &mut Vec<Primitive>) {
        if outside(&clip) {
            return;
        }
        let (cut, count) = cut_triangle(clip);
        for i in 2..count {
            let places = [cut[0], cut[i - 1], cut[i]];
            let [Some(a), Some(b), Some(c)] = places.map(|p| self.pixel(p.clip)) else { continue };
            let at = [a.0, b.0, c.0];
            let depth = [a.1, b.1, c.1];
            let plane =
                |k: usize| Plane::through(at, [0, 1, 2].map(|v| f64::from(places[v].weights[k]) * f64::from(depth[v])));
            if let [Some(a), Some(b), Some(c)] = [plane(0), plane(1), plane(2)] {
                let triangle = Triangle { at, weights: [a, b, c], object: self.object, index };
                out.push(Primitive::Triangle(triangle));
            }
        }
    }

    fn line(&self, clip: [[f32; 4]; 2], points: [u32; 2], width: f32) -> Option<Primitive> {
        let [a, b] = clip;
        let (fa, fb) = (before(a), before(b));
        let cut = |from: [f32; 4], to: [f32; 4], t: f32| std::array::from_fn(|i| from[i] + (to[i] - from[i]) * t);
        let (ends, span) = match (fa >= 0.0, fb >= 0.0) {
            (true, true) => ([a, b], [0.0, 1.0]),
            (true, false) => ([a, cut(a, b, fa / (fa - fb))], [0.0, fa / (fa - fb)]),
            (false, true) => ([cut(a, b, fa / (fa - fb)), b], [fa / (fa - fb), 1.0]),
            (false, false) => return None,
        };
        let [(p, dp), (q, dq)] = [self.pixel(ends[0])?, self.pixel(ends[1])?];
        let radius = (0.5 * width).min(MAX_SIDE as f32);
        let ribbon = Ribbon { at: [p, q], depth: [dp, dq], span, radius, object: self.object, points };
        Some(Primitive::Ribbon(ribbon))
    }
}

/// The distance of something behind the near plane.
fn before(clip: [f32; 4]) -> f32 {
    clip[3] - clip[2]
}

/// Returns true if all is beyond one of the sides of the viewport that are sides of the picture.
fn outside(clip: &[[f32; 4]]) -> bool {
    let all = |beyond: fn(&[f32; 4]) -> bool| clip.iter().all(beyond);
    all(|c| c[0] < -c[3]) || all(|c| c[1] < -c[3])
}

/// The part of a triangle behind the near plane: a polygon of up to four corners, and their number.
fn cut_triangle(clip: [[f32; 4]; 3]) -> ([ClipPoint<3>; 4], usize) {
    let unit = |i: usize| std::array::from_fn(|k| if k == i { 1.0 } else { 0.0 });
    let corners = [0, 1, 2].map(|i| ClipPoint { clip: clip[i], weights: unit(i) });
    let (mut kept, mut count) = ([corners[0]; 4], 0);
    for i in 0..3 {
        let (from, to) = (corners[i], corners[(i + 1) % 3]);
        let (f, g) = (before(from.clip), before(to.clip));
        if f >= 0.0 {
            kept[count] = from;
            count += 1;
        }
        if (f >= 0.0) != (g >= 0.0) {
            let t = f / (f - g);
            kept[count] = ClipPoint {
                clip: std::array::from_fn(|k| from.clip[k] + (to.clip[k] - from.clip[k]) * t),
                weights: mix(from.weights, to.weights, t),
            };
            count += 1;
        }
    }
    (kept, count)
}

/// The box around all finite points, as its lowest and highest corner; none if there are no points.
pub(super) fn bounds(objects: &[Object<'_>]) -> Option<(Vector, Vector)> {
    let mut points = objects.iter().flat_map(|o| o.points).copied().filter(|&p| finite(p));
    let first = points.next()?;
    Some(points.fold((first, first), |(low, high), p| {
        (std::array::from_fn(|i| low[i].min(p[i])), std::array::from_fn(|i| high[i].max(p[i])))
    }))
}
