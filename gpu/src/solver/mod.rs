//! Linear systems on the device: conjugate gradients, preconditioned by the inverse blocks of the nodes, with the matrix and
//! the right-hand side where assembly left them.
//!
//! The iterations never ask the host: a word on the device says whether to go on, and shaders do nothing where it says no.
//! [`Solver::encode`] is the primitive; [`Solver::solve`] submits [`Settings::batch`] iterations at a time and looks at the word
//! of one batch while the next one runs.

#[cfg(test)]
mod tests;

use crate::memory::{bytes, real_bytes, storage_usage};
use crate::pipeline::Dispatch;
use crate::{Device, Error};
use spadina_core::real::Precision;
pub use spadina_shaders::Status;
use spadina_shaders::{BLOCK_DIAGONAL, CHECK, Constants, DIRECT, GROUP, MULTIPLY, START, STEP, Shader, UPDATE};

/// A symmetric matrix on the device, both triangles, in square blocks: `values` holds block after block, each row by row.
/// With blocks of one row these are compressed sparse rows.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    /// For each block row the number of its first block, and at the end the number of blocks: `u32`.
    pub row_ptr: &'a wgpu::Buffer,
    /// The block column of each block, ascending in each block row: `u32`.
    pub col_idx: &'a wgpu::Buffer,
    /// The numbers of the blocks.
    pub values: &'a wgpu::Buffer,
    /// Rows of a block.
    pub block: u32,
    /// Block rows.
    pub rows: usize,
    /// Blocks.
    pub blocks: usize,
}

/// How to solve.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// Unknowns of a node, whose blocks on the diagonal are inverted. Their number divides that of the unknowns.
    pub node: u32,
    /// Iterations stop at a residual of so much of the right-hand side, in the Euclidean norm.
    pub tolerance: f64,
    /// The most iterations.
    pub iterations: u32,
    /// Iterations in a submission.
    pub batch: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { node: 1, tolerance: 1e-5, iterations: 1000, batch: 32 }
    }
}

/// What came of a solution.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Report {
    /// [`Running`](Status::Running) if there were not enough iterations.
    pub status: Status,
    /// How many iterations were done.
    pub iterations: u32,
    /// The norm of the residual as the iterations carry it on, relative to that of the right-hand side.
    pub residual: f64,
}

/// A system with its pipelines, bind groups and vectors.
#[derive(Debug)]
pub struct Solver {
    precision: Precision,
    settings: Settings,
    /// Unknowns: the solution, after [`encode`](Self::encode) or [`solve`](Self::solve).
    pub solution: wgpu::Buffer,
    /// Residual, preconditioned residual, direction and its product with the matrix.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests look at it"))]
    work: wgpu::Buffer,
    status: wgpu::Buffer,
    scalars: wgpu::Buffer,
    /// What status and scalars are at the start.
    initial: [wgpu::Buffer; 2],
    /// Before the iterations, and in each.
    prelude: Vec<Dispatch>,
    iteration: Vec<Dispatch>,
    /// Words that the host reads, of one batch and of the next.
    seen: [wgpu::Buffer; 2],
}

/// Numbers in the scalars.
const SCALARS: usize = 6;

impl Solver {
    /// Binds a matrix and a right-hand side. Unknowns that are `fixed`, one flag for each, keep a solution of zero.
    pub fn new(
        device: &Device,
        precision: Precision,
        matrix: &Matrix<'_>,
        rhs: &wgpu::Buffer,
        fixed: &[bool],
        settings: Settings,
    ) -> Result<Self, Error> {
        let unknowns = matrix.rows * matrix.block as usize;
        check(matrix, (rhs, real_bytes(precision)), fixed, &settings)?;
        device.check(precision)?;
        let team = team(matrix.rows, matrix.blocks);
        let constants =
            Constants { double: precision == Precision::F64, block: matrix.block, node: settings.node, team };
        let nodes = unknowns / settings.node as usize;
        let item = real_bytes(precision);
        let groups = |invocations: usize| invocations.div_ceil(GROUP as usize);
        let partial = groups(matrix.rows * team as usize).max(groups(nodes));
        let vector = |what: &str, count: usize| device.storage(what, count, item);
        let (solution, work) = (vector("the solution", unknowns)?, vector("the solver's vectors", 4 * unknowns)?);
        let inverse = vector("inverse blocks", unknowns * settings.node as usize)?;
        let (partials, scalars) = (vector("partial sums", 2 * partial)?, vector("scalars", SCALARS)?);
        let status = device.words("the solver's status", &[0, u32::MAX])?;
        let fixed: Vec<u32> = fixed.iter().map(|&fixed| u32::from(fixed)).collect();
        let fixed = device.words("fixed unknowns", &fixed)?;
        let mut first = [0.0; SCALARS];
        first[SCALARS - 1] = settings.tolerance * settings.tolerance;
        let initial = [
            device.words("the first status", &[Status::Running as u32, u32::MAX])?,
            device.filled("the first scalars", &bytes(precision, &first), storage_usage())?,
        ];
        let make = |shader: Shader, count: usize, per_item: u32, partials: usize, buffers: &[&wgpu::Buffer]| {
            let pipeline = device.pipeline(shader.name, &shader.text(constants), shader.name, shader.writes)?;
            let grid = device.grid(shader.name, count * per_item as usize, GROUP)?;
            let words = [grid.row, count as u32, unknowns as u32, partials as u32];
            device.dispatch(shader.name, &pipeline, grid.workgroups, bytemuck::cast_slice(&words), buffers)
        };
        let Matrix { row_ptr, col_idx, values, rows, .. } = *matrix;
        let by_rows = groups(rows * team as usize);
        let by_nodes = groups(nodes);
        let sums = [&partials, &scalars, &status];
        let prelude = vec![
            make(BLOCK_DIAGONAL, nodes, 1, 0, &[row_ptr, col_idx, values, &fixed, &inverse, &status])?,
            make(START, nodes, 1, by_nodes, &[&solution, &work, &inverse, &fixed, &partials, rhs])?,
            make(CHECK, 1, 1, by_nodes, &sums)?,
        ];
        let iteration = vec![
            make(MULTIPLY, rows, team, by_rows, &[row_ptr, col_idx, values, &fixed, &work, &partials, &status])?,
            make(STEP, 1, 1, by_rows, &sums)?,
            make(UPDATE, nodes, 1, by_nodes, &[&solution, &work, &inverse, &partials, &scalars, &status])?,
            make(CHECK, 1, 1, by_nodes, &sums)?,
            make(DIRECT, unknowns, 1, 0, &[&work, &scalars, &status])?,
        ];
        let seen = || device.readback("the solver's words", 16 + SCALARS * item);
        let seen = [seen()?, seen()?];
        Ok(Self { precision, settings, solution, work, status, scalars, initial, prelude, iteration, seen })
    }

    /// Encodes the start and so many iterations: no allocation of memory on the device, no data from the host.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder, iterations: u32) {
        for (from, to) in self.initial.iter().zip([&self.status, &self.scalars]) {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, to.size().min(from.size()));
        }
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.prelude.iter().for_each(|dispatch| dispatch.encode(&mut pass));
        drop(pass);
        self.encode_more(encoder, iterations);
    }

    /// Encodes more iterations.
    pub fn encode_more(&self, encoder: &mut wgpu::CommandEncoder, iterations: u32) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for dispatch in (0..iterations).flat_map(|_| &self.iteration) {
            dispatch.encode(&mut pass);
        }
    }

    /// Encodes the first step of an iteration by itself, the product of the matrix with the direction, to measure it. Nothing
    /// is computed once the iterations have stopped.
    pub fn encode_product(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.iteration.first().into_iter().for_each(|product| product.encode(&mut pass));
    }

    /// Solves, and waits until it is done.
    pub fn solve(&self, device: &Device) -> Result<Report, Error> {
        let batch = self.settings.batch.max(1);
        let mut submitted = 0;
        let mut running: Option<(usize, wgpu::SubmissionIndex)> = None;
        for number in 0.. {
            let more = batch.min(self.settings.iterations - submitted);
            let commands = device.scoped("the solver", || {
                let mut encoder = device.device().create_command_encoder(&Default::default());
                match number {
                    0 => self.encode(&mut encoder, more),
                    _ => self.encode_more(&mut encoder, more),
                }
                let seen = &self.seen[number % 2];
                encoder.copy_buffer_to_buffer(&self.status, 0, seen, 0, 8);
                encoder.copy_buffer_to_buffer(&self.scalars, 0, seen, 16, seen.size() - 16);
                encoder.finish()
            })?;
            submitted += more;
            let last = running.replace((number % 2, device.submit(commands)?));
            let report = last.map(|(seen, submission)| self.report(device, seen, submission)).transpose()?;
            let done = report.is_some_and(|report| report.status != Status::Running);
            if done || submitted == self.settings.iterations {
                break;
            }
        }
        match running {
            Some((seen, submission)) => self.report(device, seen, submission),
            None => Ok(Report { status: Status::Running, iterations: 0, residual: 1.0 }),
        }
    }

    /// How far the iterations were at the end of a submission.
    fn report(&self, device: &Device, seen: usize, submission: wgpu::SubmissionIndex) -> Result<Report, Error> {
        let words = device.map(&self.seen[seen], submission)?;
        let status: &[u32] = &bytemuck::pod_collect_to_vec(&words[..8]);
        let scalars = crate::memory::numbers(self.precision, &words[16..16 + SCALARS * real_bytes(self.precision)]);
        let (square, first) = (scalars[3], scalars[4]);
        let residual = if first > 0.0 { (square / first).sqrt() } else { 0.0 };
        // The word before the first iteration is the largest.
        let iterations = if status[1] == u32::MAX { 0 } else { status[1] };
        Ok(Report { status: Status::of(status[0]), iterations, residual })
    }
}

/// Invocations that multiply a block row: half as many as it has blocks, on average.
fn team(rows: usize, blocks: usize) -> u32 {
    let half = blocks.div_ceil(2 * rows.max(1));
    half.next_power_of_two().clamp(1, 32) as u32
}

/// Refuses what does not fit together.
fn check(
    matrix: &Matrix<'_>,
    (rhs, real): (&wgpu::Buffer, usize),
    fixed: &[bool],
    settings: &Settings,
) -> Result<(), Error> {
    let unknowns = matrix.rows * matrix.block as usize;
    let values = matrix.blocks * (matrix.block * matrix.block) as usize;
    let refuse = |what: &'static str, wanted: usize, given: usize| Err(Error::System { what, wanted, given });
    if matrix.block == 0 || settings.node == 0 || !unknowns.is_multiple_of(settings.node as usize) {
        return refuse("unknowns of a node, which divide the unknowns,", unknowns, settings.node as usize);
    }
    if fixed.len() != unknowns {
        return refuse("flags of fixed unknowns", unknowns, fixed.len());
    }
    let room = |what, buffer: &wgpu::Buffer, wanted: usize| match buffer.size() < wanted as u64 {
        true => refuse(what, wanted, buffer.size() as usize),
        false => Ok(()),
    };
    room("bytes of beginnings of rows", matrix.row_ptr, 4 * (matrix.rows + 1))?;
    room("bytes of columns", matrix.col_idx, 4 * matrix.blocks)?;
    room("bytes of values", matrix.values, real * values)?;
    room("bytes of the right-hand side", rhs, real * unknowns)?;
    // Places in every vector are words of the shaders.
    let most = values.max(unknowns * settings.node.max(4) as usize);
    match u32::try_from(most) {
        Ok(_) => Ok(()),
        Err(_) => refuse("numbers in a vector, fewer than 2³²,", u32::MAX as usize, most),
    }
}
