//! Minimisation by the method of the settings.

use super::error::Error;
use super::lbfgs::Lbfgs;
use super::levenberg::LevenbergMarquardt;
use super::method::Minimizer;
use super::newton::Newton;
use super::report::{Iteration, Outcome, Report};
use super::settings::{Method, Settings};
use crate::system::System;

/// Prepares the method of the settings for a system; `held` has a flag for each unknown that says whether it keeps its
/// value.
pub fn minimizer(system: &mut System, held: &[bool], settings: Settings) -> Result<Box<dyn Minimizer>, Error> {
    Ok(match settings.method {
        Method::Newton | Method::Exact => Box::new(Newton::new(system, held, settings)?),
        Method::LevenbergMarquardt => Box::new(LevenbergMarquardt::new(system, held, settings)?),
        Method::Lbfgs => Box::new(Lbfgs::new(system, held, settings)?),
    })
}

/// Minimises the energy of a system, from its unknowns as they are; they are then the minimum. `held` has a flag for each
/// unknown that says whether it keeps its value. `watch` is told every iteration and says whether to go on.
pub fn minimize(
    system: &mut System,
    held: &[bool],
    settings: Settings,
    watch: impl FnMut(&Iteration) -> bool,
) -> Result<Report, Error> {
    match minimizer(system, held, settings) {
        Ok(mut method) => iterate(method.as_mut(), system, settings.iterations, watch),
        Err(Error::Stopped) => Ok(Report::stopped()),
        Err(error) => Err(error),
    }
}

/// Iterates until a method ends, but at most so many times.
pub fn iterate(
    method: &mut dyn Minimizer,
    system: &mut System,
    most: usize,
    mut watch: impl FnMut(&Iteration) -> bool,
) -> Result<Report, Error> {
    let mut iterations = Vec::new();
    let outcome = loop {
        if iterations.len() >= most {
            break Outcome::Iterations;
        }
        let singular = system.singular_elements()?;
        let (mut iteration, outcome) = match method.step(system) {
            Err(Error::Stopped) => break Outcome::Stopped,
            made => made?,
        };
        iteration.singular = singular;
        iterations.push(iteration);
        let on = watch(&iteration);
        match outcome {
            Some(outcome) => break outcome,
            None if !on => break Outcome::Stopped,
            None => {}
        }
    };
    Ok(Report { outcome, iterations, seconds_symbolic: method.seconds_symbolic() })
}
