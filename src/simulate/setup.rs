//! Setups of simulations.

use super::error::Error;
use super::integrator::Integrator;
use super::motion::Motion;
use super::obstacle::Obstacle;
use crate::minimize::Settings;

/// The nodes, forces and obstacles of a simulation, and its time steps.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// The unknown with the positions of the nodes, (n, 2) or (n, 3).
    pub unknown: String,
    /// The integrator of time.
    pub integrator: Integrator,
    /// The length of a step in seconds.
    pub step: f64,
    /// The mass of each node; nodes that are held or moved may have none.
    pub masses: Vec<f64>,
    /// The acceleration by gravity; empty for none.
    pub gravity: Vec<f64>,
    /// The velocity of each entry of the positions at the start; empty for rest.
    pub velocity: Vec<f64>,
    /// A flag for each entry of the global vector that is held; empty for none.
    pub held: Vec<bool>,
    /// The motions by key frames.
    pub motions: Vec<Motion>,
    /// The obstacles that nodes cannot enter.
    pub obstacles: Vec<Obstacle>,
    /// The settings by which each step is minimised.
    pub minimize: Settings,
}

impl Setup {
    /// Nodes of these masses, without anything else, in steps of a hundredth of a second.
    pub fn new(unknown: impl Into<String>, masses: Vec<f64>) -> Setup {
        Setup {
            unknown: unknown.into(),
            integrator: Integrator::ImplicitEuler,
            step: 0.01,
            masses,
            gravity: Vec::new(),
            velocity: Vec::new(),
            held: Vec::new(),
            motions: Vec::new(),
            obstacles: Vec::new(),
            minimize: Settings::default(),
        }
    }

    /// Sets the integrator of time.
    pub fn integrator(self, integrator: Integrator) -> Self {
        Self { integrator, ..self }
    }

    /// Sets the length of a step in seconds.
    pub fn step(self, step: f64) -> Self {
        Self { step, ..self }
    }

    /// Sets the acceleration by gravity.
    pub fn gravity(self, gravity: Vec<f64>) -> Self {
        Self { gravity, ..self }
    }

    /// Sets the velocity of each entry of the positions at the start.
    pub fn velocity(self, velocity: Vec<f64>) -> Self {
        Self { velocity, ..self }
    }

    /// Sets a flag for each entry of the global vector that says whether it is held.
    pub fn held(self, held: Vec<bool>) -> Self {
        Self { held, ..self }
    }

    /// Sets the motions by key frames.
    pub fn motions(self, motions: Vec<Motion>) -> Self {
        Self { motions, ..self }
    }

    /// Sets the obstacles.
    pub fn obstacles(self, obstacles: Vec<Obstacle>) -> Self {
        Self { obstacles, ..self }
    }

    /// Sets the settings by which each step is minimised.
    pub fn minimize(self, minimize: Settings) -> Self {
        Self { minimize, ..self }
    }

    /// Checks the setup for so many nodes and unknowns, and puts zeros where it says nothing. The positions begin at
    /// `first` in the global vector.
    pub(super) fn complete(
        mut self,
        first: usize,
        (nodes, width): (usize, usize),
        unknowns: usize,
    ) -> Result<Setup, Error> {
        let fit = |what, list: &mut Vec<f64>, wanted: usize| match list.len() {
            0 => {
                *list = vec![0.0; wanted];
                Ok(())
            }
            found if found == wanted => Ok(()),
            found => Err(Error::Length { what, found, wanted }),
        };
        fit("the gravity", &mut self.gravity, width)?;
        fit("the velocity", &mut self.velocity, nodes * width)?;
        if self.held.is_empty() {
            self.held = vec![false; unknowns];
        }
        for (what, found, wanted) in
            [("what is held", self.held.len(), unknowns), ("the list of masses", self.masses.len(), nodes)]
        {
            if found != wanted {
                return Err(Error::Length { what, found, wanted });
            }
        }
        let fixed = self.fixed();
        let holds = |node: usize| fixed[first + node * width..first + (node + 1) * width].iter().all(|fixed| *fixed);
        let bad = |&(node, mass): &(usize, f64)| !(mass > 0.0 && mass.is_finite() || mass == 0.0 && holds(node));
        if let Some((node, mass)) = self.masses.iter().copied().enumerate().find(bad) {
            return Err(Error::Mass { node, mass });
        }
        Ok(self)
    }

    /// A flag for each entry of the global vector that forces do not move: it is held, or follows key frames.
    pub(super) fn fixed(&self) -> Vec<bool> {
        let mut fixed = self.held.clone();
        let entries = self.motions.iter().flat_map(|motion| &motion.entries);
        entries.for_each(|&entry| fixed[entry] = true);
        fixed
    }
}
