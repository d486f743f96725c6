//! `spadina view`: its pictures, and its window under a virtual display.

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../view/tests/view/net.rs"]
mod net;

mod command;
mod simulation;
mod window;

use spadina::gpu::{self, Device};

/// A device that draws; nothing where there is no adapter, unless `SPADINA_REQUIRE_GPU` is set.
fn device() -> Option<Device> {
    match Device::open(None) {
        Ok(device) => Some(device),
        Err(gpu::Error::NoAdapter { .. }) if !is_required() => {
            println!("not tested: there is no adapter");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Whether everything has to be tested.
fn is_required() -> bool {
    std::env::var_os("SPADINA_REQUIRE_GPU").is_some_and(|v| v == "1")
}
