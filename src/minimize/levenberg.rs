//! Gauss-Newton steps, damped by Levenberg and Marquardt; the damping follows Nielsen (Madsen, Nielsen and Tingleff, *Methods
//! for non-linear least squares problems*, 2004).

use super::error::Error;
use super::flat::stiffness_along;
use super::guard::Guard;
use super::linear::Linear;
use super::method::{Minimizer, check, with_unused};
use super::report::{Iteration, Outcome, SolvedHessian};
use super::scale::{Scale, Size};
use super::settings::Settings;
use super::timed::{Times, timed};
use super::vector::{dot, norm};
use crate::system::System;
use std::time::Instant;

/// The damping at the start, in terms of the diagonal (Nielsen's τ, where the start is taken for a good one).
const FIRST: f64 = 1e-3;

/// Up to this damping, steps are nearly those of Gauss and Newton.
const UNDAMPED: f64 = 1e-3;

/// The smallest damping: less does not change a double.
const SMALLEST: f64 = 1e-15;

/// Beyond this damping no step lowers the energy: steps are below the precision of the unknowns.
const LARGEST: f64 = 1e16;

/// The growth of the damping after a first step that was not taken, and the growth of this growth (Nielsen's ν).
const GROWTH: f64 = 2.0;

/// The least factor of the damping after a step that was taken (one over Nielsen's γ).
const LEAST_FACTOR: f64 = 1.0 / 3.0;

/// A step is taken if the energy falls by this share of what the model promises.
const SHARE: f64 = 1e-4;

/// The least diagonal entry that unknowns are damped by, as a share of the median: those of little curvature move, but do
/// not run away.
const LEAST_DIAGONAL: f64 = 1e-10;

/// Promises of this share of the energy are below its precision.
const PRECISION: f64 = 1e-15;

/// The method of Levenberg and Marquardt on one system: the state between its iterations.
#[derive(Debug)]
pub struct LevenbergMarquardt {
    settings: Settings,
    wished: Vec<bool>,
    unused: Vec<usize>,
    guard: Option<Guard>,
    linear: Linear,
    scale: Scale,
    /// The last decrement.
    decrement: f64,
    damping: f64,
    growth: f64,
    size: Size,
    number: usize,
}

impl LevenbergMarquardt {
    /// Prepares; `held` has a flag for each unknown.
    pub fn new(system: &mut System, held: &[bool], settings: Settings) -> Result<Self, Error> {
        check(system, held)?;
        let scale = Scale::of(system.problem(), held);
        let wished = held.to_vec();
        let (held, unused) = with_unused(system, held)?;
        let linear = Linear::new(system.pattern()?, &held, settings.linear, settings.stop)?;
        Ok(Self {
            settings,
            wished,
            unused,
            guard: None,
            linear,
            scale,
            decrement: 0.0,
            damping: FIRST,
            growth: GROWTH,
            size: Size::default(),
            number: 0,
        })
    }

    /// Enlarges the damping after a step that was not taken.
    fn fail(&mut self) {
        self.damping *= self.growth;
        self.growth *= GROWTH;
    }

    /// The damped matrix, from the undamped one's values.
    fn damp(&mut self, values: &[f64], stiffness: f64) {
        self.linear.matrix.values.copy_from_slice(values);
        let damping = self.damping;
        self.linear.matrix.add_diagonal(|_, own| damping * own.max(LEAST_DIAGONAL * stiffness));
    }

    /// Tries steps, with more and more damping, until one lowers the energy; returns its size and the energy behind it.
    fn attempt(
        &mut self,
        system: &mut System,
        (x, energy, gradient): (&[f64], f64, &[f64]),
        (iteration, times): (&mut Iteration, &mut Times),
    ) -> Result<Option<Vec<f64>>, Error> {
        let values = self.linear.matrix.values.clone();
        let stiffness = Scale::stiffness(self.linear.matrix.diagonal());
        while self.damping <= LARGEST {
            self.damp(&values, stiffness);
            (iteration.shift, iteration.hessian) = (self.damping, SolvedHessian::Damped);
            let mut step: Vec<f64> = gradient.iter().map(|g| -g).collect();
            let symbolic = self.linear.seconds_symbolic;
            let solved = timed(&mut times.linear, || self.linear.solve(&mut step))?;
            times.linear -= self.linear.seconds_symbolic - symbolic;
            times.count(solved);
            let slope = dot(gradient, &step);
            if !solved.definite || !slope.is_finite() {
                self.fail();
                continue;
            }
            iteration.decrement = (-slope).max(0.0).sqrt();
            let mut direction = vec![0.0; x.len()];
            for (&k, d) in self.linear.matrix.free.iter().zip(&step) {
                direction[k as usize] = *d;
            }
            if self.guard.as_ref().is_some_and(|guard| guard.reach(x, &direction) < 1.0) {
                self.fail();
                continue;
            }
            let to: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + d).collect();
            let found = match to.iter().all(|x| x.is_finite()) {
                true => {
                    system.set_unknowns(&to)?;
                    timed(&mut times.evaluate, || system.trial())?.unwrap_or(f64::INFINITY)
                }
                false => f64::INFINITY,
            };
            let mut product = vec![0.0; step.len()];
            self.linear.matrix.values.copy_from_slice(&values);
            self.linear.matrix.multiply(&step, &mut product);
            let promised = -slope - 0.5 * dot(&step, &product);
            let gain = (energy - found) / promised;
            if gain > SHARE {
                self.damping *= (1.0 - (2.0 * gain - 1.0).powi(3)).max(LEAST_FACTOR);
                self.damping = self.damping.max(SMALLEST);
                self.growth = GROWTH;
                return Ok(Some(to));
            }
            if promised <= PRECISION * energy.abs() {
                return Ok(None);
            }
            self.fail();
        }
        Ok(None)
    }
}

impl Minimizer for LevenbergMarquardt {
    fn step(&mut self, system: &mut System) -> Result<(Iteration, Option<Outcome>), Error> {
        let start = Instant::now();
        let x = system.vector();
        let mut times = Times::default();
        let at = timed(&mut times.evaluate, || system.evaluate())?;
        let (energy, all) = (at.energy, at.gradient.to_vec());
        self.linear.set(at.hessian)?;
        let mut gradient = Vec::new();
        self.linear.matrix.gather(&all, &mut gradient);
        self.size.follow(energy);
        let gradient_norm = norm(gradient.iter().copied());
        let mut iteration = Iteration { number: self.number, energy, gradient_norm, load: 1.0, ..Iteration::default() };
        self.number += 1;
        if let Some(&unknown) = self.unused.iter().find(|&&k| all[k].abs() > 0.0) {
            return Ok((iteration, Some(Outcome::Linear { unknown })));
        }
        let scales = (Scale::stiffness(self.linear.matrix.diagonal()), self.scale.length);
        let diagonal: Vec<f64> = self.linear.matrix.diagonal().collect();
        iteration.decrement_limit = self.settings.decrement_limit(scales);
        let to = match self.attempt(system, (&x, energy, &gradient), (&mut iteration, &mut times)) {
            Err(Error::Stopped) => {
                system.set_unknowns(&x)?;
                return Err(Error::Stopped);
            }
            to => to?,
        };
        let before = std::mem::replace(&mut self.decrement, iteration.decrement);
        let pairs = gradient.iter().copied().zip(diagonal);
        // Damped steps are short wherever they are.
        let small = iteration.shift <= UNDAMPED && self.settings.is_small(&iteration, pairs, Some(before), scales);
        let outcome = match to {
            Some(to) => {
                iteration.step = 1.0;
                let direction: Vec<f64> = to.iter().zip(&x).map(|(to, x)| to - x).collect();
                let away = self.scale.runs_away(&x, &direction, 1.0).map(|unknown| Outcome::Unbounded { unknown });
                away.or(small.then_some(Outcome::Converged))
            }
            None => {
                system.set_unknowns(&x)?;
                // Damping makes any decrement as small as rounding errors.
                let mut slopes = vec![0.0; x.len()];
                for (&k, g) in self.linear.matrix.free.iter().zip(&gradient) {
                    slopes[k as usize] = *g;
                }
                let stiffness = stiffness_along(system, &x, &slopes, self.scale.length)?;
                let fall = stiffness.map(|stiffness| 0.5 * dot(&gradient, &gradient) / stiffness);
                Some(match () {
                    () if small => Outcome::Converged,
                    () if fall.is_none_or(|fall| self.size.is_noise(fall)) => Outcome::Precision,
                    () => Outcome::NoStep,
                })
            }
        };
        iteration.take_times(start, times);
        Ok((iteration, outcome))
    }

    fn guard(&mut self, guard: Guard) {
        self.guard = Some(guard);
    }

    fn restart(&mut self, system: &mut System) -> Result<(), Error> {
        check(system, &self.wished)?;
        let held;
        (held, self.unused) = with_unused(system, &self.wished)?;
        self.linear.rebind(system.pattern()?, &held)?;
        self.scale = Scale::of(system.problem(), &self.wished);
        (self.number, self.size, self.damping, self.growth) = (0, Size::default(), FIRST, GROWTH);
        Ok(())
    }

    fn seconds_symbolic(&self) -> f64 {
        self.linear.seconds_symbolic
    }
}
