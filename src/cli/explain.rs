//! `spadina explain`.

use super::Error;
use clap::{Args, ValueEnum};
use spadina::engine;
use std::path::PathBuf;

/// What `spadina explain` is given.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The energy.
    #[arg(value_name = "ENERGY.wgsl")]
    energy: PathBuf,
    /// The stage to print.
    #[arg(long, value_enum, default_value_t = Stage::Solved)]
    stage: Stage,
    /// An array to derive by; may be given several times.
    #[arg(long, value_name = "NAME", default_value = "x")]
    unknown: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
enum Stage {
    /// The energy as sums over loops.
    Program,
    /// After reverse mode.
    Gradient,
    /// After forward mode over reverse mode.
    Tangent,
    /// With Kronecker brackets for seeds.
    Sparse,
    /// With the row loop solved.
    Solved,
    /// Straight-line kernels.
    Kernel,
    /// Cranelift's input.
    Clif,
    /// Machine code.
    Asm,
    /// Compute shaders.
    Wgsl,
}

/// Prints a stage.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let stage = match arguments.stage {
        Stage::Program => engine::Stage::Program,
        Stage::Gradient => engine::Stage::Gradient,
        Stage::Tangent => engine::Stage::Tangent,
        Stage::Sparse => engine::Stage::Sparse,
        Stage::Solved => engine::Stage::Solved,
        Stage::Kernel => engine::Stage::Kernel,
        Stage::Clif => engine::Stage::Clif,
        Stage::Asm => engine::Stage::Asm,
        Stage::Wgsl => return Err(Error::NotBuilt("--stage wgsl is not built yet: take kernel or clif")),
    };
    let text = spadina::problem::read_energy(&arguments.energy)?;
    let name = arguments.energy.display().to_string();
    Ok(engine::explain(&name, &text, stage, &arguments.unknown)?)
}
