//! The integer arena: canonical forms keep the value, equal polynomials are one expression, proofs of sign and simplified
//! conditions hold for every iteration.

use proptest::prelude::*;
use spadina_core::index::{Cond, Index, IndexNode, Indices, Var, eval_node};
use std::collections::HashMap;

/// An integer expression of the test's own.
#[derive(Clone, Debug)]
enum Int {
    Const(i64),
    /// A variable of the loops `i in 0..n`, `j in 0..i + 1`, `k in 1 - n..2`.
    Var(usize),
    Size,
    /// Entry of a table with negative numbers.
    Signed(Box<Int>),
    /// Entry of a table without.
    Unsigned(Box<Int>),
    Binary(char, Box<Int>, Box<Int>),
    Select(Box<Bool>, Box<Int>, Box<Int>),
    /// Over one of the loops.
    First(usize, Box<Bool>),
    /// Over one of the loops.
    Sum(usize, Box<Int>),
}

/// A condition of the test's own.
#[derive(Clone, Debug)]
enum Bool {
    Compare(char, Int, Int),
    Not(Box<Bool>),
    And(Box<Bool>, Box<Bool>),
    Or(Box<Bool>, Box<Bool>),
    /// Over one of the loops.
    Exists(usize, Box<Bool>),
}

const SIGNED: [i64; 5] = [3, -1, 0, -4, 2];
const UNSIGNED: [i64; 5] = [1, 0, 4, 2, 7];

type Point = [i64; 4];

/// All iterations of the loops for a size, as `[i, j, k, n]`.
fn points(n: i64) -> Vec<Point> {
    let js = |i: i64| (0..i + 1).flat_map(move |j| (1 - n..2).map(move |k| [i, j, k, n]));
    (0..n).flat_map(js).collect()
}

fn bounds(var: usize, at: &Point) -> std::ops::Range<i64> {
    match var {
        0 => 0..at[3],
        1 => 0..at[0] + 1,
        _ => 1 - at[3]..2,
    }
}

fn moved(at: &Point, var: usize, value: i64) -> Point {
    let mut point = *at;
    point[var] = value;
    point
}

fn entry(table: &[i64], at: i64) -> Option<i64> {
    usize::try_from(at).ok().and_then(|at| table.get(at)).copied()
}

/// The value, or `None` where a division by zero or a read out of range is executed.
fn value(e: &Int, at: &Point) -> Option<i64> {
    Some(match e {
        Int::Const(c) => *c,
        Int::Var(k) => at[*k],
        Int::Size => at[3],
        Int::First(var, c) => {
            let mut first = None;
            for v in bounds(*var, at) {
                if truth(c, &moved(at, *var, v))? && first.is_none() {
                    first = Some(v);
                }
            }
            first.unwrap_or(bounds(*var, at).end)
        }
        Int::Sum(var, a) => {
            let mut sum = 0i64;
            for v in bounds(*var, at) {
                sum = sum.checked_add(value(a, &moved(at, *var, v))?)?;
            }
            sum
        }
        Int::Signed(a) => entry(&SIGNED, value(a, at)?)?,
        Int::Unsigned(a) => entry(&UNSIGNED, value(a, at)?)?,
        Int::Binary(op, a, b) => {
            let (a, b) = (value(a, at)?, value(b, at)?);
            match op {
                '+' => a.checked_add(b)?,
                '-' => a.checked_sub(b)?,
                '*' => a.checked_mul(b)?,
                '/' => a.checked_div(b)?,
                '%' => a.checked_rem(b)?,
                '<' => a.min(b),
                _ => a.max(b),
            }
        }
        Int::Select(c, a, b) => {
            if truth(c, at)? {
                value(a, at)?
            } else {
                value(b, at)?
            }
        }
    })
}

fn truth(c: &Bool, at: &Point) -> Option<bool> {
    Some(match c {
        Bool::Compare('<', a, b) => value(a, at)? < value(b, at)?,
        Bool::Compare('l', a, b) => value(a, at)? <= value(b, at)?,
        Bool::Compare(_, a, b) => value(a, at)? == value(b, at)?,
        Bool::Not(a) => !truth(a, at)?,
        Bool::And(a, b) => truth(a, at)? & truth(b, at)?,
        Bool::Or(a, b) => truth(a, at)? | truth(b, at)?,
        Bool::Exists(var, a) => {
            let mut any = false;
            for v in bounds(*var, at) {
                any |= truth(a, &moved(at, *var, v))?;
            }
            any
        }
    })
}

struct Built {
    s: Indices,
    vars: [Var; 3],
}

impl Built {
    fn new() -> Self {
        let mut s = Indices::default();
        let (zero, one, two, n) = (s.int(0), s.int(1), s.int(2), s.size("n"));
        let i = s.var(0, zero, n, "i");
        let next = s.var_index(i);
        let next = s.offset(next, 1);
        let j = s.var(1, zero, next, "j");
        let low = s.sub(one, n);
        let k = s.var(2, low, two, "k");
        s.table("signed", false);
        s.table("unsigned", true);
        Self { s, vars: [i, j, k] }
    }

    fn int(&mut self, e: &Int) -> Index {
        match e {
            Int::Const(c) => self.s.int(*c),
            Int::Var(k) => self.s.var_index(self.vars[*k]),
            Int::Size => self.s.size("n"),
            Int::Signed(a) | Int::Unsigned(a) => {
                let a = self.int(a);
                let table = self.s.table(if matches!(e, Int::Signed(_)) { "signed" } else { "unsigned" }, false);
                self.s.read(table, a)
            }
            Int::Binary(op, a, b) => {
                let (a, b) = (self.int(a), self.int(b));
                match op {
                    '+' => self.s.add(a, b),
                    '-' => self.s.sub(a, b),
                    '*' => self.s.mul(a, b),
                    '/' => self.s.div(a, b),
                    '%' => self.s.rem(a, b),
                    '<' => self.s.min(a, b),
                    _ => self.s.max(a, b),
                }
            }
            Int::First(var, c) => {
                let c = self.cond(c);
                self.s.first(self.vars[*var], c)
            }
            Int::Sum(var, a) => {
                let a = self.int(a);
                self.s.sum(self.vars[*var], a)
            }
            Int::Select(c, a, b) => {
                let (a, b) = (self.int(a), self.int(b));
                let c = self.cond(c);
                self.s.select(c, a, b)
            }
        }
    }

    fn cond(&mut self, c: &Bool) -> Cond {
        match c {
            Bool::Compare(op, a, b) => {
                let (a, b) = (self.int(a), self.int(b));
                match op {
                    '<' => self.s.lt(a, b),
                    'l' => self.s.le(a, b),
                    _ => self.s.eq(a, b),
                }
            }
            Bool::Not(a) => {
                let a = self.cond(a);
                self.s.not(a)
            }
            Bool::And(a, b) | Bool::Or(a, b) => {
                let (a, b) = (self.cond(a), self.cond(b));
                if matches!(c, Bool::And(..)) { self.s.and(a, b) } else { self.s.or(a, b) }
            }
            Bool::Exists(var, a) => {
                let a = self.cond(a);
                self.s.exists(self.vars[*var], a)
            }
        }
    }

    /// The value of a node; what has none is 0, as in every evaluator.
    fn eval(&self, i: Index, at: &Point) -> i64 {
        let node = self.s.node(i);
        if let IndexNode::Var(var) = node {
            return at[self.vars.iter().position(|v| v == var).expect("a loop of the test")];
        }
        if let Some((var, body)) = self.s.reduced(i) {
            let var = self.vars.iter().position(|v| *v == var).expect("a loop of the test");
            let mut inner = |v: i64| self.eval(body, &moved(at, var, v));
            return match node {
                IndexNode::First(..) => bounds(var, at).find(|&v| inner(v) != 0).unwrap_or(bounds(var, at).end),
                _ => bounds(var, at).map(&mut inner).sum(),
            };
        }
        let mut operands = HashMap::new();
        self.s.operands(i, |a| {
            operands.insert(a.index(), self.eval(a, at));
        });
        let tables = [&SIGNED, &UNSIGNED];
        eval_node(node, |k| operands[&k], |_| at[3], |t, p| entry(tables[t.0 as usize], p)).unwrap_or(0)
    }
}

fn ints() -> impl Strategy<Value = Int> {
    let leaf = prop_oneof![
        3 => (0usize..3).prop_map(Int::Var),
        2 => (-4i64..9).prop_map(Int::Const),
        1 => Just(Int::Size),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        let ops = prop::sample::select(vec!['+', '-', '*', '+', '-', '*', '<', '>']);
        let divisor = prop_oneof![2 => (1i64..5).prop_map(Int::Const), 1 => Just(Int::Size), 1 => inner.clone()];
        let condition = (prop::sample::select(vec!['<', 'l', '=']), inner.clone(), inner.clone());
        prop_oneof![
            4 => (ops, pair.clone()).prop_map(|(op, (a, b))| Int::Binary(op, a.into(), b.into())),
            3 => (prop::sample::select(vec!['/', '%']), inner.clone(), divisor)
                .prop_map(|(op, a, b)| Int::Binary(op, a.into(), b.into())),
            1 => inner.clone().prop_map(|a| Int::Signed(a.into())),
            1 => inner.clone().prop_map(|a| Int::Unsigned(a.into())),
            // The innermost loops only: no other loop's bounds depend on them.
            1 => (1usize..3, inner.clone()).prop_map(|(v, a)| Int::Sum(v, a.into())),
            1 => (1usize..3, condition.clone()).prop_map(|(v, (op, p, q))| {
                Int::First(v, Bool::Compare(op, p, q).into())
            }),
            1 => (condition, pair).prop_map(|((op, p, q), (a, b))| {
                Int::Select(Bool::Compare(op, p, q).into(), a.into(), b.into())
            }),
        ]
    })
}

fn bools() -> impl Strategy<Value = Bool> {
    let leaf = (prop::sample::select(vec!['<', 'l', '=']), small_ints(), small_ints())
        .prop_map(|(op, a, b)| Bool::Compare(op, a, b));
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|a| Bool::Not(a.into())),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Bool::And(a.into(), b.into())),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Bool::Or(a.into(), b.into())),
            1 => inner.clone().prop_map(|a| Bool::And(a.clone().into(), Bool::Not(a.into()).into())),
            1 => inner.clone().prop_map(|a| Bool::Or(Bool::Not(a.clone().into()).into(), a.into())),
            // The innermost loop only: no other loop's bounds depend on it.
            1 => prop::sample::select(vec![1usize, 2]).prop_flat_map(move |v| {
                inner.clone().prop_map(move |a| Bool::Exists(v, a.into()))
            }),
        ]
    })
}

fn small_ints() -> impl Strategy<Value = Int> {
    let leaf = prop_oneof![(0usize..3).prop_map(Int::Var), (-2i64..4).prop_map(Int::Const), Just(Int::Size)];
    (leaf.clone(), leaf, prop::sample::select(vec!['+', '-']))
        .prop_map(|(a, b, op)| Int::Binary(op, a.into(), b.into()))
}

/// Monomials: a coefficient and up to three variables (3 is the size).
fn polynomials() -> impl Strategy<Value = Vec<(i64, Vec<usize>)>> {
    prop::collection::vec((-3i64..4, prop::collection::vec(0usize..4, 0..4)), 0..8)
}

fn atom(k: usize) -> Int {
    if k == 3 { Int::Size } else { Int::Var(k) }
}

fn binary(op: char, a: Int, b: Int) -> Int {
    Int::Binary(op, a.into(), b.into())
}

/// The sum of the monomials, added from the left, or by halves with factors in reverse.
fn sum(terms: &[(i64, Vec<usize>)], halves: bool) -> Int {
    let monomial = |(c, vars): &(i64, Vec<usize>)| {
        if halves {
            let product = vars.iter().rev().map(|&k| atom(k)).reduce(|a, b| binary('*', b, a));
            product.map_or(Int::Const(*c), |p| binary('*', p, Int::Const(*c)))
        } else {
            vars.iter().fold(Int::Const(*c), |product, &k| binary('*', product, atom(k)))
        }
    };
    match terms {
        [] => Int::Const(0),
        [one] => monomial(one),
        _ if halves => {
            let (a, b) = terms.split_at(terms.len() / 2);
            binary('+', sum(b, true), sum(a, true))
        }
        [all @ .., last] => binary('+', sum(all, false), monomial(last)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn canonical_form_keeps_the_value(e in ints(), n in 1i64..4) {
        let mut built = Built::new();
        let index = built.int(&e);
        prop_assume!(!built.s.overflowed());
        for at in points(n) {
            if let Some(wanted) = value(&e, &at) {
                prop_assert_eq!(built.eval(index, &at), wanted, "at {:?}", at);
            }
        }
    }

    #[test]
    fn nonnegative_is_never_wrong(e in ints(), n in 1i64..5) {
        let mut built = Built::new();
        let index = built.int(&e);
        if built.s.nonnegative(index) {
            for at in points(n) {
                prop_assert!(value(&e, &at).is_none_or(|v| v >= 0), "at {:?}", at);
            }
        }
    }

    #[test]
    fn equal_polynomials_are_one_index(terms in polynomials()) {
        let mut built = Built::new();
        let (a, b) = (built.int(&sum(&terms, false)), built.int(&sum(&terms, true)));
        prop_assert_eq!(a, b);
        let shuffled: Vec<_> = terms.iter().rev().cloned().collect();
        let c = built.int(&sum(&shuffled, false));
        prop_assert_eq!(a, c);
    }

    #[test]
    fn products_distribute(a in polynomials(), b in polynomials(), c in polynomials()) {
        let mut built = Built::new();
        let (a, b, c) = (&a[..a.len().min(3)], &b[..b.len().min(3)], &c[..c.len().min(3)]);
        let (a, b, c) = (built.int(&sum(a, false)), built.int(&sum(b, false)), built.int(&sum(c, true)));
        let s = &mut built.s;
        let joined = s.add(a, b);
        let whole = s.mul(joined, c);
        let (left, right) = (s.mul(c, a), s.mul(b, c));
        prop_assert_eq!(whole, s.add(right, left));
    }

    #[test]
    fn conditions_agree_with_brute_force(c in bools(), n in 1i64..4) {
        let mut built = Built::new();
        let cond = built.cond(&c);
        for at in points(n) {
            if let Some(wanted) = truth(&c, &at) {
                prop_assert_eq!(built.eval(cond.as_index(), &at) != 0, wanted, "at {:?}", at);
            }
        }
    }
}
