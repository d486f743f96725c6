//! Prescribed displacements, applied at once or in steps.

use super::error::Error;
use super::method::check;
use super::report::{Iteration, Outcome, Report};
use super::run::{iterate, minimize, minimizer};
use super::settings::Settings;
use crate::problem::Pins;
use crate::system::System;

/// Displacements are divided into at most so many steps.
const MOST_STEPS: usize = 1_000_000;

/// Steps are not divided further than this: a minimisation of each takes longer than anybody waits.
const SHORTEST: f64 = 1e-6;

/// A step that leaves less than this share of itself is the last one: sums of steps are rounded.
const ROUNDED: f64 = 0.001;

/// Minimises the energy with some unknowns held and some displaced, in so many equal steps, each of which begins where the
/// one before ended. A step that would make the energy infinite is divided.
pub fn minimize_moved(
    system: &mut System,
    pins: &Pins,
    steps: usize,
    settings: Settings,
    mut watch: impl FnMut(&Iteration) -> bool,
) -> Result<Report, Error> {
    if pins.moved.is_empty() {
        return minimize(system, &pins.held, settings, watch);
    }
    check(system, &pins.held)?;
    let start = system.vector();
    let whole = 1.0 / steps.clamp(1, MOST_STEPS) as f64;
    let (mut load, mut step) = (0.0f64, whole);
    let mut method = match minimizer(system, &pins.held, settings) {
        Err(Error::Stopped) => return Ok(Report::stopped()),
        method => method?,
    };
    let mut report = Report { outcome: Outcome::Converged, ..Report::stopped() };
    let mut on = true;
    while load < 1.0 {
        let next = if load + (1.0 + ROUNDED) * step >= 1.0 { 1.0 } else { load + step };
        let before = system.vector();
        let mut x = before.clone();
        for &(unknown, by) in &pins.moved {
            x[unknown] = start[unknown] + next * by;
        }
        system.set_unknowns(&x)?;
        if system.trial()?.is_none() && step > SHORTEST {
            system.set_unknowns(&before)?;
            step *= 0.5;
            continue;
        }
        let made = report.iterations.len();
        method.restart(system)?;
        let own = iterate(method.as_mut(), system, settings.iterations, |iteration| {
            let iteration = Iteration { number: made + iteration.number, load: next, ..*iteration };
            report.iterations.push(iteration);
            on = watch(&iteration);
            on
        })?;
        report.outcome = own.outcome;
        report.seconds_symbolic = own.seconds_symbolic;
        if !own.outcome.is_minimum() {
            break;
        }
        if !on && next < 1.0 {
            report.outcome = Outcome::Stopped;
            break;
        }
        load = next;
        step = whole.min(2.0 * step);
    }
    Ok(report)
}
