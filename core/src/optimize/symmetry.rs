//! The Hessian is symmetric: of an entry and its transpose in the same loops, one is computed and written to both.

use crate::index::Var;
use crate::program::{Entry, Program, Target};
use rustc_hash::FxHashMap;

/// Drops the upper of each pair of transposed updates and marks the lower as mirrored.
///
/// If an entry outside opened sums has no transpose, the transpose was found structurally zero; by symmetry so is the
/// entry, and it is dropped. Inside opened sums the parts of an entry may be distributed over loops of different names,
/// and those of its transpose over others: unless the values are the same, both stay.
pub fn symmetry(mut program: Program) -> Program {
    let mut position: FxHashMap<(Vec<Var>, usize, Entry, Entry), usize> = FxHashMap::default();
    for (k, update) in program.updates.iter().enumerate() {
        if let Target::Hessian { row, col, .. } = update.target {
            position.insert((update.vars.clone(), update.base, row, col), k);
        }
    }
    let mut keep = vec![true; program.updates.len()];
    for (k, kept) in keep.iter_mut().enumerate() {
        let update = &program.updates[k];
        let Target::Hessian { row, col, .. } = update.target else { continue };
        if row == col {
            continue;
        }
        let opened = update.vars.len() > update.base;
        let same = |k: &&usize| !opened || program.updates[**k].value == update.value;
        match position.get(&(update.vars.clone(), update.base, col, row)).filter(same) {
            Some(&transposed) if transposed < k => {
                *kept = false;
                let target = &mut program.updates[transposed].target;
                if let Target::Hessian { mirrored, .. } = target {
                    *mirrored = true;
                }
            }
            Some(_) => {}
            None => *kept = opened,
        }
    }
    let updates = std::mem::take(&mut program.updates).into_iter().zip(keep);
    program.updates = updates.filter(|(_, kept)| *kept).map(|(update, _)| update).collect();
    program
}
