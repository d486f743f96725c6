//! The linear system of a Newton step on a GPU: products with the Hessian, and conjugate gradients.

use crate::error::Error;
use crate::summary::time;
use crate::timing::median;
use spadina::gpu::Timer;
use spadina::gpu::solver::{Matrix, Report, Settings, Solver, Status};
use spadina::gpu::wgpu::CommandEncoder;
use spadina::system::{Precision, Resident};
use std::time::Instant;

/// Iterations that are timed together, and products; fewer where they would take more than [`PATIENCE`].
const ITERATIONS: u32 = 64;

/// Iterations in a submission of those that are not timed: few, because blocking calls do not wait for ever.
const BATCH: u32 = 8;

/// The residual at which a solution ends, relative to the right-hand side.
const TOLERANCE: f64 = 1e-5;

/// Seconds after which nothing is repeated, and that a solution may take if more iterations than those that are timed are to
/// be done.
const PATIENCE: f64 = 5.0;

/// The measurements.
pub struct Linear {
    /// Seconds on the device of a product of the Hessian with a vector, and of an iteration; `None` if none is done.
    pub seconds: Option<[f64; 2]>,
    /// Bytes that a product moves if everything is read and written once: pattern, values, two vectors.
    pub bytes: usize,
    /// The report of the solution, and the seconds that it took, seen from the host.
    solution: (Report, f64),
    node: u32,
}

impl Linear {
    /// Measures with the Hessian and the gradient as they are on the device; `None` for a Hessian in a storage of the
    /// caller's own.
    pub fn measure(resident: &Resident<'_>, node: u32, timer: &Timer, repeat: usize) -> Result<Option<Self>, Error> {
        let Some(matrix) = resident.matrix() else { return Ok(None) };
        let bytes = bytes(&matrix, resident.vectors.precision);
        // Without a tolerance they stop only where rounding leaves nothing to do.
        let settings = Settings { node, tolerance: 0.0, iterations: ITERATIONS, batch: BATCH, ..Settings::default() };
        let solver = solver(resident, &matrix, settings)?;
        let report = solver.solve(resident.device)?;
        if report.iterations == 0 {
            return Ok(Some(Self { seconds: None, bytes, solution: (report, 0.0), node }));
        }
        let products = |encoder: &mut CommandEncoder, count| (0..count).for_each(|_| solver.encode_product(encoder));
        let iterations = |encoder: &mut CommandEncoder, count| solver.encode_more(encoder, count);
        let product = each(timer, repeat, &solver, ITERATIONS, products)?;
        let iteration = each(timer, repeat, &solver, report.iterations, iterations)?;
        let solution = solution(resident, &matrix, node, iteration)?;
        Ok(Some(Self { seconds: Some([product, iteration]), bytes, solution, node }))
    }

    /// The outcome of the solution, in words.
    pub fn note(&self) -> String {
        let (Report { status, iterations, residual }, seconds) = self.solution;
        let how = match status {
            Status::Converged if iterations == 0 => "the gradient is zero".to_string(),
            Status::Converged => format!("{iterations} iterations to {TOLERANCE:e}, {}", time(seconds).trim_start()),
            Status::Running => format!("stopped after {iterations} iterations at {residual:.1e}"),
            Status::Indefinite => format!("indefinite after {iterations} iterations"),
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
    let batch = ((PATIENCE / iteration) as u32).clamp(1, Settings::default().batch);
    let settings = Settings { node, tolerance: TOLERANCE, iterations, batch, ..Settings::default() };
    let solver = solver(resident, matrix, settings)?;
    let start = Instant::now();
    let report = solver.solve(resident.device)?;
    Ok((report, start.elapsed().as_secs_f64()))
}

/// The median of the seconds of each of at most so many things that are encoded, after a new start.
fn each(
    timer: &Timer,
    repeat: usize,
    solver: &Solver,
    most: u32,
    encode: impl Fn(&mut CommandEncoder, u32),
) -> Result<f64, Error> {
    let one = |count: u32| {
        timer.time(|encoder| solver.encode(encoder, 0))?;
        timer.time(|encoder| encode(encoder, count))
    };
    let count = ((PATIENCE / one(1)?) as u32).clamp(1, most);
    let begin = Instant::now();
    let mut times = vec![one(count)?];
    while times.len() < repeat && begin.elapsed().as_secs_f64() < PATIENCE {
        times.push(one(count)?);
    }
    Ok(median(times) / f64::from(count))
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
