//! Broken graphs and arenas of integers.

use super::{Mutation, subject};
use crate::index::{Cond, Index, IndexNode, Indices, Monomial, Var, VarSet};
use crate::real::{Array, BinaryOp, Graph, Node, UnaryOp, Value};
use crate::verify::{Broken, Rule, Stage, graph};

pub fn mutations() -> Vec<Mutation> {
    let mut all = integers();
    all.extend(loops());
    all.extend(polynomials());
    all.extend(reals());
    all
}

/// The springs' graph after a change.
fn changed(change: impl FnOnce(&mut Graph)) -> Result<(), Broken> {
    let mut own = subject::springs().graph;
    assert_eq!(graph(&own, Stage::Program), Ok(()));
    change(&mut own);
    graph(&own, Stage::Program)
}

/// The first integer of a kind.
fn integer(indices: &Indices, wanted: impl Fn(&IndexNode) -> bool) -> Index {
    let all = (0..indices.len()).map(|at| Index(at as u32));
    all.into_iter().find(|&i| wanted(indices.node(i))).expect("such an integer")
}

/// The first value of a kind.
pub fn value(graph: &Graph, wanted: impl Fn(&Node) -> bool) -> Value {
    graph.values().find(|&v| wanted(graph.node(v))).expect("such a value")
}

fn variable(indices: &Indices) -> Index {
    integer(indices, |node| matches!(node, IndexNode::Var(_)))
}

fn condition(indices: &Indices) -> Index {
    integer(indices, |node| matches!(node, IndexNode::Positive(_)))
}

/// Adds an integer.
fn add(node: impl FnOnce(&Indices) -> (IndexNode, VarSet)) -> Result<(), Broken> {
    changed(|g| {
        let (node, free) = node(&g.indices);
        g.indices.raw(node, free);
    })
}

fn integers() -> Vec<Mutation> {
    vec![
        (Rule::Ascending, add(|s| (IndexNode::Wrap(Index(s.len() as u32)), VarSet::EMPTY))),
        (Rule::Declared, add(|_| (IndexNode::Sum(Var(99), Index(0)), VarSet::EMPTY))),
        (Rule::Shared, add(|s| (s.node(Index(0)).clone(), VarSet::EMPTY))),
        (Rule::Typed, add(|s| (IndexNode::Wrap(condition(s)), s.free(condition(s))))),
        (Rule::Typed, add(|s| (IndexNode::Not(Cond(variable(s).0)), s.free(variable(s))))),
        (Rule::Facts, add(|s| (IndexNode::Wrap(variable(s)), VarSet::EMPTY))),
        (
            Rule::Moving,
            add(|s| {
                let IndexNode::Var(var) = *s.node(variable(s)) else { panic!("a variable") };
                (IndexNode::Sum(var, integer(s, |node| matches!(node, IndexNode::Size(_)))), VarSet::EMPTY)
            }),
        ),
    ]
}

fn loops() -> Vec<Mutation> {
    let inner = |g: &Graph| (0..g.indices.loops()).map(|k| Var(k as u32)).find(|&v| g.indices.loop_of(v).name == "j");
    let level = |level: u32| {
        changed(|g| {
            let inner = inner(g).expect("the inner loop");
            g.indices.loop_mut(inner).level = level;
        })
    };
    vec![(Rule::Level, level(0)), (Rule::OneLoop, level(5))]
}

/// Monomials of the variable, a table read and a polynomial.
type Terms = fn(Index, Index, Index, &dyn Fn(&[Index], i64) -> Monomial) -> Vec<Monomial>;

fn polynomials() -> Vec<Mutation> {
    let monomial = |atoms: &[Index], coef| Monomial { atoms: atoms.into(), coef };
    let poly = |terms: Terms| {
        changed(|g| {
            let s = &mut g.indices;
            let (own, sum) = (variable(s), integer(s, |node| matches!(node, IndexNode::Poly(_))));
            let read = integer(s, |node| matches!(node, IndexNode::Read(..)));
            assert!(own < read && s.free(own) == s.free(read) && s.free(sum) == s.free(own));
            let terms = terms(own, read, sum, &monomial);
            let free = s.free(own);
            s.raw(IndexNode::Poly(terms.into()), free);
        })
    };
    vec![
        (Rule::Canonical, poly(|own, _, _, of| vec![of(&[own], 1)])),
        (Rule::Canonical, poly(|own, read, _, of| vec![of(&[read], 7), of(&[own], 1)])),
        (Rule::Canonical, poly(|own, read, _, of| vec![of(&[own], 7), of(&[read], 0)])),
        (Rule::Canonical, poly(|own, read, _, of| vec![of(&[own], 7), of(&[read, own], 1)])),
        (Rule::Canonical, poly(|_, _, sum, of| vec![of(&[sum], 7)])),
    ]
}

/// Adds a real that is like another one.
fn add_real(node: impl FnOnce(&mut Graph) -> (Node, Value)) -> Result<(), Broken> {
    changed(|g| {
        let (node, like) = node(g);
        g.raw(node, like);
    })
}

fn load(g: &Graph) -> Value {
    value(g, |node| matches!(node, Node::Load(Array(0), _)))
}

fn number(g: &Graph) -> Value {
    value(g, |node| matches!(node, Node::Const(_)))
}

fn reals() -> Vec<Mutation> {
    let mask = |g: &Graph| value(g, |node| matches!(node, Node::Select(..)));
    let predicate = |g: &Graph| value(g, |node| matches!(node, Node::Cond(_)));
    vec![
        (Rule::Ascending, add_real(|g| (Node::Unary(UnaryOp::Abs, Value(g.len() as u32)), load(g)))),
        (Rule::Declared, add_real(|g| (Node::Seed(Array(1), Index(0)), load(g)))),
        (Rule::Shared, add_real(|g| (g.node(load(g)).clone(), load(g)))),
        (Rule::Typed, add_real(|g| (Node::Not(load(g)), load(g)))),
        (Rule::Typed, add_real(|g| (Node::Unary(UnaryOp::Abs, predicate(g)), predicate(g)))),
        (Rule::Typed, add_real(|g| (Node::Load(Array(0), condition(&g.indices)), load(g)))),
        (Rule::Folded, add_real(|g| (Node::Unary(UnaryOp::Abs, number(g)), number(g)))),
        (Rule::Masked, add_real(|g| (Node::Binary(BinaryOp::Mul, load(g), mask(g)), load(g)))),
        (
            Rule::Moving,
            add_real(|g| {
                let Node::Sum(var, _) = *g.node(value(g, |node| matches!(node, Node::Sum(..)))) else {
                    panic!("a sum")
                };
                (Node::Sum(var, load(g)), load(g))
            }),
        ),
        (Rule::Facts, add_real(|g| (Node::Unary(UnaryOp::Abs, load(g)), number(g)))),
    ]
}
