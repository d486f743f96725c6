//! Placeholders for what an iteration may change.

use crate::frontend::trace::{Trace, Unknown, Val, leaks};
use crate::index::Index;
use crate::real::{Compare, Value};
use rustc_hash::FxHashMap;

/// The placeholders of a loop.
#[derive(Default)]
pub struct Placeholders {
    /// The placeholder of every variable.
    pub values: Vec<(usize, Val)>,
    /// The values of the integer variables before the loop.
    pub before: FxHashMap<usize, Index>,
    /// The placeholders as the graph knows them.
    pub unknown: Unknown,
}

impl Placeholders {
    /// Puts placeholders into variables.
    pub fn set(t: &mut Trace, cells: impl IntoIterator<Item = usize>) -> Self {
        let mut list = Placeholders { unknown: t.unknowns_from_here(), ..Placeholders::default() };
        for cell in cells {
            let now = t.get(cell).clone();
            if let Val::Int { index, .. } = now {
                list.before.insert(cell, index);
            }
            let value = list.of(t, &now);
            list.values.push((cell, value.clone()));
            t.set(cell, value);
        }
        list
    }

    /// The placeholder of a value.
    fn of(&mut self, t: &mut Trace, value: &Val) -> Val {
        match value {
            Val::Composite(parts) => Val::composite(parts.iter().map(|p| self.of(t, p))),
            Val::Real(_) => Val::Real(t.unknown_real()),
            Val::Bool(_) => {
                let (carried, zero) = (t.unknown_real(), t.graph.constant(0.0));
                Val::Bool(t.graph.compare(Compare::Less, carried, zero))
            }
            Val::Int { signed, .. } => {
                let var = t.unknown_integer();
                self.unknown.vars.insert(var);
                Val::Int { index: t.graph.indices.var_index(var), signed: *signed }
            }
            Val::Last(last) => self.of(t, last.new_value()),
            other => other.clone(),
        }
    }

    /// Puts placeholders into their variables again.
    pub fn put_in(&self, t: &mut Trace) {
        for (cell, value) in &self.values {
            t.set(*cell, value.clone());
        }
    }

    /// True if an integer depends on one of them.
    pub fn holds(&self, t: &Trace, index: Index) -> bool {
        let free = t.graph.indices.free(index);
        t.graph.indices.vars(free).iter().any(|v| self.unknown.vars.contains(v))
    }

    /// True if a value depends on what the iteration before left behind.
    pub fn leak_into(&self, t: &Trace, value: Value) -> bool {
        leaks(&t.graph, value, &self.unknown)
    }
}
