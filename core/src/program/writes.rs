//! Writes of a residual program, in the order in which they stand.

use super::{Update, settle};
use crate::index::{Index, Var};
use crate::real::{Graph, Span, Value};
use rustc_hash::FxHashMap;

/// `for vars { if path { r[row] += value } }`, or `=`.
#[derive(Clone, Debug)]
pub struct Write {
    /// The loops around it that stay, outermost first.
    pub vars: Vec<Var>,
    /// The numbers of these loops, as they stand in the text.
    pub loops: Vec<u32>,
    /// The row.
    pub row: Index,
    /// Written with `=`.
    pub assign: bool,
    /// The condition under which it is written.
    pub path: Value,
    /// The value.
    pub value: Value,
    /// The place in the source.
    pub span: Span,
}

impl Write {
    /// A row of an element's residual: `for vars { if path { r[row] += value } }`, all in one loop.
    pub fn added(vars: &[Var], row: Index, path: Value, value: Value, span: Span) -> Write {
        Write { vars: vars.to_vec(), loops: Vec::new(), row, assign: false, path, value, span }
    }
}

/// The updates of a list of writes, in their order. Writes of one iteration to one row are one update if any of them is a
/// `=`: a later `=` replaces, a later `+=` adds. What two iterations or loops write to one row stays apart, and is refused
/// when data are bound if a `=` comes after another write.
pub fn residual_updates(g: &mut Graph, writes: Vec<Write>) -> Vec<Update> {
    g.guarded = false;
    let mut merged: Vec<Option<Write>> = Vec::with_capacity(writes.len());
    let mut last: FxHashMap<(Vec<u32>, Index), usize> = FxHashMap::default();
    for write in writes {
        let at = last.entry((write.loops.clone(), write.row)).or_insert(merged.len());
        match merged.get_mut(*at).and_then(Option::take) {
            Some(before) if before.assign && !write.assign => merged[*at] = Some(append(g, before, write)),
            Some(before) if write.assign => {
                // What was written in between to other rows, if they turn out the same, is overwritten too.
                *at = merged.len();
                merged.push(Some(append(g, before, write)));
            }
            before => {
                if before.is_some() {
                    merged[*at] = before;
                }
                *at = merged.len();
                merged.push(Some(write));
            }
        }
    }
    let mut updates: Vec<Update> = merged.iter().flatten().map(|write| Update::residual(g, write)).collect();
    settle(g, &mut updates);
    updates
}

fn append(g: &mut Graph, before: Write, write: Write) -> Write {
    g.span = write.span;
    let old = g.mask(before.path, before.value);
    let value = if write.assign {
        g.select(write.path, write.value, old)
    } else {
        let new = g.mask(write.path, write.value);
        g.add(old, new)
    };
    Write { value, path: g.or(before.path, write.path), assign: true, ..before }
}
