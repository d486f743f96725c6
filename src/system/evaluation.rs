//! Evaluations that outlive the next one.

use super::{Evaluation, Matrix};

/// A sparse matrix with its own memory; the fields are those of [`Matrix`].
#[derive(Clone, PartialEq, Default, Debug)]
#[non_exhaustive]
pub struct OwnedMatrix {
    /// The number of rows (of blocks, for block CSR).
    pub rows: usize,
    /// The number of columns (of blocks, for block CSR).
    pub cols: usize,
    /// The edge length of a block, 1 for CSR, 0 for a custom layout.
    pub block: usize,
    /// For each row the position of its first entry, and at the end the number of entries.
    pub row_ptr: Vec<usize>,
    /// The column of each entry.
    pub col_idx: Vec<u32>,
    /// The value of each entry.
    pub values: Vec<f64>,
}

/// An evaluation with its own memory, independent of the system; the fields are those of [`Evaluation`].
#[derive(Clone, PartialEq, Default, Debug)]
#[non_exhaustive]
pub struct OwnedEvaluation {
    /// The energy.
    pub energy: f64,
    /// One entry for each unknown.
    pub gradient: Vec<f64>,
    /// The Hessian, in the layout of the options.
    pub hessian: OwnedMatrix,
    /// The residuals of all residual terms, stacked; `None` without such terms.
    pub residual: Option<Vec<f64>>,
    /// The derivative of the residuals.
    pub jacobian: Option<OwnedMatrix>,
}

impl Matrix<'_> {
    /// A copy with its own memory.
    pub fn into_owned(self) -> OwnedMatrix {
        let Matrix { rows, cols, block, row_ptr, col_idx, values } = self;
        let (row_ptr, col_idx, values) = (row_ptr.to_vec(), col_idx.to_vec(), values.to_vec());
        OwnedMatrix { rows, cols, block, row_ptr, col_idx, values }
    }
}

impl OwnedMatrix {
    /// The matrix as all functions take it.
    pub fn as_matrix(&self) -> Matrix<'_> {
        let Self { rows, cols, block, row_ptr, col_idx, values } = self;
        Matrix { rows: *rows, cols: *cols, block: *block, row_ptr, col_idx, values }
    }
}

impl Evaluation<'_> {
    /// A copy with its own memory, which stays when the system is changed or evaluated again.
    ///
    /// ```
    /// # use spadina::{Options, Problem, System, Term};
    /// # let text = "fn energy(x: array<f32, 2>) -> f32 { let d = x[1] - x[0]; return d * d; }";
    /// # let problem = Problem::new().unknown("x", vec![0.0, 1.0]).indices("edges", vec![[0, 1]]);
    /// # let mut system = System::build(problem.term(Term::energy("edge.wgsl", text).over("edges")), Options::default())?;
    /// let before = system.evaluate()?.into_owned();
    /// system.set_unknown("x", &[0.0, 3.0])?;
    /// let after = system.evaluate()?;
    /// assert_eq!((before.energy, after.energy), (1.0, 9.0));
    /// assert_eq!(before.hessian.as_matrix().coordinates()?.next(), Some((0, 0, 2.0)));
    /// # Ok::<(), spadina::Error>(())
    /// ```
    pub fn into_owned(self) -> OwnedEvaluation {
        OwnedEvaluation {
            energy: self.energy,
            gradient: self.gradient.to_vec(),
            hessian: self.hessian.into_owned(),
            residual: self.residual.map(<[f64]>::to_vec),
            jacobian: self.jacobian.map(Matrix::into_owned),
        }
    }
}
