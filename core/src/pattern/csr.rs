//! Compressed sparse rows.

use crate::bind::NO_SLOT;

/// A sparsity pattern by rows. Columns ascend within each row, without repetition.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Csr {
    /// The number of columns.
    pub cols: usize,
    /// The start of each row in `col_idx`, and the number of entries at the end.
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

    /// The entries that are here, in another pattern of the same rows, or in both.
    pub fn union(&self, other: &Csr) -> Csr {
        let mut col_idx = Vec::with_capacity(self.nonzeros().max(other.nonzeros()));
        let mut row_ptr = Vec::with_capacity(self.row_ptr.len());
        row_ptr.push(0);
        for row in 0..self.rows() {
            let (mut own, mut more) = (self.row(row), other.row(row));
            while let (Some(&a), Some(&b)) = (own.first(), more.first()) {
                col_idx.push(a.min(b));
                own = &own[usize::from(a <= b)..];
                more = &more[usize::from(b <= a)..];
            }
            col_idx.extend_from_slice(own);
            col_idx.extend_from_slice(more);
            row_ptr.push(col_idx.len());
        }
        Csr { cols: self.cols, row_ptr, col_idx }
    }

    /// For each entry its number in another pattern of the same rows; [`NO_SLOT`] where that has no such entry.
    pub fn translation(&self, other: &Csr) -> Vec<u32> {
        let mut numbers = vec![NO_SLOT; self.nonzeros()];
        for row in 0..self.rows() {
            let mut at = other.row_ptr[row];
            let end = other.row_ptr[row + 1];
            let numbers = &mut numbers[self.row_ptr[row]..self.row_ptr[row + 1]];
            for (number, &col) in numbers.iter_mut().zip(self.row(row)) {
                while at < end && other.col_idx[at] < col {
                    at += 1;
                }
                if at < end && other.col_idx[at] == col {
                    *number = at as u32;
                }
            }
        }
        numbers
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unions_and_translations() {
        let build =
            |entries: &[(u32, u32)]| Csr::build(3, 4, |add| entries.iter().for_each(|&(row, col)| add(row, col)));
        let a = build(&[(0, 1), (0, 3), (2, 2)]);
        let b = build(&[(0, 0), (0, 3), (1, 1), (2, 3)]);
        let both = a.union(&b);
        assert_eq!(both, build(&[(0, 0), (0, 1), (0, 3), (1, 1), (2, 2), (2, 3)]));
        assert_eq!(both, b.union(&a));
        assert_eq!(a.translation(&both), [1, 2, 4]);
        assert_eq!(both.translation(&a), [NO_SLOT, 0, 1, NO_SLOT, 2, NO_SLOT]);
    }
}
