//! The commands there are.

use crate::error::Error;
use crate::{bench, devices, eval, explain, simulate, solve, view};
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
    /// Minimise the energy of a problem.
    Solve(solve::Arguments),
    /// Step a problem through time.
    Simulate(simulate::Arguments),
    /// Time every stage of a problem.
    Bench(bench::Arguments),
    /// List what can evaluate: the processor and the GPUs.
    Devices,
    /// Print a stage of an energy's compilation.
    Explain(explain::Arguments),
    /// Watch a problem being simulated or minimised, in a window.
    View(view::Arguments),
}

/// Runs a command; its text goes to standard output.
pub fn run(arguments: Arguments) -> Result<String, Error> {
    match arguments.command {
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Solve(arguments) => solve::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Devices => Ok(devices::run()),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::View(arguments) => view::run(&arguments),
    }
}
