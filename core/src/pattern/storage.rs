//! The storage of the entries of a pattern.

use super::Csr;
use crate::bind::NO_SLOT;

/// A place for the values of a sparse matrix: each entry of the pattern has a slot in a buffer, or none.
///
/// Asked once for each entry when a pattern is built; evaluation then adds straight into the buffer.
pub trait Storage {
    /// The length of the buffer.
    fn len(&self) -> usize;

    /// The slot of an entry of the pattern; `None` if it is not stored (the other triangle, say).
    fn slot(&self, row: u32, col: u32) -> Option<usize>;

    /// Returns true if there is no slot at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The slot of every entry of a pattern, in its order; [`NO_SLOT`] for none. `None` if a slot is outside the buffer or
/// does not fit 32 bits.
pub fn slots(pattern: &Csr, storage: &dyn Storage) -> Option<Vec<u32>> {
    let mut slots = Vec::with_capacity(pattern.nonzeros());
    let mut fits = true;
    pattern.for_each(|row, col, _| {
        slots.push(match storage.slot(row, col) {
            None => NO_SLOT,
            Some(slot) => {
                fits &= slot < storage.len() && slot < NO_SLOT as usize;
                slot as u32
            }
        });
    });
    fits.then_some(slots)
}

/// CSR with both triangles: slots are the numbers of the pattern's entries.
pub struct Full<'a>(pub &'a Csr);

impl Storage for Full<'_> {
    fn len(&self) -> usize {
        self.0.nonzeros()
    }

    fn slot(&self, row: u32, col: u32) -> Option<usize> {
        self.0.position(row, col)
    }
}

/// Coordinates: row by row, without repetition, so that slots are those of [`Full`].
pub type Coo<'a> = Full<'a>;

/// CSR of one triangle with the diagonal.
pub struct Triangle {
    /// Its own pattern.
    pub csr: Csr,
}

/// CSR of the lower triangle with the diagonal.
pub type Lower = Triangle;
/// CSR of the upper triangle with the diagonal.
pub type Upper = Triangle;

impl Triangle {
    /// The lower triangle of a pattern.
    pub fn lower(pattern: &Csr) -> Self {
        Self::of(pattern, |row, col| col <= row)
    }

    /// The upper triangle of a pattern.
    pub fn upper(pattern: &Csr) -> Self {
        Self::of(pattern, |row, col| col >= row)
    }

    fn of(pattern: &Csr, keep: impl Fn(u32, u32) -> bool) -> Self {
        let mut csr = Csr { cols: pattern.cols, row_ptr: vec![0], col_idx: Vec::new() };
        for row in 0..pattern.rows() {
            csr.col_idx.extend(pattern.row(row).iter().filter(|&&c| keep(row as u32, c)));
            csr.row_ptr.push(csr.col_idx.len());
        }
        Self { csr }
    }
}

impl Storage for Triangle {
    fn len(&self) -> usize {
        self.csr.nonzeros()
    }

    fn slot(&self, row: u32, col: u32) -> Option<usize> {
        self.csr.position(row, col)
    }
}

/// Block CSR: dense blocks of `size × size`, in C order, for every block that holds an entry.
pub struct Block {
    /// Edge length of a block.
    pub size: usize,
    /// The pattern of the blocks.
    pub csr: Csr,
}

impl Block {
    /// The blocks of a pattern; rows and columns are padded up to whole blocks.
    pub fn of(pattern: &Csr, size: usize) -> Self {
        let size = size.max(1);
        let (rows, cols) = (pattern.rows().div_ceil(size), pattern.cols.div_ceil(size));
        let edge = size as u32;
        let csr = Csr::build(rows, cols, |add| pattern.for_each(|row, col, _| add(row / edge, col / edge)));
        Self { size, csr }
    }
}

impl Storage for Block {
    fn len(&self) -> usize {
        self.csr.nonzeros() * self.size * self.size
    }

    fn slot(&self, row: u32, col: u32) -> Option<usize> {
        let edge = self.size as u32;
        let block = self.csr.position(row / edge, col / edge)?;
        Some((block * self.size + (row % edge) as usize) * self.size + (col % edge) as usize)
    }
}

/// The places of the entries of a matrix.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// The pattern.
    pub pattern: &'a Csr,
    /// The slot of each entry of the pattern; `None`: its number.
    pub slots: Option<&'a [u32]>,
}

impl Places<'_> {
    /// The slot of an entry of the pattern.
    pub fn slot(&self, entry: usize) -> u32 {
        self.slots.map_or(entry as u32, |slots| slots[entry])
    }
}
