//! A network of springs: two terms over different index arrays, a stiffness for each spring, a weight for all. The system
//! is compiled once and evaluated with other positions and parameters.
//!
//! `cargo run --release --example springs`

use spadina::{Options, Problem, System, Term};
use std::time::Instant;

const SPRING: &str = "
fn energy(x: array<vec3f, 2>, k: f32, rest: f32) -> f32 {
  let stretch = distance(x[0], x[1]) - rest;
  return 0.5 * k * stretch * stretch;
}";

const GRAVITY: &str = "
fn energy(x: array<vec3f, 1>, weight: f32) -> f32 { return weight * x[0].z; }";

fn main() -> Result<(), spadina::Error> {
    // A cloth of side · side nodes, springs along its lines and diagonals.
    let side = 60;
    let at = |i: usize, j: usize| (j * side + i) as i32;
    let x: Vec<[f64; 3]> = (0..side * side).map(|v| [(v % side) as f64, (v / side) as f64, 0.0]).collect();
    let mut springs = Vec::new();
    for (i, j) in (0..side * side).map(|v| (v % side, v / side)) {
        springs.extend((i + 1 < side).then(|| [at(i, j), at(i + 1, j)]));
        springs.extend((j + 1 < side).then(|| [at(i, j), at(i, j + 1)]));
        springs.extend((i + 1 < side && j + 1 < side).then(|| [at(i, j), at(i + 1, j + 1)]));
    }
    let length = |&[a, b]: &[i32; 2]| {
        let (p, q) = (x[a as usize], x[b as usize]);
        ((p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2)).sqrt()
    };
    let rest: Vec<f64> = springs.iter().map(length).collect();
    let soft: Vec<f64> = rest.iter().map(|&l| if l > 1.0 { 20.0 } else { 100.0 }).collect();
    let nodes: Vec<i32> = (0..(side * side) as i32).collect();

    let problem = Problem::new()
        .unknown("x", x.clone())
        .array("rest", rest)
        .array("k", soft)
        .array("weight", 0.1)
        .indices("springs", springs)
        .indices("nodes", nodes)
        .term(Term::energy("spring.wgsl", SPRING).over("springs"))
        .term(Term::energy("gravity.wgsl", GRAVITY).over("nodes"));
    let start = Instant::now();
    let mut system = System::build(problem, Options::default())?;
    println!("built in      {:8.3} ms, {} unknowns", 1e3 * start.elapsed().as_secs_f64(), system.unknowns());

    for (scale, weight) in [(1.0, 0.1), (1.1, 0.1), (1.1, 0.5)] {
        let moved: Vec<f64> = x.iter().flatten().map(|v| scale * v + (1.0 - scale)).collect();
        system.set_unknown("x", &moved)?;
        system.set_array("weight", &[weight])?;
        let start = Instant::now();
        let at = system.evaluate()?;
        let time = 1e3 * start.elapsed().as_secs_f64();
        println!("evaluated in  {time:8.3} ms, energy {:12.4}, {} non-zeros", at.energy, at.hessian.nonzeros());
    }
    Ok(())
}
