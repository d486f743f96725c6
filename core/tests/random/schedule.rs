//! A verifier of schedules: what a step uses has been computed in a loop that is still open, and no loop is opened
//! within itself.

use spadina_core::kernel::{Kernel, Step};
use spadina_core::real::Node;
use std::collections::HashSet;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Any {
    Index(usize),
    Value(usize),
}

/// Panics where a kernel's steps are out of order.
pub fn verify(kernel: &Kernel) {
    let (g, mut known) = (&kernel.graph, HashSet::new());
    let mut scopes: Vec<Vec<Any>> = vec![vec![]];
    let mut open = Vec::new();
    for step in &kernel.steps {
        let mut needs = Vec::new();
        let mut gives = Vec::new();
        match *step {
            Step::Index(i) => {
                match (g.indices.reduced(i), kernel.reductions.get(&i)) {
                    (Some((var, _)), Some(reduction)) => {
                        let l = g.indices.loop_of(var);
                        let reads = [l.lo, l.hi].into_iter().chain(reduction.inputs.iter().copied());
                        needs.extend(reads.map(|a| Any::Index(a.index())));
                    }
                    _ => g.indices.operands(i, |a| needs.push(Any::Index(a.index()))),
                }
                gives.push(Any::Index(i.index()));
            }
            Step::Value(v) => {
                assert!(!matches!(g.node(v), Node::Sum(..) | Node::Bracket(..) | Node::Carried(_)));
                g.operands(v, |a| needs.push(Any::Value(a.index())));
                g.index_operands(v, |a| needs.push(Any::Index(a.index())));
                gives.push(Any::Value(v.index()));
            }
            Step::Zero(v) => gives.push(Any::Value(v.index())),
            Step::Accumulate(v) => {
                g.operands(v, |a| needs.push(Any::Value(a.index())));
                needs.push(Any::Value(v.index()));
            }
            Step::Output(k) => needs.push(Any::Value(kernel.outputs[k].value.index())),
            Step::Begin(var, _) => {
                let l = g.indices.loop_of(var);
                for bound in [l.lo, l.hi] {
                    assert!(known.contains(&Any::Index(bound.index())), "bounds of {} unknown in\n{kernel}", l.name);
                }
                assert!(!open.contains(&var), "loop over {} within itself in\n{kernel}", l.name);
                open.push(var);
                scopes.push(vec![]);
                gives.push(Any::Index(g.indices.var_index(var).index()));
            }
            Step::End => {
                scopes.pop().expect("a loop is open").iter().for_each(|any| {
                    known.remove(any);
                });
                open.pop();
            }
        }
        for need in needs {
            assert!(known.contains(&need), "{step:?} uses {need:?} before it is known in\n{kernel}");
        }
        for given in gives.into_iter().filter(|g| known.insert(*g)) {
            scopes.last_mut().expect("a scope is open").push(given);
        }
    }
    assert!(open.is_empty(), "loops end");
}
