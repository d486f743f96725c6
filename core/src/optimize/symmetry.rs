//! The Hessian is symmetric: of an entry and its transpose in the same loops, one is computed and written to both.

use crate::index::Var;
use crate::program::{Entry, Program, Target};
use rustc_hash::FxHashMap;

/// Drops the upper of each pair of transposed updates and marks the lower as mirrored.
///
/// Where an entry outside opened sums has no transpose, the transpose was found structurally zero; by symmetry so is the
/// entry, and it is dropped. Inside opened sums the transpose may stand in loops of other names: both stay.
pub fn symmetry(mut program: Program) -> Program {
    let mut position: FxHashMap<(Vec<Var>, Entry, Entry), usize> = FxHashMap::default();
    for (k, update) in program.updates.iter().enumerate() {
        if let Target::Hessian { row, col, .. } = update.target {
            position.insert((update.vars.clone(), row, col), k);
        }
    }
    let mut keep = vec![true; program.updates.len()];
    for (k, kept) in keep.iter_mut().enumerate() {
        let update = &program.updates[k];
        let Target::Hessian { row, col, .. } = update.target else { continue };
        if row == col {
            continue;
        }
        match position.get(&(update.vars.clone(), col, row)) {
            Some(&transposed) if transposed < k => {
                *kept = false;
                let target = &mut program.updates[transposed].target;
                if let Target::Hessian { mirrored, .. } = target {
                    *mirrored = true;
                }
            }
            Some(_) => {}
            None => *kept = update.vars.len() > update.base,
        }
    }
    let mut kept = keep.into_iter();
    program.updates.retain(|_| kept.next().unwrap_or(true));
    program
}
