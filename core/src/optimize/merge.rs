//! Updates of the same entry in the same loops become one.

use crate::index::Var;
use crate::program::{Program, Target, Update};
use rustc_hash::FxHashMap;

/// Adds up updates with equal loops and target, and drops those that add zero. Order of first appearance is kept. Loops
/// of the energy and opened sums are not equal: the derivatives of the one are symmetric update by update.
pub fn merge(mut program: Program) -> Program {
    let mut at: FxHashMap<(Vec<Var>, usize, Target), usize> = FxHashMap::default();
    let mut merged: Vec<Update> = Vec::with_capacity(program.updates.len());
    for update in std::mem::take(&mut program.updates) {
        if matches!(update.target, Target::Residual { assign: true, .. }) {
            merged.push(update);
            continue;
        }
        match at.get(&(update.vars.clone(), update.base, update.target)) {
            Some(&k) => merged[k].value = program.graph.add(merged[k].value, update.value),
            None => {
                at.insert((update.vars.clone(), update.base, update.target), merged.len());
                merged.push(update);
            }
        }
    }
    let zero =
        |u: &Update| program.graph.is_zero(u.value) && !matches!(u.target, Target::Energy | Target::Residual { .. });
    merged.retain(|u| !zero(u));
    program.updates = merged;
    program
}
