//! The force and stiffness of an obstacle's barrier: the derivatives of its energy by the distance.

use super::Error;
use crate::problem::{Problem, Term};
use crate::system::{Options, System};

/// The energy of barriers, before the text of those who call it.
pub const BARRIER: &str = include_str!("energies/barrier.wgsl");
const FORCE: &str = include_str!("energies/force.wgsl");

/// The barrier of an obstacle as a function of distances.
#[derive(Debug)]
pub struct BarrierForce(System);

impl BarrierForce {
    /// The force of a barrier that reaches so far, of a stiffness.
    pub fn new(reach: f64, stiffness: f64) -> Result<Self, Error> {
        let problem = Problem::new()
            .unknown("distance", vec![reach])
            .array("reach", reach)
            .array("stiffness", stiffness)
            .indices("nodes", vec![[0]])
            .term(Term::energy("force.wgsl", format!("{BARRIER}{FORCE}")).over("nodes"));
        Ok(Self(System::build(problem, Options::default().threads(1))?))
    }

    /// The forces at distances, away from the obstacle, and the stiffnesses.
    pub fn at(&mut self, distances: &[f64]) -> Result<(Vec<f64>, Vec<f64>), Error> {
        if distances.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        if self.0.unknowns() != distances.len() {
            let nodes: Vec<[i32; 1]> = (0..distances.len() as i32).map(|node| [node]).collect();
            self.0.set_indices("nodes", nodes)?;
        }
        self.0.set_unknown("distance", distances)?;
        let at = self.0.evaluate()?;
        let mut stiffnesses = vec![0.0; distances.len()];
        at.hessian.coordinates()?.for_each(|(row, _, value)| stiffnesses[row] = value);
        Ok((at.gradient.iter().map(|slope| -slope).collect(), stiffnesses))
    }
}
