//! Simulation: steps through time, each the minimum of an incremental potential.
//!
//! With implicit Euler, the positions at the end of a step of length `h` minimise
//!
//! ```text
//! 1/(2h²) (x - x̂)ᵀ M (x - x̂) - Σ m g·x + energy(x),     x̂ = x₀ + h v₀
//! ```
//!
//! which has its gradient where `M a = M g - energy'(x)` (Kane and others, *Variational integrators and the Newmark algorithm*,
//! 2000; Gast and others, *Optimization integrator for large time steps*, 2015). Backward differences of second order have
//! the same form with another `x̂` and `2h/3` for `h`. Inertia, weight, barriers, damping and friction are energies in WGSL like those
//! of the problem, and go through the same pipeline.
//!
//! ```
//! use spadina::simulate::{Setup, Simulation};
//! use spadina::{Options, Problem, Term};
//!
//! // Two nodes and a spring in free fall.
//! let spring = "fn energy(x: array<vec2f, 2>) -> f32 { let s = length(x[1] - x[0]) - 1.0; return 50.0 * s * s; }";
//! let problem = Problem::new()
//!     .unknown("x", vec![[0.0, 0.0], [1.1, 0.0]])
//!     .indices("springs", vec![[0, 1]])
//!     .term(Term::energy("spring.wgsl", spring).over("springs"));
//! let setup = Setup::new("x", vec![1.0, 1.0]).gravity(vec![0.0, -9.81]).step(0.01);
//! let mut simulation = Simulation::new(problem, setup, Options::default())?;
//! for _ in 0..100 {
//!     simulation.step()?;
//! }
//! let x = simulation.positions();
//! assert!((x[1] + 0.5 * 9.81 * 1.01).abs() < 1e-6); // h/2 later than the parabola
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_debug_implementations)]

mod contact;
mod error;
mod force;
mod grab;
mod integrator;
mod motion;
mod obstacle;
mod report;
mod setup;
mod state;
#[cfg(test)]
mod tests;

use crate::minimize::{self, Minimizer, Outcome};
use crate::problem::{Problem, Singular, Term};
use crate::system::{self, Arrays, Key, Options, System};
use crate::tensor::Tensor;
use contact::{Bodies, Contact};
pub use error::{Error, SectionError};
use grab::Grab;
pub use integrator::Integrator;
pub use motion::Motion;
pub use obstacle::{Obstacle, Shape};
pub use report::{Energies, StepReport};
pub use setup::Setup;
pub use state::State;
use std::ops::Range;
use std::time::Instant;

const INERTIA: &str = include_str!("energies/inertia.wgsl");

/// Names of arrays that simulation adds to a problem.
const NODES: &str = "simulated nodes";
const COASTING: &str = "coasting";
const RATE: &str = "rate of inertia";
const BEFORE: &str = "positions before";
const MASS: &str = "masses of nodes";
const GRAVITY: &str = "gravity of nodes";

/// Below this speed, in extents of the positions for each second, friction lets nodes creep (Li and others, *Incremental
/// potential contact*, 2020, take the same).
const CREEP: f64 = 1e-3;

/// A problem that is stepped through time.
#[derive(Debug)]
pub struct Simulation {
    system: System,
    setup: Setup,
    method: Box<dyn Minimizer>,
    contacts: Vec<Contact>,
    grab: Grab,
    /// The number of the term of inertia and weight, which follows those of the problem.
    inertia: usize,
    /// The place of the positions in the global vector, and the components of a node.
    first: usize,
    width: usize,
    step: usize,
    time: f64,
    start: Vec<f64>,
    velocity: Vec<f64>,
    before: Option<(Vec<f64>, Vec<f64>)>,
}

impl Simulation {
    /// Adds inertia, weight and obstacles to a problem, and compiles it.
    pub fn new(problem: Problem, setup: Setup, options: Options) -> Result<Simulation, Error> {
        let (first, tensor) = positions(&problem, &setup.unknown)?;
        let (nodes, width) = (tensor.shape[0], tensor.shape[1]);
        let setup = setup.complete(first, (nodes, width), problem.unknown_count())?;
        let extent = minimize::extent(&tensor);
        let slip = CREEP * extent * setup.step;
        let inertia = problem.terms.len();
        let mut problem = with_inertia(problem, &setup, &tensor);
        let mut contacts = Vec::new();
        let bodies = Bodies { unknown: &setup.unknown, width, masses: &setup.masses, step: setup.step, slip };
        for obstacle in setup.obstacles.iter().enumerate() {
            obstacle::check_dimension(obstacle, width)?;
            obstacle::check_outside(obstacle, &tensor.data, width)?;
            let contact;
            (problem, contact) = Contact::add(problem, obstacle, &bodies)?;
            contacts.push(contact);
        }
        let (problem, grab) = Grab::add(problem, (&setup.unknown, width), (setup.masses.iter().sum(), setup.step));
        let mut system = System::build(problem, setup.minimize.options(options))?;
        if !contacts.is_empty() {
            // What will change is said once: the pattern of all else is kept from then on.
            let tables = contacts.iter().map(Contact::table).chain([grab::NODES]);
            tables.into_iter().try_for_each(|table| system.set_indices(table, grab::none()))?;
        }
        let mut method = minimize::minimizer(&mut system, &setup.fixed(), setup.minimize)?;
        if !setup.obstacles.is_empty() {
            method.guard(obstacle::guard(setup.obstacles.clone(), first..first + nodes * width, width));
        }
        // Where nothing touches yet, whatever is not finite is the problem's own.
        system.gradient()?;
        let (start, velocity) = (system.vector(), setup.velocity.clone());
        let (step, time, before) = (0, 0.0, None);
        Ok(Simulation {
            system,
            setup,
            method,
            contacts,
            grab,
            inertia,
            first,
            width,
            step,
            time,
            start,
            velocity,
            before,
        })
    }

    /// The system, whose unknowns are the present.
    pub fn system(&self) -> &System {
        &self.system
    }

    /// Gives an array of the problem, by its name or its handle in the [`system`](Self::system), new values, such as a
    /// stiffness.
    pub fn set_array(&mut self, array: impl Key<Arrays>, values: &[f64]) -> Result<(), Error> {
        Ok(self.system.set_array(array, values)?)
    }

    /// Gives gravity another acceleration, with a number for each component of a position.
    pub fn set_gravity(&mut self, gravity: &[f64]) -> Result<(), Error> {
        self.system.set_array(GRAVITY, gravity)?;
        self.setup.gravity = gravity.to_vec();
        Ok(())
    }

    /// The setup that it was made of, with gravity as it is now.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The time in seconds.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The positions, (n, 2) or (n, 3) in C order.
    pub fn positions(&self) -> Vec<f64> {
        self.own(&self.system.vector()).to_vec()
    }

    /// The velocity of each entry of the positions.
    pub fn velocities(&self) -> &[f64] {
        &self.velocity
    }

    /// The masses of the nodes.
    pub fn masses(&self) -> &[f64] {
        &self.setup.masses
    }

    /// The entries of the global vector that are positions.
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.velocity.len()
    }

    fn own<'a>(&self, vector: &'a [f64]) -> &'a [f64] {
        &vector[self.range()]
    }

    /// The positions at which the nodes would arrive without forces, and the step by which differences are divided.
    fn coasting(&self, x: &[f64]) -> (Vec<f64>, f64) {
        let h = self.setup.step;
        match (&self.before, self.setup.integrator) {
            (Some((before, old)), Integrator::Bdf2) => {
                let before = self.own(before);
                let h = 2.0 * h / 3.0;
                let place = |k: usize| (4.0 * x[k] - before[k]) / 3.0 + h * (4.0 * self.velocity[k] - old[k]) / 3.0;
                ((0..x.len()).map(place).collect(), h)
            }
            _ => (x.iter().zip(&self.velocity).map(|(x, v)| x + h * v).collect(), h),
        }
    }

    /// The velocities at the end of a step from `x` to `to`.
    fn velocities_after(&self, x: &[f64], to: &[f64], h: f64) -> Vec<f64> {
        match (&self.before, self.setup.integrator) {
            (Some((before, _)), Integrator::Bdf2) => {
                let before = self.own(before);
                (0..x.len()).map(|k| (to[k] - (4.0 * x[k] - before[k]) / 3.0) / h).collect()
            }
            _ => to.iter().zip(x).map(|(to, x)| (to - x) / h).collect(),
        }
    }

    /// Makes a step. One that fails leaves everything where it was.
    pub fn step(&mut self) -> Result<StepReport, Error> {
        let all = self.system.vector();
        let made = self.advance(&all);
        if made.is_err() {
            self.system.set_unknowns(&all)?;
        }
        made
    }

    /// Makes a step from a global vector.
    fn advance(&mut self, all: &[f64]) -> Result<StepReport, Error> {
        let begin = Instant::now();
        let (step, time) = (self.step + 1, (self.step + 1) as f64 * self.setup.step);
        let x = self.own(all).to_vec();
        let (coasting, h) = self.coasting(&x);
        self.system.set_array(COASTING, &coasting)?;
        self.system.set_array(BEFORE, &x)?;
        self.system.set_array(RATE, &[1.0 / (h * h)])?;
        for contact in &mut self.contacts {
            contact.prepare(&mut self.system, &x, &coasting, self.width)?;
        }
        let mut rebinding = 0.0;
        let (outcome, iterations) = loop {
            let start = Instant::now();
            self.begin(all, (step, time))?;
            self.method.restart(&mut self.system)?;
            rebinding += start.elapsed().as_secs_f64();
            let most = self.setup.minimize.iterations;
            let report = minimize::iterate(self.method.as_mut(), &mut self.system, most, |_| true);
            let report = report.map_err(|error| self.infinite((step, time), error))?;
            // What has not converged is an approximation still; the caller sees it in the outcome.
            let outcome = report.outcome;
            if outcome == Outcome::Stopped {
                return Err(minimize::Error::Stopped.into());
            }
            if let Outcome::Linear { unknown } | Outcome::Unbounded { unknown } = outcome {
                return Err(Error::Step { step, time, outcome, node: self.node(unknown) });
            }
            let to = self.positions();
            let mut more = false;
            for contact in &mut self.contacts {
                more |= contact.complete(&mut self.system, &x, &to, self.width)?;
            }
            if !more {
                break (report.outcome, report.iterations);
            }
        };
        let to = self.positions();
        let velocity = self.velocities_after(&x, &to, h);
        let energies = self.energies_at(&velocity)?;
        self.before = Some((all.to_vec(), std::mem::replace(&mut self.velocity, velocity)));
        (self.step, self.time) = (step, time);
        let contacts = self.contacts.iter().map(Contact::count).sum();
        let seconds = begin.elapsed().as_secs_f64();
        Ok(StepReport { step, time, outcome, iterations, energies, contacts, seconds, rebinding })
    }

    /// The error of a minimisation: wherever it has been, the energy is finite, so that it is not only where it began.
    fn infinite(&self, (step, time): (usize, f64), error: minimize::Error) -> Error {
        match error {
            minimize::Error::System(source @ system::Error::NonFinite { .. }) => {
                let hint = if self.setup.motions.is_empty() { "" } else { ": do nodes move too far in one step?" };
                Error::Infinite { step, time, source: Box::new(source), hint }
            }
            error => error.into(),
        }
    }

    /// The node that an entry of the global vector belongs to, if it is a position.
    fn node(&self, entry: usize) -> Option<usize> {
        self.range().contains(&entry).then(|| (entry - self.first) / self.width)
    }

    /// Puts the unknowns where a step begins: what moves by key frames is where it will be, before all obstacles.
    fn begin(&mut self, all: &[f64], (step, time): (usize, f64)) -> Result<(), Error> {
        let mut to = all.to_vec();
        for motion in &self.setup.motions {
            for (&entry, by) in motion.entries.iter().zip(motion.at(time)) {
                to[entry] = self.start[entry] + by;
            }
        }
        if !self.setup.motions.is_empty() {
            self.check_outside(self.own(&to)).map_err(|error| match error {
                Error::Inside { node, obstacle, distance } => Error::Moved { step, time, node, obstacle, distance },
                error => error,
            })?;
        }
        Ok(self.system.set_unknowns(&to)?)
    }

    /// Checks that all nodes are outside of all obstacles.
    fn check_outside(&self, x: &[f64]) -> Result<(), Error> {
        let mut obstacles = self.setup.obstacles.iter().enumerate();
        obstacles.try_for_each(|obstacle| obstacle::check_outside(obstacle, x, self.width))
    }

    /// The energies as they are now, before a step or after it.
    pub fn energies(&mut self) -> Result<Energies, Error> {
        let x = self.positions();
        for contact in &mut self.contacts {
            contact.prepare(&mut self.system, &x, &x, self.width)?;
        }
        let velocity = self.velocity.clone();
        self.energies_at(&velocity)
    }

    /// The energies at the end of a step, each that of its terms. Without its rate, the term of inertia and weight is that
    /// of weight alone; the next step gives it its rate again.
    fn energies_at(&mut self, velocity: &[f64]) -> Result<Energies, Error> {
        self.system.set_array(RATE, &[0.0])?;
        let terms = self.system.energies()?;
        let mut all = Energies { gravity: terms[self.inertia], ..Energies::default() };
        terms[..self.inertia].iter().for_each(|energy| all.elastic += energy);
        self.contacts.iter().for_each(|contact| all.contact += terms[contact.barrier()]);
        for (&mass, velocity) in self.setup.masses.iter().zip(velocity.chunks_exact(self.width)) {
            velocity.iter().for_each(|v| all.kinetic += 0.5 * mass * v * v);
        }
        Ok(all)
    }
}

/// Adds inertia and weight of nodes at positions to a problem.
fn with_inertia(problem: Problem, setup: &Setup, positions: &Tensor<f64>) -> Problem {
    let (nodes, width) = (positions.shape[0], positions.shape[1]);
    let text = INERTIA.replace("VEC", &format!("vec{width}f"));
    let term = Term::energy("inertia.wgsl", text).over(NODES).bind("x", &setup.unknown).singular(Singular::Error);
    let term = term.bind("coasting", COASTING).bind("mass", MASS).bind("gravity", GRAVITY).bind("rate", RATE);
    problem
        .array(COASTING, positions.clone())
        .array(BEFORE, positions.clone())
        .array(MASS, setup.masses.clone())
        .array(GRAVITY, setup.gravity.clone())
        .array(RATE, 1.0 / (setup.step * setup.step))
        .indices(NODES, Tensor { shape: vec![nodes, 1], data: (0..nodes as i32).collect() })
        .term(term)
}

/// The unknown with the positions, and where it begins in the global vector.
pub(crate) fn positions(problem: &Problem, name: &str) -> Result<(usize, Tensor<f64>), Error> {
    let mut first = 0;
    for (own, tensor) in &problem.unknowns {
        if own == name && matches!(tensor.shape[..], [_, 2 | 3]) {
            return Ok((first, tensor.clone()));
        }
        first += tensor.data.len();
    }
    Err(Error::Unknown { name: name.into() })
}
