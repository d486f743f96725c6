//! The matrix of a linear system.

use crate::Error;
use spadina_core::pattern::Csr;

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
    /// The pattern of the blocks on the host, which [`Multilevel`](super::Multilevel) needs.
    pub pattern: Option<&'a Csr>,
}

impl Matrix<'_> {
    /// Numbers of a vector.
    pub(super) fn unknowns(&self) -> usize {
        self.rows.saturating_mul(self.block as usize)
    }

    /// The pattern on the host. Refused are matrices without one, and patterns that cannot be theirs.
    pub(super) fn host_pattern(&self) -> Result<&Csr, Error> {
        let refuse = |what: &'static str, wanted: usize, given: usize| Err(Error::System { what, wanted, given });
        let Some(pattern) = self.pattern else {
            return refuse("patterns on the host, for several levels", 1, 0);
        };
        if pattern.rows() != self.rows {
            return refuse("rows of the pattern on the host", self.rows, pattern.rows());
        }
        let is_whole = pattern.nonzeros() == self.blocks && pattern.row_ptr.last() == Some(&self.blocks);
        if !is_whole || !pattern.row_ptr.is_sorted() {
            return refuse("blocks of the pattern on the host, row by row", self.blocks, pattern.col_idx.len());
        }
        match pattern.col_idx.iter().max() {
            Some(&column) if column as usize >= self.rows => {
                refuse("block columns of the pattern on the host", self.rows, column as usize + 1)
            }
            _ => Ok(pattern),
        }
    }
}
