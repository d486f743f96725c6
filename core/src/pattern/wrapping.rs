//! No integer that is looked at leaves its 32 bits, where WGSL would wrap around.

use super::symbolic::{Action, Limit, Symbolic};
use super::{Fault, FaultKind};
use crate::bind::Data;
use crate::executor::Executor;
use crate::index::{Indices, Intervals};
use crate::kernel::Root;
use crate::program::{LookedAt, Program, Word};
use crate::real::Graph;

/// Checks the integers that a program looks at. Intervals prove it for nearly all of them, in one pass over the program;
/// those that they leave open are evaluated in every iteration.
pub fn check_words(program: &Program, data: &Data, executor: &dyn Executor) -> Result<(), Fault> {
    let indices = &program.graph.indices;
    let intervals = Intervals::of(indices, program.looked_at.iter().map(|l| l.index), &data.sizes, &data.tables);
    let open: Vec<&LookedAt> =
        program.looked_at.iter().filter(|l| !intervals.get(l.index).within(&l.word.range())).collect();
    if open.is_empty() {
        return Ok(());
    }
    let result = every_iteration(indices, &open).run(data, &[], 0, executor);
    result.map(|_| ()).map_err(|mut fault| {
        let large = open.iter().find(|l| !intervals.get(l.index).fits());
        if let (FaultKind::Overflow, Some(large)) = (&fault.kind, large) {
            fault.kind = FaultKind::Wraps(Word::Low, i64::MAX);
            fault.span = large.span;
        }
        fault
    })
}

/// Evaluates integers in every iteration of their loops, and checks them where they are looked at.
fn every_iteration(indices: &Indices, list: &[&LookedAt]) -> Symbolic {
    let mut graph = Graph::default();
    graph.indices = indices.clone();
    let (mut roots, mut actions) = (Vec::new(), Vec::new());
    for &&LookedAt { index, word, guard, span } in list {
        let indices = &mut graph.indices;
        let free = indices.union(indices.free(index), indices.free(guard.as_index()));
        let vars = indices.vars(free).to_vec();
        roots.push(Root { vars, values: Vec::new(), indices: vec![guard.as_index(), index] });
        actions.push(Action::Check { demand: guard, at: index, limit: Limit::Word(word), span });
    }
    Symbolic::scheduled(graph, &roots, actions, (0, None))
}
