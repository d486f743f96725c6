//! Something that can be shown.

use super::parameter::Parameter;
use super::scene::Scene;

/// Something that can be shown and played with.
pub trait Animation {
    /// Returns the scene to draw now.
    fn scene(&mut self) -> Scene<'_>;

    /// Goes on by a frame of a simulation, or by a step of a solver; the window waits for it. The text of an error is shown, and the animation pauses.
    fn step(&mut self) -> Result<(), String>;

    /// Returns true if further steps change nothing, until something else does.
    fn is_at_rest(&self) -> bool {
        false
    }

    /// A node of the scene follows the mouse to this position, in the coordinates of the scene; without a position it is let
    /// go.
    fn grab(&mut self, node: usize, to: Option<[f32; 3]>);

    /// Returns the parameters, which can be changed while it runs.
    fn parameters(&self) -> Vec<Parameter> {
        Vec::new()
    }

    /// Changes a parameter, by its place in [`parameters`](Self::parameters).
    fn set_parameter(&mut self, number: usize, value: f64) {
        let _ = (number, value);
    }

    /// Returns the names and values to show, line by line.
    fn statistics(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Starts again.
    fn reset(&mut self);
}
