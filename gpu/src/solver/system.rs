//! A linear system while it is bound: what the solver and its preconditioner make dispatches for.

use super::matrix::Matrix;
use crate::dispatch::Dispatch;
use crate::memory::real_bytes;
use crate::{Device, Error};
use spadina_core::real::Precision;
use spadina_shaders::{Constants, GROUP, SOLVER_SCALARS, Shader, SolverProgress, SolverWords, Vector};

/// A linear system while it is bound.
#[derive(Clone, Copy, Debug)]
pub struct System<'a> {
    /// The device.
    pub device: &'a Device,
    /// The precision of the reals.
    pub precision: Precision,
    /// The matrix.
    pub matrix: &'a Matrix<'a>,
    /// Unknowns of a node.
    pub node: u32,
    /// By unknown, whether it keeps a solution of zero.
    pub fixed: &'a [bool],
    /// The vectors of the solver.
    pub buffers: &'a Buffers,
}

/// The vectors of a solver. Clones are the same.
#[derive(Clone, Debug)]
pub struct Buffers {
    /// Reals: the solution.
    pub solution: wgpu::Buffer,
    /// Reals: the vectors that [`Vector`] names, one after another, times [`SolverScalars::scale`](super::SolverScalars::scale).
    pub work: wgpu::Buffer,
    /// Reals: by node the inverse of its block on the diagonal, row by row.
    pub inverse: wgpu::Buffer,
    /// Reals: by workgroup of the nodes residual · preconditioned and residual · residual.
    pub partials: wgpu::Buffer,
    /// Reals: [`SolverScalars`](super::SolverScalars).
    pub scalars: wgpu::Buffer,
    /// Words: [`SolverProgress`].
    pub progress: wgpu::Buffer,
    /// Words: by unknown 1 if it is fixed, or else 0.
    pub fixed: wgpu::Buffer,
}

impl Buffers {
    /// For unknowns some of which are `fixed`, and so many partial sums.
    pub(super) fn new(
        device: &Device,
        precision: Precision,
        (node, fixed): (u32, &[bool]),
        partials: usize,
    ) -> Result<Self, Error> {
        let unknowns = fixed.len();
        let vector = |what: &str, count: usize| device.storage(what, count, real_bytes(precision));
        let fixed: Vec<u32> = fixed.iter().map(|&fixed| u32::from(fixed)).collect();
        Ok(Self {
            solution: vector("the solution", unknowns)?,
            work: vector("the solver's vectors", Vector::COUNT * unknowns)?,
            inverse: vector("inverse blocks", unknowns * node as usize)?,
            partials: vector("partial sums", 2 * partials)?,
            scalars: vector("scalars", SOLVER_SCALARS)?,
            progress: device.words("the solver's progress", &SolverProgress::START.words())?,
            fixed: device.words("fixed unknowns", &fixed)?,
        })
    }
}

impl System<'_> {
    /// The number of nodes.
    pub fn nodes(&self) -> usize {
        self.fixed.len() / self.node as usize
    }

    /// A dispatch of one of the solver's shaders over so many items, each of a team of invocations. The grid, the items and
    /// the unknowns are set in the words.
    pub(super) fn dispatch(
        &self,
        shader: Shader,
        (items, team): (usize, u32),
        words: SolverWords,
        buffers: &[&wgpu::Buffer],
    ) -> Result<Dispatch, Error> {
        let double = self.precision == Precision::F64;
        let constants = Constants { double, block: self.matrix.block, node: self.node, team };
        let pipeline = self.device.shared_pipeline(shader.name, &shader.text(constants))?;
        let grid = self.device.grid(shader.name, items * team as usize, GROUP)?;
        let [count, unknowns] = [items, self.fixed.len()].map(|count| count as u32);
        let words = SolverWords { row: grid.row, count, unknowns, ..words }.words();
        self.device.dispatch(shader.name, &pipeline, grid.workgroups, bytemuck::cast_slice(&words), buffers)
    }
}

/// Invocations that work on an item together: half as many as it has parts, on average.
pub(super) fn team(items: usize, parts: usize) -> u32 {
    let half = parts.div_ceil(2 * items.max(1));
    half.next_power_of_two().clamp(1, LARGEST_TEAM as usize) as u32
}

/// The most invocations of a team: as many as run in step on every graphics processor.
pub(super) const LARGEST_TEAM: u32 = 32;
