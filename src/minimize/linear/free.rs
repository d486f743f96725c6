//! The Hessian over the unknowns that are free.

use crate::system::{Csr, Error, Matrix};

/// The place of an entry that the Hessian does not store.
const NOWHERE: u32 = u32::MAX;

/// A symmetric matrix over the free unknowns: its lower triangle in compressed rows, the diagonal last in each row.
///
/// The pattern and the places of its entries in the Hessian are found once; new values are one pass over them.
#[derive(Clone, Default, Debug)]
pub struct FreeHessian {
    /// The numbers of the free unknowns, ascending.
    pub free: Vec<u32>,
    /// For each row the position of its first entry, and at the end the number of entries.
    pub row_ptr: Vec<usize>,
    /// The column of each entry, ascending in each row.
    pub col_idx: Vec<usize>,
    /// The value of each entry.
    pub values: Vec<f64>,
    /// The place of each entry among the Hessian's.
    places: Vec<u32>,
    /// The number of the Hessian's entries.
    stored: usize,
}

impl FreeHessian {
    /// The pattern of the rows and columns that are not held; every diagonal entry is in it.
    pub fn new(pattern: &Csr, held: &[bool]) -> Self {
        let mut number = vec![NOWHERE; held.len()];
        let free: Vec<u32> = (0..held.len() as u32).filter(|&k| !held[k as usize]).collect();
        free.iter().enumerate().for_each(|(k, &unknown)| number[unknown as usize] = k as u32);
        let (mut row_ptr, mut col_idx, mut places) = (vec![0], Vec::new(), Vec::new());
        for (row, &unknown) in free.iter().enumerate() {
            let entries = pattern.row_ptr[unknown as usize]..pattern.row_ptr[unknown as usize + 1];
            for (place, &col) in entries.clone().zip(&pattern.col_idx[entries]) {
                if col <= unknown && number[col as usize] != NOWHERE {
                    col_idx.push(number[col as usize] as usize);
                    places.push(place as u32);
                }
            }
            if col_idx[row_ptr[row]..].last() != Some(&row) {
                col_idx.push(row);
                places.push(NOWHERE);
            }
            row_ptr.push(col_idx.len());
        }
        let values = vec![0.0; col_idx.len()];
        Self { free, row_ptr, col_idx, values, places, stored: pattern.nonzeros() }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.free.len()
    }

    /// True if another matrix has the same entries.
    pub fn same_pattern(&self, other: &FreeHessian) -> bool {
        self.free == other.free && self.row_ptr == other.row_ptr && self.col_idx == other.col_idx
    }

    /// Takes the values of a Hessian of both triangles.
    pub fn set(&mut self, hessian: Matrix<'_>) -> Result<(), Error> {
        // The pattern is the one that the places were found in; only the layout may be another.
        if hessian.block != 1 || hessian.values.len() != self.stored {
            hessian.scalar("a minimiser")?;
            return Err(Error::Layout { wanted: "a minimiser", found: "one triangle".into() });
        }
        for (value, &place) in self.values.iter_mut().zip(&self.places) {
            *value = hessian.values.get(place as usize).copied().unwrap_or(0.0);
        }
        Ok(())
    }

    /// The entries on the diagonal.
    pub fn diagonal(&self) -> impl Iterator<Item = f64> + '_ {
        self.row_ptr[1..].iter().map(|&end| self.values[end - 1])
    }

    /// Adds to the entries on the diagonal.
    pub fn add_diagonal(&mut self, added: impl Fn(usize, f64) -> f64) {
        for (row, &end) in self.row_ptr[1..].iter().enumerate() {
            let value = &mut self.values[end - 1];
            *value += added(row, *value);
        }
    }

    /// Adds to one entry on the diagonal.
    pub fn add_at(&mut self, row: usize, added: f64) {
        self.values[self.row_ptr[row + 1] - 1] += added;
    }

    /// The product with a vector, and that of the sizes: for each entry the sum of the sizes of its terms.
    pub fn multiply_sizes(&self, x: &[f64], product: &mut [f64], sizes: &mut [f64]) {
        product.fill(0.0);
        sizes.fill(0.0);
        for row in 0..self.rows() {
            let (begin, last) = (self.row_ptr[row], self.row_ptr[row + 1] - 1);
            let mut add = |at: usize, value: f64| {
                product[at] += value;
                sizes[at] += value.abs();
            };
            add(row, self.values[last] * x[row]);
            for at in begin..last {
                let (col, value) = (self.col_idx[at], self.values[at]);
                add(row, value * x[col]);
                add(col, value * x[row]);
            }
        }
    }

    /// The product with a vector.
    pub fn multiply(&self, x: &[f64], product: &mut [f64]) {
        product.fill(0.0);
        for row in 0..self.rows() {
            let (begin, last) = (self.row_ptr[row], self.row_ptr[row + 1] - 1);
            let mut sum = self.values[last] * x[row];
            for at in begin..last {
                let (col, value) = (self.col_idx[at], self.values[at]);
                sum += value * x[col];
                product[col] += value * x[row];
            }
            product[row] += sum;
        }
    }

    /// The entries of the free unknowns.
    pub fn gather(&self, all: &[f64], own: &mut Vec<f64>) {
        own.clear();
        own.extend(self.free.iter().map(|&k| all[k as usize]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_rows_and_columns_are_left_out() {
        // [2 1 0; 1 . 3; 0 3 4], without an entry in the middle.
        let pattern = Csr { cols: 3, row_ptr: vec![0, 2, 4, 6], col_idx: vec![0, 1, 0, 2, 1, 2] };
        let values = [2.0, 1.0, 1.0, 3.0, 3.0, 4.0];
        let Csr { row_ptr, col_idx, .. } = &pattern;
        let hessian = Matrix { rows: 3, cols: 3, block: 1, row_ptr, col_idx, values: &values };
        let mut all = FreeHessian::new(&pattern, &[false; 3]);
        all.set(hessian).unwrap();
        assert_eq!(all.diagonal().collect::<Vec<_>>(), [2.0, 0.0, 4.0]);
        let mut product = [0.0; 3];
        all.multiply(&[1.0, 2.0, 3.0], &mut product);
        assert_eq!(product, [4.0, 10.0, 18.0]);
        let mut some = FreeHessian::new(&pattern, &[true, false, false]);
        some.set(hessian).unwrap();
        some.add_diagonal(|row, value| 10.0 * row as f64 + value);
        assert_eq!((&some.free[..], &some.values[..]), (&[1, 2][..], &[0.0, 3.0, 18.0][..]));
    }
}
