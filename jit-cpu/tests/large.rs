//! Kernels too long for one function, and many kernels. `cargo test --release -p spadina-jit-cpu --test large --
//! --nocapture` prints times.

mod support;

use spadina_conformance::Subject;
use spadina_conformance::program::{Builder, Setup, interpreted};
use spadina_core::backend::CompileOptions;
use spadina_core::backend::Host;
use spadina_core::bind::{Chunks, Stream};
use spadina_core::real::{Precision, UnaryOp, Value};
use spadina_jit_cpu::{Options, cranelift};
use std::sync::Arc;
use support::{DOUBLE, compiled};

fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|k| ((k * 7919 + 13) % 1009) as f64 / 1009.0 + 0.1).collect()
}

/// A straight-line body of `length` operations on 12 gathered unknowns, each of two values computed shortly before.
fn body(p: &mut Builder, length: usize) -> Vec<Value> {
    let x = p.unknown("x");
    let (_, i) = p.elements();
    let table = p.ix().table("tets", true);
    let mut values = Vec::new();
    for k in 0..4 {
        let at = p.ix().scale(i, 4);
        let at = p.ix().offset(at, k);
        let node = p.ix().read(table, at);
        for d in 0..3 {
            let at = p.ix().scale(node, 3);
            let at = p.ix().offset(at, d);
            values.push(p.g.load(x, at));
        }
    }
    let mut state = 1usize;
    while values.len() < length + 12 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = |bits: usize| values[values.len() - 1 - (state >> bits) % values.len().min(60)];
        let (a, b) = (pick(20), pick(40));
        let half = p.g.constant(0.5);
        let new = match (state >> 60) % 4 {
            0 => p.g.add(a, b),
            1 => p.g.sub(a, b),
            2 => p.g.mul(a, half),
            _ => p.g.mul(a, b),
        };
        if values.last() != Some(&new) {
            values.push(new);
        }
    }
    values
}

/// The last values as a 12 × 12 Hessian, its upper triangle mirrored, and a gradient.
fn element_kernel(length: usize) -> (spadina_core::kernel::Kernel, Setup) {
    let mut p = Builder::default();
    let values = body(&mut p, length);
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let mut last = values.iter().rev();
    let mut next = || *last.next().unwrap();
    p.energy(&[var], next());
    (0..12).for_each(|_| p.gradient(&[var], x, i, next()));
    (0..78).for_each(|_| p.hessian(&[var], x, [i, i], true, next()));
    let kernel = p.kernel();
    let n = 20_000u32;
    let mut setup = Setup::elements(i64::from(n));
    let nodes = n / 5 + 4;
    setup.arrays = vec![numbers(3 * nodes as usize)];
    setup.tables = vec![(0..n).flat_map(|e| (0..4).map(move |k| (e / 5 + k) as i32)).collect()];
    setup.stream(0, vec![], vec![]);
    let record = |e: u32| (0..12).map(move |k| 3 * (e / 5) + k).chain((0..156).map(move |k| e / 5 * 135 + k * 3));
    setup.stream(168, (0..n).flat_map(record).collect(), vec![]);
    setup.gradient = 3 * nodes as usize;
    setup.hessian = n as usize / 5 * 135 + 156 * 3;
    (kernel, setup)
}

#[test]
fn an_element_of_a_hessian() {
    let (kernel, setup) = element_kernel(2000);
    let options = Options::default();
    let wanted = interpreted(&kernel, &setup);
    compiled(&kernel, &setup, (&options, &DOUBLE)).close(&wanted, 1e-14, "one function");
    for (precision, tolerance) in [(Precision::F64, 1e-14), (Precision::F32, 1e-4)] {
        for (block_limit, quick_above, skips) in [(300, usize::MAX, true), (300, 0, false), (usize::MAX, 0, true)] {
            let options = Options { block_limit, quick_above, ..options };
            let how = CompileOptions { precision, partial: skips, shared: false };
            compiled(&kernel, &setup, (&options, &how)).close(&wanted, tolerance, &format!("{options:?}"));
        }
    }
}

#[test]
fn a_long_chain() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let mut a = p.g.load(x, i);
    for _ in 0..100_000 {
        a = p.g.unary(UnaryOp::Sin, a);
    }
    p.energy(&[var], a);
    let kernel = p.kernel();
    let mut setup = Setup::elements(3);
    setup.arrays = vec![vec![0.1, 0.5, 1.0]];
    setup.no_slots(&kernel);
    let got = compiled(&kernel, &setup, (&Options::default(), &DOUBLE));
    assert_eq!(got.energy.to_bits(), interpreted(&kernel, &setup).energy.to_bits());
}

#[test]
fn a_long_body() {
    for length in [30_000, 300_000] {
        let (kernel, mut setup) = element_kernel(length);
        setup.streams.outer = 0..10;
        setup.streams.regions[1] =
            Stream { slots: setup.streams.regions[1].slots[..1680].to_vec(), width: 168, starts: vec![] };
        setup.streams.chunks = Chunks { ranges: vec![0..4, 4..10], groups: vec![vec![0], vec![1]] };
        let got = compiled(&kernel, &setup, (&Options::default(), &DOUBLE));
        got.close(&interpreted(&kernel, &setup), 1e-14, "long body");
    }
}

#[test]
fn long_loops_inside_a_long_body() {
    // Σ_i prod_j of sums whose bodies are themselves cut, between stretches of straight line that are cut too.
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let zero = p.ix().int(0);
    let mut e = p.g.load(x, i);
    for level in 0..4 {
        let end = p.ix().int(3 + level);
        let (j, at) = p.var(1, zero, end, "j");
        let b = p.g.load(x, at);
        let mut term = p.g.mul(e, b);
        for _ in 0..50 {
            let t = p.g.unary(UnaryOp::Sin, term);
            term = p.g.add(t, b);
        }
        let sum = p.g.sum(j, term);
        let sum = p.g.unary(UnaryOp::Tanh, sum);
        e = p.g.add(e, sum);
        for _ in 0..50 {
            let t = p.g.unary(UnaryOp::Cos, e);
            e = p.g.add(t, sum);
        }
        p.gradient(&[var], x, i, e);
    }
    p.energy(&[var], e);
    let kernel = p.kernel();
    let mut setup = Setup::elements(11);
    setup.arrays = vec![numbers(11)];
    setup.stream(0, vec![], vec![]);
    setup.stream(4, (0..44).collect(), vec![]);
    setup.gradient = 44;
    setup.cut(4, 2);
    Subject::exact(Arc::new(Host::new(cranelift(Options::default())))).check(&kernel, &setup);
    Subject::exact(Arc::new(Host::new(cranelift(Options { block_limit: 12, ..Options::default() }))))
        .check(&kernel, &setup);
}

#[test]
fn listings() {
    let (kernel, _) = element_kernel(100);
    let text = cranelift(Options::default()).listing(&kernel, "clif", Precision::F64).unwrap();
    assert!(text.starts_with("function") && text.contains("fmul"), "{text}");
    let text = cranelift(Options::default()).listing(&kernel, "asm", Precision::F64).unwrap();
    assert!(text.contains("ret"), "{text}");
}
