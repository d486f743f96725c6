//! The rules of programs, stage by stage.

use super::broken::{Broken, Rule, Site, Stage, check};
use super::graph::{graph, is_real};
use super::integers::{are_integers, is_condition};
use crate::index::{Cond, Index, Var, VarSet};
use crate::program::{Entry, Program, Target, Update};
use crate::real::{Array, Graph};
use rustc_hash::FxHashSet;

/// A claim of a pass about the programs that it makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim {
    /// Equal updates are one.
    Merged,
    /// The Hessian is one triangle.
    Symmetric,
    /// There is no dead code.
    Compact,
}

/// Verifies a program at a stage, with what the last passes claim.
pub fn program(program: &Program, stage: Stage, claims: &[Claim]) -> Result<(), Broken> {
    graph(&program.graph, stage)?;
    looked_at(program, stage)?;
    for (at, update) in program.updates.iter().enumerate() {
        let own = |rule| check(false, stage, Site::Update(at), rule);
        update_rules(program, update, stage).or_else(own)?;
    }
    for claim in claims {
        match claim {
            Claim::Merged => merged(program, stage)?,
            Claim::Symmetric => symmetric(program, stage)?,
            Claim::Compact => compact(program, stage)?,
        }
    }
    if stage == Stage::Stored { rows_of_their_own(program, stage) } else { Ok(()) }
}

fn looked_at(program: &Program, stage: Stage) -> Result<(), Broken> {
    let indices = &program.graph.indices;
    for (at, own) in program.looked_at.iter().enumerate() {
        let typed = are_integers(indices, &[own.index]) && exists(&program.graph, own.guard);
        check(typed, stage, Site::LookedAt(at), Rule::Typed)?;
    }
    Ok(())
}

fn exists(graph: &Graph, cond: Cond) -> bool {
    cond.index() < graph.indices.len() && is_condition(&graph.indices, cond.as_index())
}

/// Returns true if a stage has updates of a target.
fn has(stage: Stage, target: &Target) -> bool {
    match (stage, target) {
        // Any solved program may be hoisted, with products besides.
        (Stage::Hoisted, _) => true,
        (Stage::Stored, _) => matches!(target, Target::Residual { .. }),
        (Stage::Product, _) => matches!(target, Target::Product(_) | Target::ResidualProduct(_)),
        (_, Target::Energy | Target::Residual { .. }) => true,
        (Stage::Program, _) => false,
        (_, Target::Gradient(_)) => true,
        (_, Target::Product(_) | Target::ResidualProduct(_)) => stage == Stage::Tangent,
        (_, Target::Hessian { .. } | Target::Jacobian { .. }) => {
            matches!(stage, Stage::Solved | Stage::Completed)
        }
    }
}

/// The first rule that an update breaks.
fn update_rules(program: &Program, update: &Update, stage: Stage) -> Result<(), Rule> {
    let graph = &program.graph;
    let holds = |holds: bool, rule: Rule| if holds { Ok(()) } else { Err(rule) };
    holds(has(stage, &update.target), Rule::Targets)?;
    holds(are_entries(graph, update), Rule::Declared)?;
    holds(is_nest(graph, &update.vars, update.base), Rule::Nest)?;
    holds(is_typed(graph, update), Rule::Typed)?;
    holds(is_known(graph, update), Rule::Known)?;
    holds(!graph.carried(update.value), Rule::Replaced)?;
    let product = matches!(update.target, Target::Product(_) | Target::ResidualProduct(_));
    holds(product || !graph.tangent(update.value), Rule::Seeds)?;
    let second = matches!(update.target, Target::Hessian { .. });
    let guards = match stage {
        Stage::Completed => update.stored.is_some() == second,
        Stage::Hoisted => update.stored.is_none() || second,
        _ => update.stored.is_none(),
    };
    holds(guards, Rule::Guards)?;
    let fixed = update.vars.len() == 1 && !graph.dynamic(update.value);
    holds(stage != Stage::Stored || fixed, Rule::Static)
}

/// The rows and columns of an update among the unknowns.
fn entries(target: &Target) -> Vec<Entry> {
    match *target {
        Target::Energy | Target::Residual { .. } | Target::ResidualProduct(_) => vec![],
        Target::Gradient(e) | Target::Product(e) => vec![e],
        Target::Hessian { row, col, .. } => vec![row, col],
        Target::Jacobian { col, .. } => vec![col],
    }
}

/// Returns true if an array is one of the unknowns.
pub(super) fn is_unknown(graph: &Graph, array: Array) -> bool {
    graph.arrays().get(array.0 as usize).is_some_and(|info| info.kind.is_unknown())
}

fn are_entries(graph: &Graph, update: &Update) -> bool {
    entries(&update.target).iter().all(|entry| is_unknown(graph, entry.array))
}

/// Returns true if loops are different, and each comes after those on which its bounds depend.
fn is_nest(graph: &Graph, vars: &[Var], base: usize) -> bool {
    let indices = &graph.indices;
    let declared = vars.iter().all(|v| v.index() < indices.loops());
    let placed = |(at, var): (usize, &Var)| {
        let l = indices.loop_of(*var);
        !vars[..at].contains(var) && are_known(graph, &vars[..at], [l.lo, l.hi].map(|bound| indices.free(bound)))
    };
    base <= vars.len() && declared && vars.iter().enumerate().all(placed)
}

/// Returns true if some sets of variables are among those of open loops.
pub(super) fn are_known(graph: &Graph, vars: &[Var], sets: impl IntoIterator<Item = VarSet>) -> bool {
    sets.into_iter().all(|set| graph.indices.vars(set).iter().all(|v| vars.contains(v)))
}

fn is_typed(graph: &Graph, update: &Update) -> bool {
    let guard = match update.target {
        Target::Residual { guard, .. } => Some(guard),
        _ => None,
    };
    let conditions = guard.into_iter().chain(update.stored);
    is_real(graph, update.value)
        && are_integers(&graph.indices, &update.target.indices())
        && conditions.into_iter().all(|c| exists(graph, c))
}

fn is_known(graph: &Graph, update: &Update) -> bool {
    let mut integers: Vec<Index> = update.target.indices();
    if let Target::Residual { guard, .. } = update.target {
        integers.push(guard.as_index());
    }
    integers.extend(update.stored.map(Cond::as_index));
    let sets = integers.into_iter().map(|i| graph.indices.free(i));
    are_known(graph, &update.vars, sets.chain([graph.free(update.value)]))
}

fn merged(program: &Program, stage: Stage) -> Result<(), Broken> {
    let mut known: FxHashSet<(&[Var], usize, Target)> = FxHashSet::default();
    for (at, update) in program.updates.iter().enumerate() {
        let place = Site::Update(at);
        let vector = matches!(update.target, Target::Energy | Target::Residual { .. });
        check(vector || !program.graph.is_zero(update.value), stage, place, Rule::Merged)?;
        let stays = matches!(update.target, Target::Residual { assign: true, .. });
        let first = stays || known.insert((&update.vars, update.base, update.target));
        check(first, stage, place, Rule::Merged)?;
    }
    Ok(())
}

/// Opened sums are another matter: the parts of an entry there need not be those of its transpose.
fn symmetric(program: &Program, stage: Stage) -> Result<(), Broken> {
    let mut known: FxHashSet<(&[Var], Entry, Entry)> = FxHashSet::default();
    let own = program.updates.iter().enumerate().filter(|(_, u)| u.vars.len() == u.base);
    for (at, update) in own {
        let Target::Hessian { row, col, mirrored } = update.target else { continue };
        let place = Site::Update(at);
        check(mirrored == (row != col), stage, place, Rule::Mirrored)?;
        let (low, high) = (row.min(col), row.max(col));
        check(known.insert((&update.vars, low, high)), stage, place, Rule::Mirrored)?;
    }
    Ok(())
}

fn compact(program: &Program, stage: Stage) -> Result<(), Broken> {
    let live = program.graph.reachable(program.updates.iter().map(|u| u.value));
    let dead = program.graph.values().find(|v| !live[v.index()]);
    dead.map_or(Ok(()), |value| check(false, stage, Site::Value(value), Rule::Live))
}

/// Rows in one loop that no two updates share.
fn rows_of_their_own(program: &Program, stage: Stage) -> Result<(), Broken> {
    let mut known = FxHashSet::default();
    for (at, update) in program.updates.iter().enumerate() {
        let own = update.target.indices();
        let alike = update.vars == program.updates[0].vars;
        check(alike && known.insert(own), stage, Site::Update(at), Rule::Static)?;
    }
    Ok(())
}
