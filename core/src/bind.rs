//! The bindings of a kernel: data by the ids of its program, slots for its outputs, ranges for its threads.

use std::borrow::Cow;
use std::ops::Range;

/// Data of one program, by the ids of its graph. Every real is in double precision; a back-end converts.
#[derive(Clone, Default, Debug)]
pub struct Data<'a> {
    /// Reals by array id; constant arrays too.
    pub arrays: Vec<&'a [f64]>,
    /// The direction of a product by array id; empty where there is none.
    pub seeds: Vec<&'a [f64]>,
    /// Integers by table id.
    pub tables: Vec<&'a [i32]>,
    /// Sizes by size id.
    pub sizes: Vec<i64>,
}

/// The slot of an output that is not stored: its guard is off, or the storage keeps only the other triangle.
pub const NO_SLOT: u32 = u32::MAX;

/// The slots of one region: a record of `width` slots for each iteration, in the order of the iterations.
#[derive(Clone, Default, Debug)]
pub struct Stream {
    /// Slots in a record.
    pub width: usize,
    /// The records, one after another; [`NO_SLOT`] where nothing is written.
    pub slots: Vec<u32>,
    /// For each iteration of the outermost loop the number of its first record, and at the end the number of records.
    /// Empty where record and iteration have the same number.
    pub starts: Vec<u64>,
}

impl Stream {
    /// The number of the first record of an iteration of the outermost loop, counted from zero.
    pub fn first_record(&self, iteration: usize) -> usize {
        if self.starts.is_empty() { iteration } else { self.starts[iteration] as usize }
    }

    /// The numbers of the records of some iterations of the outermost loop, which begins at `first`.
    pub fn records(&self, first: i64, range: &Range<i64>) -> Range<usize> {
        self.first_record((range.start - first) as usize)..self.first_record((range.end - first) as usize)
    }
}

/// The slots of the outputs of one kernel for one set of sizes and tables.
#[derive(Clone, Default, Debug)]
pub struct Streams {
    /// The values of the outermost loop variable; `0..1` for a kernel without loops.
    pub outer: Range<i64>,
    /// By region.
    pub regions: Vec<Stream>,
    /// The outermost loop in ranges, and the order in which they run.
    pub chunks: Chunks,
}

/// Ranges of the outermost loop in groups that may run at the same time: no two ranges of a group write the same slot.
///
/// The groups run one after another, always in this order, so that every sum has one order of its terms whatever the
/// number of threads.
#[derive(Clone, Default, Debug)]
pub struct Chunks {
    /// The ranges, ascending.
    pub ranges: Vec<Range<i64>>,
    /// Numbers of ranges, by group.
    pub groups: Vec<Vec<u32>>,
}

impl Streams {
    /// The ranges to run: [`chunks`](Self::chunks), or the whole outermost loop as one where there are none. An empty
    /// loop has no range at all: a kernel must not run over it.
    pub fn runs(&self) -> Cow<'_, Chunks> {
        if !self.chunks.ranges.is_empty() {
            return Cow::Borrowed(&self.chunks);
        }
        if self.outer.is_empty() {
            return Cow::Owned(Chunks::default());
        }
        Cow::Owned(Chunks { ranges: vec![self.outer.clone()], groups: vec![vec![0]] })
    }
}

impl Chunks {
    /// The energy from those of the ranges, always added in the order of the ranges.
    pub fn total(partial: &[f64]) -> f64 {
        partial.iter().fold(0.0, |sum, e| sum + e)
    }
}

/// The numbers that outputs add to. Those a kernel does not write may be empty.
#[derive(Default, Debug)]
pub struct Buffers<'a> {
    /// One entry for each unknown.
    pub gradient: &'a mut [f64],
    /// The values of the Hessian's storage.
    pub hessian: &'a mut [f64],
    /// The residual of the term.
    pub residual: &'a mut [f64],
    /// The values of the Jacobian's storage.
    pub jacobian: &'a mut [f64],
    /// The product of a derivative with the seed.
    pub product: &'a mut [f64],
}
