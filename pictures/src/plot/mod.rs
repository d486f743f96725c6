//! Plots of lines over numbers, as SVG: convergence over iterations, energies over time.

mod axis;
mod series;
mod svg;
mod ticks;

pub use series::{Plot, Series};
pub use ticks::{Tick, linear_ticks, log_ticks};

#[cfg(test)]
mod tests;
