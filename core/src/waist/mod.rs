//! Linear waists: where an energy sees the unknowns only through linear combinations of them (edge vectors, deformation
//! gradients), it is differentiated with respect to the combinations, and the result is carried through the linear map.
//!
//! With `w = L x` and `E(x) = f(w)`, the gradient is `Lᵀ ∇f` and the Hessian `Lᵀ ∇²f L`. The combinations are taken as
//! unknowns of an *inner* program, which goes through the same pipeline; structural zeros of `∇²f` and of `L` stay zero.
//! Which waist is used, if any, is decided by counting the operations of the solved programs.

mod displace;
mod expand;
mod linear;

use crate::optimize;
use crate::program::{Entry, Program, Target};
use crate::real::{BinaryInstruction, Kind, Node, UnaryInstruction};
pub use displace::displaced;
use linear::Coefficients;
pub(crate) use linear::Waist;

/// Programs with more nodes are differentiated directly: the search would take longer than it saves.
const LARGEST: usize = 20_000;

/// Which waists are used.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Waists {
    /// Those that save operations.
    #[default]
    Cheapest,
    /// None.
    Never,
    /// The innermost there are, whether they save operations or not; for tests.
    Always,
}

/// The cheapest of a solved program and what it becomes with a waist, or what else `waists` asks for. `solved` comes from
/// `program` by `differentiate`.
pub fn choose(
    program: &Program,
    solved: Program,
    waists: Waists,
    differentiate: impl Fn(Program) -> Program,
) -> Program {
    let energies = program.updates.iter().all(|u| u.target == Target::Energy);
    if !energies || program.graph.len() > LARGEST || waists == Waists::Never {
        return solved;
    }
    let mut candidates = Vec::new();
    let outer = Waist::of(program, Coefficients::Literal).or_else(|| Waist::of(program, Coefficients::Static));
    if let Some(outer) = outer {
        candidates.push(finish(&outer, differentiate(outer.inner.clone())));
        if let Some(inner) = Waist::of(&outer.inner, Coefficients::Static) {
            candidates.push(finish(&outer, finish(&inner, differentiate(inner.inner.clone()))));
        }
    }
    match waists {
        Waists::Always => candidates.pop().unwrap_or(solved),
        // The first of equals.
        _ => candidates.into_iter().fold(solved, |best, other| if cost(&other) < cost(&best) { other } else { best }),
    }
}

/// The linear combinations through which alone a program of energies sees its unknowns, with literal coefficients. An
/// unknown that is in none of them may be seen in any way. None are known of large programs.
pub fn combinations(program: &Program) -> Vec<Vec<(Entry, f64)>> {
    if program.graph.len() > LARGEST { Vec::new() } else { linear::literal_combinations(program) }
}

/// The solved program of the unknowns, from that of the combinations.
pub(crate) fn finish(waist: &Waist, solved: Program) -> Program {
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
        Node::Unary(op, _) => match op.kind() {
            Kind::Instruction(UnaryInstruction::Sqrt) => 4,
            Kind::Instruction(_) => 1,
            Kind::Function(_) => 20,
        },
        Node::Binary(op, ..) => match op.kind() {
            Kind::Instruction(BinaryInstruction::Div) => 4,
            Kind::Instruction(_) => 1,
            Kind::Function(_) => 20,
        },
        Node::Select(..) | Node::Sum(..) | Node::Compare(..) | Node::Not(_) | Node::And(..) | Node::Or(..) => 1,
    };
    let dynamic = graph.values().filter(|&v| reachable[v.index()] && graph.dynamic(v));
    dynamic.map(|v| weight(graph.node(v))).sum()
}
