//! Linear systems on the device: conjugate gradients, preconditioned by the inverse blocks of the nodes or on several levels,
//! with the matrix and the right-hand side where assembly left them.
//!
//! The iterations never ask the host: a word on the device says whether to go on, and shaders do nothing where it says no.
//! [`Solver::encode`] is the primitive; [`Solver::solve`] submits [`Settings::batch`] iterations at a time and looks at the word
//! of one batch while the next one runs.

mod build;
#[cfg(test)]
mod counts;
#[cfg(test)]
mod tests;

use crate::memory::real_bytes;
use crate::pipeline::Dispatch;
use crate::{Device, Error};
use build::SCALARS;
use spadina_core::pattern::Csr;
use spadina_core::real::Precision;
pub use spadina_shaders::Status;

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
    /// The pattern of the blocks on the host, which [`Preconditioner::Multilevel`] needs.
    pub pattern: Option<&'a Csr>,
}

/// What the residual is multiplied with to get closer to the solution.
///
/// Iterations for a residual of 1e-5, in single precision, with three unknowns a node, and what one takes longer on a
/// software adapter:
///
/// | system | block-Jacobi | several levels | an iteration |
/// |---|---|---|---|
/// | springs in a plane, 60² and 120² nodes, all pulled back | 20 and 20 | 16 and 18 | 1.7 and 1.4 times |
/// | springs along the axes, 20³ and 40³ nodes, a side held | 84 and 175 | 58 and 102 | 1.0 times |
/// | elastic body, 20³, 30³ and 40³ nodes, a side held | 161, 264 and 335 | 128, 167 and 208 | 1.1 times |
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Preconditioner {
    /// The inverse block on the diagonal of every node.
    #[default]
    BlockJacobi,
    /// Those, and the inverse blocks of clusters of nodes on several levels ([`spadina_shaders::multilevel`]). The clusters
    /// come from the pattern when the solver is made; their blocks from the values, in every solution. It is for systems
    /// that block-Jacobi takes long for, larger and stiffer ones: an iteration takes one dispatch more for each level and
    /// one more for all.
    Multilevel,
}

/// How to solve `(A + shift I) x = b`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// Unknowns of a node, whose blocks on the diagonal are inverted. Their number divides that of the unknowns.
    pub node: u32,
    /// The preconditioner.
    pub preconditioner: Preconditioner,
    /// Iterations stop at a residual of so much of the right-hand side, in the Euclidean norm,
    pub tolerance: f64,
    /// or at a residual of this norm.
    pub absolute: f64,
    /// What is added to every entry on the diagonal, until [`Solver::set_shift`].
    pub shift: f64,
    /// Whether `b` is the buffer's vector times -1: the step of Newton's method from the gradient.
    pub negate: bool,
    /// The most iterations.
    pub iterations: u32,
    /// Iterations in a submission.
    pub batch: u32,
    /// Invocations that multiply a block row: a power of two, at most 32; what suits device and matrix if none is given.
    pub team: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            node: 1,
            preconditioner: Preconditioner::default(),
            tolerance: 1e-5,
            absolute: 0.0,
            shift: 0.0,
            negate: false,
            iterations: 1000,
            batch: 32,
            team: None,
        }
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
    /// Two words: the [`Status`], and the number of iterations that were done, the largest word before the first check.
    pub status: wgpu::Buffer,
    /// Reals, of which other passes can want the residual's square, number 3, and that at the start, number 4.
    pub scalars: wgpu::Buffer,
    /// Residual, preconditioned residual, direction and its product with the matrix.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests look at it"))]
    work: wgpu::Buffer,
    /// What status and scalars are at the start.
    initial: [wgpu::Buffer; 2],
    /// Before the iterations, and in each.
    prelude: Vec<Dispatch>,
    iteration: Vec<Dispatch>,
    /// Words that the host reads, of one batch and of the next.
    seen: [wgpu::Buffer; 2],
}

impl Solver {
    /// Binds a matrix and a right-hand side. Unknowns that are `fixed`, one flag for each, keep a solution of zero.
    ///
    /// Refuses with [`Error::System`] what does not fit together, and with other errors what the device cannot do.
    pub fn new(
        device: &Device,
        precision: Precision,
        matrix: &Matrix<'_>,
        rhs: &wgpu::Buffer,
        fixed: &[bool],
        settings: Settings,
    ) -> Result<Self, Error> {
        build::check(matrix, (rhs, real_bytes(precision)), fixed, &settings)?;
        device.check(precision)?;
        build::solver(device, precision, matrix, rhs, fixed, settings)
    }

    /// Sets what later solutions add to every entry on the diagonal.
    pub fn set_shift(&self, device: &Device, shift: f64) -> Result<(), Error> {
        device.write(&self.initial[1], self.precision, build::SHIFT, &[shift])
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
