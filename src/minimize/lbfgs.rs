//! The quasi-Newton method of limited memory by Broyden, Fletcher, Goldfarb and Shanno (Nocedal and Wright, *Numerical
//! Optimization*, chapter 7).

use super::error::Error;
use super::flat::stiffness_along;
use super::guard::Guard;
use super::method::{Minimizer, check};
use super::report::{Iteration, Outcome, SolvedHessian};
use super::scale::{Scale, Size, median};
use super::settings::Settings;
use super::timed::{Times, timed};
use super::vector::{dot, norm};
use crate::system::System;
use std::collections::VecDeque;
use std::time::Instant;

/// A step must bring this share of what the slope promises (Nocedal and Wright, section 3.1).
const SHARE: f64 = 1e-4;

/// Behind a step, the slope must have flattened to this share (Nocedal and Wright, section 3.1, for quasi-Newton methods).
const FLATTER: f64 = 0.9;

/// The first step moves unknowns by at most this share of their extent: nothing is known of the curvature yet.
const FIRST: f64 = 0.01;

/// The most points of a line that are tried: bisection has then reached the precision of doubles.
const MOST_POINTS: usize = 60;

/// A search ends where its interval has this size, relative to its end.
const NARROW: f64 = 1e-12;

/// A pair is kept if the cosine of step and change is larger: others have no curvature that doubles can show.
const SMALLEST_COSINE: f64 = 1e-12;

/// A change of the unknowns, with the change of the gradient that came with it.
#[derive(Debug)]
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    over: f64,
    /// The second derivative along the step.
    curvature: f64,
}

/// L-BFGS on one system: the state between its iterations.
#[derive(Debug)]
pub struct Lbfgs {
    settings: Settings,
    held: Vec<bool>,
    scale: Scale,
    pairs: VecDeque<Pair>,
    size: Size,
    number: usize,
    guard: Option<Guard>,
    /// Energy and gradient where the last iteration ended.
    at: Option<(f64, Vec<f64>)>,
}

/// A point of a line.
struct Point {
    step: f64,
    energy: f64,
    gradient: Vec<f64>,
}

impl Lbfgs {
    /// Prepares; `held` has a flag for each unknown.
    pub fn new(system: &System, held: &[bool], settings: Settings) -> Result<Self, Error> {
        check(system, held)?;
        let scale = Scale::of(system.problem(), held);
        let (held, pairs) = (held.to_vec(), VecDeque::new());
        Ok(Self { settings, held, scale, pairs, size: Size::default(), number: 0, guard: None, at: None })
    }

    /// The energy and its gradient by what is free; `None` where they are not finite.
    fn evaluate(&self, system: &mut System, x: &[f64]) -> Result<Option<(f64, Vec<f64>)>, Error> {
        if x.iter().any(|x| !x.is_finite()) {
            return Ok(None);
        }
        system.set_unknowns(x)?;
        if system.trial()?.is_none() {
            return Ok(None);
        }
        let (energy, gradient) = system.gradient()?;
        let free = gradient.iter().zip(&self.held).map(|(&g, &held)| if held { 0.0 } else { g });
        Ok(Some((energy, free.collect())))
    }

    /// The direction: the gradient times what the pairs know of the inverse Hessian (the two loops).
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut shares = Vec::new();
        for pair in self.pairs.iter().rev() {
            let share = pair.over * dot(&pair.step, &direction);
            direction.iter_mut().zip(&pair.change).for_each(|(d, y)| *d -= share * y);
            shares.push(share);
        }
        let factor = match self.pairs.back() {
            Some(pair) => 1.0 / (pair.over * dot(&pair.change, &pair.change)),
            None => {
                let most = gradient.iter().fold(0.0f64, |most, g| most.max(g.abs()));
                FIRST * self.scale.length / most
            }
        };
        direction.iter_mut().for_each(|d| *d *= factor);
        for (pair, share) in self.pairs.iter().zip(shares.into_iter().rev()) {
            let other = pair.over * dot(&pair.change, &direction);
            direction.iter_mut().zip(&pair.step).for_each(|(d, s)| *d += (share - other) * s);
        }
        direction
    }

    /// Finds a step that fulfils the weak conditions of Wolfe, by bisection and doubling.
    fn search(
        &self,
        system: &mut System,
        (x, direction): (&[f64], &[f64]),
        (energy, slope): (f64, f64),
    ) -> Result<Option<Point>, Error> {
        let most = self.guard.as_ref().map_or(f64::INFINITY, |guard| guard.reach(x, direction));
        let (mut low, mut high, mut step) = (0.0, f64::INFINITY, 1.0f64.min(most));
        let mut best = None;
        for _ in 0..MOST_POINTS {
            let to: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + step * d).collect();
            match self.evaluate(system, &to)? {
                Some((found, gradient)) if found - energy <= SHARE * step * slope => {
                    let flat = dot(&gradient, direction) >= FLATTER * slope;
                    best = Some(Point { step, energy: found, gradient });
                    if flat || step >= most {
                        break;
                    }
                    low = step;
                }
                _ => high = step,
            }
            step = if high.is_finite() { 0.5 * (low + high) } else { most.min(2.0 * low) };
            if high - low <= NARROW * high {
                break;
            }
        }
        Ok(best)
    }

    /// Goes to a point of the line from `x`, and learns from it.
    fn take(
        &mut self,
        system: &mut System,
        (x, direction, gradient): (&[f64], &[f64], &[f64]),
        point: Point,
    ) -> Result<Option<Outcome>, Error> {
        let away = self.scale.runs_away(x, direction, point.step);
        let to: Vec<f64> = x.iter().zip(direction).map(|(x, d)| x + point.step * d).collect();
        system.set_unknowns(&to)?;
        self.learn(
            direction.iter().map(|d| point.step * d).collect(),
            point.gradient.iter().zip(gradient).map(|(new, old)| new - old).collect(),
        );
        self.at = Some((point.energy, point.gradient));
        Ok(away.map(|unknown| Outcome::Unbounded { unknown }))
    }

    /// The outcome where there is no step. What the pairs know may be wrong: the gradient alone is tried before.
    fn give_up(&mut self, system: &mut System, x: &[f64], gradient: &[f64]) -> Result<Option<Outcome>, Error> {
        let stiffness = stiffness_along(system, x, gradient, self.scale.length)?;
        let fall = stiffness.map(|stiffness| 0.5 * dot(gradient, gradient) / stiffness);
        let noise = fall.is_none_or(|fall| self.size.is_noise(fall));
        let again = !self.pairs.is_empty() && !noise;
        self.pairs.clear();
        Ok((!again).then_some(if noise { Outcome::Precision } else { Outcome::NoStep }))
    }

    /// True if the gradient is small by the stiffness that it meets: what pairs know is that of the directions which were taken,
    /// of stiff ones and of kinks.
    fn is_end(&self, system: &mut System, x: &[f64], gradient: &[f64]) -> Result<bool, Error> {
        if self.settings.decrement.is_some() || self.settings.gradient.is_some() {
            return Ok(true);
        }
        let length = self.scale.length;
        let most = gradient.iter().fold(0.0f64, |most, g| most.max(g.abs()));
        let stiffness = stiffness_along(system, x, gradient, length)?;
        Ok(stiffness.is_none_or(|stiffness| most <= self.settings.tolerance * length * stiffness))
    }

    /// Keeps a pair, if it shows positive curvature.
    fn learn(&mut self, step: Vec<f64>, change: Vec<f64>) {
        let curvature = dot(&step, &change);
        let square = dot(&change, &change);
        if curvature > SMALLEST_COSINE * (square * dot(&step, &step)).sqrt() {
            let along = curvature / dot(&step, &step);
            self.pairs.push_back(Pair { step, change, over: 1.0 / curvature, curvature: along });
            if self.pairs.len() > self.settings.memory {
                self.pairs.pop_front();
            }
        }
    }
}

impl Minimizer for Lbfgs {
    fn step(&mut self, system: &mut System) -> Result<(Iteration, Option<Outcome>), Error> {
        let (start, mut times) = (Instant::now(), Times::default());
        let x = system.vector();
        let (energy, gradient) = match self.at.take() {
            Some(at) => at,
            None => {
                // Says which term and element are not finite, if any is.
                system.gradient()?;
                timed(&mut times.evaluate, || self.evaluate(system, &x))?.ok_or(Error::NotFinite)?
            }
        };
        self.size.follow(energy);
        let mut direction = self.direction(&gradient);
        let mut slope = dot(&gradient, &direction);
        if slope.is_nan() || slope >= 0.0 {
            self.pairs.clear();
            direction = self.direction(&gradient);
            slope = dot(&gradient, &direction);
        }
        let mut iteration = Iteration {
            number: self.number,
            energy,
            gradient_norm: norm(gradient.iter().copied()),
            decrement: (-slope).max(0.0).sqrt(),
            hessian: SolvedHessian::QuasiNewton,
            load: 1.0,
            ..Iteration::default()
        };
        self.number += 1;
        let most = gradient.iter().fold(0.0f64, |most, g| most.max(g.abs()));
        let known = !self.pairs.is_empty() || most == 0.0;
        let curvature = median(self.pairs.iter().map(|pair| pair.curvature).collect());
        let scales = (curvature, self.scale.length);
        iteration.decrement_limit = self.settings.decrement_limit(scales);
        let pairs = gradient.iter().map(|&g| (g, 0.0));
        let small = known && self.settings.is_small(&iteration, pairs, None, scales);
        let end = small && timed(&mut times.evaluate, || self.is_end(system, &x, &gradient))?;
        if small && !end {
            self.pairs.clear();
            direction = self.direction(&gradient);
            slope = dot(&gradient, &direction);
        }
        let outcome = if end {
            Some(Outcome::Converged)
        } else {
            match timed(&mut times.evaluate, || self.search(system, (&x, &direction), (energy, slope)))? {
                Some(point) => {
                    iteration.step = point.step;
                    self.take(system, (&x, &direction, &gradient), point)?
                }
                None => {
                    system.set_unknowns(&x)?;
                    self.give_up(system, &x, &gradient)?
                }
            }
        };
        iteration.take_times(start, times);
        Ok((iteration, outcome))
    }

    fn guard(&mut self, guard: Guard) {
        self.guard = Some(guard);
    }

    fn restart(&mut self, system: &mut System) -> Result<(), Error> {
        check(system, &self.held)?;
        self.scale = Scale::of(system.problem(), &self.held);
        self.pairs.clear();
        (self.number, self.size, self.at) = (0, Size::default(), None);
        Ok(())
    }
}
