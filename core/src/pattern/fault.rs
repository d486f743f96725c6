//! The faults of an index, found when data is bound.

use crate::index::Table;
use crate::program::Word;
use crate::real::{Array, Span};

/// An index that may not be used, found when data is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of the fault.
    pub kind: FaultKind,
    /// The place of the index in the source.
    pub span: Span,
    /// The loop variables around it with their values.
    pub loops: Vec<(String, i64)>,
    /// The table entries it was computed from: table, position, value.
    pub reads: Vec<(Table, i64, i64)>,
}

impl Fault {
    /// A fault of no place of its own.
    pub fn of(kind: FaultKind) -> Self {
        Self { kind, span: Span::default(), loops: Vec::new(), reads: Vec::new() }
    }
}

/// The kind of a fault of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// An array of reals was read at this position, outside its length.
    Array(Array, i64),
    /// A table was read at this position, outside its length.
    Table(Table, i64),
    /// Division or remainder by zero.
    DivisionByZero,
    /// A loop nest has more entries of derivatives than memory for them.
    TooMany,
    /// A loop has so many iterations that no one waits for it: this many.
    TooLong(i64),
    /// An integer left its 64 bits, or an index the 32 bits that patterns hold.
    Overflow,
    /// An integer that is looked at has this value, which does not fit its 32 bits.
    Wraps(Word, i64),
    /// A residual row written with `=` was written before.
    RowTwice(i64),
    /// A residual row is negative.
    NegativeRow(i64),
    /// A residual row is beyond the most that a residual may have.
    LargeRow(i64),
}
