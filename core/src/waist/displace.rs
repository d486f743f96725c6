//! Displacements: the same program with `reference + displacement` in place of every unknown.
//!
//! If an energy sees the unknowns through linear combinations with literal coefficients (edge vectors), the combination
//! of the references is put beside that of the displacements, `(X₁ - X₀) + (u₁ - u₀)` instead of
//! `(X₁ + u₁) - (X₀ + u₀)`. The first does not change with the unknowns, and is hoisted: computed once, in double
//! precision. So an edge is as accurate in single precision as a number of its own size, however far from the origin it
//! is.

use super::LARGEST;
use super::linear::{Coefficients, allowed, forms, outermost};
use crate::program::Program;
use crate::real::{Array, ArrayKind, Graph, Node, Rebuild, Value};

/// The program of displacements: its unknowns bind to the displacements, which are added to [`ArrayKind::Reference`].
pub fn displaced(program: &Program) -> Program {
    let mut displaced = program.clone();
    let g = &mut displaced.graph;
    let roots: Vec<Value> = program.updates.iter().map(|u| u.value).collect();
    let combinations = match g.len() {
        0..=LARGEST => {
            let allowed = allowed(g, program);
            let forms = forms(g, &allowed, &roots, Coefficients::Literal);
            let waist = outermost(g, &allowed, &forms, &roots);
            waist.into_iter().map(|value| (value, forms[&value].clone())).collect()
        }
        _ => Vec::new(),
    };
    let references = references(g);
    let mut fixed = Rebuild::of_values(references.iter().copied());
    let mut pairs: Vec<(Value, Value)> = references.iter().map(|&(load, at)| (load, g.add(at, load))).collect();
    for (value, form) in combinations {
        let at = fixed.value(g, value);
        let mut sum: Option<Value> = None;
        for (load, coefficient) in form {
            let term = g.mul(coefficient, load);
            sum = Some(sum.map_or(term, |sum| g.add(sum, term)));
        }
        pairs.retain(|(old, _)| *old != value);
        pairs.extend(sum.map(|sum| (value, g.add(at, sum))));
    }
    let mut replace = Rebuild::of_values(pairs);
    for update in &mut displaced.updates {
        update.value = replace.value(&mut displaced.graph, update.value);
    }
    displaced
}

/// Every load of an unknown, with the same load of its reference.
fn references(g: &mut Graph) -> Vec<(Value, Value)> {
    let arrays = g.arrays().to_vec();
    let mut of = vec![None; arrays.len()];
    for ((own, info), k) in of.iter_mut().zip(&arrays).zip(0..) {
        if info.kind == ArrayKind::Unknown {
            *own = Some(g.array(&format!("{}@reference", info.name), ArrayKind::Reference(Array(k))));
        }
    }
    let loads: Vec<(Value, Array, crate::index::Index)> = g
        .values()
        .filter_map(|v| match *g.node(v) {
            Node::Load(array, index) => Some((v, of.get(array.0 as usize).copied().flatten()?, index)),
            _ => None,
        })
        .collect();
    loads.into_iter().map(|(load, reference, index)| (load, g.load(reference, index))).collect()
}
