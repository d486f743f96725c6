//! Smoothing a noisy torus: each vertex is drawn to the mean of its one-ring and held by its measured place. The rings
//! have different sizes: their loop bounds are read from a table. Newton's method takes one step, its linear system is
//! solved by conjugate gradients, since the energy is quadratic.
//!
//! `cargo run --release --example smoothing`

use spadina::{Error, Matrix, Options, Problem, System, Term};

const ENERGY: &str = include_str!("energies/smoothing.wgsl");

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves `h · d = -g`.
fn solve(h: Matrix, g: &[f64]) -> Result<(Vec<f64>, usize), Error> {
    let mut d = vec![0.0; g.len()];
    let mut r: Vec<f64> = g.iter().map(|g| -g).collect();
    let mut p = r.clone();
    let mut rr = dot(&r, &r);
    let wanted = 1e-20 * rr;
    let mut iterations = 0;
    while rr > wanted && iterations < 1000 {
        let mut hp = vec![0.0; g.len()];
        h.coordinates()?.for_each(|(i, j, v)| hp[i] += v * p[j]);
        let a = rr / dot(&p, &hp);
        d.iter_mut().zip(&p).for_each(|(d, p)| *d += a * p);
        r.iter_mut().zip(&hp).for_each(|(r, hp)| *r -= a * hp);
        let last = std::mem::replace(&mut rr, dot(&r, &r));
        p.iter_mut().zip(&r).for_each(|(p, r)| *p = r + rr / last * *p);
        iterations += 1;
    }
    Ok((d, iterations))
}

fn main() -> Result<(), Error> {
    // A torus of quadrilaterals; every second one has a diagonal, so that rings have four, five or six neighbours.
    let (w, h) = (32i32, 16i32);
    let node = |i: i32, j: i32| j.rem_euclid(h) * w + i.rem_euclid(w);
    let (mut row_ptr, mut neighbours, mut measured) = (vec![0], Vec::new(), Vec::new());
    for (i, j) in (0..h).flat_map(|j| (0..w).map(move |i| (i, j))) {
        neighbours.extend([node(i + 1, j), node(i - 1, j), node(i, j + 1), node(i, j - 1)]);
        neighbours.extend(((i + j) % 3 == 0).then(|| node(i + 1, j + 1)));
        neighbours.extend(((i + j - 2) % 3 == 0).then(|| node(i - 1, j - 1)));
        row_ptr.push(neighbours.len() as i32);
        let (u, v) = (std::f64::consts::TAU * f64::from(i) / 32.0, std::f64::consts::TAU * f64::from(j) / 16.0);
        let radius = 1.0 + 0.05 * (37.0 * u + 91.0 * v).sin();
        let from_axis = 3.0 + radius * v.cos();
        measured.push([from_axis * u.cos(), from_axis * u.sin(), radius * v.sin()]);
    }
    let problem = Problem::new()
        .unknown("x", measured.clone())
        .array("measured", measured.clone())
        .array("hold", 0.2)
        .indices("row_ptr", row_ptr)
        .indices("neighbours", neighbours)
        .term(Term::energy("smoothing.wgsl", ENERGY));
    let mut system = System::build(problem, Options::default())?;
    let mut x = measured.concat();
    for step in 0..2 {
        let at = system.evaluate()?;
        let norm = dot(at.gradient, at.gradient).sqrt();
        println!("step {step}: energy {:10.6}, gradient {norm:.1e}, {} non-zeros", at.energy, at.hessian.nonzeros());
        let (d, iterations) = solve(at.hessian, at.gradient)?;
        println!("        {iterations} iterations, moved by {:.6}", dot(&d, &d).sqrt());
        x.iter_mut().zip(&d).for_each(|(x, d)| *x += d);
        system.set_unknown("x", &x)?;
    }
    Ok(())
}
