//! The viewer: its pictures beside those of the software renderer, and what can be played with.

mod in_place;
mod minimization;
mod net;
mod pictures;
mod simulation;

use spadina::gpu::{self, Device};
use spadina_conformance::without_gpu;

/// A device that draws; nothing where there is no adapter, unless `SPADINA_REQUIRE_GPU` is set.
fn device() -> Option<Device> {
    match Device::open(None) {
        Ok(device) => Some(device),
        Err(error @ gpu::Error::NoAdapter { .. }) => {
            without_gpu(error);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A surface of `n` by `n` cells with hills, two units wide.
fn hills(n: u32) -> (Vec<[f32; 3]>, Vec<[u32; 3]>) {
    let at = |k: u32| {
        let [x, y] = [k % (n + 1), k / (n + 1)].map(|c| 2.0 * c as f32 / n as f32 - 1.0);
        [x, 0.25 * (3.0 * x).sin() * (4.0 * y).cos(), y]
    };
    let points = (0..(n + 1) * (n + 1)).map(at).collect();
    let cells = (0..n * n).map(|k| k / n * (n + 1) + k % n);
    let triangles = cells.flat_map(|a| [[a, a + 1, a + n + 2], [a, a + n + 2, a + n + 1]]).collect();
    (points, triangles)
}
