//! Kernels from hand-made programs, against the same sums in Rust.

use crate::program::{Builder, Setup, expect, interpreted, numbers};
use crate::subject::{Subject, Threads};
use spadina_core::bind::NO_SLOT;
use spadina_core::program::{Entry, Target};
use spadina_core::real::{ArrayKind, UnaryOp};

/// Chain of springs.
pub fn chain_of_springs(subject: &Subject) {
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
    let mut setup = Setup::elements(i64::from(n));
    setup.arrays = vec![numbers(n as usize + 1)];
    setup.stream(0, vec![], vec![]);
    let record = |e: u32| {
        let off = if e + 1 == n { [NO_SLOT; 2] } else { [n + 1 + 2 * e, n + 2 + 2 * e] };
        [e, e + 1, e, e + 1, off[0], off[1]]
    };
    setup.stream(6, (0..n).flat_map(record).collect(), vec![]);
    (setup.gradient, setup.hessian) = (n as usize + 1, 3 * n as usize + 1);

    let xs = setup.arrays[0].clone();
    let plain = interpreted(&kernel, &setup);
    expect(&plain, xs.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum());
    assert_eq!(plain.gradient[5], 2.0 * (xs[5] - xs[4]) - 2.0 * (xs[6] - xs[5]));
    assert_eq!(plain.hessian[5], 4.0);
    assert_eq!(plain.hessian[n as usize + 1 + 9], -2.0);
    assert_eq!(plain.hessian.last(), Some(&0.0));
    for (length, groups) in [(1000, 1), (64, 2), (7, 5)] {
        setup.cut(length, groups);
        subject.check(&kernel, &setup).close(&plain, 1e-13, "cut");
    }
}

/// Ranges and threads change no bit.
pub fn ranges_and_threads_change_no_bit(subject: &Subject) {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    let e = p.g.unary(UnaryOp::Sin, a);
    p.energy(&[var], e);
    p.gradient(&[var], x, i, e);
    let kernel = p.kernel();
    let mut setup = Setup::elements(999);
    setup.arrays = vec![numbers(999)];
    setup.stream(0, vec![], vec![]);
    setup.stream(1, (0..999).collect(), vec![]);
    setup.gradient = 999;
    setup.cut(10, 2);
    subject.check(&kernel, &setup);
    let bits = |threads: usize| -> Vec<u64> {
        subject.run(&kernel, &setup, &Threads(threads)).all().iter().map(|x| x.to_bits()).collect()
    };
    let wanted = bits(1);
    for threads in 2..6 {
        assert_eq!(bits(threads), wanted, "{threads} threads");
    }
}

/// Empty loop.
pub fn empty_loop(subject: &Subject) {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, _) = p.elements();
    let zero = p.ix().int(0);
    let first = p.g.load(x, zero);
    p.energy(&[var], first);
    let kernel = p.kernel();
    let mut setup = Setup::elements(0);
    setup.arrays = vec![vec![]];
    setup.no_slots(&kernel);
    assert_eq!(subject.check(&kernel, &setup).energy, 0.0);
}

/// Stencils of variable size used nonlinearly.
pub fn stencils_of_variable_size_used_nonlinearly(subject: &Subject) {
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
    let mut setup = Setup::elements(5);
    setup.arrays = vec![numbers(5)];
    setup.tables = vec![rows.to_vec(), cols.to_vec()];
    setup.stream(0, vec![], vec![]);
    setup.stream(0, vec![], vec![]);
    setup.stream(1, cols.iter().map(|&c| c as u32).collect(), rows.iter().map(|&r| r as u64).collect());
    setup.gradient = 5;
    let xs = setup.arrays[0].clone();
    let (mut energy, mut gradient) = (0.0, vec![0.0; 5]);
    for w in rows.windows(2) {
        let stencil = &cols[w[0] as usize..w[1] as usize];
        let root = (1.0 + stencil.iter().map(|&c| xs[c as usize].powi(2)).sum::<f64>()).sqrt();
        energy += root;
        stencil.iter().for_each(|&c| gradient[c as usize] += xs[c as usize] / root);
    }
    for length in [5, 2, 1] {
        setup.cut(length, (5 / length) as usize + 1);
        let results = subject.check(&kernel, &setup);
        expect(&results, energy);
        results.gradient.iter().zip(&gradient).for_each(|(a, b)| assert!((a - b).abs() < 1e-13));
    }
}

/// Three loops deep.
pub fn three_loops_deep(subject: &Subject) {
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
    let mut setup = Setup::elements(9);
    setup.arrays = vec![numbers(9)];
    setup.no_slots(&kernel);
    let xs = setup.arrays[0].clone();
    let inner = |i: usize, j: usize| (0..j).map(|k| xs[k] * (i as f64 * xs[k]).sin()).sum::<f64>();
    let energy = (0..9).map(|i| (-(0..9).map(|j| xs[j] * inner(i, j)).sum::<f64>()).exp()).sum();
    expect(&subject.check(&kernel, &setup), energy);
}

/// A sum that no element changes.
pub fn a_sum_that_no_element_changes(subject: &Subject) {
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
    let mut setup = Setup::elements(20);
    setup.arrays = vec![numbers(20)];
    setup.no_slots(&kernel);
    setup.cut(7, 2);
    let xs = setup.arrays[0].clone();
    expect(&subject.check(&kernel, &setup), xs.iter().sum::<f64>() * xs.iter().map(|x| x * x).sum::<f64>());
}

/// No loop at all.
pub fn no_loop_at_all(subject: &Subject) {
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
    let mut setup = Setup::elements(6);
    setup.streams.outer = 0..1;
    setup.arrays = vec![numbers(6)];
    setup.stream(1, vec![6], vec![]);
    setup.stream(1, vec![0, 1, NO_SLOT, 3, 4, 5], vec![0, 6]);
    setup.gradient = 7;
    let results = subject.check(&kernel, &setup);
    let xs = setup.arrays[0].clone();
    expect(&results, xs.iter().map(|x| x * x).sum());
    assert_eq!(results.gradient[..3], [2.0 * xs[0], 2.0 * xs[1], 0.0]);
    assert_eq!(results.gradient[6], results.energy);
}

/// Seeds and the buffers of residuals.
pub fn seeds_and_the_buffers_of_residuals(subject: &Subject) {
    if !subject.has_products() {
        return;
    }
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
    let guard = p.g.indices.bool(true);
    p.update(&[var], 1, Target::Residual { row: i, assign: true, nest: [1, 0], guard }, cube);
    p.update(&[var], 1, Target::Jacobian { row: i, col: Entry { array: x, index: i } }, slope);
    p.update(&[var], 1, Target::ResidualProduct(i), product);
    let kernel = p.kernel();
    let mut setup = Setup::elements(5);
    setup.arrays = vec![vec![], numbers(5)];
    setup.seeds = vec![vec![], numbers(5)];
    setup.stream(0, vec![], vec![]);
    setup.stream(3, (0..5).flat_map(|e| [e; 3]).collect(), vec![]);
    setup.other = 5;
    let results = subject.check(&kernel, &setup);
    let (x, s) = (setup.arrays[1][4], setup.seeds[1][4]);
    assert_eq!(results.other[0][4], x * x * x);
    assert_eq!(results.other[1][4], 3.0 * (x * x));
    assert_eq!(results.other[2][4], 3.0 * (x * x) * s);
}
