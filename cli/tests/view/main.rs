//! `spadina view`: its pictures, and its window under a virtual display.

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../view/tests/view/net.rs"]
mod net;

mod command;
mod simulation;
mod window;

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
