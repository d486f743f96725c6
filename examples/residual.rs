//! Fitting points to measured distances: a residual with its sparse Jacobian. Gauss-Newton solves JᵀJ d = -Jᵀr, here by
//! conjugate gradients with J alone, damped so that the free motions of the points do no harm.
//!
//! `cargo run --release --example residual`

use spadina::{Error, Matrix, Options, Problem, System, Term};

const DISTANCE: &str = "
fn residual(x: array<vec2f, 2>, measured: f32) -> f32 { return distance(x[0], x[1]) - measured; }";

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Jᵀ J p + damping · p.
fn normal(j: &Matrix, p: &[f64], damping: f64) -> Result<Vec<f64>, Error> {
    let mut jp = vec![0.0; j.rows];
    j.coordinates()?.for_each(|(row, col, v)| jp[row] += v * p[col]);
    let mut out: Vec<f64> = p.iter().map(|p| damping * p).collect();
    j.coordinates()?.for_each(|(row, col, v)| out[col] += v * jp[row]);
    Ok(out)
}

/// The damped Gauss-Newton step; `g` is Jᵀr.
fn step(j: &Matrix, g: &[f64]) -> Result<Vec<f64>, Error> {
    let mut d = vec![0.0; g.len()];
    let mut r: Vec<f64> = g.iter().map(|g| -g).collect();
    let mut p = r.clone();
    let mut rr = dot(&r, &r);
    let wanted = 1e-24 * rr;
    for _ in 0..500 {
        if rr <= wanted {
            break;
        }
        let np = normal(j, &p, 1e-6)?;
        let a = rr / dot(&p, &np);
        d.iter_mut().zip(&p).for_each(|(d, p)| *d += a * p);
        r.iter_mut().zip(&np).for_each(|(r, n)| *r -= a * n);
        let last = std::mem::replace(&mut rr, dot(&r, &r));
        p.iter_mut().zip(&r).for_each(|(p, r)| *p = r + rr / last * *p);
    }
    Ok(d)
}

fn main() -> Result<(), Error> {
    // The true points, the pairs whose distance is measured, and a first guess that is off.
    let n = 40;
    let truth: Vec<[f64; 2]> = (0..n).map(|k| [(k % 8) as f64, (k / 8) as f64]).collect();
    let offsets = [1, 7, 8, 9, 16, 2];
    let pairs: Vec<[i32; 2]> =
        (0..n).flat_map(|a| offsets.iter().filter(move |o| a + **o < n).map(move |o| [a, a + o])).collect();
    let length = |[a, b]: &[i32; 2]| {
        let (p, q) = (truth[*a as usize], truth[*b as usize]);
        (p[0] - q[0]).hypot(p[1] - q[1])
    };
    let measured: Vec<f64> = pairs.iter().map(length).collect();
    let guess = |(k, p): (usize, &[f64; 2])| [p[0] + 0.2 * (k as f64).sin(), p[1] + 0.2 * (1.7 * k as f64).cos()];
    let mut x: Vec<f64> = truth.iter().enumerate().flat_map(guess).collect();
    let start: Vec<[f64; 2]> = x.chunks(2).map(|p| [p[0], p[1]]).collect();

    let problem = Problem::new()
        .unknown("x", start)
        .array("measured", measured)
        .indices("pairs", pairs)
        .term(Term::residual("distance.wgsl", DISTANCE).over("pairs"));
    let mut system = System::build(problem, Options::default())?;
    for iteration in 0..6 {
        let at = system.evaluate()?;
        let Some(jacobian) = at.jacobian else { break };
        if iteration == 0 {
            println!("{} rows, {} unknowns, {} non-zeros in J", jacobian.rows, jacobian.cols, jacobian.nonzeros());
        }
        println!("{iteration}  ½|r|² = {:.3e}", at.energy);
        let d = step(&jacobian, at.gradient)?;
        x.iter_mut().zip(&d).for_each(|(x, d)| *x += d);
        system.set_unknown("x", &x)?;
    }
    Ok(())
}
