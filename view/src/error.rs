//! Errors of windows and pictures.

use spadina::{gpu, minimize, simulate};
use spadina_pictures::render::RenderError;

/// The reason there is no window, or no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ViewError {
    /// The device.
    #[error(transparent)]
    Device(#[from] gpu::Error),
    /// The picture.
    #[error(transparent)]
    Picture(#[from] RenderError),
    /// No window can be opened.
    #[error("there is no display to open a window on ({reason}): write a picture instead, with --png FILE")]
    NoDisplay {
        /// The message of the system.
        reason: String,
    },
    /// The window cannot be drawn on.
    #[error("the window cannot be drawn on by the adapter `{adapter}`: {reason}")]
    Surface {
        /// The adapter.
        adapter: String,
        /// The fault.
        reason: String,
    },
    /// A device of the caller's that does not know its instance and adapter.
    #[error("the device does not know its adapter, which is needed to draw in a window: see `Device::with_origin`")]
    NoOrigin,
    /// The window system.
    #[error("the window system failed: {0}")]
    Window(String),
    /// Positions in a buffer that are not there.
    #[error("{nodes} nodes of {components} numbers from number {first} on do not lie in a buffer of {bytes} bytes")]
    Positions {
        /// The number of nodes.
        nodes: usize,
        /// Numbers of each.
        components: u32,
        /// The number at which they begin.
        first: u32,
        /// The size of the buffer.
        bytes: u64,
    },
    /// A system that cannot be evaluated.
    #[error(transparent)]
    System(#[from] spadina::Error),
    /// A minimisation that cannot be made.
    #[error(transparent)]
    Minimize(#[from] minimize::Error),
    /// A simulation that cannot be made.
    #[error(transparent)]
    Simulate(#[from] simulate::Error),
    /// The animation.
    #[error("{0}")]
    Animation(String),
}
