//! Which records touch a row: the transpose of the records' places.

/// For each row the positions in a list of numbers at which the row stands, ascending.
pub(super) struct Incidence {
    /// The start of each row in `positions`, and their number at the end.
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl Incidence {
    /// The transpose of `numbers`; those that are no row are left out.
    pub fn of(numbers: &[u32], rows: usize) -> Self {
        let mut starts = vec![0u32; rows + 2];
        let row = |number: u32| Some(number as usize).filter(|&row| row < rows);
        for row in numbers.iter().filter_map(|&n| row(n)) {
            starts[row + 2] += 1;
        }
        for row in 0..rows {
            starts[row + 2] += starts[row + 1];
        }
        let mut positions = vec![0u32; starts[rows + 1] as usize];
        for (position, row) in numbers.iter().enumerate().filter_map(|(k, &n)| Some((k, row(n)?))) {
            let next = &mut starts[row + 1];
            positions[*next as usize] = position as u32;
            *next += 1;
        }
        starts.pop();
        Self { starts, positions }
    }

    /// The positions of a row.
    pub fn of_row(&self, row: usize) -> &[u32] {
        &self.positions[self.starts[row] as usize..self.starts[row + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_found() {
        let incidence = Incidence::of(&[2, 0, 2, 9, 3, 0], 4);
        let rows: Vec<&[u32]> = (0..4).map(|row| incidence.of_row(row)).collect();
        assert_eq!(rows, [&[1, 5][..], &[], &[0, 2], &[4]]);
        assert!(Incidence::of(&[], 0).positions.is_empty());
    }
}
