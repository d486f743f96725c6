//! A window that shows a mesh while it is simulated or solved, and the same pictures without a window.
//!
//! An [`Animation`] is asked for its [`Scene`], told to step, and given the nodes that the mouse holds. [`run`] shows
//! it in a window, [`picture`] draws a scene off screen; both do so with [`Painter`], which an application can use for
//! its own windows, too. Positions that are already in a buffer of the device, such as the unknowns of
//! [`Resident`](spadina::system::Resident), are drawn from there: nothing is read back.
//!
//! The pictures are those of [`render`](spadina_pictures::render), up to smoothing at silhouettes: here a pixel has four samples. A
//! ground has its grid and the shadow of the objects in both.

mod animation;
mod error;
mod minimization;
mod offscreen;
mod painter;
mod parameter;
mod pick;
mod resident;
mod scene;
mod simulation;
mod window;

pub use animation::Animation;
pub use error::ViewError;
pub use minimization::Minimization;
pub use offscreen::picture;
pub use painter::Painter;
pub use parameter::Parameter;
pub use pick::{Drag, pick, project};
pub use resident::ResidentMinimization;
pub use scene::{Positions, Scene, positions};
pub use simulation::LiveSimulation;
pub use window::{Options, run};
