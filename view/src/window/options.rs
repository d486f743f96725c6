//! The options of a window.

use spadina::gpu::Device;
use spadina_pictures::render::Up;

/// The options of a window that shows an animation.
#[derive(Clone, Debug)]
pub struct Options {
    /// The device that draws. It has to be that of the buffers which the animation's scenes are drawn from, and to know
    /// where it comes from ([`Device::with_origin`]). Without it a device is opened.
    pub device: Option<Device>,
    /// A part of the adapter's name, where a device is opened.
    pub adapter: Option<String>,
    /// The size of the window, in points.
    pub size: (u32, u32),
    /// The axis that points up.
    pub up: Up,
    /// The height of a ground, if there is to be one.
    pub ground: Option<f32>,
    /// True if it runs at once.
    pub running: bool,
    /// Close after so many pictures.
    pub frames: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Options { device: None, adapter: None, size: (1280, 800), up: Up::Y, ground: None, running: true, frames: None }
    }
}
