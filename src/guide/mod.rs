//! A guide, from a first energy to a solver of your own. Every snippet is a test.
//!
//! 1. [`energies`]: an energy, its mesh, and how to trust it.
//! 2. [`minima`]: what moves, what is held, and what a minimiser tells.
//! 3. [`solver`]: a solver of your own on the Hessian that is there.
//! 4. [`time`]: steps through time, obstacles, states.
//! 5. [`answers`]: how an equilibrium answers to its data.
//! 6. [`numbers`]: where an energy has a value, how exact it is, and what overflows.
//!
//! The [front page](crate) has the problem and the system, [`gpu`](crate::gpu) the same on a device.

pub mod answers;
pub mod energies;
pub mod minima;
pub mod numbers;
pub mod solver;
pub mod time;
