//! Broken sparse programs.

use super::{Mutation, subject};
use crate::real::{Array, Node};
use crate::sparsity::SparseProgram;
use crate::verify::{Broken, Rule, sparse};

/// The sparse springs after a change.
fn changed(change: impl FnOnce(&mut SparseProgram)) -> Result<(), Broken> {
    let mut own = subject::stages().sparse;
    assert_eq!(sparse(&own), Ok(()));
    change(&mut own);
    sparse(&own)
}

pub fn mutations() -> Vec<Mutation> {
    vec![
        (Rule::Targets, changed(|s| s.updates[0].update.target = crate::program::Target::Energy)),
        (Rule::Terms, changed(|s| s.updates[0].terms.clear())),
        (Rule::Terms, changed(|s| s.updates[0].terms.reverse())),
        (Rule::Terms, changed(|s| s.updates[0].terms[0].coefficient = s.program.graph.constant(0.0))),
        (
            Rule::Terms,
            changed(|s| {
                let g = &s.program.graph;
                s.updates[0].terms[0].coefficient = super::graph::value(g, |node| matches!(node, Node::Seed(..)));
            }),
        ),
        (
            Rule::Declared,
            changed(|s| {
                let last = s.updates[0].terms.len() - 1;
                s.updates[0].terms[last].entry.array = Array(9);
            }),
        ),
        (
            Rule::Fresh,
            changed(|s| {
                let own = s.updates[0].update.vars[0];
                let last = s.updates[0].terms.len() - 1;
                s.updates[0].terms[last].vars.push(own);
            }),
        ),
        (Rule::Known, changed(|s| s.updates[0].update.vars.clear())),
        (
            Rule::Nest,
            changed(|s| {
                s.fresh_level = 0;
                let own = s.updates[0].update.vars[0];
                let last = s.updates[0].terms.len() - 1;
                s.updates[0].terms[last].vars.push(own);
            }),
        ),
    ]
}
