//! Forward mode: the tangent of every gradient and residual update along a seed, the direction `dx`.

use crate::program::{Program, Target, Update};
use crate::real::{ArrayKind, Graph, Node, Value};

/// Adds the products with the seed: of the Hessian for the gradient's updates, of the Jacobian for the residual's.
pub fn tangent(mut program: Program) -> Program {
    let sources: Vec<Update> = (program.updates.iter())
        .filter(|u| matches!(u.target, Target::Gradient(_) | Target::Residual { .. }))
        .cloned()
        .collect();
    let tangents = tangents(&mut program.graph, sources.iter().map(|u| u.value));
    for update in sources {
        let Some(value) = tangents[update.value.index()] else { continue };
        let target = match update.target {
            Target::Gradient(entry) => Target::Product(entry),
            Target::Residual { row, .. } => Target::ResidualProduct(row),
            other => other,
        };
        program.updates.push(Update { target, value, ..update });
    }
    program
}

/// The tangents of everything the roots are built from; `None` where zero.
fn tangents(g: &mut Graph, roots: impl Iterator<Item = Value>) -> Vec<Option<Value>> {
    let reachable = g.reachable(roots);
    let mut tangents: Vec<Option<Value>> = vec![None; reachable.len()];
    for at in 0..reachable.len() {
        let value = Value(at as u32);
        if reachable[at] && g.dynamic(value) {
            g.span = g.span_of(value);
            let tangent = node_tangent(g, value, &tangents);
            tangents[at] = tangent.filter(|&t| !g.is_zero(t));
        }
    }
    tangents
}

fn node_tangent(g: &mut Graph, value: Value, tangents: &[Option<Value>]) -> Option<Value> {
    let of = |v: Value| tangents[v.index()];
    match g.node(value).clone() {
        Node::Load(array, index) => (g.array_info(array).kind == ArrayKind::Unknown).then(|| g.seed(array, index)),
        Node::Unary(op, a) => {
            let tangent = of(a)?;
            let partial = op.derivative(g, a, value)?;
            Some(g.mul(partial, tangent))
        }
        Node::Binary(op, a, b) => {
            let mut sum = None;
            for (side, operand) in [a, b].into_iter().enumerate() {
                if let Some(tangent) = of(operand) {
                    let partial = op.derivative(g, side, a, b, value);
                    let term = g.mul(partial, tangent);
                    sum = Some(sum.map_or(term, |s| g.add(s, term)));
                }
            }
            sum
        }
        Node::Select(p, a, b) => {
            let zero = g.constant(0.0);
            let (on, off) = (of(a), of(b));
            if on.is_none() && off.is_none() {
                return None;
            }
            Some(g.select(p, on.unwrap_or(zero), off.unwrap_or(zero)))
        }
        Node::Sum(var, body) => {
            let tangent = of(body)?;
            Some(g.sum(var, tangent))
        }
        _ => None,
    }
}
