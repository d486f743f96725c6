//! A ground with a grid, on which objects cast a soft shadow straight down.

use super::camera::{Basis, Camera};
use super::legend::Viewport;
use super::object::Object;
use super::scene::bounds;
use super::vector::{Vector, along, mix, scale, smooth_step};

/// The distance between lines of the grid, in parts of the size of the scene, before it is rounded.
const SPACING: f32 = 0.25;
/// The darkness of the shadow in its middle.
const SHADOW: f32 = 0.50;
/// The darkness of the lines.
const LINES: f32 = 0.16;

/// A ground with a grid and the shadow of objects, as a camera sees it.
#[derive(Debug)]
pub struct Ground {
    /// Its height.
    pub level: f32,
    /// The index of the axis upwards, and of the two others.
    pub axis: usize,
    flat: [usize; 2],
    eye: Vector,
    basis: Basis,
    near: f32,
    /// The change of the direction of sight from a pixel to the next, to the right or down.
    pub step: f32,
    /// The middle of the view in pixels.
    pub centre: [f32; 2],
    /// The point below the middle of the objects, by the two axes that are not upwards.
    pub middle: [f32; 2],
    /// Half the diagonal of the box around the objects.
    pub radius: f32,
    /// The distance between lines of the grid.
    pub spacing: f32,
    /// The shadow of the objects.
    pub shadow: Shadow,
}

impl Ground {
    /// None if it cannot be seen or there is nothing on it.
    pub fn new(level: f32, objects: &[Object<'_>], camera: &Camera, viewport: Viewport) -> Option<Ground> {
        let (low, high) = bounds(objects)?;
        let axis = camera.up.axis();
        let flat = if axis == 1 { [0, 2] } else { [0, 1] };
        let eye = camera.eye();
        let middle = flat.map(|i| 0.5 * low[i] + 0.5 * high[i]);
        let half = [0, 1, 2].map(|i| 0.5 * high[i] - 0.5 * low[i]);
        let radius = half[0].hypot(half[1]).hypot(half[2]);
        if eye[axis] <= level || !(radius.is_normal() && level.is_finite()) {
            return None;
        }
        let spacing = round_step(SPACING * radius);
        let shadow = Shadow::new(objects, flat, middle, 1.7 * radius, (axis, level));
        let centre = [viewport.left + 0.5 * viewport.width, viewport.top + 0.5 * viewport.height];
        let step = 2.0 * camera.tangent() / viewport.height;
        let basis = camera.basis();
        Some(Ground {
            level,
            axis,
            flat,
            eye,
            basis,
            near: camera.near(),
            step,
            centre,
            middle,
            radius,
            spacing,
            shadow,
        })
    }

    /// The light from a place in the picture, where something else sends `light` from a depth.
    pub(super) fn over(&self, light: Vector, background: Vector, depth: f32, x: f32, y: f32) -> Vector {
        let right = scale(self.basis.right, self.step);
        let down = scale(self.basis.up, -self.step);
        let sight = along(along(scale(self.basis.toward, -1.0), right, x - self.centre[0]), down, y - self.centre[1]);
        let away = (self.level - self.eye[self.axis]) / sight[self.axis];
        if !(away > self.near && self.near / away > depth) {
            return light;
        }
        let hit = along(self.eye, sight, away);
        // How far the hit moves with a pixel to the right, and one down.
        let moved = |d: Vector| scale(along(d, sight, -d[self.axis] / sight[self.axis]), away);
        let (to_right, to_down) = (moved(right), moved(down));
        let at = self.flat.map(|i| hit[i]);
        let out = (at[0] - self.middle[0]).hypot(at[1] - self.middle[1]) / self.radius;
        let solid = 1.0 - smooth_step(1.2, 3.4, out);
        if solid <= 0.0 {
            return light;
        }
        let mut line = 0.0f32;
        for (i, place) in self.flat.into_iter().zip(at) {
            let pixel = to_right[i].hypot(to_down[i]).max(f32::MIN_POSITIVE);
            let off = (place / self.spacing - (place / self.spacing).round()).abs() * self.spacing;
            line = line.max((1.1 - off / pixel).clamp(0.0, 1.0) * smooth_step(3.0, 12.0, self.spacing / pixel));
        }
        let bright = mix(background, [1.0; 3], 0.22);
        let dark = (1.0 - LINES * line) * (1.0 - SHADOW * self.shadow.at(at));
        mix(light, scale(bright, dark), solid)
    }
}

/// The nearest of 1, 2, 5, 10, … below.
fn round_step(size: f32) -> f32 {
    let power = 10f32.powf(size.log10().floor());
    let step = [5.0, 2.0, 1.0].into_iter().find(|s| s * power <= size).unwrap_or(1.0) * power;
    if step.is_normal() { step } else { size }
}

/// Cells of the shadow along each side.
pub const CELLS: usize = 224;

/// The hidden part of the sky, on a square of the ground.
#[derive(Debug)]
pub struct Shadow {
    /// The corner of the square with the lowest coordinates.
    pub corner: [f32; 2],
    /// The edge length of a cell.
    pub cell: f32,
    /// Cell by cell, row by row: the part of the sky that is hidden, from 0 to 1.
    pub dark: Vec<f32>,
}

impl Shadow {
    fn new(objects: &[Object<'_>], flat: [usize; 2], middle: [f32; 2], half: f32, ground: (usize, f32)) -> Shadow {
        let cell = 2.0 * half / CELLS as f32;
        let corner = middle.map(|m| m - half);
        let mut shadow = Shadow { corner, cell, dark: vec![0.0; CELLS * CELLS] };
        let (axis, level) = ground;
        for object in objects {
            let place = |i: u32| {
                let p = object.points.get(i as usize).filter(|p| super::vector::finite(**p))?;
                // What is high above the ground hides less of the sky.
                let height = (p[axis] - level).max(0.0) / half;
                Some(([(p[flat[0]] - corner[0]) / cell, (p[flat[1]] - corner[1]) / cell], 1.0 / (1.0 + 2.0 * height)))
            };
            for triangle in object.triangles {
                if let [Some(a), Some(b), Some(c)] = triangle.map(place) {
                    shadow.triangle([a.0, b.0, c.0], (a.1 + b.1 + c.1) / 3.0);
                }
            }
            for line in object.lines {
                if let [Some(a), Some(b)] = line.map(place) {
                    shadow.line([a.0, b.0], 0.5 * (a.1 + b.1));
                }
            }
        }
        for _ in 0..3 {
            shadow.blur(4);
        }
        shadow
    }

    fn darken(&mut self, x: usize, y: usize, by: f32) {
        if x < CELLS && y < CELLS {
            let cell = &mut self.dark[y * CELLS + x];
            *cell = cell.max(by);
        }
    }

    fn triangle(&mut self, at: [[f32; 2]; 3], by: f32) {
        let range = |i: usize| {
            let values = at.map(|p| p[i]);
            let low = values.iter().copied().fold(f32::INFINITY, f32::min);
            let high = values.iter().copied().fold(0.0, f32::max);
            (low - 0.5).ceil().max(0.0) as usize..((high + 0.5).floor() as usize).min(CELLS)
        };
        let side =
            |a: [f32; 2], b: [f32; 2], p: [f32; 2]| (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]);
        for y in range(1) {
            for x in range(0) {
                let p = [x as f32 + 0.5, y as f32 + 0.5];
                let sides = [side(at[0], at[1], p), side(at[1], at[2], p), side(at[2], at[0], p)];
                if sides.iter().all(|&s| s >= 0.0) || sides.iter().all(|&s| s <= 0.0) {
                    self.darken(x, y, by);
                }
            }
        }
    }

    fn line(&mut self, [a, b]: [[f32; 2]; 2], by: f32) {
        let steps = (2.0 * (b[0] - a[0]).abs().max((b[1] - a[1]).abs())).ceil().min(4.0 * CELLS as f32).max(1.0);
        for i in 0..=steps as usize {
            let t = i as f32 / steps;
            let [x, y] = [0, 1].map(|k| (a[k] + (b[k] - a[k]) * t).clamp(0.0, 2.0 * CELLS as f32) as usize);
            // As wide as the blur needs to leave something.
            for (i, j) in (0..9).map(|k| (k % 3, k / 3)) {
                self.darken((x + i).wrapping_sub(1), (y + j).wrapping_sub(1), by);
            }
        }
    }

    /// Averages over cells up to some away, along both sides.
    fn blur(&mut self, reach: usize) {
        for (stride, next) in [(1, CELLS), (CELLS, 1)] {
            let before = self.dark.clone();
            for row in 0..CELLS {
                let cell = |i: usize| row * next + i * stride;
                let mut sum: f32 = (0..reach).map(|i| before[cell(i)]).sum();
                for i in 0..CELLS {
                    if i + reach < CELLS {
                        sum += before[cell(i + reach)];
                    }
                    if i > reach {
                        sum -= before[cell(i - reach - 1)];
                    }
                    self.dark[cell(i)] = (sum / (2 * reach + 1) as f32).max(0.0);
                }
            }
        }
    }

    /// The shadow between the middles of cells; none outside.
    fn at(&self, at: [f32; 2]) -> f32 {
        let [u, v] = [0, 1].map(|i| (at[i] - self.corner[i]) / self.cell - 0.5);
        if !(u >= 0.0 && v >= 0.0) {
            return 0.0;
        }
        let (x, y) = (u as usize, v as usize);
        if x + 1 >= CELLS || y + 1 >= CELLS {
            return 0.0;
        }
        let cell = |x: usize, y: usize| self.dark[y * CELLS + x];
        let (s, t) = (u - x as f32, v - y as f32);
        let rows = [mix2(cell(x, y), cell(x + 1, y), s), mix2(cell(x, y + 1), cell(x + 1, y + 1), s)];
        mix2(rows[0], rows[1], t)
    }
}

fn mix2(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}
