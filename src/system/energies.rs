//! The energy of every term.

use super::connectivity::{bound, inputs};
use super::{Error, System, diagnose};
use spadina_core::backend::Quantity;

impl System {
    /// The energy of each term, in the order of the problem; that of a residual is half the sum of its squares.
    ///
    /// Added up in this order they are [`value`](Self::value). The GPU adds up all terms at once; of a system there, the
    /// energies are computed by the reference, in double precision.
    ///
    /// ```
    /// use spadina::{Options, Problem, System, Term};
    ///
    /// let spring = "fn energy(x: array<f32, 2>) -> f32 { let d = x[1] - x[0]; return d * d; }";
    /// let weight = "fn energy(x: array<f32, 1>) -> f32 { return 9.81 * x[0]; }";
    /// let problem = Problem::new()
    ///     .unknown("x", vec![0.0, 2.0])
    ///     .indices("springs", vec![[0, 1]])
    ///     .indices("nodes", vec![[0], [1]])
    ///     .term(Term::energy("spring.wgsl", spring).over("springs"))
    ///     .term(Term::energy("weight.wgsl", weight).over("nodes"));
    /// let mut system = System::build(problem, Options::default())?;
    /// assert_eq!(system.energies()?, [4.0, 19.62]);
    /// # Ok::<(), spadina::Error>(())
    /// ```
    pub fn energies(&mut self) -> Result<Vec<f64>, Error> {
        self.bind()?;
        let (bound, connectivity) = bound(&mut self.bound, &self.connectivity);
        let inputs = inputs(&self.problem, self.displaced, &self.terms, connectivity);
        let energies = bound.energies(&inputs, &*self.executor)?;
        let sum = energies.iter().fold(0.0, |sum, energy| sum + energy);
        if !sum.is_finite() {
            let precision = self.backend.abilities().precision(self.options.precision);
            let problem = self.displaced_problem();
            return Err(diagnose::non_finite(&self.terms, &problem, (Quantity::Value, precision), sum).into());
        }
        Ok(energies)
    }
}
