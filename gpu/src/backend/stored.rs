//! The pattern of the Hessian as it is stored.

use crate::solver::Matrix;
use crate::{Device, Error, Pattern};
use spadina_core::pattern::Csr;

/// The pattern of the Hessian as it is stored, on the device and on the host.
#[derive(Debug)]
pub(super) struct StoredPattern {
    on_device: Pattern,
    on_host: Csr,
    /// The edge length of its blocks.
    block: usize,
    /// True if the transposed block of each is stored, too.
    symmetric: bool,
}

impl StoredPattern {
    /// Uploads a pattern of blocks of this edge length.
    pub fn new(device: &Device, pattern: &Csr, block: usize) -> Result<Self, Error> {
        let on_device = Pattern::new(device, pattern)?;
        Ok(Self { on_device, on_host: pattern.clone(), block, symmetric: is_symmetric(pattern) })
    }

    /// The pattern on the device.
    pub fn on_device(&self) -> &Pattern {
        &self.on_device
    }

    /// The pattern on the host.
    pub fn on_host(&self) -> &Csr {
        &self.on_host
    }

    /// The matrix with these values, if both triangles are stored.
    pub fn matrix<'a>(&'a self, values: &'a wgpu::Buffer) -> Option<Matrix<'a>> {
        let Self { on_device, on_host, block, symmetric } = self;
        let matrix = Matrix {
            row_ptr: &on_device.row_ptr,
            col_idx: &on_device.col_idx,
            values,
            block: u32::try_from(*block).ok()?,
            rows: on_host.rows(),
            blocks: on_host.nonzeros(),
            pattern: Some(on_host),
        };
        symmetric.then_some(matrix)
    }
}

/// Returns true if a pattern has the transposed entry of each.
fn is_symmetric(pattern: &Csr) -> bool {
    let rows = pattern.rows();
    // The entries of a column are those of the row of its number, in the same order.
    let mut next = pattern.row_ptr.clone();
    let mut has_transposed = |row: usize, column: u32| {
        let column = column as usize;
        let Some(at) = next.get_mut(column).filter(|_| column < rows) else { return false };
        let found = *at < pattern.row_ptr[column + 1] && pattern.col_idx[*at] as usize == row;
        *at += 1;
        found
    };
    let mut entries = (0..rows).flat_map(|row| {
        pattern.col_idx[pattern.row_ptr[row]..pattern.row_ptr[row + 1]].iter().map(move |&column| (row, column))
    });
    entries.all(|(row, column)| has_transposed(row, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triangles_are_not_symmetric() {
        let symmetric = |row_ptr: &[usize], col_idx: &[u32]| {
            is_symmetric(&Csr { cols: row_ptr.len() - 1, row_ptr: row_ptr.to_vec(), col_idx: col_idx.to_vec() })
        };
        assert!(symmetric(&[0, 2, 5, 7], &[0, 1, 0, 1, 2, 1, 2]));
        assert!(symmetric(&[0, 1, 2], &[0, 1]));
        assert!(symmetric(&[0], &[]));
        assert!(!symmetric(&[0, 1, 3, 5], &[0, 0, 1, 1, 2]));
        assert!(!symmetric(&[0, 2, 4, 5], &[0, 1, 1, 2, 2]));
        // A column that is no row.
        assert!(!symmetric(&[0, 1], &[1]));
    }
}
