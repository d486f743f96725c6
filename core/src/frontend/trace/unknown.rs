//! Integers of which nothing is known while the counters of a loop are looked for, and how they are compared.

use crate::index::{Index, Indices, Var};
use crate::real::{Graph, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// Placeholders range beyond 32 bits on both sides, so that nothing is proved about them.
const PLACEHOLDER_RANGE: i64 = 1 << 33;

/// A comparison of two integers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl Comparison {
    /// The comparison that holds where this one does not.
    pub fn negated(self) -> Self {
        match self {
            Comparison::Less => Comparison::GreaterEqual,
            Comparison::LessEqual => Comparison::Greater,
            Comparison::Greater => Comparison::LessEqual,
            Comparison::GreaterEqual => Comparison::Less,
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
        }
    }

    /// The comparison as a predicate.
    pub(super) fn predicate(self, g: &mut Graph, a: Index, b: Index) -> Value {
        let s = &mut g.indices;
        let cond = match self {
            Comparison::Equal => s.eq(a, b),
            Comparison::NotEqual => {
                let equal = s.eq(a, b);
                s.not(equal)
            }
            Comparison::Less => s.lt(a, b),
            Comparison::LessEqual => s.le(a, b),
            Comparison::Greater => s.lt(b, a),
            Comparison::GreaterEqual => s.le(b, a),
        };
        g.cond(cond)
    }
}

/// A comparison of integers, with both sides and whether they are signed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Test {
    /// The comparison.
    pub comparison: Comparison,
    /// The left side.
    pub left: Index,
    /// The right side.
    pub right: Index,
    /// `i32`, not `u32`.
    pub signed: bool,
}

impl Test {
    /// The test that holds where this one does not.
    pub fn negated(self) -> Self {
        Test { comparison: self.comparison.negated(), ..self }
    }
}

/// The placeholders of an execution, and the comparisons of integers among them.
#[derive(Default, Debug)]
pub(super) struct Unknowns {
    next_key: u32,
    vars: FxHashSet<Var>,
    tests: FxHashMap<Value, Test>,
}

impl Unknowns {
    /// The key of the next placeholder.
    pub fn next_key(&self) -> u32 {
        self.next_key
    }

    /// Takes a key.
    pub fn take_key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key - 1
    }

    /// An integer of which nothing is known, as a loop variable.
    pub fn integer(&mut self, indices: &mut Indices, depth: u32) -> Var {
        let key = self.take_key();
        let bound = PLACEHOLDER_RANGE + i64::from(key);
        let (lo, hi) = (indices.int(-bound), indices.int(bound));
        let var = indices.var(depth, lo, hi, &format!("?{key}"));
        self.vars.insert(var);
        var
    }

    /// True if an integer depends on a placeholder.
    pub fn holds(&self, indices: &Indices, index: Index) -> bool {
        let free = indices.free(index);
        indices.vars(free).iter().any(|v| self.vars.contains(v))
    }

    /// Notes the comparison that a predicate is.
    pub fn note(&mut self, g: &mut Graph, p: Value, test: Test) {
        let not = g.not(p);
        self.tests.insert(p, test);
        self.tests.insert(not, test.negated());
    }

    /// The comparison that a predicate is.
    pub fn test(&self, p: Value) -> Option<Test> {
        self.tests.get(&p).copied()
    }
}
