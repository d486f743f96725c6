//! Storage of the Hessian.

use super::Error;
use spadina_core::bind::NO_SLOT;
use spadina_core::pattern::{Block, Csr, Full, Storage, Triangle, slots};
use std::fmt;
use std::sync::Arc;

/// Blocks are at most this long, so that the number of their entries fits.
const BLOCK_LIMIT: usize = 1 << 12;

/// Makes the storage of a pattern.
pub type MakeStorage = dyn Fn(&Csr) -> Box<dyn Storage> + Send + Sync;

/// The storage of the Hessian.
#[derive(Clone, Default)]
#[non_exhaustive]
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
    /// The caller's own storage, made from the pattern. Entries may share a slot, which then holds their sum; where
    /// entries of different rows do, evaluation takes one thread.
    Custom(Arc<MakeStorage>),
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
    /// The edge length of a block, 1 for CSR, 0 for a custom layout.
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
    pub fn coordinates(&self) -> Result<impl Iterator<Item = (usize, usize, f64)> + 'a, Error> {
        self.scalar("a list of coordinates")?;
        let Matrix { rows, row_ptr, col_idx, values, .. } = *self;
        Ok((0..rows).flat_map(move |row| {
            (row_ptr[row]..row_ptr[row + 1]).map(move |at| (row, col_idx[at] as usize, values[at]))
        }))
    }

    /// True if the slices are those of a scalar CSR matrix: the fields are public.
    fn fits(&self) -> bool {
        let ascends =
            |row: &[u32]| row.is_sorted_by(|a, b| a < b) && row.last().is_none_or(|&c| (c as usize) < self.cols);
        self.row_ptr.len() == self.rows + 1
            && self.row_ptr[0] == 0
            && self.row_ptr.is_sorted()
            && self.row_ptr[self.rows] == self.col_idx.len()
            && self.col_idx.len() == self.values.len()
            && self.row_ptr.windows(2).all(|ends| ascends(&self.col_idx[ends[0]..ends[1]]))
    }

    /// Refuses what is not scalar CSR.
    pub(crate) fn scalar(&self, wanted: &'static str) -> Result<(), Error> {
        let found = match self.block {
            0 => "a custom storage".to_string(),
            1 if self.fits() => return Ok(()),
            1 => "slices that do not fit each other".to_string(),
            size => format!("blocks of {size} × {size}"),
        };
        Err(Error::Layout { wanted, found })
    }
}

/// A layout made for a pattern.
pub(super) struct Stored {
    kind: Kind,
    len: usize,
    shared: bool,
}

enum Kind {
    Full,
    Custom,
    Own(Csr, usize),
}

impl Layout {
    /// True if some entries of the pattern may have no slot.
    pub(super) fn is_partial(&self) -> bool {
        !matches!(self, Layout::Full | Layout::Block(_))
    }

    /// Stores a pattern; with the slot of each entry, unless that is its number.
    pub(super) fn store(&self, pattern: &Csr) -> Result<(Stored, Option<Vec<u32>>), Error> {
        let (kind, storage): (Kind, Box<dyn Storage + '_>) = match self {
            Layout::Full => (Kind::Full, Box::new(Full(pattern))),
            Layout::Lower => own(Triangle::lower(pattern)),
            Layout::Upper => own(Triangle::upper(pattern)),
            Layout::Block(size) => {
                let fits = |size: &usize| (1..=BLOCK_LIMIT).contains(size);
                let size = Some(size).filter(|s| fits(s)).ok_or(Error::BlockSize { size: *size })?;
                let block = Block::of(pattern, *size);
                (Kind::Own(block.csr.clone(), block.size), Box::new(block))
            }
            Layout::Custom(make) => (Kind::Custom, make(pattern)),
        };
        let len = storage.len();
        if matches!(self, Layout::Full) {
            let fits = u32::try_from(len).is_ok_and(|len| len < NO_SLOT);
            return if fits { Ok((Stored { kind, len, shared: false }, None)) } else { Err(Error::Slots { len }) };
        }
        let found = slots(pattern, storage.as_ref());
        // A storage may answer differently when it is asked again: what counts is the length that is allocated.
        let inside = |slots: &Vec<u32>| slots.iter().all(|&s| s == NO_SLOT || (s as usize) < len);
        let slots = found.filter(inside).ok_or(Error::Slots { len })?;
        let shared = matches!(kind, Kind::Custom) && shares(pattern, &slots);
        Ok((Stored { kind, len, shared }, Some(slots)))
    }
}

/// True if entries that have not the same row and column, in either order, have a slot in common. Ranges of elements that
/// run at the same time write no common row; they may then still write a common slot.
fn shares(pattern: &Csr, slots: &[u32]) -> bool {
    let mut places = Vec::with_capacity(slots.len());
    pattern.for_each(|row, col, at| {
        if slots[at] != NO_SLOT {
            places.push((slots[at], row.max(col), row.min(col)));
        }
    });
    places.sort_unstable();
    places.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0] != pair[1])
}

fn own(triangle: Triangle) -> (Kind, Box<dyn Storage>) {
    (Kind::Own(triangle.csr.clone(), 1), Box::new(triangle))
}

impl Stored {
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if entries of different rows may have one slot.
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// The stored pattern, with the edge length of its blocks; nothing for a storage of the caller's.
    pub fn pattern<'a>(&'a self, pattern: &'a Csr) -> Option<(&'a Csr, usize)> {
        match &self.kind {
            Kind::Full => Some((pattern, 1)),
            Kind::Custom => None,
            Kind::Own(csr, block) => Some((csr, *block)),
        }
    }

    pub fn matrix<'a>(&'a self, pattern: &'a Csr, values: &'a [f64]) -> Matrix<'a> {
        match &self.kind {
            Kind::Full => Matrix::csr(pattern, values),
            Kind::Custom => Matrix::blocks(pattern, 0, values),
            Kind::Own(csr, block) => Matrix::blocks(csr, *block, values),
        }
    }
}
