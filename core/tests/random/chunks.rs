//! Long loops: their ranges share no slot within a group, and give what one range gives.

use super::machine::disjoint;
use proptest::prelude::*;
use spadina_core::bind::{Buffers, Chunks, Data, Streams};
use spadina_core::executor::Serial;
use spadina_core::interpret;
use spadina_core::kernel::{Outputs, build};
use spadina_core::pattern::{Csr, Full, Places, Symbolic, hessian_pattern, slots, streams};
use spadina_core::pipeline;
use spadina_core::program::{Program, Target, split};
use spadina_core::real::{ArrayKind, Graph};

/// `Σ_e (x[a[e]] - x[b[e]])² x[a[e]]` over two tables.
fn springs() -> Program {
    let mut g = Graph::default();
    let x = g.array("x", ArrayKind::Unknown);
    let (a, b) = (g.indices.table("a", true), g.indices.table("b", true));
    let (zero, m) = (g.indices.int(0), g.indices.size("m"));
    let e = g.indices.var(0, zero, m, "e");
    let at = g.indices.var_index(e);
    let (a, b) = (g.indices.read(a, at), g.indices.read(b, at));
    let (a, b) = (g.load(x, a), g.load(x, b));
    let d = g.sub(a, b);
    let square = g.mul(d, d);
    let product = g.mul(square, a);
    let sum = g.sum(e, product);
    let updates = split(&mut g, &[], Target::Energy, sum);
    Program { name: "springs".into(), graph: g, updates, looked_at: vec![] }
}

fn relative_gap(a: &[f64], b: &[f64]) -> f64 {
    let scale = a.iter().fold(1.0, |m: f64, x| m.max(x.abs()));
    a.iter().zip(b).fold(0.0, |m: f64, (x, y)| m.max((x - y).abs())) / scale
}

fn check(m: usize, n: usize, spread: usize, outputs: Outputs) {
    let program = pipeline::run(springs()).solved;
    let kernels = build(&program, outputs);
    let [kernel] = kernels.as_slice() else { panic!("one kernel") };
    let a: Vec<i32> = (0..m).map(|e| (e * n / m) as i32).collect();
    let b: Vec<i32> = (0..m).map(|e| ((e * n / m + 1 + e * 7919 % spread) % n) as i32).collect();
    let x: Vec<f64> = (0..n).map(|k| (k as f64 * 0.7).sin()).collect();
    let data = Data { arrays: vec![&x], seeds: vec![&[]], tables: vec![&a, &b], sizes: vec![m as i64] };
    let entries = Symbolic::of(kernel, &program, true).run(&data, &[0], 0, &Serial).expect("no fault");
    let csr = hessian_pattern(n, &[(kernel, &entries)], &Csr::default(), &Serial);
    let places = slots(&csr, &Full(&csr)).expect("slots fit");
    let own = Places { pattern: &csr, slots: Some(&places) };
    let streams = streams(kernel, &entries, Some(own), None, &Serial);
    disjoint(kernel, &streams);
    let run = |streams: &Streams| {
        let (mut gradient, mut hessian) = (vec![0.0; n], vec![0.0; csr.nonzeros()]);
        let mut buffers = Buffers { gradient: &mut gradient, hessian: &mut hessian, ..Buffers::default() };
        let energy = interpret::run(kernel, &data, streams, &mut buffers);
        ([energy], gradient, hessian)
    };
    let (parts, whole) = (run(&streams), run(&Streams { chunks: Chunks::default(), ..streams.clone() }));
    assert!(relative_gap(&whole.0, &parts.0) < 1e-10);
    assert!(relative_gap(&whole.1, &parts.1) < 1e-10);
    assert!(relative_gap(&whole.2, &parts.2) < 1e-10);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn ranges_share_no_slot(m in 1usize..6000, n in 3usize..4000, spread in 1usize..50, gradient: bool) {
        let outputs = Outputs { energy: true, gradient, hessian: true, ..Outputs::default() };
        check(m, n, spread.min(n - 1), outputs);
    }
}
