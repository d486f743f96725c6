//! Steps in print: a row of the table, or a line of JSON.

use crate::error::Error;
use crate::{columns, summary};
use serde::Serialize;
use spadina::simulate::{Energies, StepReport};

/// The head of the table.
pub const HEAD: &str = "     step    time in s   iterations       kinetic       elastic       gravity       contact         total  touching       time";

/// The columns that are kept longest.
const FIRST: [&str; 4] = ["step", "time in s", "total", "iterations"];

/// A line of the table, as far as there is room for it.
pub fn fit(line: &str) -> String {
    columns::fit(HEAD, &FIRST, line, columns::room())
}

/// A row of the table.
pub fn row(r: &StepReport) -> String {
    let (e, time) = (&r.energies, summary::time(r.seconds));
    format!(
        "{:9} {:>12.5} {:>12} {:>13.5e} {:>13.5e} {:>13.5e} {:>13.5e} {:>13.5e} {:>9} {}",
        r.step,
        r.time,
        r.iterations.len(),
        // Adding zero makes zero of minus zero.
        e.kinetic + 0.0,
        e.elastic + 0.0,
        e.gravity + 0.0,
        e.contact + 0.0,
        e.total() + 0.0,
        r.contacts,
        time
    )
}

/// A step for programs.
#[derive(Serialize)]
struct Step<'a> {
    step: usize,
    time: f64,
    energies: &'a Energies,
    total: f64,
    iterations: usize,
    outcome: &'static str,
    converged: bool,
    /// Nodes that may touch an obstacle.
    touching: usize,
    /// Elements at singular points where the last iteration began.
    singular: usize,
    seconds: f64,
}

/// The elements at singular points where the last iteration of a step began, of terms with a policy for these.
pub fn singular(report: &StepReport) -> usize {
    report.iterations.last().map_or(0, |iteration| iteration.singular)
}

/// A step as a line of JSON, without its end.
pub fn line(report: &StepReport) -> Result<String, Error> {
    let step = Step {
        step: report.step,
        time: report.time,
        energies: &report.energies,
        total: report.energies.total(),
        iterations: report.iterations.len(),
        outcome: report.outcome.name(),
        converged: report.outcome.is_minimum(),
        touching: report.contacts,
        singular: singular(report),
        seconds: report.seconds,
    };
    serde_json::to_string(&step).map_err(Error::Json)
}
