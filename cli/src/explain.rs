//! `spadina explain`.

use crate::error::Error;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use spadina::explain::{self, Stage};
use std::path::PathBuf;

/// The arguments of `spadina explain`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The energy.
    #[arg(value_name = "ENERGY.wgsl")]
    energy: PathBuf,
    /// The stage to print.
    #[arg(long, value_parser = stage(), default_value = Stage::Solved.name())]
    stage: Stage,
    /// An array to derive by; may be given several times.
    #[arg(long, value_name = "NAME")]
    unknown: Vec<String>,
}

/// Reads the name of a stage.
fn stage() -> impl TypedValueParser<Value = Stage> {
    let names = Stage::ALL.iter().map(|stage| PossibleValue::new(stage.name()).help(stage.about()));
    PossibleValuesParser::new(names).map(|name| {
        let stage = Stage::ALL.iter().copied().find(|stage| stage.name() == name);
        stage.unwrap_or_else(|| unreachable!("only names of stages are read"))
    })
}

/// Prints a stage.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let text = spadina::files::read_energy(&arguments.energy)?;
    let name = arguments.energy.display().to_string();
    Ok(explain::explain(&name, &text, arguments.stage, &arguments.unknown)?)
}
