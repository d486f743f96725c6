//! A soft ball of ten thousand tetrahedra falls on a plane and rolls against a ball, with one projected Newton step for each
//! frame: how long a frame takes, and on what.
//!
//! `cargo run --release --example soft_body`, with the number of frames: `... -- 200`, with that of the cells along the ball:
//! `... -- 200 12`, and of the threads: `... -- 200 12 1`; to be played with: `... -- --window`

use spadina::mesh::{Mesh, Shape};
use spadina::minimize::{Iteration, ProjectionPolicy, Settings};
use spadina::simulate::{self, Obstacle, Setup, Simulation, StepReport};
use spadina::{Options, Problem, Tensor, Term};
use spadina_pictures::render::Up;
use spadina_view::LiveSimulation;

const ENERGY: &str = include_str!("../../examples/energies/neo_hookean.wgsl");

/// The radius of the ball in metres, its density and its stiffness.
const RADIUS: f64 = 0.2;
const DENSITY: f64 = 1000.0;
const MU: f64 = 2.0e4;
const LAMBDA: f64 = 8.0e4;
/// The height of its middle at the start.
const HEIGHT: f64 = 0.5;

/// The problem: nodes, tetrahedra and their energy; and the masses.
fn ball(cells: usize) -> Result<(Problem, Vec<f64>), Box<dyn std::error::Error>> {
    let mut mesh = Mesh::generate(&Shape::Ball { cells, radius: RADIUS })?;
    mesh.points.iter_mut().skip(2).step_by(3).for_each(|z| *z += HEIGHT);
    let nodes = Tensor { shape: vec![mesh.nodes(), 3], data: mesh.points.clone() };
    let tetrahedra: Vec<[i32; 4]> = mesh.tetrahedra.iter().map(|nodes| nodes.map(|node| node as i32)).collect();
    let masses = mesh.lumped_masses().iter().map(|volume| DENSITY * volume).collect();
    let problem = Problem::new()
        .unknown("x", nodes.clone())
        .array("X", nodes)
        .array("mu", MU)
        .array("lambda", LAMBDA)
        .indices("tetrahedra", tetrahedra)
        .term(Term::energy("neo_hookean.wgsl", ENERGY).over("tetrahedra"));
    Ok((problem, masses))
}

/// A plane and a ball, with friction.
fn setup(masses: Vec<f64>) -> Setup {
    let obstacle = |shape| Obstacle::new(shape, 0.01, 0.1).friction(0.5);
    let plane = simulate::Shape::Plane { point: vec![0.0; 3], normal: vec![0.0, 0.0, 1.0] };
    let sphere = simulate::Shape::Sphere { center: vec![0.12, 0.05, 0.0], radius: 0.15 };
    Setup::new("x", masses)
        .gravity(vec![0.0, 0.0, -9.81])
        .obstacles(vec![obstacle(plane), obstacle(sphere)])
        .minimize(Settings::default().iterations(1).projection(ProjectionPolicy::Always))
}

/// The middle of some numbers, and the one that a twentieth is above.
fn middle_and_high(mut numbers: Vec<f64>) -> [f64; 2] {
    numbers.sort_by(f64::total_cmp);
    [numbers.len() / 2, numbers.len() * 19 / 20].map(|at| numbers.get(at).copied().unwrap_or(0.0))
}

fn sum(report: &StepReport, part: impl Fn(&Iteration) -> f64) -> f64 {
    report.iterations.iter().map(part).sum()
}

/// Makes steps and prints what they took.
fn measure(mut simulation: Simulation, frames: usize) -> Result<(), simulate::Error> {
    let mut rows: [Vec<f64>; 5] = Default::default();
    let (mut touching, mut lowest) = (0, f64::INFINITY);
    for _ in 0..frames {
        let report = simulation.step()?;
        let [evaluate, linear] =
            [sum(&report, |i| i.seconds_evaluate), sum(&report, |i| i.seconds_linear)].map(|seconds| 1e3 * seconds);
        let (all, rebinding) = (1e3 * report.seconds, 1e3 * report.rebinding);
        let times = [all, evaluate, linear, rebinding, all - evaluate - linear - rebinding];
        rows.iter_mut().zip(times).for_each(|(row, time)| row.push(time));
        touching = touching.max(report.contacts);
        lowest = simulation.positions().iter().skip(2).step_by(3).fold(lowest, |low, &z| low.min(z));
    }
    println!("ms of a frame          median  95 of 100 below");
    for (name, row) in ["all", "evaluation", "linear systems", "pattern", "rest"].into_iter().zip(rows) {
        let [middle, high] = middle_and_high(row);
        println!("{name:20} {middle:8.2} {high:16.2}");
    }
    println!("nodes touching at most {touching}, the lowest at {lowest:.4} m");
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<usize>().ok());
    let (problem, masses) = ball(number(1).unwrap_or(12))?;
    let tetrahedra = problem.indices.iter().map(|(_, table)| table.shape[0]).sum::<usize>();
    let (setup, options) = (setup(masses), Options::default().threads(number(2)));
    if arguments.iter().any(|argument| argument == "--window") {
        return show(problem, setup, options);
    }
    let simulation = Simulation::new(problem, setup, options)?;
    println!("{tetrahedra} tetrahedra, {} unknowns", simulation.system().unknowns());
    Ok(measure(simulation, number(0).unwrap_or(200))?)
}

/// Opens a window.
fn show(problem: Problem, setup: Setup, options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let animation = LiveSimulation::new(problem, setup, options)?;
    let ground = animation.ground();
    let options = spadina_view::Options { up: Up::Z, ground, ..spadina_view::Options::default() };
    Ok(spadina_view::run(Box::new(animation), "Soft ball", options)?)
}
