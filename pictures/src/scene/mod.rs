//! The shape that a problem's unknowns have: what is drawn and written of a result.

mod distortion;
mod elements;
mod four;
mod geometry;
mod obstacle;
mod picture;
mod unfolded;
mod values;

pub use distortion::{Positions, distortion};
pub use geometry::Geometry;
pub use obstacle::Obstacle;
pub use picture::{Picture, floor, framed};
pub use unfolded::Unfolded;
pub use values::ElementValues;
