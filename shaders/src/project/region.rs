//! The places of the matrices of elements.

use crate::layout::{word_enumeration, word_structure};
use std::ops::Range;

word_enumeration! {
    /// The treatment of negative eigenvalues.
    #[derive(Default)]
    pub enum Mode {
        /// They are set to zero.
        #[default]
        Clamp = 0,
        /// Their absolute values are taken.
        Abs = 1,
    }
}

word_structure! {
    /// The uniform of a dispatch.
    pub struct ProjectWords {
        /// Elements in a row of the grid.
        row: u32,
        /// Elements of this dispatch.
        count: u32,
        /// The number of the first one.
        first: u32,
        /// Entry k of an element is number base + (element / lanes * stride + places(k)) * lanes + element % lanes, and so
        /// is the copy of it at places(TRIANGLE + k).
        base: u32,
        /// Elements whose numbers lie side by side.
        lanes: u32,
        /// Numbers of an element, and whatever else there is between it and the next one of its lane.
        stride: u32,
        /// The treatment of negative eigenvalues.
        mode: Mode,
    }
}

/// The places of the entries: entry `k` of the lower triangle (row by row) of element `e` is number
/// `base + (e / lanes * stride + places[k]) * lanes + e % lanes`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// The first number.
    pub base: u32,
    /// Elements whose numbers lie side by side, at least 1.
    pub lanes: u32,
    /// Numbers of an element, and whatever else there is between it and the next one of its lane.
    pub stride: u32,
    /// Elements.
    pub count: u32,
}

impl Region {
    /// An entry that does not exist: it counts as zero, and is not written.
    pub const NONE: u32 = u32::MAX;

    /// The number of an entry.
    pub fn at(&self, element: usize, place: u32) -> usize {
        let (lanes, stride) = (self.lanes as usize, self.stride as usize);
        self.base as usize + (element / lanes * stride + place as usize) * lanes + element % lanes
    }
}

impl ProjectWords {
    /// For the elements of `range`, in a grid with `row` elements in a row.
    pub fn of(region: Region, mode: Mode, range: Range<u32>, row: u32) -> Self {
        let Region { base, lanes, stride, .. } = region;
        Self { row, count: range.end - range.start, first: range.start, base, lanes, stride, mode }
    }
}

/// Entries of a lower triangle.
pub(super) fn triangle(rows: u32) -> usize {
    let rows = rows as usize;
    rows * (rows + 1) / 2
}
