//! Contact with an obstacle: the nodes that may touch it in a step, with barrier, damping and friction.

use super::Error;
use super::force::{BARRIER, BarrierForce};
use super::grab::none;
use super::obstacle::{Obstacle, Shape};
use crate::problem::{Problem, Singular, Term};
use crate::system::System;
use crate::tensor::Tensor;

const PLANE: &str = include_str!("energies/plane.wgsl");
const SPHERE: &str = include_str!("energies/sphere.wgsl");
const FRICTION: &str = include_str!("energies/friction.wgsl");
const DAMPING: &str = include_str!("energies/damping.wgsl");

/// Nodes may touch an obstacle in a step if they are nearer than its distance and so many times the way that they would coast,
/// with a margin of the distance. Those that are missed are found at the end of the step, which is then made again.
const WAYS: f64 = 2.0;

/// The distance with its margin, in terms of itself.
const WITH_MARGIN: f64 = 1.1;

/// The nodes that obstacles meet, and their steps.
#[derive(Clone, Copy, Debug)]
pub struct Bodies<'a> {
    /// The unknown with their positions.
    pub unknown: &'a str,
    /// The components of a position.
    pub width: usize,
    /// Their masses.
    pub masses: &'a [f64],
    /// The length of a step in seconds.
    pub step: f64,
    /// The way in a step below which friction is not all there.
    pub slip: f64,
}

/// An obstacle in a system: the nodes that may touch it in the current step.
#[derive(Debug)]
pub struct Contact {
    obstacle: Obstacle,
    /// The names of its index array and of its arrays.
    nodes: String,
    prefix: String,
    /// The number of the barrier's term.
    barrier: usize,
    touching: Vec<i32>,
    /// The force of the barrier, if there is friction or damping.
    force: Option<BarrierForce>,
    /// Twice the damping over the length of a step, times the root of each node's mass.
    drags: Vec<f64>,
}

impl Contact {
    /// Adds the barrier of an obstacle, its friction and its damping, to a problem.
    pub fn add(
        problem: Problem,
        (number, obstacle): (usize, &Obstacle),
        bodies: &Bodies<'_>,
    ) -> Result<(Problem, Contact), Error> {
        let prefix = format!("obstacle {number} ");
        let named = |name: &str| format!("{prefix}{name}");
        let (nodes, dimension) = (named("nodes"), bodies.width);
        let barrier = problem.terms.len();
        let mut problem = with_barrier(problem, obstacle, &prefix, bodies);
        let (grips, damps) = (obstacle.friction > 0.0, obstacle.damping > 0.0);
        if grips || damps {
            problem = problem.array(named("normals"), Tensor { shape: vec![0, dimension], data: vec![] });
        }
        let list = || Tensor { shape: vec![0], data: vec![] };
        let moved = |term: Term| term.over(&nodes).bind("x", bodies.unknown).bind("before", super::BEFORE);
        if grips {
            let term = bound("friction", FRICTION, dimension, &prefix, &["grip", "normals", "slip"]);
            problem = problem.array(named("grip"), list()).array(named("slip"), bodies.slip).term(moved(term));
        }
        if damps {
            let term = bound("damping", DAMPING, dimension, &prefix, &["normals", "drag"]);
            problem = problem.array(named("drag"), list()).term(moved(term));
        }
        let force = (grips || damps).then(|| BarrierForce::new(obstacle.distance, obstacle.stiffness)).transpose()?;
        let drag = |mass: &f64| 2.0 * obstacle.damping / bodies.step * mass.sqrt();
        let drags = bodies.masses.iter().map(drag).collect();
        let (obstacle, touching) = (obstacle.clone(), Vec::new());
        Ok((problem, Contact { obstacle, nodes, prefix, barrier, touching, force, drags }))
    }

    /// Takes the nodes that may touch the obstacle in a step from `x`, those that are nearer than its distance and twice
    /// the way that they are about to go; whether the table has changed.
    pub fn prepare(&mut self, system: &mut System, x: &[f64], ahead: &[f64], width: usize) -> Result<bool, Error> {
        let reach = self.obstacle.distance;
        let way = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let near = |(_, (x, ahead)): &(usize, (&[f64], &[f64]))| {
            self.obstacle.distance(x).0 < WITH_MARGIN * reach + WAYS * way(x, ahead)
        };
        let nodes = x.chunks_exact(width).zip(ahead.chunks_exact(width)).enumerate().filter(near);
        let touching: Vec<i32> = nodes.map(|(node, _)| node as i32).collect();
        self.take(system, touching, x, width)
    }

    /// Adds nodes that have come near during the step from `x` to `to`; whether there are any.
    pub fn complete(&mut self, system: &mut System, x: &[f64], to: &[f64], width: usize) -> Result<bool, Error> {
        let listed = |node: usize| self.touching.binary_search(&(node as i32)).is_ok();
        let near = |node: usize, to: &[f64]| self.obstacle.distance(to).0 < self.obstacle.distance && !listed(node);
        let new = to.chunks_exact(width).enumerate().filter(|(node, to)| near(*node, to)).map(|(node, _)| node as i32);
        let new: Vec<i32> = new.collect();
        if new.is_empty() {
            return Ok(false);
        }
        let mut touching = [&self.touching[..], &new].concat();
        touching.sort_unstable();
        self.take(system, touching, x, width)
    }

    fn take(&mut self, system: &mut System, touching: Vec<i32>, x: &[f64], width: usize) -> Result<bool, Error> {
        let changed = touching != self.touching;
        if changed {
            system.set_indices(&self.nodes, Tensor { shape: vec![touching.len(), 1], data: touching.clone() })?;
            self.touching = touching;
        }
        self.measure(system, x, width)?;
        Ok(changed)
    }

    /// Takes the forces and stiffnesses of the barrier at a place as those of friction and damping.
    fn measure(&mut self, system: &mut System, x: &[f64], width: usize) -> Result<(), Error> {
        let Some(force) = &mut self.force else { return Ok(()) };
        let places = self.touching.iter().map(|&node| &x[node as usize * width..(node as usize + 1) * width]);
        let (distances, normals): (Vec<f64>, Vec<Vec<f64>>) = places.map(|x| self.obstacle.distance(x)).unzip();
        let (forces, stiffnesses) = force.at(&distances)?;
        system.set_array(&format!("{}normals", self.prefix), &normals.concat())?;
        if self.obstacle.friction > 0.0 {
            let grips: Vec<f64> = forces.iter().map(|force| self.obstacle.friction * force).collect();
            system.set_array(&format!("{}grip", self.prefix), &grips)?;
        }
        if self.obstacle.damping > 0.0 {
            let drag = |(&node, k): (&i32, &f64)| self.drags[node as usize] * k.max(0.0).sqrt();
            let drags: Vec<f64> = self.touching.iter().zip(&stiffnesses).map(drag).collect();
            system.set_array(&format!("{}drag", self.prefix), &drags)?;
        }
        Ok(())
    }

    /// The name of the index array of the nodes that may touch it.
    pub fn table(&self) -> &str {
        &self.nodes
    }

    /// The number of nodes that may touch the obstacle.
    pub fn count(&self) -> usize {
        self.touching.len()
    }

    /// The number of the term that is its barrier.
    pub fn barrier(&self) -> usize {
        self.barrier
    }
}

/// Adds the barrier of an obstacle, over no nodes yet, to a problem.
fn with_barrier(problem: Problem, obstacle: &Obstacle, prefix: &str, bodies: &Bodies<'_>) -> Problem {
    let named = |name: &str| format!("{prefix}{name}");
    let vector = |v: &[f64]| Tensor::from(v.to_vec());
    let (problem, name, text, own) = match &obstacle.shape {
        Shape::Plane { point, .. } => {
            let (_, normal) = obstacle.distance(point);
            let problem = problem.array(named("point"), vector(point)).array(named("normal"), vector(&normal));
            (problem, "plane", PLANE, ["point", "normal"])
        }
        Shape::Sphere { center, radius } => {
            let problem = problem.array(named("center"), vector(center)).array(named("radius"), *radius);
            (problem, "sphere", SPHERE, ["center", "radius"])
        }
    };
    let parameters = [own[0], own[1], "reach", "stiffness"];
    let term = bound(name, &[BARRIER, text].concat(), bodies.width, prefix, &parameters);
    let nodes = named("nodes");
    problem
        .array(named("reach"), obstacle.distance)
        .array(named("stiffness"), obstacle.stiffness)
        .indices(&nodes, none())
        .term(term.over(&nodes).bind("x", bodies.unknown))
}

/// A term of these energies, its parameters bound to the arrays with a prefix.
fn bound(name: &str, text: &str, dimension: usize, prefix: &str, parameters: &[&str]) -> Term {
    let text = text.replace("VEC", &format!("vec{dimension}f"));
    let bind = |term: Term, parameter: &&str| {
        let own = if *parameter == "normals" { "normal" } else { parameter };
        term.bind(own, &format!("{prefix}{parameter}"))
    };
    let term = Term::energy(format!("{name}.wgsl"), text).singular(Singular::Error);
    parameters.iter().fold(term, bind)
}
