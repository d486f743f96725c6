//! The rules of sparse programs.

use super::broken::{Broken, Rule, Site, Stage, check};
use super::graph::is_real;
use super::integers::are_integers;
use super::program::{are_known, is_unknown, program};
use crate::index::Var;
use crate::program::Target;
use crate::real::Graph;
use crate::sparsity::{BracketTerm, SparseProgram, SparseUpdate};

/// Verifies a program whose products are sums of brackets.
pub fn sparse(sparse: &SparseProgram) -> Result<(), Broken> {
    let stage = Stage::Sparse;
    program(&sparse.program, stage, &[])?;
    let graph = &sparse.program.graph;
    for (at, update) in sparse.updates.iter().enumerate() {
        let product = matches!(update.update.target, Target::Product(_) | Target::ResidualProduct(_));
        check(product, stage, Site::Update(at), Rule::Targets)?;
        let keys = |pair: &[BracketTerm]| (pair[0].entry, &pair[0].vars) < (pair[1].entry, &pair[1].vars);
        let ascending = !update.terms.is_empty() && update.terms.windows(2).all(keys);
        check(ascending, stage, Site::Update(at), Rule::Terms)?;
        for (number, term) in update.terms.iter().enumerate() {
            let own = |rule| check(false, stage, Site::Term(at, number), rule);
            term_rules(graph, update, term, sparse.fresh_level).or_else(own)?;
        }
    }
    Ok(())
}

/// The first rule that a term breaks.
fn term_rules(graph: &Graph, update: &SparseUpdate, term: &BracketTerm, fresh_level: u32) -> Result<(), Rule> {
    let holds = |holds: bool, rule: Rule| if holds { Ok(()) } else { Err(rule) };
    let indices = &graph.indices;
    holds(is_unknown(graph, term.entry.array), Rule::Declared)?;
    holds(is_real(graph, term.coefficient) && are_integers(indices, &[term.entry.index]), Rule::Typed)?;
    holds(!graph.tangent(term.coefficient) && !graph.is_zero(term.coefficient), Rule::Terms)?;
    let renamed = |v: &Var| v.index() < indices.loops() && indices.loop_of(*v).level >= fresh_level;
    holds(term.vars.iter().all(renamed), Rule::Fresh)?;
    let mut vars = [&update.update.vars[..], &term.vars].concat();
    let count = vars.len();
    let bounds = term.vars.iter().map(|v| indices.loop_of(*v)).flat_map(|l| [l.lo, l.hi]);
    let read = bounds.chain([term.entry.index]).map(|i| indices.free(i)).chain([graph.free(term.coefficient)]);
    holds(are_known(graph, &vars, read), Rule::Known)?;
    vars.sort_unstable();
    vars.dedup();
    holds(vars.len() == count, Rule::Nest)
}
