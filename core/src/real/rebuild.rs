//! Rebuilding values with loop variables or leaves replaced.

use super::{Graph, Node, Value};
use crate::index::{Cond, Index, IndexNode, Loop, Monomial, Var};
use rustc_hash::{FxHashMap, FxHashSet};

/// A substitution of loop variables by integers and of values by values, applied bottom-up with a memo.
///
/// A bound variable whose bounds change becomes the variable of the changed loop. Nothing is captured: where a sum binds
/// a variable that a replacement holds, it is rebuilt over an equal loop of another name.
#[derive(Default, Debug)]
pub struct Rebuild {
    vars: FxHashMap<Var, Index>,
    indices: FxHashMap<Index, Index>,
    values: FxHashMap<Value, Value>,
    /// The replaced values; unless `everywhere`, leaves that hold a placeholder or a tangent.
    leaves: Vec<(Value, Value)>,
    /// True if a replaced value may stand anywhere.
    everywhere: bool,
    /// Bound variables to rename.
    bound: FxHashMap<Var, Var>,
    /// The loops the value stands in, when its sums are renamed for evaluation there, and the sums that clash with them.
    nest: Option<(Vec<Var>, FxHashSet<Value>)>,
}

impl Rebuild {
    /// Replaces loop variables.
    pub fn of_vars(pairs: impl IntoIterator<Item = (Var, Index)>) -> Self {
        Self { vars: pairs.into_iter().collect(), ..Self::default() }
    }

    /// Replaces placeholders, seeds or brackets (and loop variables, if given).
    pub fn of_leaves(
        pairs: impl IntoIterator<Item = (Value, Value)>,
        vars: impl IntoIterator<Item = (Var, Index)>,
    ) -> Self {
        let leaves: Vec<(Value, Value)> = pairs.into_iter().collect();
        Self { values: leaves.iter().copied().collect(), leaves, ..Self::of_vars(vars) }
    }

    /// Replaces values, wherever they stand. A replacement depends on the same loops as the value.
    pub fn of_values(pairs: impl IntoIterator<Item = (Value, Value)>) -> Self {
        Self { everywhere: true, ..Self::of_leaves(pairs, []) }
    }

    /// Replaces one more value, wherever it stands. Nothing that holds it has been rebuilt yet.
    pub fn replace(&mut self, value: Value, by: Value) {
        self.everywhere = true;
        self.values.insert(value, by);
        self.leaves.push((value, by));
    }

    /// The value with the variables `outer` renamed wherever a sum in it binds them, so that nothing of the loops
    /// around it can be captured.
    pub fn with_fresh_sums(g: &mut Graph, outer: &[Var], root: Value) -> Value {
        let reachable = g.reachable([root]);
        let clash = |g: &Graph| -> Vec<Var> {
            let sums = g.values().take(reachable.len()).filter(|v| reachable[v.index()]);
            let mut vars: Vec<Var> = sums
                .filter_map(|v| match *g.node(v) {
                    Node::Sum(var, _) if outer.contains(&var) => Some(var),
                    _ => None,
                })
                .collect();
            vars.sort_unstable();
            vars.dedup();
            vars
        };
        let vars = clash(g);
        if vars.is_empty() {
            return root;
        }
        let levels = g.indices.next_level();
        let mut bound = FxHashMap::default();
        for var in vars {
            let Loop { level, lo, hi, .. } = *g.indices.loop_of(var);
            bound.insert(var, g.indices.like(var, levels + level, lo, hi));
        }
        Self { bound, ..Self::default() }.value(g, root)
    }

    /// The value with sums renamed so that, evaluated in the loops `nest`, none runs inside a loop over its own variable:
    /// every sum stands below the loops it depends on.
    pub fn for_nest(g: &mut Graph, nest: &[Var], root: Value) -> Value {
        let clashing = clashing_sums(g, nest, root);
        if clashing.is_empty() {
            return root;
        }
        Self { nest: Some((nest.to_vec(), clashing)), ..Self::default() }.value(g, root)
    }

    /// The sum `at` over an equal loop that does not clash with those around it.
    fn lowered_sum(&self, g: &mut Graph, at: Value, var: Var, body: Value) -> Value {
        let Some((nest, clashing)) = &self.nest else { return g.sum(var, body) };
        let taken = |g: &Graph, v: Var| nest.contains(&v) || g.indices.contains(g.free(body), v);
        let mut lower = var;
        while !stands_below(g, lower, body) || if lower == var { clashing.contains(&at) } else { taken(g, lower) } {
            let Loop { level, lo, hi, .. } = *g.indices.loop_of(lower);
            lower = g.indices.like(lower, level + 1, lo, hi);
        }
        if lower == var {
            return g.sum(var, body);
        }
        let nest = Some((nest.clone(), FxHashSet::default()));
        let mut rename = Self { nest, ..Self::of_vars([(var, g.indices.var_index(lower))]) };
        let body = rename.value(g, body);
        g.sum(lower, body)
    }

    fn affects_index(&self, g: &Graph, index: Index) -> bool {
        let free = g.indices.free(index);
        !free.is_empty() && g.indices.vars(free).iter().any(|v| self.vars.contains_key(v))
    }

    fn affects(&self, g: &Graph, value: Value) -> bool {
        if !self.bound.is_empty()
            || self.nest.is_some()
            || self.everywhere
            || !self.leaves.is_empty() && (g.carried(value) || g.tangent(value))
        {
            return true;
        }
        let free = g.free(value);
        !free.is_empty() && g.indices.vars(free).iter().any(|v| self.vars.contains_key(v))
    }

    /// The integer with the variables replaced.
    pub fn index(&mut self, g: &mut Graph, root: Index) -> Index {
        let mut pending = vec![root];
        while let Some(&at) = pending.last() {
            if self.indices.contains_key(&at) {
                pending.pop();
                continue;
            }
            if !self.affects_index(g, at) {
                self.indices.insert(at, at);
                pending.pop();
                continue;
            }
            let before = pending.len();
            g.indices.operands(at, |a| {
                if !self.indices.contains_key(&a) {
                    pending.push(a);
                }
            });
            if pending.len() == before {
                let new = self.index_node(g, at);
                self.indices.insert(at, new);
                pending.pop();
            }
        }
        self.indices[&root]
    }

    /// The condition with the variables replaced.
    pub fn cond(&mut self, g: &mut Graph, cond: Cond) -> Cond {
        Cond(self.index(g, cond.as_index()).0)
    }

    fn index_node(&mut self, g: &mut Graph, at: Index) -> Index {
        let node = g.indices.node(at).clone();
        let of = |i: Index| self.indices[&i];
        let is = |c: Cond| Cond(self.indices[&c.as_index()].0);
        let s = &mut g.indices;
        match node {
            IndexNode::Const(_) | IndexNode::Size(_) | IndexNode::Bool(_) => at,
            IndexNode::Var(var) => match self.vars.get(&var) {
                Some(&new) => new,
                None => {
                    let new = self.bound_var(g, var);
                    g.indices.var_index(new)
                }
            },
            IndexNode::Read(table, a) => s.read(table, of(a)),
            IndexNode::Div(a, b) => s.div(of(a), of(b)),
            IndexNode::Rem(a, b) => s.rem(of(a), of(b)),
            IndexNode::Product(a, b) => s.mul(of(a), of(b)),
            IndexNode::Bits(op, a, b) => s.bits(op, of(a), of(b)),
            IndexNode::Wrap(a) => s.wrap(of(a)),
            IndexNode::Select(c, a, b) => s.select(is(c), of(a), of(b)),
            IndexNode::Poly(terms) => {
                let mut sum = s.int(0);
                for term in terms.iter() {
                    let mut product = s.polynomial(vec![Monomial { atoms: Box::default(), coef: term.coef }]);
                    for &a in term.atoms.iter() {
                        product = s.mul(product, of(a));
                    }
                    sum = s.add(sum, product);
                }
                sum
            }
            IndexNode::Positive(a) => s.positive(of(a)).as_index(),
            IndexNode::Zero(a) => {
                let zero = s.int(0);
                s.eq(of(a), zero).as_index()
            }
            IndexNode::Not(a) => s.not(is(a)).as_index(),
            IndexNode::And(a, b) => s.and(is(a), is(b)).as_index(),
            IndexNode::Or(a, b) => s.or(is(a), is(b)).as_index(),
            IndexNode::First(var, c) => {
                let c = is(c);
                let var = self.bound_var(g, var);
                g.indices.first(var, c)
            }
            IndexNode::Sum(var, a) => {
                let a = of(a);
                let var = self.bound_var(g, var);
                g.indices.sum(var, a)
            }
        }
    }

    /// The variable of the loop whose bounds are rebuilt; they have been visited.
    fn bound_var(&mut self, g: &mut Graph, var: Var) -> Var {
        let l = g.indices.loop_of(var).clone();
        let (lo, hi) = (self.index(g, l.lo), self.index(g, l.hi));
        if (lo, hi) == (l.lo, l.hi) {
            return var;
        }
        g.indices.like(var, l.level, lo, hi)
    }

    /// The value with variables and leaves replaced.
    pub fn value(&mut self, g: &mut Graph, root: Value) -> Value {
        if !self.affects(g, root) {
            return root;
        }
        let mut seen: Vec<Value> = Vec::new();
        let mut marks: FxHashSet<Value> = Default::default();
        let mut pending = vec![root];
        while let Some(at) = pending.pop() {
            if self.values.contains_key(&at) || !self.affects(g, at) || !marks.insert(at) {
                continue;
            }
            seen.push(at);
            g.operands(at, |a| pending.push(a));
        }
        seen.sort_unstable();
        for at in seen {
            let source = g.span_of(at);
            let span = std::mem::replace(&mut g.span, source);
            let new = self.node(g, at);
            g.span = span;
            self.values.insert(at, new);
        }
        self.values[&root]
    }

    fn node(&mut self, g: &mut Graph, at: Value) -> Value {
        let node = g.node(at).clone();
        let captured = matches!(node, Node::Sum(var, a) if self.captures(g, var, a));
        let of = |v: Value| self.values.get(&v).copied().unwrap_or(v);
        match node {
            Node::Const(_) | Node::Carried(_) => at,
            Node::Unary(op, a) => g.unary(op, of(a)),
            Node::Binary(op, a, b) => g.binary(op, of(a), of(b)),
            Node::Select(p, a, b) => g.select(of(p), of(a), of(b)),
            Node::Compare(op, a, b) => g.compare(op, of(a), of(b)),
            Node::Not(a) => g.not(of(a)),
            Node::And(a, b) => g.and(of(a), of(b)),
            Node::Or(a, b) => g.or(of(a), of(b)),
            Node::Sum(var, a) if self.bound.contains_key(&var) => {
                let body = of(a);
                let fresh = self.bound[&var];
                let mut rename = Self::of_vars([(var, g.indices.var_index(fresh))]);
                let body = rename.value(g, body);
                g.sum(fresh, body)
            }
            Node::Sum(var, a) if captured => {
                let fresh = self.fresh_var(g, var, a);
                let mut inner = Self {
                    vars: self.vars.clone(),
                    values: self.leaves.iter().copied().collect(),
                    leaves: self.leaves.clone(),
                    bound: self.bound.clone(),
                    nest: self.nest.clone(),
                    everywhere: self.everywhere,
                    indices: FxHashMap::default(),
                };
                inner.vars.insert(var, g.indices.var_index(fresh));
                let body = inner.value(g, a);
                g.sum(fresh, body)
            }
            Node::Sum(var, a) => {
                let body = of(a);
                let var = self.bound_var(g, var);
                self.lowered_sum(g, at, var, body)
            }
            Node::Load(array, i) => {
                let i = self.index(g, i);
                g.load(array, i)
            }
            Node::Seed(array, i) => {
                let i = self.index(g, i);
                g.seed(array, i)
            }
            Node::Bracket(array, i) => {
                let i = self.index(g, i);
                g.bracket(array, i)
            }
            Node::Integer(i) => {
                let i = self.index(g, i);
                g.integer(i)
            }
            Node::Cond(c) => {
                let c = self.cond(g, c);
                g.cond(c)
            }
        }
    }

    /// The replacements of the variables around a sum's body, without the sum's own.
    fn outer_of(&mut self, g: &mut Graph, var: Var, body: Value) -> Vec<Index> {
        let free: Vec<Var> = g.indices.vars(g.free(body)).iter().copied().filter(|f| *f != var).collect();
        free.into_iter().map(|f| self.index(g, g.indices.var_index(f))).collect()
    }

    /// Returns true if the sum over `var` would bind a variable that a replacement holds.
    fn captures(&mut self, g: &mut Graph, var: Var, body: Value) -> bool {
        if self.vars.contains_key(&var) {
            return true;
        }
        let target = self.bound_var(g, var);
        let outer = self.outer_of(g, var, body);
        outer.into_iter().any(|i| g.indices.contains(g.indices.free(i), target))
    }

    /// The variable of an equal loop that stands below everything the body depends on.
    fn fresh_var(&mut self, g: &mut Graph, var: Var, body: Value) -> Var {
        let l = g.indices.loop_of(var).clone();
        let (lo, hi) = (self.index(g, l.lo), self.index(g, l.hi));
        let outer = self.outer_of(g, var, body);
        let last = |i: Index| g.indices.vars(g.indices.free(i)).last().map(|&v| g.indices.loop_of(v).level);
        let level = outer.into_iter().filter_map(last).max().unwrap_or(l.level).max(l.level) + 1;
        g.indices.like(var, level, lo, hi)
    }
}

/// Returns true if the loop of a sum is deeper than all loops that the sum depends on.
fn stands_below(g: &Graph, var: Var, body: Value) -> bool {
    let level = g.indices.loop_of(var).level;
    g.indices.vars(g.free(body)).iter().all(|f| *f == var || g.indices.loop_of(*f).level < level)
}

/// The sums in a value that would be evaluated inside a loop over their own variable, in the nest or in another sum.
fn clashing_sums(g: &Graph, nest: &[Var], root: Value) -> FxHashSet<Value> {
    let reachable = g.reachable([root]);
    let mut clashing = FxHashSet::default();
    // By variable bound by a sum, how many loops of the nest are open around it.
    let mut depths: FxHashMap<Var, usize> = FxHashMap::default();
    for at in g.values().rev().filter(|v| reachable.get(v.index()) == Some(&true)) {
        let Node::Sum(var, body) = *g.node(at) else { continue };
        let place = |v: &Var| nest.iter().position(|n| n == v);
        let open = |f: &Var| place(f).map_or(0, |p| p + 1).max(depths.get(f).copied().unwrap_or(0));
        let depth = g.indices.vars(g.free(at)).iter().map(open).max().unwrap_or(0);
        if place(&var).is_some_and(|p| p < depth) || !stands_below(g, var, body) {
            clashing.insert(at);
        }
        let known = depths.entry(var).or_default();
        *known = depth.max(*known);
    }
    clashing
}
