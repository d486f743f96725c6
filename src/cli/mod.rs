//! What can be asked for on the command line.

mod eval;
mod explain;
mod summary;

use clap::{Parser, Subcommand};

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
    /// Print a stage of an energy's compilation.
    Explain(explain::Arguments),
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
    /// Something that is designed and not there.
    #[error("{0}")]
    NotBuilt(&'static str),
}

/// Runs a command; its text goes to standard output.
pub fn run(arguments: Arguments) -> Result<String, Error> {
    match arguments.command {
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
    }
}
