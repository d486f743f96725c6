//! Destinations of a kernel's outputs.

use crate::numbering::Numbering;

/// The destination of a kernel's outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sink<'a> {
    /// To the staging buffer, by these numbers.
    Staged(&'a Numbering),
    /// To gradient and Hessian. An invocation runs all iterations that contribute to the rows of its node, which are
    /// listed, and nobody else writes there.
    Rows,
    /// To gradient and Hessian, by atomic additions.
    Atomic,
}

/// A storage buffer of a kernel's shader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    pub name: &'static str,
    pub item: &'static str,
    pub writes: bool,
}

const fn reads(name: &'static str, item: &'static str) -> Binding {
    Binding { name, item, writes: false }
}

const fn writes(name: &'static str, item: &'static str) -> Binding {
    Binding { name, item, writes: true }
}

const STAGED: [Binding; 7] = [
    reads("unknowns", "real"),
    reads("rows", "real"),
    reads("numbers", "real"),
    reads("tables", "i32"),
    reads("direction", "real"),
    writes("staging", "real"),
    writes("energies", "real"),
];

const ROWS: [Binding; 8] = [
    reads("unknowns", "real"),
    reads("rows", "real"),
    reads("numbers", "real"),
    reads("tables", "i32"),
    reads("slots", "i32"),
    writes("gradient", "real"),
    writes("energies", "real"),
    writes("hessian", "real"),
];

const ATOMIC: [Binding; 8] = [
    reads("unknowns", "real"),
    reads("rows", "real"),
    reads("numbers", "real"),
    reads("tables", "i32"),
    reads("slots", "i32"),
    writes("gradient", "atomic<real>"),
    writes("energies", "real"),
    writes("hessian", "atomic<real>"),
];

impl Sink<'_> {
    /// The storage buffers, from binding 1 on.
    pub fn bindings(self) -> &'static [Binding] {
        match self {
            Self::Staged(_) => &STAGED,
            Self::Rows => &ROWS,
            Self::Atomic => &ATOMIC,
        }
    }
}
