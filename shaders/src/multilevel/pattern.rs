//! The pattern of a matrix.

/// The pattern of a matrix in blocks, on the host.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    /// The places in `col_idx` at which the block rows begin, and the number of blocks at the end.
    pub row_ptr: &'a [usize],
    /// The block column of each block.
    pub col_idx: &'a [u32],
    /// Rows of a block.
    pub block: u32,
}

impl<'a> Pattern<'a> {
    pub(super) fn row(self, row: usize) -> &'a [u32] {
        &self.col_idx[self.row_ptr[row]..self.row_ptr[row + 1]]
    }
}
