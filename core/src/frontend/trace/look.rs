//! Integers whose value matters, and not only their low 32 bits.

use crate::index::Index;
use crate::program::{LookedAt, Word, implied};
use crate::real::{Graph, Span, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// An integer that is looked at, under the condition `path`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Look {
    pub(super) index: Index,
    pub(super) word: Word,
    pub(super) path: Value,
    pub(super) span: Span,
}

impl Look {
    /// The integer.
    pub fn index(&self) -> Index {
        self.index
    }

    /// The condition.
    pub fn path(&self) -> Value {
        self.path
    }
}

/// The list for a program, each integer once under one condition.
pub(super) fn all_looked_at(g: &mut Graph, looks: Vec<Look>) -> Vec<LookedAt> {
    let mut guards: FxHashMap<Value, _> = FxHashMap::default();
    let mut seen = FxHashSet::default();
    let mut all = Vec::new();
    for Look { index, word, path, span } in looks {
        if !seen.insert((index, word, path)) {
            continue;
        }
        let guard = *guards.entry(path).or_insert_with(|| implied(g, path));
        all.push(LookedAt { index, word, guard, span });
    }
    all
}
