//! Linear waists: where an energy sees the unknowns only through linear combinations of them (edge vectors, deformation
//! gradients), it is differentiated with respect to the combinations, and the result is carried through the linear map.
//!
//! With `w = L x` and `E(x) = f(w)`, the gradient is `Lᵀ ∇f` and the Hessian `Lᵀ ∇²f L`. The combinations are taken as
//! unknowns of an *inner* program, which goes through the same pipeline; structural zeros of `∇²f` and of `L` stay zero.
//! Which waist is used, if any, is decided by counting the operations of the solved programs.

mod expand;
mod linear;

use crate::optimize;
use crate::program::{Program, Target};
use crate::real::{BinaryOp, Node, UnaryOp};
use linear::{Coefficients, Waist};

/// Programs with more nodes are differentiated directly: the search would take longer than it saves.
const LARGEST: usize = 20_000;

/// The cheapest of a solved program and what it becomes with a waist. `solved` comes from `program` by `differentiate`.
pub fn cheapest(program: &Program, solved: Program, differentiate: impl Fn(Program) -> Program) -> Program {
    let energies = program.updates.iter().all(|u| u.target == Target::Energy);
    if !energies || program.graph.len() > LARGEST {
        return solved;
    }
    let mut best = (cost(&solved), solved);
    let mut consider = |candidate: Program| {
        let cost = cost(&candidate);
        if cost < best.0 {
            best = (cost, candidate);
        }
    };
    if let Some(outer) = Waist::of(program, Coefficients::Literal) {
        if let Some(inner) = Waist::of(&outer.inner, Coefficients::Static) {
            consider(finish(&outer, finish(&inner, differentiate(inner.inner.clone()))));
        }
        consider(finish(&outer, differentiate(outer.inner.clone())));
    } else if let Some(waist) = Waist::of(program, Coefficients::Static) {
        consider(finish(&waist, differentiate(waist.inner.clone())));
    }
    best.1
}

/// The solved program of the unknowns, from that of the combinations.
fn finish(waist: &Waist, solved: Program) -> Program {
    let mut solved = optimize::compact(optimize::merge(waist.expand(solved)));
    solved.graph.keep_arrays(waist.source.arrays().len() - 1);
    solved
}

/// The operations of a program that depend on unknowns, weighted by how long they take.
fn cost(program: &Program) -> usize {
    let graph = &program.graph;
    let reachable = graph.reachable(program.updates.iter().map(|u| u.value));
    let weight = |node: &Node| match node {
        Node::Const(_) | Node::Load(..) | Node::Seed(..) | Node::Bracket(..) => 0,
        Node::Integer(_) | Node::Cond(_) | Node::Carried(_) => 0,
        Node::Unary(UnaryOp::Neg | UnaryOp::Abs, _) => 1,
        Node::Unary(UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Round | UnaryOp::Trunc, _) => 1,
        Node::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, ..) => 1,
        Node::Select(..) | Node::Sum(..) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..) => 1,
        Node::Binary(BinaryOp::Div, ..) | Node::Unary(UnaryOp::Sqrt, _) => 4,
        Node::Binary(BinaryOp::Pow | BinaryOp::Atan2, ..) | Node::Unary(..) => 20,
    };
    let dynamic = graph.values().filter(|&v| reachable[v.index()] && graph.dynamic(v));
    dynamic.map(|v| weight(graph.node(v))).sum()
}
