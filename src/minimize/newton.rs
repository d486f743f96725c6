//! Newton's method with line search.

use super::error::Error;
use super::gauge::{At, Gauge};
use super::guard::Guard;
use super::levels::Levels;
use super::linear::Linear;
use super::method::{Minimizer, check, with_unused};
use super::report::{Iteration, Outcome, SolvedHessian};
use super::scale::{Scale, Size};
use super::search::{Accepted, Line};
use super::settings::{ProjectionPolicy, Settings};
use super::shift::{self, Shift};
use super::timed::{Times, timed};
use super::vector::norm;
use crate::system::{ProjectedElements, System};
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
///
/// Translations and rotations that the energy does not feel leave the Hessian singular; they are found and held. What is found
/// with a Hessian that was changed ends nothing before the Hessian as it is has been tried.
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
    gauge: Gauge,
    /// The last decrement.
    decrement: f64,
    number: usize,
    size: Size,
    guard: Option<Guard>,
    /// Unknowns that stand in no entry of the Hessian.
    unused: Vec<usize>,
    rhs: Vec<f64>,
    times: Times,
}

/// The quadratic model of an iteration: the energy, its gradient and the solution for the step.
struct Model {
    energy: f64,
    gradient: Vec<f64>,
    /// The Hessian's diagonal over what is free, without a shift, and the median size of its entries.
    diagonal: Vec<f64>,
    stiffness: f64,
    /// The Hessian before any change.
    own: SolvedHessian,
    direction: Vec<f64>,
    projected: usize,
    shift: f64,
}

impl Model {
    /// True if its Hessian is not that of the energy.
    fn is_changed(&self) -> bool {
        self.hessian() != self.own
    }

    fn hessian(&self) -> SolvedHessian {
        match () {
            () if self.shift > 0.0 => SolvedHessian::Shifted,
            () if self.projected > 0 => SolvedHessian::Projected,
            () => self.own,
        }
    }
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
        let pattern = system.pattern()?;
        let (linear, gauge) =
            (Linear::new(pattern, &held, settings.linear, settings.stop)?, Gauge::new(pattern, &held));
        Ok(Self {
            settings,
            held,
            wished,
            linear,
            version: system.pattern_version()?,
            scale,
            levels: Levels::new(projection),
            shift: Shift::default(),
            gauge,
            decrement: 0.0,
            number: 0,
            size: Size::default(),
            guard: None,
            unused,
            rhs: Vec::new(),
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
        let mut model = self.model(system, &x)?;
        self.size.follow(model.energy);
        let before = self.decrement;
        // The Hessian as it is was tried, and is no model.
        let mut tried = false;
        let (mut iteration, outcome) = loop {
            let mut iteration = self.iteration(&model);
            let linear = self.unused.iter().find(|&&k| model.gradient[k].abs() > 0.0);
            if let Some(&unknown) = linear {
                break (iteration, Some(Outcome::Linear { unknown }));
            }
            let small = self.is_small(&iteration, &model, before);
            let doubted = model.is_changed() && !tried;
            if small && !doubted && self.is_end(&model) {
                break (iteration, Some(Outcome::Converged));
            }
            let found = if small && doubted { None } else { self.search(system, &x, &model)? };
            if let Some(accepted) = found {
                let away = self.accept(&x, &model, accepted);
                iteration.step = accepted.step;
                break (iteration, away);
            }
            system.set_unknowns(&x)?;
            tried = true;
            match if doubted { self.unchanged(system, &x)? } else { None } {
                Some(own) => model = own,
                None if small && doubted => {}
                None => break (iteration, Some(self.stuck(&iteration, &model))),
            }
        };
        self.number += 1;
        self.decrement = iteration.decrement;
        self.levels.compare(iteration.decrement, before);
        iteration.take_times(start, self.times);
        Ok((iteration, outcome))
    }

    fn guard(&mut self, guard: Guard) {
        self.guard = Some(guard);
    }

    fn restart(&mut self, system: &mut System) -> Result<(), Error> {
        check(system, &self.wished)?;
        let version = system.pattern_version()?;
        if version != self.version || self.linear.is_lost() {
            (self.held, self.unused) = with_unused(system, &self.wished)?;
            let pattern = system.pattern()?;
            self.linear.rebind(pattern, &self.held)?;
            self.gauge.rebind(pattern, &self.held);
            self.version = version;
        }
        self.scale = Scale::of(system.problem(), &self.wished);
        (self.number, self.size) = (0, Size::default());
        Ok(())
    }

    fn seconds_symbolic(&self) -> f64 {
        self.linear.seconds_symbolic
    }
}

impl Newton {
    /// The report of an iteration with a model.
    fn iteration(&self, model: &Model) -> Iteration {
        let Model { energy, gradient, direction, .. } = model;
        let free = self.linear.matrix.free.iter().map(|&k| k as usize);
        let slope: f64 = free.clone().map(|k| gradient[k] * direction[k]).sum();
        Iteration {
            number: self.number,
            energy: *energy,
            gradient_norm: norm(free.map(|k| gradient[k])),
            decrement: (-slope).max(0.0).sqrt(),
            decrement_limit: self.settings.decrement_limit(self.scales(model)),
            projected: model.projected,
            shift: model.shift,
            hessian: model.hessian(),
            load: 1.0,
            ..Iteration::default()
        }
    }

    /// The stiffness and the length of the problem.
    fn scales(&self, model: &Model) -> (f64, f64) {
        (model.stiffness, self.scale.length)
    }

    fn is_small(&self, iteration: &Iteration, model: &Model, before: f64) -> bool {
        self.settings.is_small(iteration, self.forces(model), Some(before), self.scales(model))
    }

    /// The gradient over what is free, with the diagonal of the Hessian.
    fn forces<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.linear.matrix.free.iter().map(|&k| model.gradient[k as usize]).zip(model.diagonal.iter().copied())
    }

    /// True if a small decrement is an end: under a changed Hessian it may be small anywhere, so that the gradient decides.
    fn is_end(&self, model: &Model) -> bool {
        model.projected == 0 && !shift::counts(model.shift)
            || self.settings.is_flat(self.forces(model), self.scales(model))
    }

    /// Searches along the direction of a model.
    fn search(&mut self, system: &mut System, x: &[f64], model: &Model) -> Result<Option<Accepted>, Error> {
        let direction = &model.direction;
        let slope: f64 = model.gradient.iter().zip(direction).map(|(g, d)| g * d).sum();
        if slope.is_nan() || slope >= 0.0 {
            return Ok(None);
        }
        let reach = self.guard.as_ref().map_or(f64::INFINITY, |guard| guard.reach(x, direction));
        let changed = model.projected > 0 || model.shift > 0.0;
        let line = Line { x, direction, energy: model.energy, slope, size: self.size, changed, reach };
        timed(&mut self.times.evaluate, || line.search(system))
    }

    /// Learns from a step; returns the outcome where an unknown runs away.
    fn accept(&mut self, x: &[f64], model: &Model, accepted: Accepted) -> Option<Outcome> {
        let short = accepted.step < SHORT && !accepted.limited;
        if short {
            self.levels.distrust();
        }
        self.shift.learn(accepted.step, short);
        let away = self.scale.runs_away(x, &model.direction, accepted.step);
        away.map(|unknown| Outcome::Unbounded { unknown })
    }

    /// The outcome where there is no step. A shift makes any decrement as small as rounding errors.
    fn stuck(&self, iteration: &Iteration, model: &Model) -> Outcome {
        let noise = self.size.is_noise(0.5 * iteration.decrement * iteration.decrement);
        match noise && !shift::counts(model.shift) {
            true => Outcome::Precision,
            false => Outcome::NoStep,
        }
    }

    /// Evaluates, and solves for a direction of descent.
    fn model(&mut self, system: &mut System, x: &[f64]) -> Result<Model, Error> {
        self.levels.begin();
        // Which elements are around the largest entries of the gradient is known from the gradient.
        let mut gradient = match self.levels.needs_gradient() {
            true => timed(&mut self.times.evaluate, || system.gradient())?.1.to_vec(),
            false => Vec::new(),
        };
        loop {
            let elements = self.levels.projected(&gradient, &self.held);
            let mut model = self.evaluate(system, x, elements)?;
            if self.solve(&mut model, x)? {
                self.levels.found();
                return Ok(model);
            }
            gradient = model.gradient;
            self.levels.rise();
        }
    }

    /// The model with the Hessian as it is, if it is positive definite. It is what is begun with from then on.
    fn unchanged(&mut self, system: &mut System, x: &[f64]) -> Result<Option<Model>, Error> {
        let mut model = self.evaluate(system, x, ProjectedElements::None)?;
        let found = self.try_solve(&mut model, x)?;
        if found {
            self.levels.trust();
            self.shift.forget();
        }
        Ok(found.then_some(model))
    }

    /// Evaluates with some elements projected, and holds what moves freely.
    fn evaluate(&mut self, system: &mut System, x: &[f64], elements: ProjectedElements) -> Result<Model, Error> {
        system.project(elements);
        let at = timed(&mut self.times.evaluate, || system.evaluate())?;
        let (energy, gradient) = (at.energy, at.gradient.to_vec());
        let start = Instant::now();
        self.linear.set(at.hessian)?;
        let projected = system.projected_elements();
        let diagonal: Vec<f64> = self.linear.matrix.diagonal().collect();
        self.linear.matrix.gather(&gradient, &mut self.rhs);
        let at = At { x, gradient: &self.rhs };
        let pins = self.gauge.pins(system.problem(), &self.linear.matrix, at, projected > 0);
        let stiffness = Scale::stiffness(diagonal.iter().copied());
        self.linear.hold(pins.into_iter().map(|row| (row, diagonal[row].abs().max(stiffness))).collect());
        self.times.linear += start.elapsed().as_secs_f64();
        let squares = system.problem().has_residuals() && system.options().gauss_newton;
        let own = if squares { SolvedHessian::GaussNewton } else { SolvedHessian::Unchanged };
        Ok(Model { energy, gradient, diagonal, stiffness, own, direction: Vec::new(), projected, shift: 0.0 })
    }

    /// Solves for the direction, with the shift to begin with. Where the matrix is not positive definite, false if more
    /// elements can be projected; otherwise more and more is added to its diagonal until it is.
    fn solve(&mut self, model: &mut Model, x: &[f64]) -> Result<bool, Error> {
        let unit = model.stiffness;
        let mut added = self.shift.begin();
        loop {
            self.linear.matrix.add_diagonal(|_, own| added * own.abs().max(unit));
            model.shift = self.shift.size();
            if self.try_solve(model, x)? {
                return Ok(true);
            }
            if self.levels.can_rise() {
                return Ok(false);
            }
            added = self.shift.grow().ok_or(Error::Singular)?;
        }
    }

    /// Solves for the direction with the matrix at hand; false if it is not positive definite.
    fn try_solve(&mut self, model: &mut Model, x: &[f64]) -> Result<bool, Error> {
        let start = Instant::now();
        self.linear.matrix.gather(&model.gradient, &mut self.rhs);
        self.rhs.iter_mut().for_each(|g| *g = -*g);
        if !self.linear.is_direct() {
            // Without springs only forces that move nothing freely have a solution; rounding errors are none of them.
            self.gauge.remove(&mut self.rhs, x);
        }
        let symbolic = self.linear.seconds_symbolic;
        let solved = self.linear.solve(&mut self.rhs)?;
        self.times.count(solved);
        let found = solved.definite && self.is_solved(&model.gradient, solved.factored);
        if found {
            self.gauge.remove(&mut self.rhs, x);
            model.direction = vec![0.0; self.held.len()];
            for (&k, &d) in self.linear.matrix.free.iter().zip(&self.rhs) {
                model.direction[k as usize] = d;
            }
        }
        self.times.linear += start.elapsed().as_secs_f64() - (self.linear.seconds_symbolic - symbolic);
        Ok(found)
    }

    /// True if the direction solves the system: factors of a singular matrix do not. A direction of an iterative solver is
    /// taken as it is.
    fn is_solved(&self, gradient: &[f64], factored: bool) -> bool {
        if self.rhs.iter().any(|d| !d.is_finite()) {
            return false;
        }
        if !factored {
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
