//! Nodes that are pulled to places, as by a hand.

use super::{Error, Simulation};
use crate::problem::{Problem, Term};
use crate::system::System;
use crate::tensor::Tensor;

const GRAB: &str = include_str!("energies/grab.wgsl");

/// Names of arrays.
pub(super) const NODES: &str = "grabbed nodes";
const PLACES: &str = "places of the grabbed nodes";
const PULL: &str = "pull on a grabbed node";

/// The stiffness of the springs in terms of the mass of the whole over the square of the time step. They carry the whole at
/// a distance of `g h² / SHARE`, twenty times what falls in the first step, and are slow enough not to tear elements.
const SHARE: f64 = 0.05;

/// The springs that pull nodes; their index array has a row for each.
#[derive(Debug)]
pub(super) struct Grab {
    /// The stiffness of all springs together.
    stiffness: f64,
    nodes: Vec<usize>,
}

impl Grab {
    /// Adds the springs to a problem whose nodes have this mass together.
    pub fn add(problem: Problem, (unknown, dimension): (&str, usize), (mass, step): (f64, f64)) -> (Problem, Grab) {
        let stiffness = SHARE * mass / (step * step);
        let text = GRAB.replace("VEC", &format!("vec{dimension}f"));
        let term = Term::energy("grab.wgsl", text).over(NODES).bind("x", unknown);
        let problem = problem
            .array(PLACES, Tensor { shape: vec![0, dimension], data: Vec::new() })
            .array(PULL, stiffness)
            .indices(NODES, none())
            .term(term.bind("place", PLACES).bind("pull", PULL));
        (problem, Grab { stiffness, nodes: Vec::new() })
    }

    /// The stiffness of each spring.
    fn pull(&self) -> f64 {
        self.stiffness / self.nodes.len().max(1) as f64
    }

    /// Pulls some nodes, or none.
    fn set(&mut self, system: &mut System, nodes: &[usize], places: &[f64]) -> Result<(), Error> {
        // The pattern of nodes is there already, whoever is pulled; but the table is bound again.
        system.set_array(PLACES, places)?;
        if self.nodes != nodes {
            let data: Vec<i32> = nodes.iter().map(|&node| node as i32).collect();
            system.set_indices(NODES, Tensor { shape: vec![data.len(), 1], data })?;
            self.nodes = nodes.to_vec();
            system.set_array(PULL, &[self.pull()])?;
        }
        Ok(())
    }
}

/// A table without rows.
pub(super) fn none() -> Tensor<i32> {
    Tensor { shape: vec![0, 1], data: Vec::new() }
}

impl Simulation {
    /// Pulls a node to a place from now on. Without a place, what is pulled is let go. See [`pull`](Self::pull).
    pub fn grab(&mut self, node: usize, to: Option<&[f64]>) -> Result<(), Error> {
        self.check(node)?;
        match to {
            Some(to) => self.pull(&[node], to),
            None => self.let_go(),
        }
    }

    /// Pulls nodes to places from now on, and no others: a place for each, one after the other. The springs have together a
    /// twentieth of the mass of all nodes over the square of the time step as their stiffness: enough to lift the whole. A
    /// node that is held or moved stays where it is. Whatever is pulled, the pattern of the Hessian is the same.
    pub fn pull(&mut self, nodes: &[usize], places: &[f64]) -> Result<(), Error> {
        nodes.iter().try_for_each(|&node| self.check(node))?;
        let (found, wanted) = (places.len(), nodes.len() * self.width);
        if found != wanted {
            return Err(Error::Length { what: "the list of places", found, wanted });
        }
        self.grab.set(&mut self.system, nodes, places)
    }

    /// Lets go of whatever is pulled.
    pub fn let_go(&mut self) -> Result<(), Error> {
        self.grab.set(&mut self.system, &[], &[])
    }

    fn check(&self, node: usize) -> Result<(), Error> {
        let nodes = self.masses().len();
        if node < nodes { Ok(()) } else { Err(Error::Node { node, nodes }) }
    }
}
