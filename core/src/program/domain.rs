//! Guards that are not needed: those of numbers that, if they are not finite, show in the result anyway.

use super::Update;
use crate::real::{BinaryOp, Compare, Graph, Node, Rebuild, UnaryOp, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// Nodes that are looked at, over all parts of a program: where there are more, guards stay.
const BUDGET: usize = 1 << 27;

/// The values of a program are built: from here on zero times anything is zero. Takes away the guards that are not needed.
pub fn settle(g: &mut Graph, updates: &mut [Update]) {
    g.guarded = false;
    let reachable = g.reachable(updates.iter().map(|u| u.value));
    let is_guard = |v: &Value| guard(g, *v).is_some();
    if !g.values().zip(&reachable).any(|(v, reachable)| *reachable && is_guard(&v)) {
        return;
    }
    let needed = needed(g, updates);
    let mut pairs = Vec::new();
    for (value, kept) in needed {
        let Some((c, all)) = guard(g, value) else { continue };
        if kept.len() == all.len() {
            continue;
        }
        let always = g.bool(true);
        let fits = all.iter().filter(|p| kept.contains(*p)).fold(always, |fits, &p| g.and(fits, p));
        let none = g.constant(f64::NAN);
        pairs.push((value, g.select(fits, c, none)));
    }
    let mut replace = Rebuild::of_values(pairs);
    for update in updates {
        update.value = replace.value(g, update.value);
    }
}

/// The value of a guard where it holds, and the predicates that it is made of.
fn guard(g: &Graph, value: Value) -> Option<(Value, Vec<Value>)> {
    let Node::Select(p, c, _) = *g.node(value) else { return None };
    g.guard_of(value)?;
    let (mut all, mut open) = (Vec::new(), vec![p]);
    let mut seen = FxHashSet::default();
    while let Some(p) = open.pop() {
        match *g.node(p) {
            _ if !seen.insert(p) => {}
            Node::And(a, b) => open.extend([b, a]),
            _ => all.push(p),
        }
    }
    Some((c, all))
}

/// By guard, the predicates that must stay.
fn needed(g: &Graph, updates: &[Update]) -> FxHashMap<Value, FxHashSet<Value>> {
    let mut needed: FxHashMap<Value, FxHashSet<Value>> = FxHashMap::default();
    let mut work = 0;
    for update in updates {
        let around = |other: &&Update| other.vars.iter().all(|v| update.vars.contains(v));
        let whole = g.strict(updates.iter().filter(around).map(|u| u.value));
        let (mut parts, mut known) = (vec![update.value], FxHashSet::default());
        while let Some(part) = parts.pop() {
            if !known.insert(part) {
                continue;
            }
            work += g.len();
            let own = g.strict([part]);
            let shows = |v: Value| own[v.index()] || whole[v.index()];
            for value in inside(g, part, &mut parts) {
                let Some((_, all)) = guard(g, value) else { continue };
                let kept = all.into_iter().filter(|&p| work > BUDGET || !is_shown(g, p, &shows));
                needed.entry(value).or_default().extend(kept);
            }
        }
    }
    needed
}

/// The values that are evaluated wherever a part of a program is; sides of branches and bodies of sums are parts of their own.
fn inside(g: &Graph, part: Value, parts: &mut Vec<Value>) -> Vec<Value> {
    let (mut seen, mut open) = (FxHashSet::default(), vec![part]);
    let mut found = Vec::new();
    while let Some(value) = open.pop() {
        if !seen.insert(value) {
            continue;
        }
        found.push(value);
        match *g.node(value) {
            Node::Select(p, a, b) => {
                open.push(p);
                parts.extend([a, b]);
            }
            Node::Sum(_, body) => parts.push(body),
            _ => g.operands(value, |a| open.push(a)),
        }
    }
    found
}

/// Returns true if the result is not finite wherever a predicate of a guard does not hold.
fn is_shown(g: &Graph, p: Value, shows: &impl Fn(Value) -> bool) -> bool {
    let Node::Compare(Compare::Less, a, b) = *g.node(p) else { return false };
    let size = |v: Value| if let Node::Unary(UnaryOp::Abs, x) = *g.node(v) { x } else { v };
    if g.as_const(b) == Some(f64::INFINITY) {
        return if g.may_escape(size(a)) { escapes_show(g, size(a), shows) } else { shows(size(a)) };
    }
    // `0 < |b|`: something is divided by `b`.
    let divided = |v: Value| matches!(*g.node(v), Node::Binary(BinaryOp::Div, _, d) if d == size(b)) && shows(v);
    g.is_zero(a) && g.values().any(divided)
}

/// Returns true if whatever makes a value infinite or none shows in the result.
fn escapes_show(g: &Graph, value: Value, shows: &impl Fn(Value) -> bool) -> bool {
    use UnaryOp::{Abs, Ceil, Cos, Floor, Neg, Round, Sin, Trunc};
    let (mut seen, mut open) = (FxHashSet::default(), vec![value]);
    while let Some(value) = open.pop() {
        if !g.may_escape(value) || shows(value) || !seen.insert(value) {
            continue;
        }
        match *g.node(value) {
            Node::Unary(Neg | Abs | Floor | Ceil | Round | Trunc | Sin | Cos, a) => open.push(a),
            Node::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, a, b) | Node::Select(_, a, b) => {
                open.extend([a, b])
            }
            _ => return false,
        }
    }
    true
}
