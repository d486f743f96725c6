//! The linear system of a Newton step on a GPU: products with the Hessian, and conjugate gradients.

use crate::cli::Error;
use crate::cli::eval::median;
use crate::cli::summary::time;
use spadina::gpu::Timer;
use spadina::gpu::solver::{Matrix, Report, Settings, Solver, Status};
use spadina::gpu::wgpu::CommandEncoder;
use spadina::system::{Precision, Resident};
use std::time::Instant;

/// Iterations that are timed together, and products.
const ITERATIONS: u32 = 64;

/// The residual at which a solution ends, relative to the right-hand side.
const TOLERANCE: f64 = 1e-5;

/// Seconds that a solution may take, if more iterations than those that are timed are to be done.
const PATIENCE: f64 = 10.0;

/// What was measured.
pub struct Linear {
    /// Seconds of a product of the Hessian with a vector, if the diagonal lets the solver begin.
    pub product: Option<f64>,
    /// Bytes that a product moves if everything is read and written once: pattern, values, two vectors.
    pub bytes: usize,
    pub outcome: Outcome,
    node: u32,
}

/// What conjugate gradients do with the Hessian and the gradient.
pub enum Outcome {
    /// They run.
    Iterates {
        /// Seconds of an iteration, on the device.
        seconds: f64,
        /// How a whole solution ended, and the seconds that it took, seen from the host.
        solution: (Report, f64),
    },
    /// There is nothing to solve for: the gradient is zero.
    Zero,
    /// After so many iterations a direction has no positive curvature.
    Indefinite(u32),
}

impl Linear {
    /// Measures with the Hessian and the gradient as they are on the device; `None` for a Hessian in a storage of the
    /// caller's own.
    pub fn measure(resident: &Resident<'_>, node: u32, timer: &Timer, repeat: usize) -> Result<Option<Self>, Error> {
        let Some(matrix) = resident.matrix() else { return Ok(None) };
        // Without a tolerance they do not stop early.
        let settings = Settings { node, tolerance: 0.0, iterations: ITERATIONS, ..Settings::default() };
        let solver = solver(resident, &matrix, settings)?;
        let report = solver.solve(resident.device)?;
        let done = report.iterations;
        let outcome = match report.status {
            Status::Indefinite => Outcome::Indefinite(done),
            Status::Converged if done == 0 => Outcome::Zero,
            Status::Running | Status::Converged => {
                let seconds = each(timer, repeat, &solver, done, |e, count| solver.encode_more(e, count))?;
                Outcome::Iterates { seconds, solution: solution(resident, &matrix, node, seconds)? }
            }
        };
        let begins = !matches!(outcome, Outcome::Zero | Outcome::Indefinite(0));
        let products = |encoder: &mut CommandEncoder, count| (0..count).for_each(|_| solver.encode_product(encoder));
        let product = begins.then(|| each(timer, repeat, &solver, ITERATIONS, products)).transpose()?;
        let bytes = bytes(&matrix, resident.vectors.precision);
        Ok(Some(Self { product, bytes, outcome, node }))
    }

    /// What became of the solution.
    pub fn note(&self) -> String {
        let how = match &self.outcome {
            Outcome::Zero => "the gradient is zero".to_string(),
            Outcome::Indefinite(iterations) => format!("indefinite after {iterations} iterations"),
            Outcome::Iterates { solution: (Report { status, iterations, residual }, seconds), .. } => match status {
                Status::Converged => {
                    format!("{iterations} iterations to {TOLERANCE:e}, {}", time(*seconds).trim_start())
                }
                Status::Running => format!("stopped after {iterations} iterations at {residual:.1e}"),
                Status::Indefinite => format!("indefinite after {iterations} iterations"),
            },
        };
        format!("PCG, H d = gradient: {how}; inverse blocks of {} unknowns", self.node)
    }
}

fn solver(resident: &Resident<'_>, matrix: &Matrix<'_>, settings: Settings) -> Result<Solver, Error> {
    let vectors = resident.vectors;
    let free = vec![false; vectors.lengths.unknowns];
    Ok(Solver::new(resident.device, vectors.precision, matrix, &vectors.gradient, &free, settings)?)
}

/// A whole solution, with the seconds from the first submission until the host knows that it is done. `iteration`: the
/// seconds of one.
fn solution(resident: &Resident<'_>, matrix: &Matrix<'_>, node: u32, iteration: f64) -> Result<(Report, f64), Error> {
    let most = Settings::default().iterations;
    let iterations = ((PATIENCE / iteration) as u32).max(ITERATIONS).min(most);
    let settings = Settings { node, tolerance: TOLERANCE, iterations, ..Settings::default() };
    let solver = solver(resident, matrix, settings)?;
    let start = Instant::now();
    let report = solver.solve(resident.device)?;
    Ok((report, start.elapsed().as_secs_f64()))
}

/// The median of the seconds of each of so many things that are encoded, after a new start.
fn each(
    timer: &Timer,
    repeat: usize,
    solver: &Solver,
    count: u32,
    encode: impl Fn(&mut CommandEncoder, u32),
) -> Result<f64, Error> {
    let one = |_| {
        timer.time(|encoder| solver.encode(encoder, 0))?;
        timer.time(|encoder| encode(encoder, count))
    };
    let times: Result<Vec<f64>, spadina::gpu::Error> = (0..repeat).map(one).collect();
    Ok(median(times?) / f64::from(count))
}

fn bytes(matrix: &Matrix<'_>, precision: Precision) -> usize {
    let real = match precision {
        Precision::F32 => size_of::<f32>(),
        Precision::F64 => size_of::<f64>(),
    };
    let block = matrix.block as usize;
    let words = matrix.rows + 1 + matrix.blocks;
    words * size_of::<u32>() + (matrix.blocks * block * block + 2 * matrix.rows * block) * real
}
