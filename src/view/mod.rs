//! A window that shows a mesh while it is simulated or solved, and the same pictures without a window.
//!
//! What is shown is an [`Animation`]: it is asked for its [`Scene`], told to step, and given the nodes that the mouse holds.
//! [`run`] shows it in a window, [`picture`] draws a scene off screen; both do so with [`Painter`], which an application can
//! use for its own windows, too. Positions that are already in a buffer of the device, such as the unknowns of
//! [`Resident`](crate::system::Resident), are drawn from there: nothing is read back.
//!
//! The pictures are those of [`render`](crate::render), up to smoothing at silhouettes: here a pixel has four samples. A
//! ground has its grid and the shadow of the objects in both.

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

/// Something that can be shown and played with.
pub trait Animation {
    /// What is to be drawn now.
    fn scene(&mut self) -> Scene<'_>;

    /// Goes on by a frame of a simulation, or by a step of a solver; the window waits for it. The text of an error is shown, and the animation pauses.
    fn step(&mut self) -> Result<(), String>;

    /// A node of the scene follows the mouse to this position, in the coordinates of the scene; without a position it is let
    /// go.
    fn grab(&mut self, node: usize, to: Option<[f32; 3]>);

    /// What can be changed while it runs.
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// Changes a parameter, by its place in [`parameters`](Self::parameters).
    fn set_parameter(&mut self, number: usize, value: f64) {
        let _ = (number, value);
    }

    /// What is worth to be known: names and values, line by line.
    fn statistics(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Starts again.
    fn reset(&mut self);
}
