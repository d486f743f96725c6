//! Settings and results of the solution of a linear system.

use super::list::PRECONDITIONERS;
use super::matrix::Matrix;
use super::preconditioner::Preconditioner;
use crate::Error;
use crate::memory::size_of_items;
use spadina_shaders::{Status, Vector};

/// Settings for the solution of `(A + shift I) x = b`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Settings {
    /// Unknowns of a node, whose blocks on the diagonal are inverted. Their number divides that of the unknowns.
    pub node: u32,
    /// The preconditioner.
    pub preconditioner: &'static dyn Preconditioner,
    /// Iterations stop at a residual of so much of the right-hand side, in the Euclidean norm,
    pub tolerance: f64,
    /// or at a residual of this norm.
    pub absolute: f64,
    /// The number added to every entry on the diagonal, until [`Solver::set_shift`](super::Solver::set_shift).
    pub shift: f64,
    /// True if `b` is the buffer's vector times -1: the step of Newton's method from the gradient.
    pub negate: bool,
    /// The most iterations.
    pub iterations: u32,
    /// Iterations in a submission.
    pub batch: u32,
    /// Invocations that multiply a block row: a power of two, at most 32; what suits device and matrix if none is given.
    pub team: Option<u32>,
}

/// The residual at which iterations stop, relative to the right-hand side: what single precision reaches.
const TOLERANCE: f64 = 1e-5;

/// The most iterations: three times as many as the hardest system of [`Preconditioner`]'s table takes.
const ITERATIONS: u32 = 1000;

/// Iterations in a submission: enough to hide what a submission takes, few enough for those beyond the last one not to
/// matter.
const BATCH: u32 = 32;

impl Default for Settings {
    fn default() -> Self {
        Self {
            node: 1,
            preconditioner: PRECONDITIONERS[0],
            tolerance: TOLERANCE,
            absolute: 0.0,
            shift: 0.0,
            negate: false,
            iterations: ITERATIONS,
            batch: BATCH,
            team: None,
        }
    }
}

/// The result of a solution.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Report {
    /// [`Running`](Status::Running) if there were not enough iterations.
    pub status: Status,
    /// The number of iterations done.
    pub iterations: u32,
    /// The norm of the residual as the iterations carry it on, relative to that of the right-hand side.
    pub residual: f64,
}

impl Settings {
    /// Refuses what does not fit together.
    pub(super) fn check(
        &self,
        matrix: &Matrix<'_>,
        (rhs, real): (&wgpu::Buffer, usize),
        fixed: &[bool],
    ) -> Result<(), Error> {
        let unknowns = matrix.unknowns();
        let square = (matrix.block as usize).saturating_mul(matrix.block as usize);
        let values = matrix.blocks.saturating_mul(square);
        let refuse = |what: &'static str, wanted: usize, given: usize| Err(Error::System { what, wanted, given });
        if matrix.block == 0 || self.node == 0 || !unknowns.is_multiple_of(self.node as usize) {
            return refuse(
                "unknowns of a node, whose number divides that of the unknowns",
                unknowns,
                self.node as usize,
            );
        }
        if fixed.len() != unknowns {
            return refuse("flags of fixed unknowns", unknowns, fixed.len());
        }
        let room =
            |what, buffer: &wgpu::Buffer, count: usize, item: usize| match buffer.size() < size_of_items(count, item) {
                true => refuse(what, count.saturating_mul(item), buffer.size() as usize),
                false => Ok(()),
            };
        let word = size_of::<u32>();
        room("bytes of beginnings of rows", matrix.row_ptr, matrix.rows.saturating_add(1), word)?;
        room("bytes of columns", matrix.col_idx, matrix.blocks, word)?;
        room("bytes of values", matrix.values, values, real)?;
        room("bytes of the right-hand side", rhs, unknowns, real)?;
        self.preconditioner.check(matrix)?;
        // Places in every vector are words of the shaders.
        let most = values.max(unknowns.saturating_mul(self.node.max(Vector::COUNT as u32) as usize));
        match u32::try_from(most) {
            Ok(_) => Ok(()),
            Err(_) => refuse("numbers in a vector, at most", u32::MAX as usize, most),
        }
    }
}
