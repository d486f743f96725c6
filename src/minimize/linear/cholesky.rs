//! Cholesky's factorisation, by faer.

use super::dissect;
use super::free::FreeHessian;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::perm::PermRef;
use faer::sparse::linalg::cholesky::{
    LltRef, SymbolicCholesky, SymbolicCholeskyRaw, SymmetricOrdering, factorize_symbolic_cholesky,
};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};
use faer::{Conj, MatMut, Par, Side};

/// One thread: the matrices of one supernode are too small for more.
const PAR: Par = Par::Seq;

/// The entries of factors, in terms of those of the matrix, from which on another order of elimination is tried:
/// boxes of 12³ and 20³ nodes have 16 and 35 times as many, and gain a fifth and two fifths of the work.
const FULL: usize = 6;

/// The supernodal factors `L Lᵀ` of a matrix; their pattern is found once, and their memory is used again.
pub struct Cholesky {
    symbolic: SymbolicCholesky<usize>,
    factors: Vec<f64>,
    scratch: MemBuffer,
    /// True if there are factors of the last matrix.
    factored: bool,
}

/// Rows of the lower triangle are columns of the upper one.
fn symbolic(matrix: &FreeHessian) -> SymbolicSparseColMatRef<'_, usize> {
    let n = matrix.rows();
    SymbolicSparseColMatRef::new_checked(n, n, &matrix.row_ptr, None, &matrix.col_idx)
}

/// The symbolic phase with an order of elimination.
fn phase(matrix: &FreeHessian, order: SymmetricOrdering<'_, usize>) -> Option<SymbolicCholesky<usize>> {
    factorize_symbolic_cholesky(symbolic(matrix), Side::Upper, order, Default::default()).ok()
}

/// The symbolic phase with the order of nested dissection.
fn dissected(matrix: &FreeHessian) -> Option<SymbolicCholesky<usize>> {
    let order = dissect::order(matrix);
    let mut places = vec![0; order.len()];
    order.iter().enumerate().for_each(|(place, &unknown)| places[unknown] = place);
    let order = PermRef::new_checked(&order, &places, order.len());
    phase(matrix, SymmetricOrdering::Custom(order))
}

/// Multiplications of a factorisation, about: the squares of the lengths of the columns.
fn work(symbolic: &SymbolicCholesky<usize>) -> f64 {
    let square = |length: usize| (length * length) as f64;
    match symbolic.raw() {
        SymbolicCholeskyRaw::Simplicial(factor) => {
            factor.col_ptr().windows(2).map(|ends| square(ends[1] - ends[0])).sum()
        }
        SymbolicCholeskyRaw::Supernodal(factor) => {
            let rows = factor.col_ptr_for_row_idx().windows(2).map(|ends| ends[1] - ends[0]);
            let columns = factor.supernode_begin().iter().zip(factor.supernode_end()).map(|(begin, end)| end - begin);
            rows.zip(columns).map(|(rows, columns)| (1..=columns).map(|k| square(rows + k)).sum::<f64>()).sum()
        }
    }
}

/// The bytes of memory that can still be taken, where that is known.
fn available() -> Option<u64> {
    #[cfg(feature = "meshes")]
    return crate::mesh::memory::available();
    #[cfg(not(feature = "meshes"))]
    None
}

impl Cholesky {
    /// Orders the unknowns and finds the pattern of the factors. `None`: there is no memory for it.
    pub fn new(matrix: &FreeHessian) -> Option<Self> {
        let symbolic = phase(matrix, SymmetricOrdering::Amd)?;
        let symbolic = match symbolic.len_val() > FULL * matrix.values.len() {
            true => dissected(matrix).filter(|other| work(other) < work(&symbolic)).unwrap_or(symbolic),
            false => symbolic,
        };
        let needed = (symbolic.len_val() * size_of::<f64>()) as u64;
        if available().is_some_and(|free| needed > free) {
            return None;
        }
        let factor = symbolic.factorize_numeric_llt_scratch::<f64>(PAR, Default::default());
        let scratch = MemBuffer::try_new(factor.or(symbolic.solve_in_place_scratch::<f64>(1, PAR))).ok()?;
        let mut factors = Vec::new();
        factors.try_reserve_exact(symbolic.len_val()).ok()?;
        factors.resize(symbolic.len_val(), 0.0);
        Some(Self { symbolic, factors, scratch, factored: false })
    }

    /// The multiplications of a factorisation, about.
    pub fn work(&self) -> f64 {
        work(&self.symbolic)
    }

    /// Factors the values of the matrix; whether it is positive definite.
    pub fn factor(&mut self, matrix: &FreeHessian) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::minimize::linear::dissect::tests::boxes;

    #[test]
    fn meshes_in_space_are_dissected() {
        let mut matrix = boxes(1, 12, 1);
        matrix.add_diagonal(|row, _| 100.0 + row as f64);
        let (minimum, dissected) = (phase(&matrix, SymmetricOrdering::Amd).unwrap(), dissected(&matrix).unwrap());
        let mut found = Cholesky::new(&matrix).unwrap();
        assert_eq!(work(&found.symbolic), work(&dissected));
        assert!(work(&dissected) < 0.9 * work(&minimum), "{} {}", work(&dissected), work(&minimum));
        assert!(found.factor(&matrix));
        let mut x = vec![1.0; matrix.rows()];
        found.solve(&mut x);
        assert!(x.iter().enumerate().all(|(row, x)| (x * (100.0 + row as f64) - 1.0).abs() < 1e-12));
    }
}
