//! The shape that a problem's unknowns have: what is drawn and written of a result.

mod geometry;
mod obstacle;
mod picture;

pub use geometry::Geometry;
pub use obstacle::Obstacle;
pub use picture::{Picture, framed};
