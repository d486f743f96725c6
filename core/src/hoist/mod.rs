//! Static hoisting: what depends on no unknown is computed once for each binding and stored, one record for each
//! iteration of its loop; the kernels of the evaluation stream the records.
//!
//! The stored numbers are the cheapest cut between the data and what depends on unknowns: a stored number costs its
//! place in memory and a load, a number that is not stored costs its operations in every evaluation.

mod cut;
mod frontier;

use crate::index::{Index, Var};
use crate::kernel::{Demand, Root};
use crate::optimize;
use crate::program::{Program, Target, Update};
use crate::real::{Array, ArrayKind, Graph, Node, Rebuild, Value};
use crate::verify::{self, Claim, Stage};
use frontier::{Facts, frontier};

/// Programs with more nodes are left as they are: the cut would take longer than it saves.
const LARGEST: usize = 50_000;

/// A program whose static part has been split off.
pub struct Hoisted {
    /// The program, with loads in place of what is stored. Its arrays are those of the original program and, after
    /// them, those of the parts.
    pub program: Program,
    /// The numbers to compute for each binding, in the order of the arrays.
    pub parts: Vec<Stored>,
}

/// The numbers stored for the iterations of one loop.
pub struct Stored {
    /// The loop.
    pub var: Var,
    /// Numbers in a record; record after record they are the array.
    pub width: usize,
    /// Computes the array as the rows of a residual.
    pub program: Program,
}

/// Splits off what depends on no unknown and on none of the arrays `changing`.
pub fn hoist(program: &Program, changing: &[Array]) -> Hoisted {
    let stored = if program.graph.len() <= LARGEST { stored(program, changing) } else { Vec::new() };
    let mut by_loop: Vec<(Var, Vec<Value>)> = Vec::new();
    for (var, value) in stored {
        match by_loop.iter_mut().find(|(v, _)| *v == var) {
            Some((_, values)) => values.push(value),
            None => by_loop.push((var, vec![value])),
        }
    }
    let mut main = program.clone();
    let (mut pairs, mut parts) = (Vec::new(), Vec::new());
    for (number, (var, values)) in by_loop.into_iter().enumerate() {
        let g = &mut main.graph;
        let array = g.array(&format!("static@{number}"), ArrayKind::Stored(number));
        let mut part = Program { updates: Vec::new(), looked_at: Vec::new(), ..program.clone() };
        for (k, &value) in values.iter().enumerate() {
            let place = place(g, var, values.len(), k);
            pairs.push((value, g.load(array, place)));
            let row = self::place(&mut part.graph, var, values.len(), k);
            let guard = part.graph.indices.bool(true);
            let target = Target::Residual { row, assign: false, nest: [0; 2], guard };
            part.updates.push(Update { vars: vec![var], base: 1, target, value, stored: None });
        }
        let part = optimize::compact(part);
        verify::debug("hoist", || verify::program(&part, Stage::Stored, &[Claim::Compact]));
        parts.push(Stored { var, width: values.len(), program: part });
    }
    let mut replace = Rebuild::of_values(pairs);
    for update in &mut main.updates {
        update.value = replace.value(&mut main.graph, update.value);
    }
    let main = optimize::compact(main);
    verify::debug("hoist", || verify::program(&main, Stage::Hoisted, &[Claim::Compact]));
    Hoisted { program: main, parts }
}

/// The place of a number: `width * (var - first) + k`.
fn place(g: &mut Graph, var: Var, width: usize, k: usize) -> Index {
    let first = g.indices.loop_of(var).lo;
    let own = g.indices.var_index(var);
    let iteration = g.indices.sub(own, first);
    let record = g.indices.scale(iteration, width as i64);
    g.indices.offset(record, k as i64)
}

/// The values worth storing, with their loops, in ascending order.
fn stored(program: &Program, changing: &[Array]) -> Vec<(Var, Value)> {
    let graph = &program.graph;
    let facts = facts(program, changing);
    let values = frontier(graph, program.updates.iter().map(|u| u.value), &facts);
    values.into_iter().filter_map(|value| Some((single_loop(graph, value)?, value))).collect()
}

/// The static values, and those of them that can be stored.
fn facts(program: &Program, changing: &[Array]) -> Facts {
    let graph = &program.graph;
    let roots: Vec<Root> = (program.updates.iter())
        .map(|u| Root { vars: u.vars.clone(), values: vec![u.value], indices: u.target.indices() })
        .collect();
    let demand = Demand::of(graph, &roots, None);
    let mut facts = Facts { fixed: vec![false; graph.len()], storable: vec![false; graph.len()] };
    for value in graph.values() {
        let changes = matches!(graph.node(value), Node::Load(array, _) if changing.contains(array));
        let mut fixed = !graph.dynamic(value) && !changes;
        graph.operands(value, |a| fixed &= facts.fixed[a.index()]);
        facts.fixed[value.index()] = fixed;
        // Where a guard may be off, operands may have no value.
        let always = demand.value(value).is_some_and(|c| demand.indices.as_bool(c) == Some(true));
        facts.storable[value.index()] = fixed && always && is_real(graph, value) && single_loop(graph, value).is_some();
    }
    facts
}

/// The one loop that a value depends on, if the bounds of that depend on none.
fn single_loop(graph: &Graph, value: Value) -> Option<Var> {
    let &[var] = graph.indices.vars(graph.free(value)) else { return None };
    let l = graph.indices.loop_of(var);
    let open = [l.lo, l.hi].into_iter().any(|bound| !graph.indices.free(bound).is_empty());
    (!open).then_some(var)
}

fn is_real(graph: &Graph, value: Value) -> bool {
    !matches!(graph.node(value), Node::Cond(_) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..))
}
