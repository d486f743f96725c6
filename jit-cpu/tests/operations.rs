//! Every operation, guards and branches: the compiler against the interpreter.

mod support;

use spadina_core::executor::Serial;
use spadina_core::index::BitOp;
use spadina_core::real::{ArrayKind, BinaryOp, Compare, UnaryOp};
use spadina_jit_cpu::Options;
use support::{Bound, Builder, everywhere, everywhere_within, expect, interpreted, numbers};

#[test]
fn the_side_not_taken_has_no_influence() {
    // sqrt(x) and log(x) where x > 0, else 0; and a predicate of predicates
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let zero = p.g.constant(0.0);
    let positive = p.g.compare(Compare::Less, zero, a);
    let root = p.g.unary(UnaryOp::Sqrt, a);
    let log = p.g.unary(UnaryOp::Log, a);
    let both = p.g.add(root, log);
    let taken = p.g.select(positive, both, zero);
    let half = p.g.constant(0.5);
    let small = p.g.compare(Compare::LessEqual, a, half);
    let between = p.g.and(positive, small);
    let outside = p.g.not(between);
    let odd = p.ix().int(2);
    let odd = p.ix().rem(i, odd);
    let none = p.ix().int(0);
    let even = p.ix().eq(odd, none);
    let even = p.g.cond(even);
    let either = p.g.or(outside, even);
    let ten = p.g.constant(10.0);
    let extra = p.g.select(either, ten, a);
    let e = p.g.add(taken, extra);
    p.energy(&[var], e);
    let kernel = p.kernel();
    let mut bound = Bound::elements(100);
    bound.arrays = vec![numbers(100)];
    bound.no_slots(&kernel);
    let of = |(i, &x): (usize, &f64)| {
        let taken = if x > 0.0 { x.sqrt() + x.ln() } else { 0.0 };
        taken + if !(x > 0.0 && x <= 0.5) || i % 2 == 0 { 10.0 } else { x }
    };
    expect(&everywhere(&kernel, &bound), bound.arrays[0].iter().enumerate().map(of).sum());
}

#[test]
fn guards_keep_loads_and_reads_in_range() {
    // if i + 1 < n { x[next[i + 1]] / real(10 / (n - 1 - i)) }: out of range and divided by zero in the last element
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let table = p.ix().table("next", true);
    let n = p.ix().size("n");
    let next = p.ix().offset(i, 1);
    let guard = p.ix().lt(next, n);
    let guard = p.g.cond(guard);
    let at = p.ix().read(table, next);
    let far = p.ix().scale(at, 1000);
    let wrapped = p.ix().rem(far, n);
    let left = p.ix().sub(n, next);
    let ten = p.ix().int(10);
    let quotient = p.ix().div(ten, left);
    let rest = p.ix().rem(ten, left);
    let (load, direct) = (p.g.load(x, wrapped), p.g.load(x, next));
    let quotient = p.g.integer(quotient);
    let rest = p.g.integer(rest);
    let e = p.g.mul(load, quotient);
    let e = p.g.add(e, direct);
    let e = p.g.add(e, rest);
    let e = p.g.mask(guard, e);
    p.energy(&[var], e);
    let kernel = p.kernel();
    assert!(kernel.checked_values.iter().any(|&c| c) && kernel.checked_indices.iter().any(|&c| c));
    let mut bound = Bound::elements(7);
    bound.arrays = vec![numbers(7)];
    bound.tables = vec![vec![3, 1, 4, 1, 5, 2, 6]];
    bound.no_slots(&kernel);
    let (xs, table) = (bound.arrays[0].clone(), bound.tables[0].clone());
    let of = |i: usize| {
        let left = 7 - (i + 1);
        xs[(table[i + 1] * 1000 % 7) as usize] * (10 / left) as f64 + xs[i + 1] + (10 % left) as f64
    };
    expect(&everywhere(&kernel, &bound), (0..6).map(of).sum());
    // With a single element nothing is in range.
    let mut single = Bound::elements(1);
    single.arrays = vec![vec![]];
    single.tables = vec![vec![]];
    single.no_slots(&kernel);
    assert_eq!(everywhere(&kernel, &single).energy, 0.0);
}

#[test]
fn integer_operations() {
    let mut p = Builder::default();
    let weights = p.g.array("weights", ArrayKind::Data);
    let (var, i) = p.elements();
    let table = p.ix().table("t", false);
    let n = p.ix().size("n");
    let entry = p.ix().read(table, i);
    let three = p.ix().int(3);
    let mut integers = Vec::new();
    for (a, b) in [(entry, three), (entry, n), (n, entry)] {
        integers.push(p.ix().div(a, b));
        integers.push(p.ix().rem(a, b));
        for op in [BitOp::And, BitOp::Or, BitOp::Xor, BitOp::Shl, BitOp::Shr] {
            integers.push(p.ix().bits(op, a, b));
        }
        integers.push(p.ix().wrap(a));
        integers.push(p.ix().min(a, b));
        integers.push(p.ix().max(a, b));
        let product = p.ix().mul(a, b);
        let product = p.ix().mul(product, a);
        let shifted = p.ix().offset(product, -17);
        integers.push(p.ix().scale(shifted, 5));
        let less = p.ix().le(a, b);
        let same = p.ix().eq(a, b);
        let differ = p.ix().not(same);
        for c in [p.ix().and(less, differ), p.ix().or(less, same), p.ix().iff(less, differ)] {
            integers.push(p.ix().select(c, a, i));
        }
    }
    let mut sum = p.g.constant(0.0);
    for (k, &integer) in integers.iter().enumerate() {
        let real = p.g.integer(integer);
        let at = p.ix().int(k as i64);
        let weight = p.g.load(weights, at);
        let term = p.g.mul(weight, real);
        sum = p.g.add(sum, term);
        p.gradient(&[var], weights, at, real);
    }
    p.energy(&[var], sum);
    let kernel = p.kernel();
    let values = vec![1, -1, 2, -2, 7, -7, 31, 32, 33, 100, -100, 5, 12];
    let mut bound = Bound::elements(values.len() as i64);
    bound.arrays = vec![numbers(integers.len())];
    bound.stream(0, vec![], vec![]);
    let width = integers.len() as u32;
    bound.stream(width as usize, (0..width * values.len() as u32).collect(), vec![]);
    bound.gradient = values.len() * integers.len();
    bound.tables = vec![values.clone()];
    let results = everywhere_within(&kernel, &bound, [0.0, 1e-4]);
    for (e, &t) in values.iter().enumerate() {
        let first = &results.gradient[e * integers.len()..];
        assert_eq!(first[0], f64::from(t / 3));
        assert_eq!(first[1], f64::from(t % 3));
        assert_eq!(first[5], f64::from((t as u32) << 3));
        assert_eq!(first[7], f64::from(t as u32));
    }
}

#[test]
fn every_operation_on_every_kind_of_number() {
    let grid = [
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.0,
        1.5,
        2.5,
        -2.5,
        3.0,
        10.0,
        -7.25,
        f64::from(1e-30f32),
        f64::from(1e15f32),
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    let mut p = Builder::default();
    let (x, y) = (p.unknown("x"), p.unknown("y"));
    let (var, i) = p.elements();
    let (a, b) = (p.g.load(x, i), p.g.load(y, i));
    let mut values = Vec::new();
    UnaryOp::ALL.iter().for_each(|&op| values.push(p.g.unary(op, a)));
    BinaryOp::ALL.iter().for_each(|&op| values.push(p.g.binary(op, a, b)));
    let (one, zero) = (p.g.constant(1.0), p.g.constant(0.0));
    for op in [Compare::Less, Compare::LessEqual, Compare::Equal, Compare::NotEqual] {
        let predicate = p.g.compare(op, a, b);
        values.push(p.g.select(predicate, one, zero));
        let not = p.g.not(predicate);
        values.push(p.g.select(not, a, b));
    }
    values.iter().for_each(|&v| p.gradient(&[var], x, i, v));
    let kernel = p.kernel();
    let n = grid.len() * grid.len();
    let mut bound = Bound::elements(n as i64);
    bound.arrays = vec![(0..n).map(|k| grid[k / grid.len()]).collect(), (0..n).map(|k| grid[k % grid.len()]).collect()];
    bound.stream(0, vec![], vec![]);
    bound.stream(values.len(), (0..(values.len() * n) as u32).collect(), vec![]);
    bound.gradient = values.len() * n;
    let results = everywhere(&kernel, &bound);
    for (k, op) in UnaryOp::ALL.iter().enumerate() {
        let got = results.gradient[6 * grid.len() * values.len() + k];
        let expected = op.eval(1.5);
        let near = (got - expected).abs() <= 2.0 * f64::EPSILON * expected.abs();
        assert!(near || (got.is_nan() && expected.is_nan()), "{}", op.name());
    }
}

#[test]
fn two_hundred_live_values() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let mut live = Vec::new();
    for k in 0..200 {
        let at = p.ix().scale(i, 200);
        let at = p.ix().offset(at, k);
        let a = p.g.load(x, at);
        let c = p.g.constant(1.0 + k as f64);
        let a = p.g.mul(a, c);
        live.push(p.g.unary(UnaryOp::Sin, a));
    }
    // Every value is used once in this order and once in the opposite one.
    let mut sum = p.g.constant(0.0);
    for (k, &a) in live.iter().chain(live.iter().rev()).enumerate() {
        let c = p.g.constant(k as f64);
        let term = p.g.mul(a, c);
        let swing = p.g.sub(term, sum);
        sum = if k % 3 == 0 { swing } else { p.g.add(sum, term) };
    }
    p.energy(&[var], sum);
    let kernel = p.kernel();
    let mut bound = Bound::elements(10);
    bound.arrays = vec![numbers(2000)];
    bound.no_slots(&kernel);
    let wanted = interpreted(&kernel, &bound);
    assert!(wanted.energy.is_finite());
    let got = support::compiled(&kernel, &bound, (&Options::default(), &support::DOUBLE), &Serial);
    assert_eq!(got.energy.to_bits(), wanted.energy.to_bits());
    let single = support::compiled(&kernel, &bound, (&Options::default(), &support::SINGLE), &Serial);
    let error = (single.energy - wanted.energy).abs();
    assert!(error < 1.0, "{error}");
}
