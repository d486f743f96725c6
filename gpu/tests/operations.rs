//! Every operation, guards, branches, reductions and every kind of output: the shader against the interpreter.

mod support;

use spadina_core::index::BitOp;
use spadina_core::kernel::Kernel;
use spadina_core::program::{Entry, Target};
use spadina_core::real::{ArrayKind, BinaryOp, Compare, Precision, UnaryOp};
use spadina_gpu::wgsl::{Options, emit};
use support::{Bound, Builder, Results, device, interpreted, numbers, on_device, precisions};

/// Runs a kernel in every precision, whole and in pieces; gives the results of the interpreter.
fn everywhere(kernel: &Kernel, bound: &Bound) -> Results {
    let wanted = interpreted(kernel, bound);
    let Some(device) = device() else { return wanted };
    for (precision, tolerance) in precisions(&device) {
        for function_limit in [400, 3] {
            let found = on_device(&device, kernel, bound, &Options { precision, function_limit, ..Options::default() });
            found.close(&wanted, tolerance, &format!("{precision:?}, {function_limit}"));
        }
    }
    wanted
}

#[test]
fn the_side_not_taken_has_no_influence() {
    // √x + 1/x where x > 0, else 10 where x < -0.5 or the element is even, else x
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let (zero, one, ten, bound) = (p.g.constant(0.0), p.g.constant(1.0), p.g.constant(10.0), p.g.constant(-0.5));
    let positive = p.g.compare(Compare::Less, zero, a);
    let root = p.g.unary(UnaryOp::Sqrt, a);
    let inverse = p.g.div(one, a);
    let both = p.g.add(root, inverse);
    let low = p.g.compare(Compare::LessEqual, a, bound);
    let two = p.ix().int(2);
    let rest = p.ix().rem(i, two);
    let none = p.ix().int(0);
    let even = p.ix().eq(rest, none);
    let even = p.g.cond(even);
    let either = p.g.or(low, even);
    let not = p.g.not(either);
    let other = p.g.select(not, a, ten);
    let value = p.g.select(positive, both, other);
    p.energy(&[var], value);
    let mut kernel = p.kernel();
    kernel.fuse();
    let mut bound = Bound::elements(100);
    bound.arrays = vec![numbers(100)];
    bound.arrays[0][7] = 0.0;
    bound.no_slots(&kernel);
    assert!(everywhere(&kernel, &bound).energy.is_finite());
}

#[test]
fn guards_keep_loads_and_reads_in_range() {
    // if i + 1 < n { x[next[i + 1]] · (10 / (n - 1 - i)) + x[i + 1] }
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let table = p.ix().table("next", true);
    let n = p.ix().size("n");
    let next = p.ix().offset(i, 1);
    let guard = p.ix().lt(next, n);
    let guard = p.g.cond(guard);
    let at = p.ix().read(table, next);
    let left = p.ix().sub(n, next);
    let ten = p.ix().int(10);
    let (quotient, rest) = (p.ix().div(ten, left), p.ix().rem(ten, left));
    let (load, direct) = (p.g.load(x, at), p.g.load(x, next));
    let (quotient, rest) = (p.g.integer(quotient), p.g.integer(rest));
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
    everywhere(&kernel, &bound);
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
    let mut bound = Bound::elements(values.len() as i64);
    bound.arrays = vec![numbers(integers.len())];
    bound.stream(0, vec![], vec![]);
    let width = kernel.regions[1].width;
    bound.stream(width, (0..(width * values.len()) as u32).collect(), vec![]);
    bound.gradient = width * values.len();
    bound.tables = vec![values];
    everywhere(&kernel, &bound);
}

#[test]
fn every_operation() {
    let grid = [0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 3.0, 10.0, -7.25, 1e15, f64::INFINITY, f64::NAN];
    let mut p = Builder::default();
    let (x, y) = (p.unknown("x"), p.unknown("y"));
    let (var, i) = p.elements();
    let (a, b) = (p.g.load(x, i), p.g.load(y, i));
    let mut values = Vec::new();
    UnaryOp::ALL.iter().filter(|op| !op.is_function()).for_each(|&op| values.push(p.g.unary(op, a)));
    BinaryOp::ALL.iter().filter(|op| !op.is_function()).for_each(|&op| values.push(p.g.binary(op, a, b)));
    let (one, zero) = (p.g.constant(1.0), p.g.constant(0.0));
    for op in [Compare::Less, Compare::LessEqual, Compare::Equal, Compare::NotEqual] {
        let predicate = p.g.compare(op, a, b);
        values.push(p.g.select(predicate, one, zero));
    }
    values.iter().for_each(|&v| p.gradient(&[var], x, i, v));
    let kernel = p.kernel();
    let n = grid.len() * grid.len();
    let mut bound = Bound::elements(n as i64);
    bound.arrays = vec![(0..n).map(|k| grid[k / grid.len()]).collect(), (0..n).map(|k| grid[k % grid.len()]).collect()];
    bound.stream(0, vec![], vec![]);
    bound.stream(values.len(), (0..(values.len() * n) as u32).collect(), vec![]);
    bound.gradient = values.len() * n;
    everywhere(&kernel, &bound);
}

#[test]
fn reductions_find_first_values_and_sums() {
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
    let mut bound = Bound::elements(9);
    bound.arrays = vec![numbers(9)];
    bound.tables = vec![vec![3, 1, 4, 1, 5, 9, 2, 6, 5]];
    bound.no_slots(&kernel);
    everywhere(&kernel, &bound);
}

#[test]
fn sums_before_the_outermost_loop_are_computed_once() {
    // S = Σ x², T = Σ x · S over j; for i: energy S · x[i] + T
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let (zero, n) = (p.ix().int(0), p.ix().size("n"));
    let (j, at) = p.var(1, zero, n, "j");
    let entry = p.g.load(x, at);
    let square = p.g.mul(entry, entry);
    let first = p.g.sum(j, square);
    let mixed = p.g.mul(entry, first);
    let mixed = p.g.unary(UnaryOp::Exp, mixed);
    let second = p.g.sum(j, mixed);
    let own = p.g.load(x, i);
    let value = p.g.mul(own, first);
    let value = p.g.add(value, second);
    p.energy(&[var], value);
    p.gradient(&[var], x, i, value);
    let kernel = p.kernel();
    let mut bound = Bound::elements(700);
    bound.arrays = vec![numbers(700).iter().map(|x| 0.05 * x).collect()];
    bound.stream(0, vec![], vec![]);
    bound.stream(1, (0..700).collect(), vec![]);
    bound.gradient = 700;
    let shader = emit(&kernel, &Options::default()).unwrap().remove(0);
    assert!(shader.prelude.is_some() && shader.stored == 2 && !shader.kernel.contains("for ("));
    everywhere(&kernel, &bound);
}

#[test]
fn a_workgroup_shares_the_loops_of_a_kernel_without_an_outermost_one() {
    // (Σ x²)² with its gradient, 4 x[j] Σ x²: one sum, then a loop that writes.
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (zero, n) = (p.ix().int(0), p.ix().size("n"));
    let (j, at) = p.var(0, zero, n, "j");
    let entry = p.g.load(x, at);
    let square = p.g.mul(entry, entry);
    let sum = p.g.sum(j, square);
    let energy = p.g.mul(sum, sum);
    p.update(&[], 0, Target::Energy, energy);
    let four = p.g.constant(4.0);
    let slope = p.g.mul(entry, sum);
    let slope = p.g.mul(four, slope);
    p.update(&[j], 0, Target::Gradient(Entry { array: x, index: at }), slope);
    p.update(&[j], 0, Target::Energy, entry);
    let kernel = p.kernel();
    assert!(kernel.outer.is_none() && emit(&kernel, &Options::default()).unwrap()[0].shared);
    let mut bound = Bound::elements(1000);
    bound.streams.outer = 0..1;
    bound.arrays = vec![numbers(1000)];
    for region in &kernel.regions {
        let slots = if region.width == 0 { vec![] } else { (0..1000).rev().collect() };
        bound.stream(region.width, slots, if region.width == 0 { vec![] } else { vec![0, 1000] });
    }
    bound.gradient = 1000;
    everywhere(&kernel, &bound);
}

#[test]
fn kernels_without_an_outermost_loop() {
    // Nothing but a sum over all; and a product with a direction.
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (zero, n) = (p.ix().int(0), p.ix().size("n"));
    let (j, at) = p.var(0, zero, n, "j");
    let entry = p.g.load(x, at);
    let square = p.g.mul(entry, entry);
    let sum = p.g.sum(j, square);
    let sine = p.g.unary(UnaryOp::Sin, sum);
    p.update(&[], 0, Target::Energy, sine);
    let seed = p.g.seed(x, zero);
    let product = p.g.mul(sum, seed);
    p.update(&[], 0, Target::Product(Entry { array: x, index: zero }), product);
    let kernel = p.kernel();
    assert!(kernel.outer.is_none());
    let mut bound = Bound::elements(20);
    bound.streams.outer = 0..1;
    bound.arrays = vec![numbers(20)];
    bound.seeds = vec![vec![0.5; 20]];
    for region in &kernel.regions {
        bound.stream(region.width, vec![3; region.width], vec![]);
    }
    bound.other = 4;
    let results = everywhere(&kernel, &bound);
    assert!(results.other[2][3] > 0.0);
}

#[test]
fn mirrored_and_shifted_outputs_are_gathered() {
    let Some(device) = device() else { return };
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let b = p.g.mul(a, a);
    p.hessian(&[var], x, [i, i], true, b);
    p.gradient(&[var], x, i, a);
    p.gradient(&[var], x, i, b);
    let mut kernel = p.kernel();
    // The second gradient continues the run of the first.
    let run: Vec<usize> = (0..kernel.outputs.len()).filter(|&k| kernel.outputs[k].offset < 2).collect();
    let (first, second) = (run[0], run[1]);
    kernel.outputs[second].offset = kernel.outputs[first].offset;
    kernel.outputs[second].shift = 1;
    let mut bound = Bound::elements(50);
    bound.arrays = vec![numbers(50)];
    bound.stream(0, vec![], vec![]);
    let width = kernel.regions[1].width;
    bound.stream(width, (0..50 * width as u32).map(|k| k % 7).collect(), vec![]);
    (bound.gradient, bound.hessian) = (50, 50);
    let wanted = interpreted(&kernel, &bound);
    let found = on_device(&device, &kernel, &bound, &Options { precision: Precision::F32, ..Options::default() });
    found.close(&wanted, 1e-4, "runs");
}

#[test]
fn entries_that_all_elements_share_are_gathered_by_workgroups() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let b = p.g.mul(a, a);
    p.gradient(&[var], x, i, b);
    p.hessian(&[var], x, [i, i], false, a);
    let kernel = p.kernel();
    let count = 20_000;
    let mut bound = Bound::elements(count);
    bound.arrays = vec![numbers(count as usize)];
    bound.stream(0, vec![], vec![]);
    // The gradient has one entry for all, the Hessian three, of which the last has but few contributions.
    let slots = (0..count as u32).flat_map(|k| [0, if k % 100 == 0 { 2 } else { k % 2 }]);
    bound.stream(2, slots.collect(), vec![]);
    (bound.gradient, bound.hessian) = (1, 3);
    everywhere(&kernel, &bound);
}
