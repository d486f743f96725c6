//! Newton's method with line search.

use super::linear::{Linear, Solved};
use super::scale::Scale;
use super::search::{Accepted, Line};
use super::timed::{Times, timed};
use super::{Error, Guard, Iteration, Minimizer, Outcome, Projecting, Settings};
use crate::system::{Projected, System};
use std::time::Instant;

/// Thresholds of the gradient, as shares of its largest entry: elements around unknowns with larger entries are projected
/// longest.
const SHARES: [f64; 3] = [0.25, 0.05, 0.005];

/// Projection of all elements, in the list of levels: none, [`SHARES`], all.
const ALL: usize = SHARES.len() + 1;

/// A level that fails again and again is tried every so many iterations.
const MOST_PATIENCE: usize = 7;

/// The largest shift of the diagonal, in terms of its own entries and their median.
const LARGEST_SHIFT: f64 = 1e8;

/// Newton's method on one system: what it keeps between iterations.
///
/// An iteration evaluates the Hessian, makes it positive definite where it is not, solves for the step and searches along
/// it. With [`Projecting::OnDemand`] the Hessian is taken as it is as long as it is definite, which is what makes the
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
    level: usize,
    shift: f64,
    /// Iterations for which a level that failed is not tried again, and those since it was tried last.
    patience: usize,
    waited: usize,
    /// The last decrement, and whether it was much smaller than the one before.
    decrement: f64,
    fast: bool,
    number: usize,
    largest: f64,
    /// The shift to begin with.
    next_shift: f64,
    /// How many steps in a row were short.
    short: usize,
    guard: Option<Guard>,
    /// Unknowns that stand in no entry of the Hessian.
    unused: Vec<usize>,
    direction: Vec<f64>,
    rhs: Vec<f64>,
    times: Times,
}

/// Where an iteration stands: the energy, its gradient and the step.
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
        let projection = if system.has_projection() { settings.projection } else { Projecting::Never };
        let settings = Settings { projection, ..settings };
        super::check(system, held)?;
        let scale = Scale::of(system.problem(), held);
        let wished = held.to_vec();
        let (held, unused) = super::with_unused(system, held)?;
        let linear = Linear::new(system.pattern()?, &held, settings.linear)?;
        let (direction, rhs) = (vec![0.0; held.len()], Vec::new());
        let level = if settings.projection == Projecting::Always { ALL } else { 0 };
        Ok(Self {
            settings,
            held,
            wished,
            linear,
            version: system.pattern_version()?,
            scale,
            level,
            shift: 0.0,
            patience: 0,
            waited: 0,
            decrement: 0.0,
            fast: false,
            number: 0,
            largest: 0.0,
            next_shift: 0.0,
            short: 0,
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
        // What energies are sums of is larger than they are; what it was at a bad start is forgotten.
        self.largest = energy.abs().max(0.25 * self.largest);
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
            shift: self.shift,
            load: 1.0,
            ..Iteration::default()
        };
        self.number += 1;
        let before = std::mem::replace(&mut self.decrement, iteration.decrement);
        self.fast = iteration.decrement < 0.2 * before;
        let linear = self.unused.iter().find(|&&k| gradient[k].abs() > 0.0);
        let outcome = if let Some(&unknown) = linear {
            Some(Outcome::Linear { unknown })
        } else if self.is_small(&iteration, gradient, before) {
            Some(Outcome::Converged)
        } else {
            let changed = *projected > 0 || self.shift > 0.0;
            let reach = self.guard.as_ref().map_or(f64::INFINITY, |guard| guard.reach(&x, &self.direction));
            let (direction, scale) = (&self.direction, self.largest);
            let line = Line { x: &x, direction, energy: *energy, slope, scale, changed, reach };
            let found = timed(&mut self.times.evaluate, || match slope < 0.0 {
                true => line.search(system),
                false => Ok(None),
            })?;
            match found {
                Some(accepted) => {
                    iteration.step = accepted.step;
                    self.learn(&accepted);
                    let away = self.scale.is_far(&x, &self.direction, accepted.step);
                    away.map(|unknown| Outcome::Unbounded { unknown })
                }
                None => {
                    system.set_unknowns(&x)?;
                    Some(self.stuck(&iteration, &model))
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
        super::check(system, &self.wished)?;
        let version = system.pattern_version()?;
        if version != self.version {
            (self.held, self.unused) = super::with_unused(system, &self.wished)?;
            self.linear.rebind(system.pattern()?, &self.held)?;
            self.version = version;
        }
        self.scale = Scale::of(system.problem(), &self.wished);
        (self.number, self.largest) = (0, 0.0);
        Ok(())
    }
}

impl Newton {
    fn is_small(&self, iteration: &Iteration, gradient: &[f64], before: f64) -> bool {
        let matrix = &self.linear.matrix;
        let diagonal = matrix.free.iter().zip(matrix.diagonal()).map(|(&k, h)| (gradient[k as usize], h));
        self.settings.is_small(iteration, diagonal, Some(before), (self.scale.stiffness(matrix), self.scale.length))
    }

    /// Chooses what to begin with next time. After short steps, which near singular Hessians lead too far along directions
    /// of hardly any stiffness, all elements are projected, and if that does not help, the shift grows; after whole ones it
    /// becomes less.
    fn learn(&mut self, accepted: &Accepted) {
        self.short = if accepted.step < 0.3 && !accepted.limited { self.short + 1 } else { 0 };
        if self.short > 0 && self.settings.projection == Projecting::OnDemand && self.level < ALL {
            (self.level, self.waited) = (ALL, 0);
            self.patience = self.patience.max(1);
        }
        self.next_shift = match accepted.step {
            _ if self.short > 1 => (16.0 * self.shift).clamp(1e-8, LARGEST_SHIFT),
            0.9.. if self.shift > 1e-10 => self.shift / 16.0,
            0.9.. => 0.0,
            _ => self.shift,
        };
    }

    /// What it means that there is no step.
    fn stuck(&self, iteration: &Iteration, model: &Model) -> Outcome {
        let expected = 0.5 * iteration.decrement * iteration.decrement;
        match expected <= 1e-10 * self.largest.max(model.energy.abs()) {
            true => Outcome::Precision,
            false => Outcome::NoStep,
        }
    }

    /// Evaluates, and solves for a direction of descent.
    fn model(&mut self, system: &mut System) -> Result<Model, Error> {
        let lowered = self.lower();
        let mut tries = 0;
        // Which elements are around the largest entries of the gradient is known from the gradient.
        let mut gradient = match self.level {
            1..ALL => timed(&mut self.times.evaluate, || system.gradient())?.1.to_vec(),
            _ => Vec::new(),
        };
        loop {
            system.project(self.projected(&gradient));
            let at = timed(&mut self.times.evaluate, || system.evaluate())?;
            let energy = at.energy;
            gradient = at.gradient.to_vec();
            self.linear.set(at.hessian)?;
            let projected = system.projected_elements();
            let raised = self.settings.projection == Projecting::OnDemand && self.level < ALL;
            if let Some(solved) = self.solve(&gradient, raised)? {
                if lowered {
                    self.waited = 0;
                    self.patience = if tries == 0 { 0 } else { (2 * self.patience + 1).min(MOST_PATIENCE) };
                }
                return Ok(Model { energy, gradient, solved, projected });
            }
            self.level = ALL;
            tries += 1;
        }
    }

    /// Whether one level less is tried: it may be enough now, but not if it has just failed and little has changed.
    fn lower(&mut self) -> bool {
        if self.settings.projection != Projecting::OnDemand || self.level == 0 {
            return false;
        }
        self.waited += 1;
        if self.waited <= self.patience && !self.fast {
            return false;
        }
        self.level -= 1;
        true
    }

    /// The elements to project at the level.
    fn projected(&self, gradient: &[f64]) -> Projected {
        match (self.settings.projection, self.level) {
            (Projecting::Never, _) | (Projecting::OnDemand, 0) => Projected::None,
            (Projecting::OnDemand, level @ 1..ALL) => {
                let most = gradient.iter().zip(&self.held).filter(|(_, held)| !**held);
                let most = most.map(|(g, _)| g.abs()).fold(0.0, f64::max);
                let bound = SHARES[level - 1] * most;
                Projected::Around(gradient.iter().map(|g| g.abs() >= bound).collect())
            }
            _ => Projected::All,
        }
    }

    /// Solves for the direction, with the shift to begin with. Where the matrix is not positive definite, `None` if it can be
    /// `raised`; otherwise more and more is added to its diagonal until it is.
    fn solve(&mut self, gradient: &[f64], raised: bool) -> Result<Option<Solved>, Error> {
        let unit = self.scale.stiffness(&self.linear.matrix);
        let (mut added, mut shift) = (0.0, self.next_shift);
        loop {
            let more = shift - added;
            self.linear.matrix.add_diagonal(|_, own| more * own.abs().max(unit));
            (added, self.shift) = (shift, shift);
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
            if raised {
                return Ok(None);
            }
            if shift > LARGEST_SHIFT {
                return Err(Error::Singular);
            }
            shift = (10.0 * shift).max(1e-10);
        }
    }

    /// Whether the direction solves the system: factors of a singular matrix do not. What an iterative solver has is taken.
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
        error <= 1e-4 * size
    }
}
