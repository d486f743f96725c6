//! Broken programs.

use super::graph::value;
use super::{Mutation, subject};
use crate::hoist::hoist;
use crate::program::{Program, Target};
use crate::real::{Array, Node};
use crate::verify::{Broken, Claim, Rule, Stage, program};

pub fn mutations() -> Vec<Mutation> {
    let mut all = updates();
    all.extend(claims());
    all.extend(stored());
    all
}

/// A program after a change.
fn changed(mut own: Program, stage: Stage, claims: &[Claim], change: impl FnOnce(&mut Program)) -> Result<(), Broken> {
    assert_eq!(program(&own, stage, claims), Ok(()));
    change(&mut own);
    program(&own, stage, claims)
}

/// The number of the first update of a target.
fn find(program: &Program, wanted: impl Fn(&Target) -> bool) -> usize {
    program.updates.iter().position(|u| wanted(&u.target)).expect("such an update")
}

fn updates() -> Vec<Mutation> {
    let energy = |change: fn(&mut Program)| changed(subject::springs(), Stage::Program, &[], change);
    let solved = |change: fn(&mut Program)| changed(subject::stages().solved, Stage::Solved, &[], change);
    let tangent = |change: fn(&mut Program)| changed(subject::stages().tangent, Stage::Tangent, &[], change);
    vec![
        (Rule::Targets, program(&subject::stages().gradient, Stage::Program, &[])),
        (Rule::Targets, program(&subject::stages().tangent, Stage::Solved, &[])),
        (Rule::Targets, program(&subject::stages().solved, Stage::Tangent, &[])),
        (
            Rule::Declared,
            solved(|p| {
                let at = find(p, |t| matches!(t, Target::Gradient(_)));
                let Target::Gradient(entry) = &mut p.updates[at].target else { panic!("a gradient") };
                entry.array = Array(1);
            }),
        ),
        (Rule::Nest, energy(|p| p.updates[0].base = 2)),
        (Rule::Nest, energy(|p| p.updates[0].vars = vec![p.updates[0].vars[0]; 2])),
        (
            Rule::Known,
            energy(|p| {
                p.updates[0].vars.clear();
                p.updates[0].base = 0;
            }),
        ),
        (Rule::Typed, energy(|p| p.updates[0].value = value(&p.graph, |node| matches!(node, Node::Cond(_))))),
        (
            Rule::Typed,
            energy(|p| {
                let guard = p.graph.indices.bool(true);
                let word = crate::program::Word::U32;
                let span = p.graph.span;
                p.looked_at.push(crate::program::LookedAt { index: guard.as_index(), word, guard, span });
            }),
        ),
        (Rule::Replaced, energy(|p| p.updates[0].value = p.graph.carried_value(0))),
        (
            Rule::Seeds,
            tangent(|p| {
                let at = find(p, |t| matches!(t, Target::Product(_)));
                let Target::Product(entry) = p.updates[at].target else { panic!("a product") };
                p.updates[at].target = Target::Gradient(entry);
            }),
        ),
        (Rule::Guards, solved(|p| p.updates[0].stored = Some(p.graph.indices.bool(true)))),
    ]
}

fn claims() -> Vec<Mutation> {
    let solved =
        |claim: Claim, change: fn(&mut Program)| changed(subject::stages().solved, Stage::Solved, &[claim], change);
    vec![
        (Rule::Merged, solved(Claim::Merged, |p| p.updates.push(p.updates[0].clone()))),
        (
            Rule::Merged,
            solved(Claim::Merged, |p| {
                let at = find(p, |t| matches!(t, Target::Gradient(_)));
                p.updates[at].value = p.graph.constant(0.0);
            }),
        ),
        (
            Rule::Mirrored,
            solved(Claim::Symmetric, |p| {
                let at = find(p, |t| matches!(t, Target::Hessian { row, col, .. } if row != col));
                let Target::Hessian { mirrored, .. } = &mut p.updates[at].target else { panic!("a Hessian") };
                *mirrored = false;
            }),
        ),
        (
            Rule::Mirrored,
            solved(Claim::Symmetric, |p| {
                let at = find(p, |t| matches!(t, Target::Hessian { row, col, .. } if row != col));
                let mut other = p.updates[at].clone();
                let Target::Hessian { row, col, .. } = &mut other.target else { panic!("a Hessian") };
                std::mem::swap(row, col);
                p.updates.push(other);
            }),
        ),
        (Rule::Live, solved(Claim::Compact, |p| _ = p.graph.constant(0.123))),
    ]
}

fn stored() -> Vec<Mutation> {
    let stored = |change: fn(&mut Program)| {
        let part = hoist(&subject::stages().solved, &[]).parts.remove(0);
        changed(part.program, Stage::Stored, &[], change)
    };
    vec![
        (Rule::Static, stored(|p| p.updates.push(p.updates[0].clone()))),
        (
            Rule::Static,
            stored(|p| {
                let at = p.updates[0].target.indices()[0];
                p.graph.array("y", crate::real::ArrayKind::Unknown);
                let array = Array(p.graph.arrays().len() as u32 - 1);
                p.updates[0].value = p.graph.load(array, at);
            }),
        ),
        (Rule::Targets, stored(|p| p.updates[0].target = Target::Energy)),
    ]
}
