//! Springs on a line as a program: a loop over a flat array. The Hessian is tridiagonal, and building it takes time in
//! proportion to its length.
//!
//! `cargo run --release --example chain`

use spadina::{Options, Problem, System, Term};

const CHAIN: &str = "
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 1u; i < arrayLength(&x); i++) {
    let d = x[i - 1u] - x[i];
    sum += d * d;
  }
  return sum;
}";

fn main() -> Result<(), spadina::Error> {
    let chain = |n: usize| {
        let x: Vec<f64> = (0..n).map(|i| (i as f64).sqrt()).collect();
        let problem = Problem::new().unknown("x", x).term(Term::energy("chain.wgsl", CHAIN));
        System::build(problem, Options::default())
    };

    let mut system = chain(9)?;
    let at = system.evaluate()?;
    println!("energy {:.6}, {} non-zeros", at.energy, at.hessian.nonzeros());
    let mut picture = vec![vec!["   ."; 9]; 9];
    at.hessian.coordinates()?.for_each(|(i, j, v)| picture[i][j] = if v > 0.0 { "   +" } else { "   -" });
    picture.iter().for_each(|row| println!("{}", row.concat()));

    println!("\n{:>9}  {:>9}  {:>10}", "unknowns", "non-zeros", "pattern");
    for n in [1_000, 10_000, 100_000] {
        let mut system = chain(n)?;
        let nonzeros = system.pattern()?.nonzeros();
        println!("{n:9}  {nonzeros:9}  {:7.2} ms", 1e3 * system.seconds().pattern);
    }
    Ok(())
}
