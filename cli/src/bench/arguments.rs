//! The arguments of `spadina bench`.

use crate::place::{Precision, Projection, Where};
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// The arguments of `spadina bench`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The problem file.
    #[arg(value_name = "PROBLEM.toml")]
    pub problem: PathBuf,
    #[command(flatten)]
    pub place: Where,
    /// The width of the reals.
    #[arg(long, value_enum, default_value_t = Precision::F64)]
    pub precision: Precision,
    /// Numbers of threads, one table for each [default: as many as there are cores].
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Vec<u16>,
    /// The treatment of the negative eigenvalues of each element's Hessian, for the projected Hessian.
    #[arg(long, value_enum, default_value_t = Projection::Clamp)]
    pub project: Projection,
    /// Evaluate so often, and report the medians of the times.
    #[arg(long, value_name = "R", default_value = "11")]
    pub repeat: NonZeroUsize,
}

/// The evaluations: those of [`System::work`], in its order, and the projected Hessian.
pub const EVALUATIONS: [&str; 4] = ["value", "gradient", "Hessian", "projected"];
