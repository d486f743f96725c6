//! Every operation, guards, branches and reductions.

use crate::program::{Builder, Setup, expect, interpreted, numbers};
use crate::subject::Subject;
use spadina_core::executor::Serial;
use spadina_core::index::BitOp;
use spadina_core::real::{ArrayKind, BinaryOp, Compare, Precision, UnaryOp};

/// The side not taken has no influence.
pub fn the_side_not_taken_has_no_influence(subject: &Subject) {
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
    let mut setup = Setup::elements(100);
    setup.arrays = vec![numbers(100)];
    setup.no_slots(&kernel);
    let of = |(i, &x): (usize, &f64)| {
        let taken = if x > 0.0 { x.sqrt() + x.ln() } else { 0.0 };
        taken + if !(x > 0.0 && x <= 0.5) || i % 2 == 0 { 10.0 } else { x }
    };
    expect(&subject.check(&kernel, &setup), setup.arrays[0].iter().enumerate().map(of).sum());
}

/// Guards keep loads and reads in range.
pub fn guards_keep_loads_and_reads_in_range(subject: &Subject) {
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
    let mut setup = Setup::elements(7);
    setup.arrays = vec![numbers(7)];
    setup.tables = vec![vec![3, 1, 4, 1, 5, 2, 6]];
    setup.no_slots(&kernel);
    let (xs, table) = (setup.arrays[0].clone(), setup.tables[0].clone());
    let of = |i: usize| {
        let left = 7 - (i + 1);
        xs[(table[i + 1] * 1000 % 7) as usize] * (10 / left) as f64 + xs[i + 1] + (10 % left) as f64
    };
    expect(&subject.check(&kernel, &setup), (0..6).map(of).sum());
    // With a single element nothing is in range.
    let mut single = Setup::elements(1);
    single.arrays = vec![vec![]];
    single.tables = vec![vec![]];
    single.no_slots(&kernel);
    assert_eq!(subject.check(&kernel, &single).energy, 0.0);
}

/// Integer operations.
pub fn integer_operations(subject: &Subject) {
    let mut p = Builder::default();
    let weights = p.g.array("weights", ArrayKind::Data);
    let (var, i) = p.elements();
    let table = p.ix().table("t", false);
    let n = p.ix().size("n");
    let entry = p.ix().read(table, i);
    let three = p.ix().int(3);
    let mut integers = Vec::new();
    for (a, b) in [(entry, three), (entry, n), (n, entry)] {
        integers.extend([p.ix().div(a, b), p.ix().rem(a, b), p.ix().min(a, b), p.ix().max(a, b)]);
        let mask = p.ix().int(0xffff);
        for op in [BitOp::And, BitOp::Or, BitOp::Xor, BitOp::Shl, BitOp::Shr] {
            let bits = p.ix().bits(op, a, b);
            // Of negative numbers the bits are those of 32, of which only the lower ones are looked at.
            integers.push(p.ix().bits(BitOp::And, bits, mask));
        }
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
    for (k, &integer) in integers.iter().enumerate() {
        let real = p.g.integer(integer);
        let at = p.ix().int(k as i64);
        let weight = p.g.load(weights, at);
        let term = p.g.mul(weight, real);
        p.energy(&[var], term);
        p.gradient(&[var], weights, at, real);
    }
    let kernel = p.kernel();
    let values = vec![1, -1, 2, -2, 7, -7, 31, 32, 33, 100, -100, 5, 12];
    let mut setup = Setup::elements(values.len() as i64);
    setup.arrays = vec![numbers(integers.len())];
    setup.stream(0, vec![], vec![]);
    let width = kernel.regions[1].width;
    setup.stream(width, (0..(width * values.len()) as u32).collect(), vec![]);
    setup.gradient = width * values.len();
    setup.tables = vec![values];
    // Vectors add the energies of a last iteration to each other first.
    subject.check_within(&kernel, &setup, subject.kernels.max(1e-15));
}

/// Integer operations of 64 bits.
pub fn integer_operations_of_64_bits(subject: &Subject) {
    if !subject.host {
        return;
    }
    let double = subject.precision == Precision::F64;
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
    let mut setup = Setup::elements(values.len() as i64);
    setup.arrays = vec![numbers(integers.len())];
    setup.stream(0, vec![], vec![]);
    let width = integers.len() as u32;
    setup.stream(width as usize, (0..width * values.len() as u32).collect(), vec![]);
    setup.gradient = values.len() * integers.len();
    setup.tables = vec![values.clone()];
    let results = subject.check_within(&kernel, &setup, subject.kernels.max(if double { 0.0 } else { 1e-4 }));
    for (e, &t) in values.iter().enumerate() {
        let first = &results.gradient[e * integers.len()..];
        assert_eq!(first[0], f64::from(t / 3));
        assert_eq!(first[1], f64::from(t % 3));
        assert_eq!(first[5], f64::from((t as u32) << 3));
        assert_eq!(first[7], f64::from(t as u32));
    }
}

/// Every operation on every kind of number.
pub fn every_operation_on_every_kind_of_number(subject: &Subject) {
    let mut grid = vec![
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
    if !subject.host {
        // Devices may take zero for -0, and compute functions by themselves.
        grid.retain(|x: &f64| {
            (x.is_sign_positive() || *x < 0.0) && *x != f64::NEG_INFINITY && *x != f64::from(1e-30f32)
        });
    }
    let wanted = |function: bool| subject.host || !function;
    let mut p = Builder::default();
    let (x, y) = (p.unknown("x"), p.unknown("y"));
    let (var, i) = p.elements();
    let (a, b) = (p.g.load(x, i), p.g.load(y, i));
    let mut values = Vec::new();
    let unary: Vec<UnaryOp> = UnaryOp::ALL.iter().copied().filter(|op| wanted(op.is_function())).collect();
    let binary = BinaryOp::ALL.iter().filter(|op| wanted(op.is_function()));
    unary.iter().for_each(|&op| values.push(p.g.unary(op, a)));
    binary.for_each(|&op| values.push(p.g.binary(op, a, b)));
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
    let mut setup = Setup::elements(n as i64);
    setup.arrays = vec![(0..n).map(|k| grid[k / grid.len()]).collect(), (0..n).map(|k| grid[k % grid.len()]).collect()];
    setup.stream(0, vec![], vec![]);
    setup.stream(values.len(), (0..(values.len() * n) as u32).collect(), vec![]);
    setup.gradient = values.len() * n;
    let results = subject.check(&kernel, &setup);
    let row = grid.iter().position(|&x| x == 1.5).expect("in the grid");
    for (k, op) in unary.iter().enumerate() {
        let got = results.gradient[row * grid.len() * values.len() + k];
        let expected = op.eval(1.5);
        let near = (got - expected).abs() <= 2.0 * f64::EPSILON * expected.abs();
        assert!(near || (got.is_nan() && expected.is_nan()), "{}", op.name());
    }
}

/// Reductions find first values and sums.
pub fn reductions_find_first_values_and_sums(subject: &Subject) {
    // the first j in i..n with col[j] > col[i], and the sum over j of col[j] · (first k with col[k] > col[j])
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let col = p.ix().table("col", true);
    let (zero, n) = (p.ix().int(0), p.ix().size("n"));
    let level = spadina_core::index::REDUCTION_LEVEL;
    let own = p.ix().read(col, i);
    let (j, at) = p.var(level, i, n, "j");
    let entry = p.ix().read(col, at);
    let above = p.ix().lt(own, entry);
    let first = p.ix().first(j, above);
    let (j, at) = p.var(level, zero, n, "j");
    let entry = p.ix().read(col, at);
    let (k, inner) = p.var(level + 1, zero, n, "k");
    let other = p.ix().read(col, inner);
    let above = p.ix().lt(entry, other);
    let inner_first = p.ix().first(k, above);
    let term = p.ix().mul(entry, inner_first);
    let term = p.ix().mul(term, own);
    let sum = p.ix().sum(j, term);
    let (first, sum) = (p.g.integer(first), p.g.integer(sum));
    let value = p.g.load(x, i);
    let value = p.g.mul(value, first);
    p.energy(&[var], value);
    p.energy(&[var], sum);
    let kernel = p.kernel();
    assert!(!kernel.reductions.is_empty());
    let mut setup = Setup::elements(9);
    setup.arrays = vec![numbers(9)];
    setup.tables = vec![vec![3, 1, 4, 1, 5, 9, 2, 6, 5]];
    setup.no_slots(&kernel);
    subject.check(&kernel, &setup);
}

/// Two hundred live values.
pub fn two_hundred_live_values(subject: &Subject) {
    // Drivers take minutes for it.
    if !subject.host {
        return;
    }
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
    let mut setup = Setup::elements(10);
    setup.arrays = vec![numbers(2000)];
    setup.no_slots(&kernel);
    let wanted = interpreted(&kernel, &setup);
    assert!(wanted.energy.is_finite());
    let found = subject.run(&kernel, &setup, &Serial);
    match subject.precision {
        Precision::F64 => found.close(&wanted, subject.kernels, "live values"),
        Precision::F32 => assert!((found.energy - wanted.energy).abs() < 1.0, "{}", found.energy),
    }
}
