//! The elements that are at a singular point, and the operations.

use super::reverse::{domain_of, sweep};
use crate::index::Var;
use crate::program::{Program, Target, Update};
use crate::real::{Compare, Graph, Node, Rebuild, Singular, Span, Value};

/// The program whose energy is the number of elements of which an operation is at a singular point where its derivative counts; an
/// element is an iteration of a program's own loops. `None` if there is no such operation.
pub fn touched(mut program: Program) -> Option<Program> {
    let updates = std::mem::take(&mut program.updates);
    let g = &mut program.graph;
    let mut nests: Vec<(Vec<Var>, Value)> = Vec::new();
    for update in updates {
        let vars = update.vars[..update.base].to_vec();
        for (_, singular) in sweep(g, &update).singular {
            let singular = close(g, &vars, singular);
            match nests.iter_mut().find(|(own, _)| *own == vars) {
                Some((_, any)) => *any = g.or(*any, singular),
                None => nests.push((vars.clone(), singular)),
            }
        }
    }
    program.updates = nests.into_iter().filter_map(|(vars, any)| counting(g, vars, any)).collect();
    (!program.updates.is_empty()).then_some(program)
}

/// An operation that is singular somewhere.
#[derive(Debug)]
pub struct SingularOperation {
    /// Its place in the source.
    pub span: Span,
    /// Its name.
    pub name: &'static str,
    /// The program whose energy is the number of elements in which it is singular.
    pub program: Program,
}

/// The operations of a program that are singular somewhere, the first of many.
pub fn singular_operations(program: &Program) -> Vec<SingularOperation> {
    const MOST: usize = 64;
    let mut found = Vec::new();
    let mut program = program.clone();
    program.graph.singular = Singular::Zero;
    for update in std::mem::take(&mut program.updates) {
        let vars = update.vars[..update.base].to_vec();
        for (node, singular) in sweep(&mut program.graph, &update).singular.into_iter().take(MOST) {
            let g = &mut program.graph;
            let singular = close(g, &vars, singular);
            let Some(count) = counting(g, vars.clone(), singular) else { continue };
            let name = match *g.node(node) {
                _ if g.direction(node).is_some() => "normalize",
                Node::Unary(op, _) => op.name(),
                Node::Binary(op, ..) => op.name(),
                _ => continue,
            };
            let span = g.span_of(node);
            found.push(SingularOperation { span, name, program: Program { updates: vec![count], ..program.clone() } });
        }
    }
    // From operands to users, as they are evaluated.
    found.reverse();
    found
}

/// The update that counts the iterations of a nest in which a predicate holds.
fn counting(g: &mut Graph, vars: Vec<Var>, predicate: Value) -> Option<Update> {
    let count = indicator(g, predicate);
    let value = Rebuild::with_fresh_sums(g, &vars, count);
    (!g.is_zero(value)).then_some(Update { base: vars.len(), vars, target: Target::Energy, value, stored: None })
}

/// The predicate "it holds in some iteration of the loops inside of the element".
fn close(g: &mut Graph, vars: &[Var], mut predicate: Value) -> Value {
    let domain = domain_of(g, vars);
    let free = g.free(predicate);
    let inner = g.indices.vars(free).iter().rev().copied().filter(|&v| !g.indices.contains(domain, v));
    for var in inner.collect::<Vec<Var>>() {
        let one = indicator(g, predicate);
        let count = g.sum(var, one);
        let zero = g.constant(0.0);
        predicate = g.compare(Compare::Less, zero, count);
    }
    predicate
}

/// One where a predicate holds, else zero.
fn indicator(g: &mut Graph, predicate: Value) -> Value {
    let (zero, one) = (g.constant(0.0), g.constant(1.0));
    g.select(predicate, one, zero)
}
