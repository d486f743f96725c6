//! The solve: `for i { for e { H[row(e), i] += Σ_k [idx_k(e) == i] · c_k(e) } }` has one non-zero direction for each
//! bracket, `i = idx_k(e)`. The loop over `i` disappears: `for e { H[row(e), idx_k(e)] += c_k(e) }`.

use super::{BracketTerm, SparseProgram};
use crate::index::{Index, Var};
use crate::program::{Entry, Program, Target, Update};
use crate::real::{Graph, Rebuild};

/// Solves every bracket for the direction: tangents become updates of the Hessian and the Jacobian.
pub fn solve(sparse: SparseProgram) -> Program {
    let SparseProgram { mut program, updates, fresh_level } = sparse;
    for sparse in updates {
        for term in sparse.terms {
            let term = restore_names(&mut program.graph, &sparse.update.vars, term, fresh_level);
            let col = term.entry;
            let target = match sparse.update.target {
                Target::Product(row) => Target::Hessian { row, col, mirrored: false },
                Target::ResidualProduct(row) => Target::Jacobian { row, col },
                _ => unreachable!("products alone are updates of a sparse program"),
            };
            let mut vars = [&sparse.update.vars[..], &term.vars].concat();
            let graph = &program.graph;
            vars[sparse.update.base..].sort_by_key(|v| graph.indices.loop_of(*v).level);
            program.updates.push(Update {
                vars,
                base: sparse.update.base,
                target,
                value: term.coefficient,
                stored: None,
            });
        }
    }
    program
}

/// Gives opened loops their own variable back where the update does not use it already, so that an entry and its
/// transpose have the same loops.
fn restore_names(g: &mut Graph, outer: &[Var], term: BracketTerm, fresh_level: u32) -> BracketTerm {
    if term.vars.is_empty() {
        return term;
    }
    let mut pairs: Vec<(Var, Index)> = Vec::new();
    let mut vars = Vec::new();
    for &var in &term.vars {
        let l = g.indices.loop_of(var).clone();
        let mut rename = Rebuild::of_vars(pairs.iter().copied());
        let (lo, hi) = (rename.index(g, l.lo), rename.index(g, l.hi));
        let own = g.indices.like(var, l.level - fresh_level.min(l.level), lo, hi);
        let is_used = outer.contains(&own) || vars.contains(&own);
        let kept = if is_used { g.indices.like(var, l.level, lo, hi) } else { own };
        pairs.push((var, g.indices.var_index(kept)));
        vars.push(kept);
    }
    let mut rename = Rebuild::of_vars(pairs);
    let index = rename.index(g, term.entry.index);
    let coefficient = rename.value(g, term.coefficient);
    BracketTerm { vars, entry: Entry { index, ..term.entry }, coefficient }
}
