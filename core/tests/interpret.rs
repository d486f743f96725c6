//! The interpreter where a program is undefined, and its order of ranges. What it computes is tested with the back-ends.

use spadina_core::bind::{Buffers, Chunks, Data, Streams};
use spadina_core::index::{Index, Var};
use spadina_core::interpret::run;
use spadina_core::kernel::{Kernel, Outputs, build};
use spadina_core::program::{Program, Target, Update};
use spadina_core::real::{ArrayKind, Graph, Value};

/// `Σ_{i<3} value(i)`
fn kernel(value: impl FnOnce(&mut Graph, Index) -> Value) -> Kernel {
    let mut graph = Graph::default();
    let (zero, three) = (graph.indices.int(0), graph.indices.int(3));
    let var: Var = graph.indices.var(0, zero, three, "i");
    let i = graph.indices.var_index(var);
    let value = value(&mut graph, i);
    let updates = vec![Update { vars: vec![var], base: 1, target: Target::Energy, value, stored: None }];
    let program = Program { name: "test".into(), graph, updates, looked_at: vec![] };
    build(&program, Outputs { energy: true, ..Outputs::default() }).remove(0)
}

fn energy(kernel: &Kernel, arrays: &[&[f64]], tables: &[&[i32]], chunks: Chunks) -> f64 {
    let data = Data { arrays: arrays.to_vec(), tables: tables.to_vec(), ..Data::default() };
    let streams = Streams { outer: 0..3, chunks, ..Streams::default() };
    run(kernel, &data, &streams, &mut Buffers::default())
}

#[test]
fn loads_out_of_range_read_the_first_entry() {
    let k = kernel(|g, i| {
        let x = g.array("x", ArrayKind::Unknown);
        g.load(x, i)
    });
    assert_eq!(energy(&k, &[&[5.0, 7.0]], &[], Chunks::default()), 5.0 + 7.0 + 5.0);
    assert_eq!(energy(&k, &[&[]], &[], Chunks::default()), 0.0);
}

#[test]
fn undefined_integers_are_zero() {
    let k = kernel(|g, i| {
        let t = g.indices.table("t", false);
        let six = g.indices.int(6);
        let entry = g.indices.read(t, i);
        let quotient = g.indices.div(six, entry);
        g.integer(quotient)
    });
    assert_eq!(energy(&k, &[], &[&[2, 0]], Chunks::default()), 3.0);
}

#[test]
fn energies_are_added_in_the_order_of_the_ranges() {
    let k = kernel(|g, i| {
        let x = g.array("x", ArrayKind::Unknown);
        g.load(x, i)
    });
    let x: &[f64] = &[1.0, 1e100, -1e100];
    let each = vec![0..1, 1..2, 2..3];
    let of = |ranges, groups| energy(&k, &[x], &[], Chunks { ranges, groups });
    assert_eq!(of(each.clone(), vec![vec![0, 1, 2]]), 0.0);
    assert_eq!(of(each, vec![vec![2, 1], vec![0]]), 0.0);
    assert_eq!(of(vec![0..1, 1..3], vec![vec![1, 0]]), 1.0);
}
