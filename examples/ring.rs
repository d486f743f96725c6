//! Springs of one rest length around a ring in the plane. The points stand in a flat array, the last one meets the
//! first by `% n`: the Hessian's corners are there.
//!
//! `cargo run --release --example ring`

use spadina::{Options, Problem, System, Term};

const RING: &str = "
override n: u32;
override rest: f32;
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn point(i: u32) -> vec2f { return vec2f(x[2u * i], x[2u * i + 1u]); }

fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) {
    let stretch = distance(point(i), point((i + 1u) % n)) - rest;
    sum += 0.5 * stretch * stretch;
  }
  return sum;
}";

fn main() -> Result<(), spadina::Error> {
    let n = 8;
    let angle = |i: usize| std::f64::consts::TAU * i as f64 / n as f64;
    let x: Vec<[f64; 2]> = (0..n).map(|i| [angle(i).cos(), 0.8 * angle(i).sin()]).collect();
    let problem =
        Problem::new().unknown("x", x).array("rest", 0.5).indices("n", n as i32).term(Term::energy("ring.wgsl", RING));
    let mut system = System::build(problem, Options::default())?;
    let at = system.evaluate()?;
    println!("energy {:.6}, {} non-zeros of {}", at.energy, at.hessian.nonzeros(), 4 * n * n);

    // Two rows and two columns for each point.
    let mut picture = vec![vec![" ."; 2 * n]; 2 * n];
    at.hessian.coordinates()?.for_each(|(i, j, _)| picture[i][j] = " #");
    picture.iter().for_each(|row| println!("{}", row.concat()));
    Ok(())
}
