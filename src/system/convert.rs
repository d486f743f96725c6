//! Matrices for libraries of sparse linear algebra, each behind the feature of the library's name.
//!
//! All of them are for scalar CSR ([`Layout::Full`](super::Layout::Full), `Lower`, `Upper`, and the Jacobian); blocks and
//! custom storages are refused.

#![cfg(any(feature = "faer", feature = "sprs", feature = "nalgebra-sparse"))]

use super::{Error, Matrix};

impl<'a> Matrix<'a> {
    /// The columns of the entries, as wide as most libraries want them.
    fn wide_columns(&self) -> Vec<usize> {
        self.col_idx.iter().map(|&col| col as usize).collect()
    }

    /// A copy for faer, in compressed rows. For the lower triangle of a Hessian its Cholesky takes `Side::Lower`, for the
    /// upper one `Side::Upper`, for the full matrix either.
    ///
    /// faer wants rows and columns of one integer type, so that there is no view without a copy.
    #[cfg(feature = "faer")]
    pub fn to_faer(&self) -> Result<faer::sparse::SparseRowMat<usize, f64>, Error> {
        self.scalar("faer")?;
        let (row_ptr, columns) = (self.row_ptr.to_vec(), self.wide_columns());
        // `scalar` has checked all that faer asserts of a pattern.
        let symbolic = faer::sparse::SymbolicSparseRowMat::new_checked(self.rows, self.cols, row_ptr, None, columns);
        Ok(faer::sparse::SparseRowMat::new(symbolic, self.values.to_vec()))
    }

    /// A copy for sprs, in compressed rows.
    #[cfg(feature = "sprs")]
    pub fn to_sprs(&self) -> Result<sprs::CsMat<f64>, Error> {
        self.scalar("sprs")?;
        let (row_ptr, columns) = (self.row_ptr.to_vec(), self.wide_columns());
        sprs::CsMat::try_new((self.rows, self.cols), row_ptr, columns, self.values.to_vec())
            .map_err(|(.., reason)| Error::Layout { wanted: "sprs", found: reason.to_string() })
    }

    /// The matrix as sprs sees it, without a copy.
    #[cfg(feature = "sprs")]
    pub fn as_sprs(&self) -> Result<sprs::CsMatViewI<'a, f64, u32, usize>, Error> {
        self.scalar("sprs")?;
        sprs::CsMatViewI::try_new((self.rows, self.cols), self.row_ptr, self.col_idx, self.values)
            .map_err(|(.., reason)| Error::Layout { wanted: "sprs", found: reason.to_string() })
    }

    /// A copy for nalgebra, in compressed rows.
    #[cfg(feature = "nalgebra-sparse")]
    pub fn to_nalgebra(&self) -> Result<nalgebra_sparse::CsrMatrix<f64>, Error> {
        self.scalar("nalgebra")?;
        let (row_ptr, columns, values) = (self.row_ptr.to_vec(), self.wide_columns(), self.values.to_vec());
        nalgebra_sparse::CsrMatrix::try_from_csr_data(self.rows, self.cols, row_ptr, columns, values)
            .map_err(|reason| Error::Layout { wanted: "nalgebra", found: reason.to_string() })
    }
}
