//! Kernels from hand-made programs: the compiler against the interpreter and against the same sums in Rust.

mod support;

use spadina_core::bind::{Buffers, Chunks, NO_SLOT};
use spadina_core::index::BitOp;
use spadina_core::program::{Entry, Target};
use spadina_core::real::{ArrayKind, BinaryOp, Compare, UnaryOp};
use spadina_jit_cpu::{Options, Pool, compile};
use support::{Bound, Builder, Results, everywhere, everywhere_within, interpreted};

/// Numbers without pattern in -1..1.
fn numbers(count: usize) -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}

fn expect(results: &Results, energy: f64) {
    assert!((results.energy - energy).abs() <= 1e-12 * energy.abs().max(1.0), "{} is not {energy}", results.energy);
}

#[test]
fn chain_of_springs() {
    // E = Σ (x[i+1] - x[i])², with gradient and mirrored Hessian; the last element's entries are not stored.
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let next = p.ix().offset(i, 1);
    let (a, b) = (p.g.load(x, i), p.g.load(x, next));
    let d = p.g.sub(b, a);
    let square = p.g.mul(d, d);
    let two = p.g.constant(2.0);
    let slope = p.g.mul(two, d);
    let back = p.g.neg(slope);
    let minus = p.g.constant(-2.0);
    p.energy(&[var], square);
    p.gradient(&[var], x, i, back);
    p.gradient(&[var], x, next, slope);
    p.hessian(&[var], x, [i, i], false, two);
    p.hessian(&[var], x, [next, next], false, two);
    p.hessian(&[var], x, [next, i], true, minus);
    let kernel = p.kernel();

    let n = 1000u32;
    let mut bound = Bound::elements(i64::from(n));
    bound.arrays = vec![numbers(n as usize + 1)];
    bound.stream(0, vec![], vec![]);
    let record = |e: u32| {
        let off = if e + 1 == n { [NO_SLOT; 2] } else { [n + 1 + 2 * e, n + 2 + 2 * e] };
        [e, e + 1, e, e + 1, off[0], off[1]]
    };
    bound.stream(6, (0..n).flat_map(record).collect(), vec![]);
    (bound.gradient, bound.hessian) = (n as usize + 1, 3 * n as usize + 1);

    let xs = bound.arrays[0].clone();
    let plain = interpreted(&kernel, &bound);
    expect(&plain, xs.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum());
    assert_eq!(plain.gradient[5], 2.0 * (xs[5] - xs[4]) - 2.0 * (xs[6] - xs[5]));
    assert_eq!(plain.hessian[5], 4.0);
    assert_eq!(plain.hessian[n as usize + 1 + 9], -2.0);
    assert_eq!(plain.hessian.last(), Some(&0.0));
    for (length, groups) in [(1000, 1), (64, 2), (7, 5)] {
        bound.cut(length, groups);
        everywhere(&kernel, &bound).close(&plain, 1e-13, "cut");
    }
}

#[test]
fn ranges_and_threads_change_no_bit() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let e = p.g.unary(UnaryOp::Sin, a);
    p.energy(&[var], e);
    p.gradient(&[var], x, i, e);
    let kernel = p.kernel();
    let mut bound = Bound::elements(999);
    bound.arrays = vec![numbers(999)];
    bound.stream(0, vec![], vec![]);
    bound.stream(1, (0..999).collect(), vec![]);
    bound.gradient = 999;
    bound.cut(10, 2);
    let wanted: Vec<u64> = interpreted(&kernel, &bound).all().iter().map(|x| x.to_bits()).collect();
    for threads in 1..6 {
        let got = support::compiled(&kernel, &bound, &Default::default(), threads);
        assert_eq!(got.all().iter().map(|x| x.to_bits()).collect::<Vec<_>>(), wanted, "{threads} threads");
    }
}

#[test]
fn empty_loop() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, _) = p.elements();
    let zero = p.ix().int(0);
    let first = p.g.load(x, zero);
    p.energy(&[var], first);
    let kernel = p.kernel();
    let mut bound = Bound::elements(0);
    bound.arrays = vec![vec![]];
    bound.no_slots(&kernel);
    assert_eq!(everywhere(&kernel, &bound).energy, 0.0);
}

#[test]
fn stencils_of_variable_size_used_nonlinearly() {
    // E = Σ_v sqrt(1 + Σ_{j in row[v]..row[v+1]} x[col[j]]²)
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (v, iv) = p.elements();
    let (row, col) = (p.ix().table("row", true), p.ix().table("col", true));
    let next = p.ix().offset(iv, 1);
    let (lo, hi) = (p.ix().read(row, iv), p.ix().read(row, next));
    let (j, ij) = p.var(1, lo, hi, "j");
    let at = p.ix().read(col, ij);
    let xj = p.g.load(x, at);
    let square = p.g.mul(xj, xj);
    let sum = p.g.sum(j, square);
    let one = p.g.constant(1.0);
    let inside = p.g.add(one, sum);
    let root = p.g.unary(UnaryOp::Sqrt, inside);
    p.energy(&[v], root);
    // The gradient opens the sum: one record for each neighbour.
    let part = p.g.div(xj, root);
    p.update(&[v, j], 1, Target::Gradient(Entry { array: x, index: at }), part);
    let kernel = p.kernel();
    assert_eq!(kernel.regions.len(), 3);

    let rows = [0, 3, 3, 4, 9, 10];
    let cols = [0, 1, 2, 4, 4, 3, 2, 1, 0, 2];
    let mut bound = Bound::elements(5);
    bound.arrays = vec![numbers(5)];
    bound.tables = vec![rows.to_vec(), cols.to_vec()];
    bound.stream(0, vec![], vec![]);
    bound.stream(0, vec![], vec![]);
    bound.stream(1, cols.iter().map(|&c| c as u32).collect(), rows.iter().map(|&r| r as u64).collect());
    bound.gradient = 5;
    let xs = bound.arrays[0].clone();
    let (mut energy, mut gradient) = (0.0, vec![0.0; 5]);
    for w in rows.windows(2) {
        let stencil = &cols[w[0] as usize..w[1] as usize];
        let root = (1.0 + stencil.iter().map(|&c| xs[c as usize].powi(2)).sum::<f64>()).sqrt();
        energy += root;
        stencil.iter().for_each(|&c| gradient[c as usize] += xs[c as usize] / root);
    }
    for length in [5, 2, 1] {
        bound.cut(length, (5 / length) as usize + 1);
        let results = everywhere(&kernel, &bound);
        expect(&results, energy);
        results.gradient.iter().zip(&gradient).for_each(|(a, b)| assert!((a - b).abs() < 1e-13));
    }
}

#[test]
fn three_loops_deep() {
    // E = Σ_i exp(-Σ_j x[j] Σ_{k<j} x[k] sin(i x[k])) over triangular ranges
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (vi, i) = p.elements();
    let zero = p.ix().int(0);
    let n = p.ix().size("n");
    let (vj, j) = p.var(1, zero, n, "j");
    let (vk, k) = p.var(2, zero, j, "k");
    let (xj, xk) = (p.g.load(x, j), p.g.load(x, k));
    let real = p.g.integer(i);
    let phase = p.g.mul(real, xk);
    let wave = p.g.unary(UnaryOp::Sin, phase);
    let inner = p.g.mul(xk, wave);
    let inner = p.g.sum(vk, inner);
    let middle = p.g.mul(xj, inner);
    let middle = p.g.sum(vj, middle);
    let minus = p.g.neg(middle);
    let e = p.g.unary(UnaryOp::Exp, minus);
    p.energy(&[vi], e);
    let kernel = p.kernel();
    let mut bound = Bound::elements(9);
    bound.arrays = vec![numbers(9)];
    bound.no_slots(&kernel);
    let xs = bound.arrays[0].clone();
    let inner = |i: usize, j: usize| (0..j).map(|k| xs[k] * (i as f64 * xs[k]).sin()).sum::<f64>();
    let energy = (0..9).map(|i| (-(0..9).map(|j| xs[j] * inner(i, j)).sum::<f64>()).exp()).sum();
    expect(&everywhere(&kernel, &bound), energy);
}

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
    // The inverse hyperbolic functions of the library are not those of Rust.
    let results = everywhere_within(&kernel, &bound, [1e-14, 2e-6]);
    for (k, op) in UnaryOp::ALL.iter().enumerate() {
        let got = results.gradient[6 * grid.len() * values.len() + k];
        assert!(got.to_bits() == op.eval(1.5).to_bits() || got.is_nan(), "{}", op.name());
    }
}

#[test]
fn a_sum_that_no_element_changes() {
    // E = Σ_i x[i] Σ_i x[i]²: the inner sum has the variable of the elements, and stands before their loop.
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let square = p.g.mul(a, a);
    let sum = p.g.sum(var, square);
    let e = p.g.mul(a, sum);
    p.energy(&[var], e);
    let kernel = p.kernel();
    let mut bound = Bound::elements(20);
    bound.arrays = vec![numbers(20)];
    bound.no_slots(&kernel);
    bound.cut(7, 2);
    let xs = bound.arrays[0].clone();
    expect(&everywhere(&kernel, &bound), xs.iter().sum::<f64>() * xs.iter().map(|x| x * x).sum::<f64>());
}

#[test]
fn no_loop_at_all() {
    // E = Σ_{i<n} x[i]², not opened, with its gradient opened into a loop of its own.
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let square = p.g.mul(a, a);
    let sum = p.g.sum(var, square);
    let two = p.g.constant(2.0);
    let slope = p.g.mul(two, a);
    p.energy(&[], sum);
    let zero = p.ix().int(0);
    p.gradient(&[], x, zero, sum);
    p.update(&[var], 0, Target::Gradient(Entry { array: x, index: i }), slope);
    let kernel = p.kernel();
    assert_eq!(kernel.outer, None);
    let mut bound = Bound::elements(6);
    bound.streams.outer = 0..1;
    bound.arrays = vec![numbers(6)];
    bound.stream(1, vec![6], vec![]);
    bound.stream(1, vec![0, 1, NO_SLOT, 3, 4, 5], vec![]);
    bound.gradient = 7;
    let results = everywhere(&kernel, &bound);
    let xs = bound.arrays[0].clone();
    expect(&results, xs.iter().map(|x| x * x).sum());
    assert_eq!(results.gradient[..3], [2.0 * xs[0], 2.0 * xs[1], 0.0]);
    assert_eq!(results.gradient[6], results.energy);
}

#[test]
fn seeds_and_the_buffers_of_residuals() {
    // r[i] = x[i]³, its Jacobian, and the Jacobian times a seed
    let mut p = Builder::default();
    let _unseeded = p.g.array("weights", ArrayKind::Data);
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let (a, seed) = (p.g.load(x, i), p.g.seed(x, i));
    let square = p.g.mul(a, a);
    let cube = p.g.mul(square, a);
    let three = p.g.constant(3.0);
    let slope = p.g.mul(three, square);
    let product = p.g.mul(slope, seed);
    p.update(&[var], 1, Target::Residual { row: i, assign: true }, cube);
    p.update(&[var], 1, Target::Jacobian { row: i, col: Entry { array: x, index: i } }, slope);
    p.update(&[var], 1, Target::ResidualProduct(i), product);
    let kernel = p.kernel();
    let mut bound = Bound::elements(5);
    bound.arrays = vec![vec![], numbers(5)];
    bound.seeds = vec![vec![], numbers(5)];
    bound.stream(0, vec![], vec![]);
    bound.stream(3, (0..5).flat_map(|e| [e; 3]).collect(), vec![]);
    bound.other = 5;
    let results = everywhere(&kernel, &bound);
    let (x, s) = (bound.arrays[1][4], bound.seeds[1][4]);
    assert_eq!(results.other[0][4], x * x * x);
    assert_eq!(results.other[1][4], 3.0 * (x * x));
    assert_eq!(results.other[2][4], 3.0 * (x * x) * s);
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    p.energy(&[var], a);
    p.gradient(&[var], x, i, a);
    let code = compile(&p.kernel(), &Options::default()).unwrap();
    let mut good = Bound::elements(3);
    good.arrays = vec![numbers(3)];
    good.stream(0, vec![], vec![]);
    good.stream(1, vec![0, 1, 2], vec![]);
    let refusal = |change: fn(&mut Bound)| {
        let mut bound = good.clone();
        change(&mut bound);
        let mut gradient = [0.0; 3];
        let mut buffers = Buffers { gradient: &mut gradient, ..Buffers::default() };
        let pool = Pool::new(1).unwrap();
        // SAFETY: what is bound is in range, or so little that the kernel does not run.
        unsafe { code.run(&bound.data(), &bound.streams, &mut buffers, &pool) }.unwrap_err().to_string()
    };
    assert_eq!(refusal(|b| b.arrays.clear()), "the kernel needs 1 arrays, but 0 are bound");
    assert_eq!(
        refusal(|b| b.streams.regions[1].width = 2),
        "the records of region 1 have 2 slots, the kernel writes 1"
    );
    let ranges = "the ranges of the streams do not lie in the outermost loop";
    assert_eq!(refusal(|b| b.streams.chunks = Chunks { ranges: vec![0..4], groups: vec![vec![0]] }), ranges);
    assert_eq!(refusal(|b| b.streams.chunks = Chunks { ranges: vec![0..3], groups: vec![vec![1]] }), ranges);
    let start = |b: &mut Bound| b.streams.regions[1].starts = vec![0, 1, 2];
    assert_eq!(refusal(start), "the records of region 1 do not cover the outermost loop");
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
    let got = support::compiled(&kernel, &bound, &Default::default(), 1);
    assert_eq!(got.energy.to_bits(), wanted.energy.to_bits());
    let single = spadina_jit_cpu::Options { precision: spadina_core::real::Precision::F32, ..Default::default() };
    let error = (support::compiled(&kernel, &bound, &single, 1).energy - wanted.energy).abs();
    assert!(error < 1.0, "{error}");
}
