//! Obstacles: planes and balls that nodes are kept out of by a barrier, and that they rub against.

use super::Error;
use super::force::{BARRIER, BarrierForce};
use super::grab::none;
use crate::minimize::Guard;
use crate::problem::{Problem, Singular, Term};
use crate::system::System;
use crate::tensor::Tensor;
use std::ops::Range;

const PLANE: &str = include_str!("energies/plane.wgsl");
const SPHERE: &str = include_str!("energies/sphere.wgsl");
const FRICTION: &str = include_str!("energies/friction.wgsl");

/// Nodes may touch an obstacle in a step if they are nearer than its distance and so many times the way that they would coast,
/// with a margin of the distance. Those that are missed are found at the end of the step, which is then made again.
const WAYS: f64 = 2.0;

/// The distance with its margin, in terms of itself.
const WITH_MARGIN: f64 = 1.1;

/// The share that is kept of the way to a surface, so that a node stays before it.
const KEPT: f64 = 0.9;

/// The shape of an obstacle, in the coordinates of the positions.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// All behind a plane.
    Plane {
        /// A point of the plane.
        point: Vec<f64>,
        /// Its normal, of any length, which points to where nodes may be.
        normal: Vec<f64>,
    },
    /// A ball.
    Sphere {
        /// Its centre.
        center: Vec<f64>,
        /// Its radius.
        radius: f64,
    },
}

/// Something that nodes cannot enter.
///
/// From `distance` on a node has the barrier energy `-stiffness (s - 1)² log s`, with `s` the share of the distance that is
/// left (Li and others, *Incremental potential contact*, 2020). Friction is Coulomb's, with the normal force and direction
/// at the begin of the time step.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Obstacle {
    /// Its shape.
    pub shape: Shape,
    /// Coulomb's coefficient; zero for none.
    pub friction: f64,
    /// The distance within which nodes are pushed back.
    pub distance: f64,
    /// The energy of a node that is well within the distance.
    pub stiffness: f64,
}

impl Obstacle {
    /// An obstacle without friction, which pushes nodes back from a distance on with a stiffness.
    pub fn new(shape: Shape, distance: f64, stiffness: f64) -> Obstacle {
        Obstacle { shape, friction: 0.0, distance, stiffness }
    }

    /// Sets Coulomb's coefficient.
    pub fn friction(self, friction: f64) -> Self {
        Self { friction, ..self }
    }

    /// The distance of a point, and the direction away from the obstacle.
    pub fn distance(&self, x: &[f64]) -> (f64, Vec<f64>) {
        match &self.shape {
            Shape::Plane { point, normal } => {
                let length = normal.iter().map(|n| n * n).sum::<f64>().sqrt();
                let normal: Vec<f64> = normal.iter().map(|n| n / length).collect();
                (x.iter().zip(point).zip(&normal).map(|((x, p), n)| (x - p) * n).sum(), normal)
            }
            Shape::Sphere { center, radius } => {
                let away: Vec<f64> = x.iter().zip(center).map(|(x, c)| x - c).collect();
                let length = away.iter().map(|a| a * a).sum::<f64>().sqrt();
                (length - radius, away.iter().map(|a| a / length.max(f64::MIN_POSITIVE)).collect())
            }
        }
    }

    /// The share of a way from `x` by `d` at which it meets the surface, from outside; more than one if it does not.
    pub fn meets(&self, x: &[f64], d: &[f64]) -> f64 {
        match &self.shape {
            Shape::Plane { .. } => {
                let (distance, normal) = self.distance(x);
                let nearing: f64 = -d.iter().zip(&normal).map(|(d, n)| d * n).sum::<f64>();
                if nearing > 0.0 { distance / nearing } else { f64::INFINITY }
            }
            Shape::Sphere { center, radius } => {
                let away: Vec<f64> = x.iter().zip(center).map(|(x, c)| x - c).collect();
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                // a t² + 2 b t + c = 0, both of whose roots are ahead if b is negative.
                let (a, b, c) = (dot(d, d), dot(&away, d), dot(&away, &away) - radius * radius);
                let square = b * b - a * c;
                if a > 0.0 && b < 0.0 && square >= 0.0 { c / (square.sqrt() - b) } else { f64::INFINITY }
            }
        }
    }

    /// The number of components of its vectors; `None` if they do not agree.
    fn dimension(&self) -> Option<usize> {
        match &self.shape {
            Shape::Plane { point, normal } => Some(point.len()).filter(|n| *n == normal.len()),
            Shape::Sphere { center, .. } => Some(center.len()),
        }
    }
}

/// Checks that the vectors of an obstacle have the dimension of the positions.
pub fn check_dimension((number, obstacle): (usize, &Obstacle), width: usize) -> Result<(), Error> {
    match obstacle.dimension() == Some(width) {
        true => Ok(()),
        false => Err(Error::Obstacle { number, dimension: width }),
    }
}

/// Checks that all nodes are outside of an obstacle.
pub fn check_outside((number, obstacle): (usize, &Obstacle), x: &[f64], width: usize) -> Result<(), Error> {
    for (node, x) in x.chunks_exact(width).enumerate() {
        let (distance, _) = obstacle.distance(x);
        if distance <= 0.0 {
            return Err(Error::Inside { node, obstacle: number, distance });
        }
    }
    Ok(())
}

/// Keeps nodes from passing through obstacles in one step: the longest step is nine tenths of the way to the first surface
/// that one meets. `own` are the entries of the positions.
pub fn guard(obstacles: Vec<Obstacle>, own: Range<usize>, width: usize) -> Guard {
    Guard::new(move |x: &[f64], d: &[f64]| {
        let nodes = x[own.clone()].chunks_exact(width).zip(d[own.clone()].chunks_exact(width));
        let ways = nodes.filter(|(_, d)| d.iter().any(|&d| d != 0.0));
        let meets = |(x, d): (&[f64], &[f64])| obstacles.iter().map(|o| o.meets(x, d)).fold(f64::INFINITY, f64::min);
        let nearest = ways.map(meets).fold(f64::INFINITY, f64::min);
        KEPT * nearest
    })
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
    /// The friction of each of them: normal force times coefficient.
    grips: Vec<f64>,
    /// The force of the barrier, if there is friction.
    force: Option<BarrierForce>,
    normals: Vec<f64>,
}

impl Contact {
    /// Adds the barrier of an obstacle, and its friction, to a problem.
    pub fn add(
        mut problem: Problem,
        (number, obstacle): (usize, &Obstacle),
        (unknown, dimension): (&str, usize),
        slip: f64,
    ) -> Result<(Problem, Contact), Error> {
        let prefix = format!("obstacle {number} ");
        let named = |name: &str| format!("{prefix}{name}");
        let nodes = named("nodes");
        let vector = |v: &[f64]| Tensor::from(v.to_vec());
        let mut term = match &obstacle.shape {
            Shape::Plane { point, .. } => {
                let (_, normal) = obstacle.distance(point);
                problem = problem.array(named("point"), vector(point)).array(named("normal"), vector(&normal));
                bound(
                    "plane",
                    &[BARRIER, PLANE].concat(),
                    dimension,
                    &prefix,
                    &["point", "normal", "reach", "stiffness"],
                )
            }
            Shape::Sphere { center, radius } => {
                problem = problem.array(named("center"), vector(center)).array(named("radius"), *radius);
                bound(
                    "sphere",
                    &[BARRIER, SPHERE].concat(),
                    dimension,
                    &prefix,
                    &["center", "radius", "reach", "stiffness"],
                )
            }
        };
        term = term.over(&nodes).bind("x", unknown);
        problem = problem.array(named("reach"), obstacle.distance).array(named("stiffness"), obstacle.stiffness);
        let barrier = problem.terms.len();
        problem = problem.indices(&nodes, none()).term(term);
        if obstacle.friction > 0.0 {
            let term = bound("friction", FRICTION, dimension, &prefix, &["grip", "normals", "slip"]);
            problem = problem
                .array(named("grip"), Tensor { shape: vec![0], data: vec![] })
                .array(named("normals"), Tensor { shape: vec![0, dimension], data: vec![] })
                .array(named("slip"), slip)
                .term(term.over(&nodes).bind("x", unknown).bind("before", super::BEFORE));
        }
        let force =
            (obstacle.friction > 0.0).then(|| BarrierForce::new(obstacle.distance, obstacle.stiffness)).transpose()?;
        let (touching, grips, normals) = (Vec::new(), Vec::new(), Vec::new());
        Ok((problem, Contact { obstacle: obstacle.clone(), nodes, prefix, barrier, touching, grips, force, normals }))
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
        if let Some(force) = &mut self.force {
            self.grips.clear();
            self.normals.clear();
            for &node in &self.touching {
                let (distance, normal) = self.obstacle.distance(&x[node as usize * width..(node as usize + 1) * width]);
                self.grips.push(distance);
                self.normals.extend(normal);
            }
            self.grips = force.at(&self.grips)?;
            self.grips.iter_mut().for_each(|grip| *grip *= self.obstacle.friction);
            system.set_array(&format!("{}grip", self.prefix), &self.grips)?;
            system.set_array(&format!("{}normals", self.prefix), &self.normals)?;
        }
        Ok(changed)
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
