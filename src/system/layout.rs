//! How the Hessian is stored.

use super::Error;
use spadina_core::pattern::{Block, Csr, Full, Storage, Triangle, slots};
use std::fmt;
use std::sync::Arc;

/// How the Hessian is stored.
#[derive(Clone, Default)]
pub enum Layout {
    /// CSR with both triangles. With the row of each entry written out ([`Matrix::coordinates`]) it is COO.
    #[default]
    Full,
    /// CSR of the lower triangle.
    Lower,
    /// CSR of the upper triangle.
    Upper,
    /// Block CSR with dense blocks of this edge length.
    Block(usize),
    /// The caller's own storage, made from the pattern.
    Custom(Arc<dyn Fn(&Csr) -> Box<dyn Storage> + Send + Sync>),
}

impl fmt::Debug for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layout::Full => f.write_str("Full"),
            Layout::Lower => f.write_str("Lower"),
            Layout::Upper => f.write_str("Upper"),
            Layout::Block(size) => write!(f, "Block({size})"),
            Layout::Custom(_) => f.write_str("Custom"),
        }
    }
}

/// A sparse matrix in compressed rows; the columns of a row ascend.
#[derive(Clone, Copy, Default, Debug)]
pub struct Matrix<'a> {
    /// The number of rows (of blocks, for block CSR).
    pub rows: usize,
    /// The number of columns (of blocks, for block CSR).
    pub cols: usize,
    /// The edge length of a block, 1 for CSR.
    pub block: usize,
    /// For each row the position of its first entry, and at the end the number of entries.
    pub row_ptr: &'a [usize],
    /// The column of each entry.
    pub col_idx: &'a [u32],
    /// The value of each entry; for blocks `block²` values in C order each; for a custom layout the whole buffer.
    pub values: &'a [f64],
}

impl<'a> Matrix<'a> {
    pub(super) fn csr(pattern: &'a Csr, values: &'a [f64]) -> Self {
        Self::blocks(pattern, 1, values)
    }

    fn blocks(pattern: &'a Csr, block: usize, values: &'a [f64]) -> Self {
        let Csr { cols, row_ptr, col_idx } = pattern;
        Self { rows: pattern.rows(), cols: *cols, block, row_ptr, col_idx, values }
    }

    /// The number of entries.
    pub fn nonzeros(&self) -> usize {
        self.col_idx.len()
    }

    /// Row, column and value of every entry of a scalar CSR matrix, row by row: COO.
    pub fn coordinates(&self) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
        let Matrix { rows, row_ptr, col_idx, values, .. } = *self;
        (0..rows).flat_map(move |row| {
            (row_ptr[row]..row_ptr[row + 1]).map(move |at| (row, col_idx[at] as usize, values[at]))
        })
    }
}

/// A layout made for a pattern.
pub(super) struct Stored {
    kind: Kind,
    slots: Vec<u32>,
    len: usize,
}

enum Kind {
    Full,
    Own(Csr, usize),
}

impl Layout {
    /// Whether some entries of the pattern may have no slot.
    pub(super) fn is_partial(&self) -> bool {
        !matches!(self, Layout::Full | Layout::Block(_))
    }

    pub(super) fn store(&self, pattern: &Csr) -> Result<Stored, Error> {
        let (kind, storage): (Kind, Box<dyn Storage + '_>) = match self {
            Layout::Full => (Kind::Full, Box::new(Full(pattern))),
            Layout::Lower => own(Triangle::lower(pattern)),
            Layout::Upper => own(Triangle::upper(pattern)),
            Layout::Block(size) => {
                let block = Block::of(pattern, *size);
                (Kind::Own(block.csr.clone(), block.size), Box::new(block))
            }
            Layout::Custom(make) => (Kind::Full, make(pattern)),
        };
        let len = storage.len();
        let found = if matches!(self, Layout::Full) {
            u32::try_from(len).ok().filter(|&n| n < u32::MAX).map(|n| (0..n).collect())
        } else {
            slots(pattern, storage.as_ref())
        };
        let slots = found.ok_or(Error::Slots { len })?;
        Ok(Stored { kind, slots, len })
    }
}

fn own(triangle: Triangle) -> (Kind, Box<dyn Storage>) {
    (Kind::Own(triangle.csr.clone(), 1), Box::new(triangle))
}

impl Stored {
    pub fn slots(&self) -> &[u32] {
        &self.slots
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn matrix<'a>(&'a self, pattern: &'a Csr, values: &'a [f64]) -> Matrix<'a> {
        match &self.kind {
            Kind::Full => Matrix::csr(pattern, values),
            Kind::Own(csr, block) => Matrix::blocks(csr, *block, values),
        }
    }
}
