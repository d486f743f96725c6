//! Writes of a residual program, in the order in which they stand.

use super::Update;
use crate::index::{Index, Var};
use crate::real::{Graph, Span, Value};
use rustc_hash::FxHashMap;

/// `for vars { if path { r[row] += value } }`, or `=`.
#[derive(Clone, Debug)]
pub struct Write {
    /// The loops around it that stay, outermost first.
    pub vars: Vec<Var>,
    /// The row.
    pub row: Index,
    /// Written with `=`.
    pub assign: bool,
    /// Where it is written.
    pub path: Value,
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// The updates of a list of writes. Writes of one iteration to one row are one update if any of them is a `=`: a later
/// `=` replaces, a later `+=` adds. What two iterations write to one row stays apart, and is refused when data are bound.
pub fn residual_updates(g: &mut Graph, writes: Vec<Write>) -> Vec<Update> {
    let mut merged: Vec<Write> = Vec::with_capacity(writes.len());
    let mut last: FxHashMap<(Vec<Var>, Index), usize> = FxHashMap::default();
    for write in writes {
        let place = (write.vars.clone(), write.row);
        match last.get(&place).map(|&k| &mut merged[k]) {
            Some(before) if before.assign || write.assign => append(g, before, write),
            _ => {
                last.insert(place, merged.len());
                merged.push(write);
            }
        }
    }
    let mut updates = Vec::with_capacity(merged.len());
    for write in merged {
        g.span = write.span;
        updates.push(Update::residual(g, &write.vars, (write.row, write.assign), write.path, write.value));
    }
    updates
}

fn append(g: &mut Graph, before: &mut Write, write: Write) {
    g.span = write.span;
    let old = g.mask(before.path, before.value);
    before.value = if write.assign {
        g.select(write.path, write.value, old)
    } else {
        let new = g.mask(write.path, write.value);
        g.add(old, new)
    };
    before.path = g.or(before.path, write.path);
    before.assign = true;
}
