//! Problem files: TOML, and the arrays, meshes and energies that it names.
//!
//! [`ProblemFile::read`] reads the file and [`ProblemFile::load`] what it names; [`Problem::read`] does both. `[solve]` and
//! `[simulate]` become [`Settings`] and a [`Setup`]:
//!
//! ```no_run
//! use spadina::files::ProblemFile;
//! use spadina::minimize::{Settings, minimize_moved};
//! use spadina::{Options, System};
//!
//! let file = ProblemFile::read("beam.toml")?;
//! let problem = file.load()?;
//! let pins = file.pins(&problem, &file.solve.fix, &file.solve.moves)?;
//! let settings = Settings::read(&file.solve, &problem);
//! let mut system = System::build(problem, settings.options(Options::default()))?;
//! let report = minimize_moved(&mut system, &pins, 1, settings, |_| true)?;
//! println!("{:?}", report.outcome);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Problem::read`]: crate::Problem::read
//! [`Settings`]: crate::minimize::Settings
//! [`Setup`]: crate::simulate::Setup

mod entry;
mod file;
mod keys;
mod load;
mod mesh;
mod pins;
mod selection;
mod settings;
mod setup;
mod simulate;
mod singular;
mod solve;
#[cfg(test)]
mod tests;
mod text;
mod values;

pub use entry::{Entry, EntryValue};
pub use file::{MeshSection, MeshSource, ProblemFile, TermEntry};
pub use load::read_energy;
pub use pins::KeyFrames;
pub use selection::Selection;
pub use settings::projection;
pub use simulate::{FrameFile, ObstacleEntry, ObstacleShape, SimulateSection};
pub use singular::{SingularKeys, SingularWord};
pub use solve::{FixEntry, MoveEntry, SolveProjection, SolveSection};
