//! From `[simulate]` of a problem file to a setup.

use super::entry::{Entry, EntryValue};
use super::file::ProblemFile;
use super::simulate::{ObstacleEntry, ObstacleShape, SimulateSection};
use crate::minimize::{self, Settings};
use crate::problem::{Problem, ProblemError};
use crate::simulate::{Motion, Obstacle, SectionError, Setup, Shape, positions};
use crate::tensor::Tensor;

/// The distance of an obstacle, if none is given, in terms of the extent of the positions.
const DISTANCE: f64 = 0.01;

/// The stiffness of an obstacle, if none is given, in terms of the energy that a node of mean mass gains by falling through
/// its distance: it then rests at 0.94 of it.
const STIFFNESS: f64 = 100.0;

impl Setup {
    /// The setup that a problem file describes; each step is minimised by `settings`.
    pub fn read(file: &ProblemFile, problem: &Problem, settings: Settings) -> Result<Setup, SectionError> {
        let section = file.simulate.as_ref().ok_or(SectionError::Missing)?;
        let positional = |t: &Tensor<f64>| matches!(t.shape[..], [_, 2 | 3]);
        let first = problem.unknowns.iter().find(|(_, t)| positional(t)).map(|(name, _)| name.clone());
        let unknown = section.unknown.clone().or(first).unwrap_or_else(|| "x".into());
        let failed = |source| SectionError::Setup { place: section.place.clone(), source: Box::new(source) };
        let (_, tensor) = positions(problem, &unknown).map_err(failed)?;
        let (nodes, width) = (tensor.shape[0], tensor.shape[1]);
        let fix = section.fix.as_ref().unwrap_or(&file.solve.fix);
        let held = file.pins(problem, fix, &[])?.held;
        let motions = file.key_frames(problem, &held, &section.moves)?;
        let motions = motions.into_iter().map(|(entries, times, by)| Motion { entries, times, by }).collect();
        let masses = masses(file, section, problem, nodes)?;
        let gravity = section.gravity.clone().unwrap_or_default();
        let extent = minimize::extent(&tensor);
        let pull = gravity.iter().map(|g| g * g).sum::<f64>().sqrt();
        let mean = masses.iter().sum::<f64>() / nodes.max(1) as f64;
        let usual = |distance: f64| match pull > 0.0 {
            true => STIFFNESS * mean * pull * distance,
            false => mean * (distance / section.step).powi(2),
        };
        Ok(Setup {
            integrator: section.integrator,
            step: section.step,
            gravity,
            velocity: match &section.velocity {
                Some(value) => spread(numbers(file, section, "velocity", value)?.data, nodes, width),
                None => Vec::new(),
            },
            held,
            motions,
            obstacles: section.obstacles.iter().map(|entry| obstacle(entry, DISTANCE * extent, usual)).collect(),
            minimize: settings,
            ..Setup::new(unknown, masses)
        })
    }
}

fn numbers(
    file: &ProblemFile,
    section: &SimulateSection,
    name: &str,
    value: &EntryValue,
) -> Result<Tensor<f64>, ProblemError> {
    let (place, value_place) = (section.place.clone(), section.place.clone());
    file.reals(&Entry { name: name.into(), value: value.clone(), place, value_place })
}

fn masses(
    file: &ProblemFile,
    section: &SimulateSection,
    problem: &Problem,
    nodes: usize,
) -> Result<Vec<f64>, SectionError> {
    if let Some(value) = &section.mass {
        return Ok(spread(numbers(file, section, "mass", value)?.data, nodes, 1));
    }
    let none = || SectionError::NoMass { place: section.place.clone() };
    let (density, mesh) = (section.density.ok_or_else(none)?, problem.mesh.as_ref().ok_or_else(none)?);
    Ok(mesh.lumped_masses().iter().map(|share| density * share).collect())
}

/// One row of numbers for each node, where there is one for all.
fn spread(numbers: Vec<f64>, nodes: usize, width: usize) -> Vec<f64> {
    match numbers.len() == width {
        true => numbers.iter().copied().cycle().take(nodes * width).collect(),
        false => numbers,
    }
}

fn obstacle(entry: &ObstacleEntry, usual: f64, stiffness: impl Fn(f64) -> f64) -> Obstacle {
    let distance = entry.distance.unwrap_or(usual);
    let shape = match &entry.shape {
        ObstacleShape::Plane(point, normal) => Shape::Plane { point: point.clone(), normal: normal.clone() },
        ObstacleShape::Sphere(center, radius) => Shape::Sphere { center: center.clone(), radius: *radius },
    };
    let usual = Obstacle::new(shape, distance, entry.stiffness.unwrap_or_else(|| stiffness(distance)));
    let damping = entry.damping.unwrap_or(usual.damping);
    usual.friction(entry.friction).damping(damping)
}
