//! States that are kept in files.

use super::{Error, Simulation};
use crate::npy::{self, ArrayData};
use std::path::Path;

/// The number that such a file begins with: the version of its layout.
const VERSION: f64 = 1.0;

/// Steps are of the same length if they differ by this share at most: times of states are rounded.
const SAME_STEP: f64 = 1e-9;

/// The state of a simulation: enough to go on as if it had not been interrupted.
///
/// As a file it is one array of doubles, `[version, step, time, entries, velocities, has_before]`, then the global vector
/// and the velocities, and with `has_before` both as they were a step before.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct State {
    /// Steps made.
    pub step: usize,
    /// The time in seconds.
    pub time: f64,
    /// The global vector.
    pub x: Vec<f64>,
    /// The velocity of each entry of the positions.
    pub velocity: Vec<f64>,
    /// Both a step before, if there was one.
    pub before: Option<(Vec<f64>, Vec<f64>)>,
}

impl State {
    /// The content of a file.
    pub fn to_numbers(&self) -> Vec<f64> {
        let [step, entries, speeds] = [self.step, self.x.len(), self.velocity.len()].map(|count| count as f64);
        let mut numbers = vec![VERSION, step, self.time, entries, speeds, f64::from(self.before.is_some())];
        numbers.extend(self.x.iter().chain(&self.velocity));
        if let Some((x, velocity)) = &self.before {
            numbers.extend(x.iter().chain(velocity));
        }
        numbers
    }

    /// A state from the content of a file; `None` if it is none.
    pub fn from_numbers(numbers: &[f64]) -> Option<State> {
        let [version, step, time, entries, speeds, has_before, rest @ ..] = numbers else { return None };
        let whole = |v: f64| ((0.0..=1e15).contains(&v) && v.fract() == 0.0).then_some(v as usize);
        let (step, entries, speeds) = (whole(*step)?, whole(*entries)?, whole(*speeds)?);
        let parts = 1 + whole(*has_before)?;
        let fits = *version == VERSION && parts <= 2 && (entries + speeds).checked_mul(parts)? == rest.len();
        if !fits || !numbers.iter().all(|v| v.is_finite()) {
            return None;
        }
        let part = |number: usize| {
            let own = &rest[number * (entries + speeds)..(number + 1) * (entries + speeds)];
            (own[..entries].to_vec(), own[entries..].to_vec())
        };
        let (x, velocity) = part(0);
        Some(State { step, time: *time, x, velocity, before: (parts == 2).then(|| part(1)) })
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<State, Error> {
        let refused = |reason: String| Error::State { path: path.to_path_buf(), reason };
        match npy::read(path).map_err(|e| refused(e.reason.to_string()))? {
            ArrayData::Real(t) => State::from_numbers(&t.data).ok_or_else(|| refused("is not a saved state".into())),
            _ => Err(refused("is not a saved state".into())),
        }
    }
}

impl Simulation {
    /// The state as it is now.
    pub fn state(&self) -> State {
        State {
            step: self.step,
            time: self.time,
            x: self.system.vector(),
            velocity: self.velocity.clone(),
            before: self.before.clone(),
        }
    }

    /// Goes to a state, which must be one of the same problem, with all nodes before the obstacles.
    pub fn set_state(&mut self, state: &State) -> Result<(), Error> {
        let fits = |x: &[f64], v: &[f64]| x.len() == self.system.unknowns() && v.len() == self.velocity.len();
        let (found, wanted) = (state.x.len(), self.system.unknowns());
        if !fits(&state.x, &state.velocity) || !state.before.iter().all(|(x, v)| fits(x, v)) {
            return Err(Error::StateLength { found, wanted });
        }
        let made = state.time / state.step.max(1) as f64;
        if state.step > 0 && (made - self.setup.step).abs() > SAME_STEP * self.setup.step {
            return Err(Error::StateStep { found: made, wanted: self.setup.step });
        }
        self.check_outside(self.own(&state.x))?;
        self.system.set_unknowns(&state.x)?;
        (self.step, self.time) = (state.step, state.time);
        self.velocity = state.velocity.clone();
        self.before = state.before.clone();
        Ok(())
    }

    /// Goes back to the start; whatever is pulled is let go. What was set since then, such as stiffnesses, stays.
    pub fn reset(&mut self) -> Result<(), Error> {
        self.let_go()?;
        let (x, velocity) = (self.start.clone(), self.setup.velocity.clone());
        self.set_state(&State { step: 0, time: 0.0, x, velocity, before: None })
    }
}
