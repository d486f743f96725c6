//! Flattening a curved disc: the symmetric Dirichlet energy of the map from each triangle's rest shape to the plane,
//! minimised by gradient descent with conjugate directions, which asks for the energy and its gradient only. A step that
//! would fold a triangle has an energy that is not finite: the search refuses it.
//!
//! `cargo run --release --example parametrization`

use spadina::{Error, Options, Problem, System, Tensor, Term};

const ENERGY: &str = include_str!("energies/symmetric_dirichlet.wgsl");

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn main() -> Result<(), Error> {
    // Rings of nodes around a centre, on a paraboloid.
    let (rings, spokes) = (8, 24);
    let mut uv = vec![[0.0, 0.0]];
    for (r, s) in (1..=rings).flat_map(|r| (0..spokes).map(move |s| (r, s))) {
        let (radius, angle) = (r as f64 / rings as f64, std::f64::consts::TAU * s as f64 / spokes as f64);
        uv.push([radius * angle.cos(), radius * angle.sin()]);
    }
    let surface = |p: &[f64; 2]| [p[0], p[1], 0.8 * (p[0] * p[0] + p[1] * p[1])];
    let node = |r: usize, s: usize| if r == 0 { 0 } else { (1 + (r - 1) * spokes + s % spokes) as i32 };
    let mut triangles = Vec::new();
    for (r, s) in (0..rings).flat_map(|r| (0..spokes).map(move |s| (r, s))) {
        triangles.push([node(r, s), node(r + 1, s), node(r + 1, s + 1)]);
        triangles.extend((r > 0).then(|| [node(r, s), node(r + 1, s + 1), node(r, s + 1)]));
    }
    println!("{} triangles, {} unknowns", triangles.len(), 2 * uv.len());

    let mut x = uv.concat();
    let rest: Vec<[f64; 3]> = uv.iter().map(surface).collect();
    let problem = Problem::new()
        .unknown("x", uv)
        .array("X", rest)
        .indices("triangles", Tensor::from(triangles))
        .term(Term::energy("symmetric_dirichlet.wgsl", ENERGY).over("triangles"));
    let mut system = System::build(problem, Options::default())?;
    minimise(&mut system, &mut x)
}

/// Conjugate gradients (Polak and Ribière) with backtracking.
fn minimise(system: &mut System, x: &mut [f64]) -> Result<(), Error> {
    let (mut energy, g) = system.gradient()?;
    let mut gradient = g.to_vec();
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut step = 0.1;
    for iteration in 0..=120 {
        if iteration % 20 == 0 {
            println!("{iteration:5}  energy {energy:12.8}  gradient {:.3e}", dot(&gradient, &gradient).sqrt());
        }
        let slope = dot(&gradient, &direction);
        step *= 4.0;
        let moved = loop {
            let moved: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
            system.set_unknown("x", &moved)?;
            // An energy that is not finite is an error, and here a step that is too long.
            match system.value() {
                Ok(value) if value <= energy + 1e-4 * step * slope => break moved,
                Ok(_) | Err(Error::NonFinite { .. }) if step > 1e-14 => step *= 0.5,
                Ok(_) => return Ok(()),
                Err(e) => return Err(e),
            }
        };
        x.copy_from_slice(&moved);
        let (value, g) = system.gradient()?;
        let beta = (dot(g, g) - dot(g, &gradient)) / dot(&gradient, &gradient);
        direction.iter_mut().zip(g).for_each(|(d, g)| *d = beta.max(0.0) * *d - g);
        if dot(g, &direction) >= 0.0 {
            direction = g.iter().map(|g| -g).collect();
        }
        (energy, gradient) = (value, g.to_vec());
    }
    Ok(())
}
