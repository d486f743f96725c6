//! A node that is pulled to a place, as by a hand.

use super::{Error, Simulation};
use crate::problem::{Problem, Term};
use crate::system::System;
use crate::tensor::Tensor;

const GRAB: &str = include_str!("energies/grab.wgsl");

/// Names of arrays.
pub(super) const NODE: &str = "grabbed node";
const PLACE: &str = "place of the grabbed node";
const PULL: &str = "pull on the grabbed node";

/// The stiffness of the spring in terms of the mass of the whole over the square of the time step. It carries the whole at a
/// distance of `g h² / SHARE`, twenty times what falls in the first step, and is slow enough not to tear elements.
const SHARE: f64 = 0.05;

/// The spring that pulls a node; its index array has no row or one.
pub(super) struct Grab {
    pull: f64,
    held: Option<(usize, Vec<f64>)>,
}

impl Grab {
    /// Adds the spring to a problem whose nodes have this mass together.
    pub fn add(problem: Problem, (unknown, dimension): (&str, usize), (mass, step): (f64, f64)) -> (Problem, Grab) {
        let pull = SHARE * mass / (step * step);
        let text = GRAB.replace("VEC", &format!("vec{dimension}f"));
        let term = Term::energy("grab.wgsl", text).over(NODE).bind("x", unknown);
        let problem = problem
            .array(PLACE, vec![0.0; dimension])
            .array(PULL, pull)
            .indices(NODE, none())
            .term(term.bind("place", PLACE).bind("pull", PULL));
        (problem, Grab { pull, held: None })
    }

    /// Pulls a node, or none.
    fn set(&mut self, system: &mut System, held: Option<(usize, &[f64])>) -> Result<(), Error> {
        if let Some((_, to)) = held {
            system.set_array(PLACE, to)?;
        }
        // The pattern of a node is there already, whoever is pulled; but the table is bound again.
        let before = self.held.as_ref().map(|(node, _)| *node);
        let node = held.map(|(node, _)| node);
        if before != node {
            let table = node.map_or(none(), |node| Tensor { shape: vec![1, 1], data: vec![node as i32] });
            system.set_indices(NODE, table)?;
        }
        self.held = held.map(|(node, to)| (node, to.to_vec()));
        Ok(())
    }

    /// The energy of the spring at positions.
    pub fn energy(&self, x: &[f64]) -> f64 {
        let Some((node, to)) = &self.held else { return 0.0 };
        let own = x.chunks_exact(to.len()).nth(*node).unwrap_or(to);
        0.5 * self.pull * own.iter().zip(to).map(|(x, to)| (x - to) * (x - to)).sum::<f64>()
    }
}

/// A table without rows.
pub(super) fn none() -> Tensor<i32> {
    Tensor { shape: vec![0, 1], data: Vec::new() }
}

impl Simulation {
    /// Pulls a node to a place from now on, by a spring whose stiffness is a twentieth of the mass of all nodes over the
    /// square of the time step: enough to lift the whole. Without a place, what is pulled is let go. One node is pulled at a
    /// time; one that is held or moved stays where it is. Whatever is pulled, the pattern of the Hessian is the same.
    pub fn grab(&mut self, node: usize, to: Option<&[f64]>) -> Result<(), Error> {
        let (nodes, wanted) = (self.masses().len(), self.width);
        if node >= nodes {
            return Err(Error::Node { node, nodes });
        }
        if let Some(to) = to.filter(|to| to.len() != wanted) {
            return Err(Error::Length { what: "the place of a node", found: to.len(), wanted });
        }
        self.grab.set(&mut self.system, to.map(|to| (node, to)))
    }

    /// Lets go of whatever is pulled.
    pub fn let_go(&mut self) -> Result<(), Error> {
        self.grab.set(&mut self.system, None)
    }
}
