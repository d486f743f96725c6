//! Cholesky's factorisation, by faer.

use super::Reduced;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::linalg::cholesky::{LltRef, SymbolicCholesky, SymmetricOrdering, factorize_symbolic_cholesky};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};
use faer::{Conj, MatMut, Par, Side};

/// One thread: the matrices of one supernode are too small for more.
const PAR: Par = Par::Seq;

/// The supernodal factors `L Lᵀ` of a matrix; their pattern is found once, and their memory is used again.
pub struct Cholesky {
    symbolic: SymbolicCholesky<usize>,
    factors: Vec<f64>,
    scratch: MemBuffer,
    /// Whether there are factors of the last matrix.
    factored: bool,
}

/// Rows of the lower triangle are columns of the upper one.
fn symbolic(matrix: &Reduced) -> SymbolicSparseColMatRef<'_, usize> {
    let n = matrix.rows();
    SymbolicSparseColMatRef::new_checked(n, n, &matrix.row_ptr, None, &matrix.col_idx)
}

impl Cholesky {
    /// Orders the unknowns and finds the pattern of the factors. `None`: there is no memory for it.
    pub fn new(matrix: &Reduced) -> Option<Self> {
        let (order, settings) = (SymmetricOrdering::Amd, Default::default());
        let symbolic = factorize_symbolic_cholesky(symbolic(matrix), Side::Upper, order, settings).ok()?;
        let factor = symbolic.factorize_numeric_llt_scratch::<f64>(PAR, Default::default());
        let scratch = MemBuffer::try_new(factor.or(symbolic.solve_in_place_scratch::<f64>(1, PAR))).ok()?;
        let mut factors = Vec::new();
        factors.try_reserve_exact(symbolic.len_val()).ok()?;
        factors.resize(symbolic.len_val(), 0.0);
        Some(Self { symbolic, factors, scratch, factored: false })
    }

    /// Factors the values of the matrix; whether it is positive definite.
    pub fn factor(&mut self, matrix: &Reduced) -> bool {
        let values = SparseColMatRef::new(symbolic(matrix), &matrix.values[..]);
        let (stack, settings) = (MemStack::new(&mut self.scratch), Default::default());
        let (factors, added) = (&mut self.factors[..], Default::default());
        let found = self.symbolic.factorize_numeric_llt(factors, values, Side::Upper, added, PAR, stack, settings);
        self.factored = found.is_ok();
        self.factored
    }

    /// Puts the solution in the place of the right-hand side.
    pub fn solve(&mut self, rhs: &mut [f64]) {
        if self.factored {
            let (factors, stack) = (LltRef::new(&self.symbolic, &self.factors), MemStack::new(&mut self.scratch));
            let n = rhs.len();
            factors.solve_in_place_with_conj(Conj::No, MatMut::from_column_major_slice_mut(rhs, n, 1), PAR, stack);
        }
    }
}
