//! The same energy written in Rust and in WGSL: the programs are the same, so the results are too.
//!
//! `cargo run --example rust_and_wgsl`

use spadina::{Options, Problem, System, Term, builder, explain};

const SPRING: &str = "
fn energy(x: array<vec3f, 2>, k: f32, rest: f32) -> f32 {
  let s = length(x[1] - x[0]) - rest;
  return 0.5 * k * s * s;
}";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // In Rust an element's data are nalgebra vectors and matrices of symbolic reals.
    let spring = builder::energy("spring", |e| {
        let x = e.nodes::<3>("x", 2);
        let (k, rest) = (e.scalar("k"), e.scalar("rest"));
        let s = (x[1] - x[0]).norm() - rest;
        0.5 * k * s * s
    })?;
    let problem = |term: Term| {
        Problem::new()
            .unknown("x", vec![[0.0, 0.0, 0.0], [1.2, 0.1, 0.0], [2.0, 0.9, 0.3]])
            .array("k", 10.0)
            .array("rest", 1.0)
            .indices("edges", vec![[0, 1], [1, 2], [0, 2]])
            .term(term.over("edges"))
    };
    let mut rust = System::build(problem(Term::built("spring.rs", spring)), Options::default())?;
    let mut wgsl = System::build(problem(Term::energy("spring.wgsl", SPRING)), Options::default())?;
    let (rust, wgsl) = (rust.evaluate()?, wgsl.evaluate()?);
    println!("          {:>20} {:>20}", "Rust", "WGSL");
    println!("energy    {:>20.15} {:>20.15}", rust.energy, wgsl.energy);
    println!("non-zeros {:>20} {:>20}", rust.hessian.nonzeros(), wgsl.hessian.nonzeros());
    let difference =
        rust.hessian.values.iter().zip(wgsl.hessian.values).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("largest difference of the Hessians: {difference:e}\n");
    println!("{}", explain::explain("spring.wgsl", SPRING, explain::Stage::Gradient, &[])?);
    Ok(())
}
