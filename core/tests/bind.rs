//! What does not have the shape of a kernel is not bound.

use spadina_core::backend::{Lengths, Quantity, check, check_buffers};
use spadina_core::bind::{Buffers, Chunks, Data, Stream, Streams};
use spadina_core::kernel::{Kernel, Outputs, build};
use spadina_core::program::{Entry, Program, Target, Update};
use spadina_core::real::{ArrayKind, Graph};

/// Σ x[i], with a gradient.
fn kernel() -> Kernel {
    let mut g = Graph::default();
    let x = g.array("x", ArrayKind::Unknown);
    let (zero, n) = (g.indices.int(0), g.indices.size("n"));
    let var = g.indices.var(0, zero, n, "i");
    let i = g.indices.var_index(var);
    let a = g.load(x, i);
    let update = |target| Update { vars: vec![var], base: 1, target, value: a, stored: None };
    let updates = vec![update(Target::Energy), update(Target::Gradient(Entry { array: x, index: i }))];
    let program = Program { name: "test".into(), graph: g, updates, looked_at: vec![] };
    build(&program, Outputs { energy: true, gradient: true, ..Outputs::default() }).remove(0)
}

#[test]
fn what_does_not_fit_is_refused() {
    let kernel = kernel();
    let numbers = [1.0, 2.0, 3.0];
    let good_data = Data { arrays: vec![&numbers], sizes: vec![3], ..Data::default() };
    let stream = |width: usize, slots: Vec<u32>| Stream { width, slots, starts: vec![] };
    let regions = vec![stream(0, vec![]), stream(1, vec![0, 1, 2])];
    let good = Streams { outer: 0..3, regions, ..Streams::default() };
    assert_eq!(check(&kernel, &good_data, &good), Ok(()));
    let none = Data { arrays: vec![], ..good_data.clone() };
    let refusal = check(&kernel, &none, &good).unwrap_err().to_string();
    assert_eq!(refusal, "kernel `test`: 0 arrays are bound, 1 are needed");
    let refusal = |change: &dyn Fn(&mut Streams)| {
        let mut streams = good.clone();
        change(&mut streams);
        check(&kernel, &good_data, &streams).unwrap_err().to_string()
    };
    assert_eq!(
        refusal(&|s| s.regions[1].width = 2),
        "kernel `test`: 2 slots in a record of region 1 are bound, 1 are needed"
    );
    let ranges = "kernel `test`: the ranges of the streams do not lie in the outermost loop";
    let chunks =
        |second: std::ops::Range<i64>, number| Chunks { ranges: vec![0..1, second], groups: vec![vec![number]] };
    let chunks = [chunks(1..4, 0), chunks(1..3, 2)];
    assert_eq!(refusal(&|s| s.chunks = chunks[0].clone()), ranges);
    assert_eq!(refusal(&|s| s.chunks = chunks[1].clone()), ranges);
    let starts = |s: &mut Streams| s.regions[1].starts = vec![0, 1, 2];
    assert!(refusal(&starts).contains("beginnings of records of region 1"));
    assert!(refusal(&|s| s.regions[1].slots.truncate(2)).contains("2 slots of region 1 are bound, 3 are needed"));
}

#[test]
fn buffers_have_the_lengths_of_the_results() {
    let lengths = Lengths { unknowns: 2, hessian: 3, residual: 1, jacobian: 4 };
    let check = |quantity, [gradient, hessian, residual, jacobian]: [usize; 4]| {
        let [mut g, mut h, mut r, mut j] = [gradient, hessian, residual, jacobian].map(|length| vec![0.0; length]);
        let buffers =
            Buffers { gradient: &mut g, hessian: &mut h, residual: &mut r, jacobian: &mut j, ..Buffers::default() };
        check_buffers(lengths, quantity, &buffers).map_err(|error| error.to_string())
    };
    assert_eq!(check(Quantity::Hessian, [2, 3, 1, 4]), Ok(()));
    // Those of a quantity that is not asked for are of no account.
    assert_eq!(check(Quantity::Value, [0, 0, 1, 0]), Ok(()));
    assert_eq!(check(Quantity::Gradient, [2, 0, 1, 0]), Ok(()));
    let refusal =
        |name: &str, given, wanted| Err(format!("the buffer of the {name} has {given} entries, {wanted} are needed"));
    assert_eq!(check(Quantity::Value, [0, 0, 0, 0]), refusal("residual", 0, 1));
    assert_eq!(check(Quantity::Gradient, [1, 0, 1, 0]), refusal("gradient", 1, 2));
    assert_eq!(check(Quantity::Hessian, [2, 0, 1, 4]), refusal("Hessian", 0, 3));
    assert_eq!(check(Quantity::Hessian, [2, 3, 1, 5]), refusal("Jacobian", 5, 4));
}
