//! The most entries of one loop nest: exactly so many are held, one more is refused with its place.

use spadina_core::bind::Data;
use spadina_core::executor::Serial;
use spadina_core::frontend::{Binding, Frontend, Module, Roles};
use spadina_core::kernel::{Outputs, build};
use spadina_core::pattern::{FaultKind, Symbolic};
use spadina_core::pipeline;
use spadina_core::real::Span;

/// Four entries of the Hessian and two of the gradient for every pair of neighbours.
const CHAIN: &str = "@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 1u; i < arrayLength(&x); i++) { let d = x[i] - x[i - 1u]; sum += d * d * d; }
  return sum;
}";

#[test]
fn more_entries_than_the_limit_are_refused() {
    let module = Module::parse("chain", CHAIN).unwrap();
    let x = Binding { array: "x".into(), unknown: true, ..Binding::default() };
    let roles = Roles { bindings: [("x".to_string(), x)].into_iter().collect(), ..Roles::default() };
    let solved = pipeline::run(module.lower(&roles).unwrap()).solved;
    let outputs = Outputs { energy: true, gradient: true, hessian: true, ..Outputs::default() };
    let kernels = build(&solved, outputs);
    let [kernel] = &kernels[..] else { panic!("one kernel: {}", kernels.len()) };
    let symbolic = Symbolic::of(kernel, &solved, true);
    let entries = kernel.outputs.iter().filter(|o| o.has_slot()).count();
    for nodes in [2, 5, 100] {
        let numbers = vec![1.0; nodes];
        let arrays = solved.graph.arrays().iter().map(|_| &numbers[..]).collect();
        let data = Data { arrays, sizes: vec![nodes as i64], ..Data::default() };
        let all = entries * (nodes - 1);
        let run = |most| symbolic.run_within(&data, &[0], 0, most, &Serial);
        let found: usize = run(all).unwrap().regions.iter().map(|r| r.records()).sum();
        assert_eq!(found * entries, all);
        let fault = run(all - 1).unwrap_err();
        assert_eq!(fault.kind, FaultKind::TooMany);
        assert_ne!(fault.span, Span::default());
        assert_eq!(fault.loops.last(), Some(&("i".to_string(), nodes as i64 - 1)));
    }
}
