//! `spadina explain`.

use crate::error::Error;
use clap::{Args, ValueEnum};
use spadina::explain;
use std::path::PathBuf;

/// The arguments of `spadina explain`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The energy.
    #[arg(value_name = "ENERGY.wgsl")]
    energy: PathBuf,
    /// The stage to print.
    #[arg(long, value_enum, default_value_t = Stage::Solved)]
    stage: Stage,
    /// An array to derive by; may be given several times.
    #[arg(long, value_name = "NAME")]
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
        Stage::Program => explain::Stage::Program,
        Stage::Gradient => explain::Stage::Gradient,
        Stage::Tangent => explain::Stage::Tangent,
        Stage::Sparse => explain::Stage::Sparse,
        Stage::Solved => explain::Stage::Solved,
        Stage::Kernel => explain::Stage::Kernel,
        Stage::Clif => explain::Stage::Clif,
        Stage::Asm => explain::Stage::Asm,
        Stage::Wgsl => explain::Stage::Wgsl,
    };
    let text = spadina::files::read_energy(&arguments.energy)?;
    let name = arguments.energy.display().to_string();
    Ok(explain::explain(&name, &text, stage, &arguments.unknown)?)
}
