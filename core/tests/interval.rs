//! Intervals of integers hold every value that brute force finds, and are sharp where programs need it.

use proptest::prelude::*;
use spadina_core::index::{BitOp, Cond, Index, IndexNode, Indices, Interval, Intervals, Var, eval_node};
use std::collections::BTreeSet;

const TABLES: [&[i32]; 3] = [&[3, -1, 0, -4, 2], &[1, 0, 4, 2, i32::MAX], &[]];

/// The loops `i in 0..n`, `j in i + 1..n`, `k in 1 - n..2`, and an arena that grows at random.
struct Random {
    s: Indices,
    vars: Vec<Var>,
    integers: Vec<Index>,
    conditions: Vec<Cond>,
    reductions: usize,
    state: u64,
}

impl Random {
    fn new(seed: u64) -> Self {
        let mut s = Indices::default();
        let (zero, one, two, n) = (s.int(0), s.int(1), s.int(2), s.size("n"));
        let i = s.var(0, zero, n, "i");
        let next = s.var_index(i);
        let next = s.offset(next, 1);
        let j = s.var(1, next, n, "j");
        let low = s.sub(one, n);
        let k = s.var(2, low, two, "k");
        ["a", "b", "none"].iter().for_each(|name| _ = s.table(name, false));
        let vars = vec![i, j, k];
        let mut integers = vec![zero, one, two, n];
        integers.extend(vars.iter().map(|&v| s.var_index(v)));
        let conditions = vec![s.bool(true)];
        Self { s, vars, integers, conditions, reductions: 0, state: seed | 1 }
    }

    fn below(&mut self, n: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) as usize % n
    }

    fn integer(&mut self) -> Index {
        let at = self.below(self.integers.len());
        self.integers[at]
    }

    fn condition(&mut self) -> Cond {
        let at = self.below(self.conditions.len());
        self.conditions[at]
    }

    fn grow(&mut self) {
        let (a, b, kind) = (self.integer(), self.integer(), self.below(17));
        let (c, d, small) = (self.condition(), self.condition(), self.below(40) as i64 - 8);
        let literals = [small, 1 << (small & 31), -(1 << (small & 31)), 0xffff_ffff];
        let literal = literals[self.below(4)];
        let name = ["a", "b", "none"][self.below(3)];
        let table = self.s.table(name, false);
        let op = [BitOp::And, BitOp::Or, BitOp::Xor, BitOp::Shl, BitOp::Shr][self.below(5)];
        // Innermost loops only: brute force over nested reductions takes its time, and bounds may not move.
        let reduce = kind == 14 && self.reductions < 3;
        self.reductions += usize::from(reduce);
        let var = self.vars[1 + (small & 1) as usize];
        let s = &mut self.s;
        let new = match kind {
            0 | 1 => s.add(a, b),
            2 => s.sub(a, b),
            3 | 4 => s.mul(a, b),
            5 => s.scale(a, small),
            6 => s.int(literal),
            7 => s.div(a, b),
            8 => s.rem(a, b),
            9 => s.read(table, a),
            10 => s.bits(op, a, b),
            11 => s.wrap(a),
            12 => [s.min(a, b), s.max(a, b)][(small & 1) as usize],
            13 if small & 1 == 0 => s.select(c, a, b),
            // Sides that differ from what is compared by a constant, or sum up with it to one.
            13 => {
                let less = s.lt(a, b);
                let gap = if small & 2 == 0 { s.sub(a, b) } else { s.sub(b, a) };
                let moved = s.offset(gap, small);
                if small & 4 == 0 { s.select(less, moved, a) } else { s.select(less, a, moved) }
            }
            14 if reduce && small & 2 == 0 => s.first(var, c),
            14 if reduce => s.sum(var, a),
            _ => {
                let new = match small & 7 {
                    0 => s.lt(a, b),
                    1 => s.eq(a, b),
                    2 => s.not(c),
                    3 => s.and(c, d),
                    4 => s.or(c, d),
                    _ => s.le(a, b),
                };
                return self.conditions.push(new);
            }
        };
        self.integers.push(new);
    }

    /// All values of the arena in one iteration; `None` where a division by zero, a read out of range or an overflow is
    /// executed.
    fn values(&self, roots: Vec<Index>, n: i64, point: [i64; 3]) -> Vec<Option<i64>> {
        let mut values = vec![None; self.s.len()];
        for index in self.all(roots) {
            values[index.index()] = self.value(index, &values, n, point);
        }
        values
    }

    fn roots(&self) -> Vec<Index> {
        self.integers.iter().copied().chain(self.conditions.iter().map(|c| c.as_index())).collect()
    }

    /// Everything the roots are computed from, operands before users.
    fn all(&self, roots: Vec<Index>) -> BTreeSet<Index> {
        let (mut all, mut pending) = (BTreeSet::new(), roots);
        while let Some(index) = pending.pop() {
            if all.insert(index) {
                self.s.operands(index, |a| pending.push(a));
            }
        }
        all
    }

    /// A sum or first value, from those of its body in a loop of its own.
    fn reduced(&self, index: Index, n: i64, point: [i64; 3]) -> Option<i64> {
        let (var, body) = self.s.reduced(index)?;
        let own = self.vars.iter().position(|&v| v == var)?;
        let range = if own == 1 { point[0] + 1..n } else { 1 - n..2 };
        let first = matches!(self.s.node(index), IndexNode::First(..));
        let (mut sum, end) = (0i64, range.end);
        for v in range {
            let mut inner = point;
            inner[own] = v;
            let value = self.values(vec![body], n, inner)[body.index()]?;
            if first && value != 0 {
                return Some(v);
            }
            sum = sum.checked_add(value)?;
        }
        Some(if first { end } else { sum })
    }

    fn value(&self, index: Index, values: &[Option<i64>], n: i64, point: [i64; 3]) -> Option<i64> {
        let of = |i: usize| values.get(i).copied().flatten();
        let node = self.s.node(index);
        match *node {
            IndexNode::Var(var) => return self.vars.iter().position(|&v| v == var).map(|k| point[k]),
            IndexNode::First(..) | IndexNode::Sum(..) => return self.reduced(index, n, point),
            IndexNode::Select(c, a, b) => {
                return of(if of(c.as_index().index())? != 0 { a.index() } else { b.index() });
            }
            _ => {}
        }
        let missing = std::cell::Cell::new(false);
        let operand = |k: usize| {
            of(k).unwrap_or_else(|| {
                missing.set(true);
                0
            })
        };
        let read = |t: spadina_core::index::Table, p: i64| {
            TABLES[t.0 as usize].get(usize::try_from(p).ok()?).map(|&e| e.into())
        };
        let value = eval_node(node, operand, |_| n, read).ok();
        value.filter(|_| !missing.get())
    }
}

/// All iterations of the loops.
fn points(n: i64) -> Vec<[i64; 3]> {
    (0..n).flat_map(|i| (i + 1..n).flat_map(move |j| (1 - n..2).map(move |k| [i, j, k]))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn intervals_hold_every_value(seed in any::<u64>(), n in 0i64..5) {
        let mut random = Random::new(seed);
        (0..40).for_each(|_| random.grow());
        prop_assume!(!random.s.overflowed());
        let roots = random.roots();
        let intervals = Intervals::of(&random.s, roots.iter().copied(), &[n], &TABLES);
        for point in points(n) {
            let values = random.values(roots.clone(), n, point);
            for &root in &roots {
                let (found, value) = (intervals.get(root), values[root.index()]);
                let inside = value.is_none_or(|v| found.lo <= v && v <= found.hi);
                prop_assert!(inside, "{value:?} in {found:?} at {point:?}: {:?}", random.s.node(root));
            }
        }
    }
}

#[test]
fn intervals_are_sharp() {
    let Random { mut s, vars, .. } = Random::new(0);
    let (n, [i, j, k]) = (s.size("n"), [0, 1, 2].map(|v| s.var_index(vars[v])));
    let interval = |s: &Indices, index: Index, n: i64| {
        let Interval { lo, hi } = Intervals::of(s, [index], &[n], &TABLES).get(index);
        (lo, hi)
    };
    let (three, zero) = (s.int(3), s.int(0));
    let last = s.offset(n, -1);
    let mirrored = s.sub(last, i);
    let square = s.mul(k, k);
    let (quotient, remainder, in_table) = (s.div(k, three), s.rem(k, n), s.rem(i, n));
    let (least, most) = (s.min(k, zero), s.max(k, zero));
    let (a, b) = (s.table("a", false), s.table("b", false));
    let (of_a, of_b) = (s.read(a, i), s.read(b, i));
    let (byte, seven) = (s.int(255), s.int(7));
    let masked = s.bits(BitOp::And, k, byte);
    let shifted = s.bits(BitOp::Shr, k, seven);
    for (index, expected) in [
        (i, (0, 9)),
        (j, (1, 9)),
        (k, (-9, 1)),
        (mirrored, (0, 9)),
        (square, (0, 81)),
        (quotient, (-3, 0)),
        (remainder, (-9, 1)),
        (in_table, (0, 9)),
        (least, (-9, 0)),
        (most, (0, 1)),
        (of_a, (-4, 3)),
        (of_b, (0, i64::from(i32::MAX))),
        (masked, (0, 255)),
        (shifted, (0, (1 << 25) - 1)),
    ] {
        assert_eq!(interval(&s, index, 10), expected, "{:?}", s.node(index));
    }
    assert!(Intervals::of(&s, [i], &[0], &TABLES).get(i).is_empty());
}
