//! A box of tetrahedra, stretched by a tenth: sizes, pattern, and times of energy, gradient and Hessian.
//!
//! `cargo run --release --example neo_hookean -- 20`

use spadina::{Error, Options, Problem, System, Tensor, Term};
use std::time::Instant;

const ENERGY: &str = include_str!("energies/neo_hookean.wgsl");

/// The paths from one corner of a cell to the opposite one, six tetrahedra with positive volume.
fn box_tetrahedra(n: usize) -> Vec<[i32; 4]> {
    let strides = [1, n + 1, (n + 1) * (n + 1)];
    let paths = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]];
    let mut all = Vec::new();
    for cell in 0..n * n * n {
        let a = cell % n * strides[0] + cell / n % n * strides[1] + cell / (n * n) * strides[2];
        for (k, path) in paths.iter().enumerate() {
            let b = a + strides[path[0]];
            let c = b + strides[path[1]];
            let d = c + strides[path[2]];
            all.push((if k < 3 { [a, b, c, d] } else { [a, c, b, d] }).map(|v| v as i32));
        }
    }
    all
}

/// The shortest of five runs, in milliseconds.
fn time(mut run: impl FnMut() -> Result<(), Error>) -> Result<f64, Error> {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        run()?;
        best = best.min(1e3 * start.elapsed().as_secs_f64());
    }
    Ok(best)
}

fn main() -> Result<(), Error> {
    let n: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(8).clamp(1, 100);
    let node = |v: usize| [v % (n + 1), v / (n + 1) % (n + 1), v / (n + 1) / (n + 1)].map(|k| k as f64 / n as f64);
    let rest: Vec<[f64; 3]> = (0..(n + 1).pow(3)).map(node).collect();
    let stretched: Vec<[f64; 3]> = rest.iter().map(|p| [1.1 * p[0], p[1], p[2]]).collect();
    let tetrahedra = box_tetrahedra(n);
    println!("tetrahedra  {:10}", tetrahedra.len());

    let problem = Problem::new()
        .unknown("x", stretched)
        .array("X", rest)
        .array("mu", 1.0)
        .array("lambda", 4.0)
        .indices("tetrahedra", Tensor::from(tetrahedra))
        .term(Term::energy("neo_hookean.wgsl", ENERGY).over("tetrahedra"));
    let mut system = System::build(problem, Options::default())?;
    println!("unknowns    {:10}", system.unknowns());
    println!("non-zeros   {:10}", system.pattern()?.nonzeros());
    // Homogeneous: the same density everywhere, ½ μ (1.1² − 1) − μ log 1.1 + ½ λ (log 1.1)².
    println!("energy      {:10.7}", system.value()?);
    let seconds = system.seconds();
    println!("build       {:10.3} ms", 1e3 * seconds.build);
    println!("compile     {:10.3} ms", 1e3 * seconds.compile);
    println!("pattern     {:10.3} ms", 1e3 * seconds.pattern);
    println!("value       {:10.3} ms", time(|| system.value().map(|_| ()))?);
    println!("gradient    {:10.3} ms", time(|| system.gradient().map(|_| ()))?);
    println!("Hessian     {:10.3} ms", time(|| system.evaluate().map(|_| ()))?);
    Ok(())
}
