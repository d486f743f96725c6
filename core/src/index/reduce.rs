//! Integers that a loop gives: the first value of its variable that satisfies a condition, and sums.

use super::{Cond, Index, IndexNode, Indices, Loop, Monomial, Var};
use rustc_hash::{FxHashMap, FxHashSet};

/// The depth from which on the loops of reductions lie: below those of the program, so that none of these is a loop
/// around a reduction over itself.
pub const REDUCTION_LEVEL: u32 = 1 << 16;

/// The most values that a reduction runs over: about a second.
pub const REDUCTION_ITERATIONS: i64 = 1 << 26;

/// The body of a reduction, evaluated for each value of its variable, and its inputs.
#[derive(Clone, Default, Debug)]
pub struct Reduction {
    /// The integers that move with the variable, operands first. Reductions among them run by themselves.
    pub body: Vec<Index>,
    /// The integers these read that do not move: they are computed before the loop.
    pub inputs: Vec<Index>,
}

/// Something that keeps a number for each integer of an arena and computes them one by one.
pub trait Evaluator {
    /// The reason an integer could not be computed.
    type Fault;

    /// The numbers, by arena position; conditions are 0 or 1.
    fn numbers(&mut self) -> &mut [i64];

    /// Computes one integer from the numbers of its operands.
    fn evaluate(&mut self, index: Index) -> Result<(), Self::Fault>;

    /// The result of a reduction over more than [`REDUCTION_ITERATIONS`] values.
    fn too_long(&self, at: Index, count: i64) -> Result<i64, Self::Fault>;

    /// The value of a reduction; its bounds and inputs have been computed.
    fn reduce(&mut self, indices: &Indices, at: Index, reduction: &Reduction) -> Result<i64, Self::Fault> {
        let Some((var, term)) = indices.reduced(at) else { unreachable!("a reduction is a first value or a sum") };
        let first = matches!(indices.node(at), IndexNode::First(..));
        let own = indices.var_index(var).index();
        let Loop { lo, hi, .. } = *indices.loop_of(var);
        let (lo, hi) = (self.numbers()[lo.index()], self.numbers()[hi.index()]);
        // The loop may stand inside a loop over its own variable, whose numbers are needed afterwards.
        let touched = || std::iter::once(own).chain(reduction.body.iter().map(|i| i.index()));
        let before: Vec<i64> = touched().map(|k| self.numbers()[k]).collect();
        let mut result = if first { hi } else { 0 };
        for value in lo..hi {
            if value.saturating_sub(lo) >= REDUCTION_ITERATIONS {
                result = self.too_long(at, hi.saturating_sub(lo))?;
                break;
            }
            self.numbers()[own] = value;
            for &i in &reduction.body {
                self.evaluate(i)?;
            }
            let term = self.numbers()[term.index()];
            if !first {
                result = i64::saturating_add(result, term);
            } else if term != 0 {
                result = value;
                break;
            }
        }
        touched().zip(before).for_each(|(k, number)| self.numbers()[k] = number);
        Ok(result)
    }
}

impl Indices {
    /// The first value of `var` that satisfies `cond`, in the order of its loop; one past its last value if none does
    /// (for an empty loop, the end of the loop).
    pub fn first(&mut self, var: Var, cond: Cond) -> Index {
        let hi = self.loop_of(var).hi;
        match self.as_bool(cond) {
            Some(false) => hi,
            _ => self.intern(IndexNode::First(var, cond)),
        }
    }

    /// Some iteration of the loop of `var` satisfies `cond`.
    pub fn exists(&mut self, var: Var, cond: Cond) -> Cond {
        let Loop { lo, hi, .. } = *self.loop_of(var);
        if self.as_bool(cond) == Some(false) {
            return cond;
        }
        let free = self.free(cond.as_index());
        if !self.contains(free, var) {
            let runs = self.lt(lo, hi);
            return self.and(runs, cond);
        }
        let first = self.first(var, cond);
        self.lt(first, hi)
    }

    /// The sum of `term` over the loop of `var`.
    pub fn sum(&mut self, var: Var, term: Index) -> Index {
        let free = self.free(term);
        if self.contains(free, var) {
            return self.intern(IndexNode::Sum(var, term));
        }
        let Loop { lo, hi, .. } = *self.loop_of(var);
        let (length, zero) = (self.sub(hi, lo), self.int(0));
        let times = self.max(length, zero);
        self.mul(term, times)
    }

    /// The loop and condition if `0 < gap` says that some iteration satisfies the condition.
    pub(super) fn as_exists(&self, gap: Index) -> Option<(Var, Cond)> {
        let terms = self.monomials(gap);
        let mut firsts = terms.iter().filter(|t| t.coef == -1 && t.atoms.len() == 1).map(|t| t.atoms[0]);
        let first = firsts.find(|&a| matches!(self.node(a), IndexNode::First(..)))?;
        let IndexNode::First(var, cond) = *self.node(first) else { return None };
        let rest: Vec<Monomial> = terms.into_iter().filter(|t| *t.atoms != [first]).collect();
        (rest == self.monomials(self.loop_of(var).hi)).then_some((var, cond))
    }

    /// The variable of a reduction and what it evaluates in its loop: a condition or a term.
    pub fn reduced(&self, index: Index) -> Option<(Var, Index)> {
        match *self.node(index) {
            IndexNode::First(var, cond) => Some((var, cond.as_index())),
            IndexNode::Sum(var, term) => Some((var, term)),
            _ => None,
        }
    }

    /// The reductions among `roots` and all that stand in their bodies.
    pub fn reductions(&self, roots: impl IntoIterator<Item = Index>) -> FxHashMap<Index, Reduction> {
        let mut reductions = FxHashMap::default();
        let mut pending: Vec<Index> = roots.into_iter().collect();
        while let Some(at) = pending.pop() {
            let Some((var, body)) = self.reduced(at) else { continue };
            reductions.entry(at).or_insert_with(|| {
                let reduction = self.reduction(at, var, body);
                pending.extend(&reduction.body);
                reduction
            });
        }
        reductions
    }

    /// The body and inputs of a reduction. They depend on its variable and those around it only; integers that depend
    /// on the variable of a reduction further in belong to that one.
    fn reduction(&self, at: Index, var: Var, root: Index) -> Reduction {
        let around = self.vars(self.free(at));
        let mut reduction = Reduction::default();
        let mut seen: FxHashSet<Index> = FxHashSet::default();
        let mut pending = vec![root];
        while let Some(i) = pending.pop() {
            let free = self.vars(self.free(i));
            if *self.node(i) == IndexNode::Var(var) || !seen.insert(i) {
                continue;
            }
            if free.iter().all(|v| *v == var || around.contains(v)) {
                if !free.contains(&var) {
                    reduction.inputs.push(i);
                    continue;
                }
                reduction.body.push(i);
            }
            self.operands(i, |a| pending.push(a));
        }
        reduction.body.sort_unstable();
        reduction.inputs.sort_unstable();
        reduction
    }
}
