//! Numbers that data hold.

use crate::frontend::Numbers;
use crate::index::{Index, Table};
use crate::real::{Array, ArrayKind, Graph, Value};

/// A number that is read from data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// A real.
    Real(Value),
    /// An integer.
    Int {
        /// The integer.
        index: Index,
        /// It may be negative.
        signed: bool,
    },
}

/// An array or table that a parameter is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Data {
    /// An array of reals.
    Reals(Array),
    /// A table of integers.
    Integers {
        /// The table.
        table: Table,
        /// Its entries may be negative.
        signed: bool,
    },
}

impl Data {
    /// The array or table of a name.
    pub fn named(g: &mut Graph, name: &str, numbers: Numbers) -> Data {
        match numbers {
            Numbers::Real => Data::Reals(g.array(name, ArrayKind::Data)),
            Numbers::Unsigned => Data::Integers { table: g.indices.table(name, true), signed: false },
            Numbers::Signed => Data::Integers { table: g.indices.table(name, false), signed: true },
        }
    }

    /// An entry.
    pub fn entry(self, g: &mut Graph, at: Index) -> Scalar {
        match self {
            Data::Reals(array) => Scalar::Real(g.load(array, at)),
            Data::Integers { table, signed } => Scalar::Int { index: g.indices.read(table, at), signed },
        }
    }

    /// A row of so many entries, from one on.
    pub fn row(self, g: &mut Graph, first: Index, components: usize) -> Vec<Scalar> {
        let entry = |c: usize| {
            let at = g.indices.offset(first, c as i64);
            self.entry(g, at)
        };
        (0..components).map(entry).collect()
    }
}

/// A number that binds by itself: the first entry of an array, or an integer.
pub fn single(g: &mut Graph, name: &str, numbers: Numbers) -> Scalar {
    match numbers {
        Numbers::Real => {
            let data = Data::named(g, name, numbers);
            let first = g.indices.int(0);
            data.entry(g, first)
        }
        Numbers::Unsigned => Scalar::Int { index: g.indices.size(name), signed: false },
        Numbers::Signed => Scalar::Int { index: g.indices.signed_size(name), signed: true },
    }
}
