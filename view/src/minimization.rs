//! A minimisation as an animation: one iteration for each picture.

use super::animation::Animation;
use super::parameter::parameters;
use super::scene::geometry;
use super::{Parameter, Positions, Scene, ViewError};
use spadina::minimize::{Error, Iteration, Minimizer, Outcome, Settings, minimizer};
use spadina::system::System;
use spadina_pictures::scene::Geometry;
use std::fmt;

/// The most halvings of the way of a dragged node, where its end has no energy.
const HALVINGS: usize = 8;

/// A system whose energy is minimised, one iteration after another, until it is at rest.
///
/// It draws the [`Geometry`] of its problem. A dragged node is held at the place of the mouse. Parameters are the
/// arrays of one number.
pub struct Minimization {
    system: System,
    settings: Settings,
    held: Vec<bool>,
    method: Option<Box<dyn Minimizer>>,
    start: Vec<f64>,
    geometry: Geometry,
    points: Vec<[f32; 3]>,
    parameters: Vec<Parameter>,
    grabbed: Option<(usize, [f32; 3])>,
    last: Option<(Iteration, Option<Outcome>)>,
    iterations: usize,
    nonzeros: usize,
}

impl fmt::Debug for Minimization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minimization")
            .field("settings", &self.settings)
            .field("iterations", &self.iterations)
            .finish_non_exhaustive()
    }
}

impl Minimization {
    /// Shows the minimisation of a system, which should be built with [`Settings::options`]. `held` has a flag for each
    /// unknown that says whether it keeps its value.
    pub fn new(mut system: System, held: &[bool], settings: Settings) -> Result<Minimization, ViewError> {
        let geometry = geometry(system.problem())?;
        let method = minimizer(&mut system, held, settings)?;
        let nonzeros = system.pattern().map_or(0, |pattern| pattern.nonzeros());
        let mut own = Minimization {
            start: system.vector(),
            parameters: parameters(system.problem()),
            held: held.to_vec(),
            method: Some(method),
            system,
            settings,
            geometry,
            points: Vec::new(),
            grabbed: None,
            last: None,
            iterations: 0,
            nonzeros,
        };
        own.refresh();
        Ok(own)
    }

    /// Returns true if the last step found a minimum, and nothing has changed since.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.last, Some((_, Some(outcome))) if outcome.is_minimum())
    }

    fn refresh(&mut self) {
        self.points = self.geometry.points(&self.system.vector());
    }

    /// Lets it go on after something has changed.
    fn wake(&mut self) {
        if let Some((_, outcome)) = &mut self.last {
            *outcome = None;
        }
    }

    /// Moves the grabbed node as far to the mouse as there is an energy.
    fn follow(&mut self) -> Result<(), Error> {
        let Some((node, to)) = self.grabbed else { return Ok(()) };
        let Some(own) = self.geometry.unknowns(node) else { return Ok(()) };
        let before = self.system.vector();
        let mut after = before.clone();
        for (k, to) in own.clone().zip(to) {
            after[k] = to.into();
        }
        if after[own.clone()] == before[own.clone()] {
            return Ok(());
        }
        for _ in 0..HALVINGS {
            self.system.set_unknowns(&after)?;
            if self.system.trial()?.is_some() {
                return Ok(());
            }
            for k in own.clone() {
                after[k] = 0.5 * (after[k] + before[k]);
            }
        }
        Ok(self.system.set_unknowns(&before)?)
    }

    fn advance(&mut self) -> Result<(), Error> {
        self.follow()?;
        if self.is_at_rest() {
            return Ok(());
        }
        let method = match &mut self.method {
            Some(method) => method,
            None => {
                let mut held = self.held.clone();
                let own = self.grabbed.and_then(|(node, _)| self.geometry.unknowns(node));
                held[own.unwrap_or(0..0)].fill(true);
                self.method.insert(minimizer(&mut self.system, &held, self.settings)?)
            }
        };
        self.last = Some(method.step(&mut self.system)?);
        self.iterations += 1;
        Ok(())
    }
}

impl Animation for Minimization {
    fn scene(&mut self) -> Scene<'_> {
        Scene::of(&self.geometry, Positions::Host(&self.points))
    }

    fn step(&mut self) -> Result<(), String> {
        let made = self.advance().map_err(|error| error.to_string());
        self.refresh();
        made?;
        match self.last {
            Some((_, Some(outcome))) if !outcome.is_minimum() => {
                self.wake();
                Err(outcome.to_string())
            }
            _ => Ok(()),
        }
    }

    fn is_at_rest(&self) -> bool {
        Minimization::is_at_rest(self)
    }

    fn grab(&mut self, node: usize, to: Option<[f32; 3]>) {
        if node >= self.geometry.nodes() {
            return;
        }
        let before = self.grabbed;
        self.grabbed = to.map(|to| (node, to));
        if before == self.grabbed {
            return;
        }
        // Which unknowns are free is another question only where another node is held.
        if before.map(|(node, _)| node) != self.grabbed.map(|(node, _)| node) {
            self.method = None;
        }
        self.wake();
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn set_parameter(&mut self, number: usize, value: f64) {
        let Some(parameter) = self.parameters.get_mut(number) else { return };
        if self.system.set_array(&parameter.name, &[value]).is_ok() {
            parameter.value = value;
            self.wake();
        }
    }

    fn statistics(&self) -> Vec<(String, String)> {
        let mut lines = vec![
            ("unknowns", self.system.unknowns().to_string()),
            ("entries of the Hessian", self.nonzeros.to_string()),
            ("iterations", self.iterations.to_string()),
        ];
        if let Some((iteration, outcome)) = &self.last {
            lines.extend([
                ("energy", format!("{:.8e}", iteration.energy)),
                ("gradient", format!("{:.3e}", iteration.gradient_norm)),
                ("decrement", format!("{:.3e}", iteration.decrement)),
                ("step length", format!("{:.3}", iteration.step)),
                ("projected elements", iteration.projected.to_string()),
            ]);
            lines.extend(
                outcome.map(|outcome| ("state", if outcome.is_minimum() { "at rest" } else { "stopped" }.into())),
            );
        }
        lines.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
    }

    fn reset(&mut self) {
        // The values are those that the system had once.
        let _ = self.system.set_unknowns(&self.start);
        (self.method, self.grabbed, self.last, self.iterations) = (None, None, None, 0);
        self.refresh();
    }
}
