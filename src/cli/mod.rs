//! What can be asked for on the command line.

mod bench;
mod eval;
mod explain;
mod machine;
mod summary;

use clap::{Parser, Subcommand, ValueEnum};

/// Sparse gradients and Hessians of mesh energies, found and compiled at load time.
#[derive(Parser, Debug)]
#[command(name = "spadina", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Evaluate a problem: energy, gradient and sparse Hessian.
    Eval(eval::Arguments),
    /// Time every stage of a problem.
    Bench(bench::Arguments),
    /// Print a stage of an energy's compilation.
    Explain(explain::Arguments),
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
enum Precision {
    /// Double.
    F64,
    /// Single.
    F32,
}

impl From<Precision> for spadina::system::Precision {
    fn from(precision: Precision) -> Self {
        match precision {
            Precision::F64 => Self::F64,
            Precision::F32 => Self::F32,
        }
    }
}

/// Why a command fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The problem.
    #[error(transparent)]
    Problem(#[from] spadina::problem::ProblemError),
    /// Compiling or evaluating it.
    #[error(transparent)]
    Engine(#[from] spadina::system::Error),
    /// Writing the results.
    #[error(transparent)]
    Output(#[from] spadina::output::OutputError),
    /// Something that this program was built without.
    #[cfg(not(feature = "gpu"))]
    #[error("{0}")]
    NotBuilt(&'static str),
}

/// Runs a command; its text goes to standard output.
pub fn run(arguments: Arguments) -> Result<String, Error> {
    match arguments.command {
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
    }
}
