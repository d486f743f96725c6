//! Newton's method with line search.

use super::error::Error;
use super::guard::Guard;
use super::levels::Levels;
use super::linear::{Linear, Solved};
use super::method::{Minimizer, check, with_unused};
use super::report::{Iteration, Outcome};
use super::scale::{Scale, Size};
use super::search::Line;
use super::settings::{ProjectionPolicy, Settings};
use super::shift::Shift;
use super::timed::{Times, timed};
use crate::system::System;
use std::time::Instant;

/// Steps below this share of a whole one are short. With a half, the example problems take the same iterations but for one; with
/// a tenth `arap.toml` takes 20 instead of 18, and `chain.toml` 35 instead of 44.
const SHORT: f64 = 0.3;

/// The largest residual of a direction, as a share of the gradient: factors of a singular matrix leave more, those of
/// matrices that double precision can solve at all much less. From 1e-8 to 1e-2, the example problems take the same iterations.
const RESIDUAL: f64 = 1e-4;

/// Newton's method on one system: what it keeps between iterations.
///
/// An iteration evaluates the Hessian, makes it positive definite where it is not, solves for the step and searches along
/// it. With [`ProjectionPolicy::OnDemand`] the Hessian is taken as it is as long as it is definite, which is what makes the
/// method converge quadratically; where it is not, or where steps are short, all elements with negative eigenvalues are
/// projected, and then fewer and fewer, those around the largest entries of the gradient longest.
#[derive(Debug)]
pub struct Newton {
    settings: Settings,
    held: Vec<bool>,
    /// Those that are held by the caller's wish.
    wished: Vec<bool>,
    linear: Linear,
    /// Of which pattern the matrix is.
    version: u64,
    scale: Scale,
    levels: Levels,
    shift: Shift,
    /// The last decrement.
    decrement: f64,
    number: usize,
    size: Size,
    guard: Option<Guard>,
    /// Unknowns that stand in no entry of the Hessian.
    unused: Vec<usize>,
    direction: Vec<f64>,
    rhs: Vec<f64>,
    times: Times,
}

/// The quadratic model of an iteration: the energy, its gradient and the solution for the step.
struct Model {
    energy: f64,
    gradient: Vec<f64>,
    solved: Solved,
    projected: usize,
}

impl Newton {
    /// Prepares: the pattern over the unknowns that are not `held`, one flag for each, and the symbolic phase of the
    /// linear solver. Unknowns that no term uses are held, too.
    pub fn new(system: &mut System, held: &[bool], settings: Settings) -> Result<Self, Error> {
        let projection = if system.has_projection() { settings.projection } else { ProjectionPolicy::Never };
        let settings = Settings { projection, ..settings };
        check(system, held)?;
        let scale = Scale::of(system.problem(), held);
        let wished = held.to_vec();
        let (held, unused) = with_unused(system, held)?;
        let linear = Linear::new(system.pattern()?, &held, settings.linear)?;
        let (direction, rhs) = (vec![0.0; held.len()], Vec::new());
        Ok(Self {
            settings,
            held,
            wished,
            linear,
            version: system.pattern_version()?,
            scale,
            levels: Levels::new(projection),
            shift: Shift::default(),
            decrement: 0.0,
            number: 0,
            size: Size::default(),
            guard: None,
            unused,
            direction,
            rhs,
            times: Times::default(),
        })
    }

    /// The unknowns that do not move: those that are held, and those that no term uses.
    pub fn held(&self) -> &[bool] {
        &self.held
    }
}

impl Minimizer for Newton {
    fn step(&mut self, system: &mut System) -> Result<(Iteration, Option<Outcome>), Error> {
        let start = Instant::now();
        self.times = Times::default();
        let x = system.vector();
        let model = self.model(system)?;
        let Model { energy, gradient, solved, projected } = &model;
        self.size.follow(*energy);
        let free = self.linear.matrix.free.iter().map(|&k| k as usize);
        let slope: f64 = free.clone().map(|k| gradient[k] * self.direction[k]).sum();
        let gradient_norm = free.clone().map(|k| gradient[k] * gradient[k]).sum::<f64>().sqrt();
        let mut iteration = Iteration {
            number: self.number,
            energy: *energy,
            gradient_norm,
            decrement: (-slope).max(0.0).sqrt(),
            step: 0.0,
            linear_iterations: solved.iterations,
            projected: *projected,
            shift: self.shift.size(),
            load: 1.0,
            ..Iteration::default()
        };
        self.number += 1;
        let before = std::mem::replace(&mut self.decrement, iteration.decrement);
        self.levels.compare(iteration.decrement, before);
        let linear = self.unused.iter().find(|&&k| gradient[k].abs() > 0.0);
        let outcome = if let Some(&unknown) = linear {
            Some(Outcome::Linear { unknown })
        } else if self.is_small(&iteration, gradient, before) {
            Some(Outcome::Converged)
        } else {
            let changed = *projected > 0 || self.shift.size() > 0.0;
            let reach = self.guard.as_ref().map_or(f64::INFINITY, |guard| guard.reach(&x, &self.direction));
            let (direction, size) = (&self.direction, self.size);
            let line = Line { x: &x, direction, energy: *energy, slope, size, changed, reach };
            let found = timed(&mut self.times.evaluate, || match slope < 0.0 {
                true => line.search(system),
                false => Ok(None),
            })?;
            match found {
                Some(accepted) => {
                    iteration.step = accepted.step;
                    let short = accepted.step < SHORT && !accepted.limited;
                    if short {
                        self.levels.distrust();
                    }
                    self.shift.learn(accepted.step, short);
                    let away = self.scale.runs_away(&x, &self.direction, accepted.step);
                    away.map(|unknown| Outcome::Unbounded { unknown })
                }
                None => {
                    system.set_unknowns(&x)?;
                    Some(self.stuck(&iteration))
                }
            }
        };
        iteration.take_times(start, self.times);
        Ok((iteration, outcome))
    }

    fn guard(&mut self, guard: Guard) {
        self.guard = Some(guard);
    }

    fn restart(&mut self, system: &mut System) -> Result<(), Error> {
        check(system, &self.wished)?;
        let version = system.pattern_version()?;
        if version != self.version {
            (self.held, self.unused) = with_unused(system, &self.wished)?;
            self.linear.rebind(system.pattern()?, &self.held)?;
            self.version = version;
        }
        self.scale = Scale::of(system.problem(), &self.wished);
        (self.number, self.size) = (0, Size::default());
        Ok(())
    }
}

impl Newton {
    fn is_small(&self, iteration: &Iteration, gradient: &[f64], before: f64) -> bool {
        let matrix = &self.linear.matrix;
        let diagonal = matrix.free.iter().zip(matrix.diagonal()).map(|(&k, h)| (gradient[k as usize], h));
        self.settings.is_small(iteration, diagonal, Some(before), (self.scale.stiffness(matrix), self.scale.length))
    }

    /// The outcome where there is no step.
    fn stuck(&self, iteration: &Iteration) -> Outcome {
        match self.size.is_noise(0.5 * iteration.decrement * iteration.decrement) {
            true => Outcome::Precision,
            false => Outcome::NoStep,
        }
    }

    /// Evaluates, and solves for a direction of descent.
    fn model(&mut self, system: &mut System) -> Result<Model, Error> {
        self.levels.begin();
        // Which elements are around the largest entries of the gradient is known from the gradient.
        let mut gradient = match self.levels.needs_gradient() {
            true => timed(&mut self.times.evaluate, || system.gradient())?.1.to_vec(),
            false => Vec::new(),
        };
        loop {
            system.project(self.levels.projected(&gradient, &self.held));
            let at = timed(&mut self.times.evaluate, || system.evaluate())?;
            let energy = at.energy;
            gradient = at.gradient.to_vec();
            self.linear.set(at.hessian)?;
            let projected = system.projected_elements();
            if let Some(solved) = self.solve(&gradient)? {
                self.levels.found();
                return Ok(Model { energy, gradient, solved, projected });
            }
            self.levels.rise();
        }
    }

    /// Solves for the direction, with the shift to begin with. Where the matrix is not positive definite, `None` if more
    /// elements can be projected; otherwise more and more is added to its diagonal until it is.
    fn solve(&mut self, gradient: &[f64]) -> Result<Option<Solved>, Error> {
        let unit = self.scale.stiffness(&self.linear.matrix);
        let mut added = self.shift.begin();
        loop {
            self.linear.matrix.add_diagonal(|_, own| added * own.abs().max(unit));
            self.linear.matrix.gather(gradient, &mut self.rhs);
            self.rhs.iter_mut().for_each(|g| *g = -*g);
            let solved = timed(&mut self.times.linear, || self.linear.solve(&mut self.rhs));
            if solved.definite && self.is_solved(gradient, solved.iterations > 0) {
                self.direction.fill(0.0);
                for (&k, &d) in self.linear.matrix.free.iter().zip(&self.rhs) {
                    self.direction[k as usize] = d;
                }
                return Ok(Some(solved));
            }
            if self.levels.can_rise() {
                return Ok(None);
            }
            added = self.shift.grow().ok_or(Error::Singular)?;
        }
    }

    /// True if the direction solves the system: factors of a singular matrix do not. A direction of an iterative solver is
    /// taken as it is.
    fn is_solved(&self, gradient: &[f64], iterative: bool) -> bool {
        if self.rhs.iter().any(|d| !d.is_finite()) {
            return false;
        }
        if iterative {
            return true;
        }
        let mut product = vec![0.0; self.rhs.len()];
        self.linear.matrix.multiply(&self.rhs, &mut product);
        let (mut error, mut size) = (0.0f64, 0.0f64);
        for (&k, product) in self.linear.matrix.free.iter().zip(product) {
            let wanted = -gradient[k as usize];
            error = error.max((product - wanted).abs());
            size = size.max(wanted.abs());
        }
        error <= RESIDUAL * size
    }
}
