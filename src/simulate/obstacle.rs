//! Obstacles: planes and balls that nodes are kept out of by a barrier, and that they rub against.

use super::Error;
use crate::minimize::Guard;
use std::ops::Range;

/// The damping of an obstacle, if none is given. A node carries what is above it, many times its own mass; with less than
/// twice the critical damping of a node alone, a box of elements two high chatters on a slope instead of sticking
/// (`tests/field/friction_chatter`, backward differences of second order).
const DAMPING: f64 = 4.0;

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
/// left (Li and others, *Incremental potential contact*, 2020). Friction is Coulomb's, with the barrier's force and direction
/// at the begin of the time step. Damping acts along the normal alone, with a coefficient `2 damping √(k m)` of the node's mass
/// and the barrier's stiffness at the begin of the step; without it, bodies chatter, and what chatters slides.
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
    /// The damping of a node that comes nearer or leaves, in terms of the critical one of the node alone; zero for none.
    pub damping: f64,
}

impl Obstacle {
    /// An obstacle without friction, which pushes nodes back from a distance on with a stiffness.
    pub fn new(shape: Shape, distance: f64, stiffness: f64) -> Obstacle {
        Obstacle { shape, friction: 0.0, distance, stiffness, damping: DAMPING }
    }

    /// Sets Coulomb's coefficient.
    pub fn friction(self, friction: f64) -> Self {
        Self { friction, ..self }
    }

    /// Sets the damping; zero for none.
    pub fn damping(self, damping: f64) -> Self {
        Self { damping, ..self }
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
