//! The rules of the integer arena.

use super::broken::{Broken, Rule, Site, Stage, check};
use crate::index::{Index, IndexNode, Indices, Monomial, Var, VarSet};

/// Verifies an arena of integers and conditions.
pub fn integers(indices: &Indices, stage: Stage) -> Result<(), Broken> {
    for at in 0..indices.len() {
        node(indices, Index(at as u32)).or_else(|rule| check(false, stage, Site::Integer(Index(at as u32)), rule))?;
    }
    for var in (0..indices.loops()).map(|k| Var(k as u32)) {
        nest(indices, var).or_else(|rule| check(false, stage, Site::Loop(var), rule))?;
    }
    check(indices.interned_nodes() == indices.len(), stage, Site::Whole, Rule::Shared)
}

/// Returns true if an entity of the arena is a condition.
pub(super) fn is_condition(indices: &Indices, index: Index) -> bool {
    match indices.node(index) {
        IndexNode::Bool(_) | IndexNode::Positive(_) | IndexNode::Zero(_) => true,
        IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => true,
        IndexNode::Const(_) | IndexNode::Var(_) | IndexNode::Size(_) | IndexNode::Read(..) => false,
        IndexNode::Div(..) | IndexNode::Rem(..) | IndexNode::Product(..) | IndexNode::Bits(..) => false,
        IndexNode::Wrap(_) | IndexNode::Select(..) | IndexNode::First(..) | IndexNode::Sum(..) => false,
        IndexNode::Poly(_) => false,
    }
}

/// Returns true if every one of some entities exists and is an integer.
pub(super) fn are_integers(indices: &Indices, list: &[Index]) -> bool {
    list.iter().all(|&i| i.index() < indices.len() && !is_condition(indices, i))
}

/// The first rule that a node breaks.
fn node(indices: &Indices, own: Index) -> Result<(), Rule> {
    let node = indices.node(own);
    let exists = match node {
        IndexNode::Var(var) | IndexNode::First(var, _) | IndexNode::Sum(var, _) => var.index() < indices.loops(),
        IndexNode::Size(size) => (size.0 as usize) < indices.sizes().len(),
        IndexNode::Read(table, _) => (table.0 as usize) < indices.tables().len(),
        _ => true,
    };
    holds(exists, Rule::Declared)?;
    let mut ascending = true;
    indices.operands(own, |a| ascending &= a < own);
    holds(ascending, Rule::Ascending)?;
    holds(indices.interned(node) == Some(own), Rule::Shared)?;
    holds(is_typed(indices, node), Rule::Typed)?;
    if let IndexNode::Poly(terms) = node {
        holds(is_canonical(indices, terms), Rule::Canonical)?;
    }
    if let IndexNode::Sum(var, term) = *node {
        holds(indices.contains(indices.free(term), var), Rule::Moving)?;
    }
    holds(has_free(indices, own), Rule::Facts)
}

fn holds(holds: bool, rule: Rule) -> Result<(), Rule> {
    if holds { Ok(()) } else { Err(rule) }
}

fn is_typed(indices: &Indices, node: &IndexNode) -> bool {
    let integer = |i: Index| !is_condition(indices, i);
    let condition = |c: crate::index::Cond| is_condition(indices, c.as_index());
    match node {
        IndexNode::Const(_) | IndexNode::Var(_) | IndexNode::Size(_) | IndexNode::Bool(_) => true,
        IndexNode::Read(_, a) | IndexNode::Wrap(a) | IndexNode::Positive(a) | IndexNode::Zero(a) => integer(*a),
        IndexNode::Div(a, b) | IndexNode::Rem(a, b) | IndexNode::Product(a, b) | IndexNode::Bits(_, a, b) => {
            integer(*a) && integer(*b)
        }
        IndexNode::Select(c, a, b) => condition(*c) && integer(*a) && integer(*b),
        IndexNode::First(_, c) => condition(*c),
        IndexNode::Sum(_, a) => integer(*a),
        IndexNode::Poly(terms) => terms.iter().flat_map(|t| t.atoms.iter()).all(|&a| integer(a)),
        IndexNode::Not(a) => condition(*a),
        IndexNode::And(a, b) | IndexNode::Or(a, b) => condition(*a) && condition(*b),
    }
}

fn is_canonical(indices: &Indices, terms: &[Monomial]) -> bool {
    let atom = |&a: &Index| !matches!(indices.node(a), IndexNode::Poly(_) | IndexNode::Const(_));
    let monomial = |t: &Monomial| t.coef != 0 && t.atoms.iter().all(atom) && t.atoms.is_sorted();
    let ascending = terms.windows(2).all(|pair| pair[0].atoms < pair[1].atoms);
    let simpler = match terms {
        [] => true,
        [one] => one.atoms.is_empty() || one.coef == 1 && one.atoms.len() == 1,
        _ => false,
    };
    terms.iter().all(monomial) && ascending && !simpler
}

/// Returns true if the variables that a node depends on are those of its operands, without the one that it binds and
/// with the one that it is.
fn has_free(indices: &Indices, own: Index) -> bool {
    let node = indices.node(own);
    let mut sets = Vec::new();
    indices.operands(own, |a| sets.push(indices.free(a)));
    let bound = match *node {
        IndexNode::First(var, _) | IndexNode::Sum(var, _) => Some(var),
        _ => None,
    };
    let added = match *node {
        IndexNode::Var(var) => Some(var),
        _ => None,
    };
    is_union(indices, indices.free(own), &sets, bound, added)
}

/// Returns true if a set of variables is the union of others without `bound` and with `added`, in the order of loop
/// depth.
pub(super) fn is_union(
    indices: &Indices,
    own: VarSet,
    sets: &[VarSet],
    bound: Option<Var>,
    added: Option<Var>,
) -> bool {
    let mut different: Vec<VarSet> = Vec::new();
    for &set in sets {
        if !set.is_empty() && !different.contains(&set) {
            different.push(set);
        }
    }
    if let ([], None, None) | ([_], None, None) = (different.as_slice(), bound, added) {
        return own == different.first().copied().unwrap_or(VarSet::EMPTY);
    }
    let mut vars: Vec<Var> = different.iter().flat_map(|&set| indices.vars(set)).copied().collect();
    vars.retain(|v| Some(*v) != bound);
    vars.extend(added);
    vars.sort_by_key(|v| (indices.loop_of(*v).level, *v));
    vars.dedup();
    indices.vars(own) == vars
}

/// The first rule that a loop breaks.
fn nest(indices: &Indices, var: Var) -> Result<(), Rule> {
    let l = indices.loop_of(var);
    holds(are_integers(indices, &[l.lo, l.hi]), Rule::Typed)?;
    let level = |v: &Var| indices.loop_of(*v).level;
    let below = |bound: Index| indices.vars(indices.free(bound)).iter().all(|v| level(v) < l.level);
    holds(below(l.lo) && below(l.hi), Rule::Level)?;
    holds(indices.known_loop(l) == Some(var), Rule::OneLoop)
}
