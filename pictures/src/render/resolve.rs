//! From strips of samples to pixels.

use super::color::{to_bytes, to_linear};
use super::ground::Ground;
use super::image::Image;
use super::raster::{NONE, Strip};
use super::scene::Scene;
use super::settings::Settings;
use super::vector::{Vector, along, mix};
use spadina::executor::{Executor, map};

/// Rows of pixels in a strip. Its samples should stay in the cache.
const STRIP: u32 = 16;
/// Samples along a side of a pixel, at most.
const MOST_SAMPLES: u32 = 8;

/// Draws what the scene shows over ground and background.
pub(super) fn draw(scene: &Scene<'_>, ground: Option<&Ground>, settings: &Settings, executor: &dyn Executor) -> Image {
    let &Settings { width, height, .. } = settings;
    let mut image = Image { width, height, pixels: vec![[0, 0, 0, 255]; width as usize * height as usize] };
    let lists = lists(scene, height);
    let [top, bottom] = settings.background.map(to_linear);
    let side = settings.samples.clamp(1, MOST_SAMPLES);
    let resolver = Resolver { scene, ground, top, bottom, width, height, side };
    let strips = image.pixels.chunks_mut(STRIP as usize * width as usize).zip(&lists).enumerate();
    map(executor, strips.collect(), |(index, (pixels, list))| {
        let mut strip = Strip::new();
        let first = index as u32 * STRIP;
        strip.reset(width, first..(first + STRIP).min(height), side);
        for &id in list {
            strip.draw(id, &scene.primitives[id as usize]);
        }
        for (i, row) in pixels.chunks_mut(width as usize).enumerate() {
            resolver.row(&strip, first, i as u32, row);
        }
    });
    image
}

/// The primitives in each strip, in their order.
fn lists(scene: &Scene<'_>, height: u32) -> Vec<Vec<u32>> {
    let mut lists = vec![Vec::new(); height.div_ceil(STRIP) as usize];
    for (id, primitive) in scene.primitives.iter().enumerate() {
        let (top, bottom) = primitive.rows();
        if bottom < 0.0 || top >= height as f32 {
            continue;
        }
        let first = top.max(0.0) as usize / STRIP as usize;
        let last = bottom.max(0.0) as usize / STRIP as usize;
        let end = lists.len().min(last + 1);
        for list in lists.get_mut(first..end).unwrap_or_default() {
            list.push(id as u32);
        }
    }
    lists
}

struct Resolver<'a> {
    scene: &'a Scene<'a>,
    ground: Option<&'a Ground>,
    top: Vector,
    bottom: Vector,
    width: u32,
    height: u32,
    side: u32,
}

/// The samples of a pixel that show the same primitive.
#[derive(Clone, Copy, Default)]
struct Group {
    id: u32,
    count: u32,
    x: u32,
    y: u32,
    depth: f32,
}

impl Resolver<'_> {
    /// Averages the samples of a row of pixels: row `row` of the strip that starts at row `first`.
    fn row(&self, strip: &Strip, first: u32, row: u32, pixels: &mut [[u8; 4]]) {
        let y = first + row;
        let background = mix(self.top, self.bottom, (y as f32 + 0.5) / self.height as f32);
        let plain = to_bytes(background);
        let mut groups = [Group::default(); (MOST_SAMPLES * MOST_SAMPLES) as usize];
        for (x, pixel) in (0..self.width).zip(pixels) {
            let count = self.gather(strip, row, x, &mut groups);
            if self.ground.is_none() && count == 1 && groups[0].id == NONE {
                *pixel = plain;
                continue;
            }
            let mut light = [0.0; 3];
            for group in &groups[..count] {
                let share = group.count as f32 / (self.side * self.side) as f32;
                light = along(light, self.light(group, x, y, background), share);
            }
            *pixel = to_bytes(light);
        }
    }

    /// Finds what a pixel shows, and how many samples of it; returns the number of different things.
    fn gather(&self, strip: &Strip, row: u32, x: u32, groups: &mut [Group]) -> usize {
        let mut count = 0;
        for j in 0..self.side {
            for i in 0..self.side {
                let (id, depth) = strip.shown((x * self.side + i) as usize, (row * self.side + j) as usize);
                let known = groups[..count].iter().position(|g| g.id == id);
                let at = known.unwrap_or(count);
                if known.is_none() {
                    groups[at] = Group { id, ..Group::default() };
                    count += 1;
                }
                let group = &mut groups[at];
                group.count += 1;
                group.x += i;
                group.y += j;
                group.depth += depth;
            }
        }
        count
    }

    /// The light of a group of samples, taken at their middle.
    fn light(&self, group: &Group, x: u32, y: u32, background: Vector) -> Vector {
        let count = f64::from(group.count);
        let middle = |pixel: u32, sum: u32| f64::from(pixel) + (f64::from(sum) / count + 0.5) / f64::from(self.side);
        let (x, y) = (middle(x, group.x), middle(y, group.y));
        let light = match self.scene.primitives.get(group.id as usize) {
            Some(primitive) => self.scene.light(primitive, x, y),
            None => background,
        };
        let depth = group.depth / group.count as f32;
        self.ground.map_or(light, |ground| ground.over(light, background, depth, x as f32, y as f32))
    }
}
