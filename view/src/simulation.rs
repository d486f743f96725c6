//! A simulation as an animation: one time step for each picture.

use super::animation::Animation;
use super::parameter::parameters;
use super::scene::{extent, geometry};
use super::{Parameter, Positions, Scene, ViewError};
use spadina::Problem;
use spadina::simulate::{Setup, Simulation, StepReport};
use spadina::system::Options;
use spadina_pictures::scene::{Geometry, Obstacle, floor};
use std::fmt;

/// The name of the slider that is no array.
const GRAVITY: &str = "gravity";

/// The distance from the dragged node within which nodes are dragged along, in extents: a hand is no needle.
const HAND: f64 = 0.12;

/// Gravity can be made so many times as strong.
const STRONGER: f64 = 3.0;

/// A simulation that is played with: a time step for each picture.
///
/// It draws the [`Geometry`] of its problem, with the obstacles. A dragged node is pulled by springs, and so are the
/// nodes near it ([`Simulation::pull`]). Parameters are the arrays of one number that the problem has, and the strength
/// of gravity.
///
/// The time of a picture depends on the iterations that a step may take, `setup.minimize.iterations`: one iteration of
/// Newton's method is the linearly implicit Euler method with a line search, and enough to look at.
pub struct LiveSimulation {
    simulation: Simulation,
    geometry: Geometry,
    obstacles: Vec<Obstacle>,
    points: Vec<[f32; 3]>,
    extent: f64,
    parameters: Vec<Parameter>,
    /// The direction of gravity, with length one; nothing without gravity.
    down: Option<Vec<f64>>,
    last: Option<StepReport>,
    hand: Option<Hand>,
}

/// The dragged nodes.
struct Hand {
    node: usize,
    nodes: Vec<usize>,
    /// Their positions relative to the node when the drag began, one after the other.
    offsets: Vec<f64>,
}

impl fmt::Debug for LiveSimulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveSimulation")
            .field("geometry", &self.geometry)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}

impl LiveSimulation {
    /// Prepares the simulation of a problem.
    pub fn new(problem: Problem, setup: Setup, options: Options) -> Result<LiveSimulation, ViewError> {
        let geometry = geometry(&problem)?;
        let mut parameters = parameters(&problem);
        let strength = setup.gravity.iter().map(|g| g * g).sum::<f64>().sqrt();
        let down = (strength > 0.0).then(|| setup.gravity.iter().map(|g| g / strength).collect());
        if strength > 0.0 {
            let high = STRONGER * strength;
            let name = GRAVITY.to_string();
            parameters.push(Parameter { name, value: strength, low: 0.0, high, logarithmic: false });
        }
        let simulation = Simulation::new(problem, setup, options)?;
        let vector = simulation.system().vector();
        let obstacles = Obstacle::of(&simulation.setup().obstacles, &geometry, &vector);
        let points = geometry.points(&vector);
        let extent = extent(&points).into();
        Ok(LiveSimulation { simulation, geometry, obstacles, points, extent, parameters, down, last: None, hand: None })
    }

    /// The simulation, as it is now.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// The height of the ground, if there is one or something else to touch: a horizontal plane among the obstacles, or below
    /// them and the nodes at the start.
    pub fn ground(&self) -> Option<f32> {
        let touches = !self.obstacles.is_empty() && self.geometry.dimension == 3;
        touches.then(|| floor(&self.obstacles, &self.points)).flatten()
    }

    /// The report of the last step.
    pub fn last(&self) -> Option<&StepReport> {
        self.last.as_ref()
    }

    /// A node, and those near it.
    fn hand(&self, node: usize) -> Hand {
        let width = self.geometry.dimension;
        let (positions, reach) = (self.simulation.positions(), HAND * self.extent);
        let middle = &positions[node * width..(node + 1) * width];
        let mut hand = Hand { node, nodes: Vec::new(), offsets: Vec::new() };
        for (number, place) in positions.chunks_exact(width).enumerate() {
            let offset: Vec<f64> = place.iter().zip(middle).map(|(a, b)| a - b).collect();
            if offset.iter().map(|by| by * by).sum::<f64>() <= reach * reach {
                hand.nodes.push(number);
                hand.offsets.extend(offset);
            }
        }
        hand
    }

    fn refresh(&mut self) {
        self.points = self.geometry.points(&self.simulation.system().vector());
    }
}

impl Animation for LiveSimulation {
    fn scene(&mut self) -> Scene<'_> {
        let obstacles = self.obstacles.iter().filter(|obstacle| obstacle.ground().is_none()).map(Obstacle::object);
        Scene { obstacles: obstacles.collect(), ..Scene::of(&self.geometry, Positions::Host(&self.points)) }
    }

    fn step(&mut self) -> Result<(), String> {
        let made = self.simulation.step().map_err(|error| error.to_string());
        self.refresh();
        self.last = Some(made?);
        Ok(())
    }

    fn grab(&mut self, node: usize, to: Option<[f32; 3]>) {
        // Only what is simulated can be pulled.
        if self.geometry.first != Some(self.simulation.range().start) {
            return;
        }
        let Some(to) = to.filter(|_| node < self.geometry.nodes()) else {
            // There is always nothing to pull.
            let _ = self.simulation.let_go();
            self.hand = None;
            return;
        };
        let hand = match self.hand.take().filter(|hand| hand.node == node) {
            Some(hand) => hand,
            None => self.hand(node),
        };
        let width = self.geometry.dimension;
        let places: Vec<f64> = hand.offsets.iter().enumerate().map(|(k, by)| by + f64::from(to[k % width])).collect();
        // A place that is no place is left alone.
        let _ = self.simulation.pull(&hand.nodes, &places);
        self.hand = Some(hand);
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn set_parameter(&mut self, number: usize, value: f64) {
        let gravity = self.down.is_some() && number + 1 == self.parameters.len();
        let Some(parameter) = self.parameters.get_mut(number) else { return };
        let set = match &self.down {
            Some(down) if gravity => self.simulation.set_gravity(&down.iter().map(|d| value * d).collect::<Vec<_>>()),
            _ => self.simulation.set_array(&parameter.name, &[value]),
        };
        if set.is_ok() {
            parameter.value = value;
        }
    }

    fn statistics(&self) -> Vec<(String, String)> {
        let mut lines = vec![
            ("unknowns", self.simulation.system().unknowns().to_string()),
            ("time", format!("{:.3} s", self.simulation.time())),
        ];
        if let Some(report) = &self.last {
            lines.extend(of_step(report));
        }
        lines.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
    }

    fn reset(&mut self) {
        // The values are those that the system had once.
        let _ = self.simulation.reset();
        (self.last, self.hand) = (None, None);
        self.refresh();
    }
}

/// The lines about a step.
fn of_step(report: &StepReport) -> Vec<(&'static str, String)> {
    let (energies, all) = (&report.energies, &report.iterations);
    let joules = |energy: f64| match energy.abs() {
        size if size == 0.0 || (0.01..1e6).contains(&size) => format!("{energy:.3} J"),
        _ => format!("{energy:.2e} J"),
    };
    let milliseconds = |seconds: f64| format!("{:.1} ms", 1e3 * seconds);
    vec![
        ("step", report.step.to_string()),
        ("iterations", all.len().to_string()),
        ("projected elements", all.iter().map(|iteration| iteration.projected).sum::<usize>().to_string()),
        ("nodes touching", report.contacts.to_string()),
        ("kinetic energy", joules(energies.kinetic)),
        ("elastic energy", joules(energies.elastic)),
        ("energy of weight", joules(energies.gravity)),
        ("energy of contact", joules(energies.contact)),
        ("total energy", joules(energies.total())),
        ("evaluation", milliseconds(all.iter().map(|iteration| iteration.seconds_evaluate).sum())),
        ("linear systems", milliseconds(all.iter().map(|iteration| iteration.seconds_linear).sum())),
        ("rebinding", milliseconds(report.rebinding)),
    ]
}
