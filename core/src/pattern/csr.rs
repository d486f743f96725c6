//! Compressed sparse rows.

/// A sparsity pattern by rows. Columns ascend within each row, without repetition.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Csr {
    /// The number of columns.
    pub cols: usize,
    /// Where each row begins in `col_idx`, and the number of entries at the end.
    pub row_ptr: Vec<usize>,
    /// The column of each entry.
    pub col_idx: Vec<u32>,
}

impl Csr {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.row_ptr.len().saturating_sub(1)
    }

    /// The number of entries.
    pub fn nonzeros(&self) -> usize {
        self.col_idx.len()
    }

    /// The columns of a row.
    pub fn row(&self, row: usize) -> &[u32] {
        &self.col_idx[self.row_ptr[row]..self.row_ptr[row + 1]]
    }

    /// The number of the entry at (row, col).
    pub fn position(&self, row: u32, col: u32) -> Option<usize> {
        let start = *self.row_ptr.get(row as usize)?;
        let end = *self.row_ptr.get(row as usize + 1)?;
        self.col_idx[start..end].binary_search(&col).ok().map(|at| start + at)
    }

    /// Builds a pattern from entries in any order, with repetitions. `visit` calls its argument with each entry and is
    /// called twice; time is linear in the entries apart from sorting within rows.
    pub fn build(rows: usize, cols: usize, visit: impl Fn(&mut dyn FnMut(u32, u32))) -> Self {
        let mut ends = vec![0usize; rows + 1];
        visit(&mut |row, _| ends[row as usize + 1] += 1);
        for row in 0..rows {
            ends[row + 1] += ends[row];
        }
        let total = ends[rows];
        let mut buckets = vec![0u32; total];
        let mut next = ends.clone();
        visit(&mut |row, col| {
            let at = &mut next[row as usize];
            buckets[*at] = col;
            *at += 1;
        });
        drop(next);
        let mut row_ptr = Vec::with_capacity(rows + 1);
        row_ptr.push(0);
        let mut kept = 0;
        let mut seen = vec![u32::MAX; cols];
        for row in 0..rows {
            let first = kept;
            for at in ends[row]..ends[row + 1] {
                let col = buckets[at];
                if seen[col as usize] != row as u32 {
                    seen[col as usize] = row as u32;
                    buckets[kept] = col;
                    kept += 1;
                }
            }
            buckets[first..kept].sort_unstable();
            row_ptr.push(kept);
        }
        buckets.truncate(kept);
        buckets.shrink_to_fit();
        Self { cols, row_ptr, col_idx: buckets }
    }

    /// Calls `visit` with row, column and number of every entry in order.
    pub fn for_each(&self, mut visit: impl FnMut(u32, u32, usize)) {
        for row in 0..self.rows() {
            for at in self.row_ptr[row]..self.row_ptr[row + 1] {
                visit(row as u32, self.col_idx[at], at);
            }
        }
    }
}
