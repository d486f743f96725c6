//! Shapes of kernels for which shaders have ways of their own, against the interpreter.

mod support;

use spadina_core::kernel::Kernel;
use spadina_core::program::{Entry, Target};
use spadina_core::real::{Precision, UnaryOp};
use spadina_gpu::emit;
use spadina_gpu::wgsl::Options;
use support::{Builder, Results, Setup, device, interpreted, numbers, on_device, precisions};

/// Runs a kernel in every precision, whole and in pieces; gives the results of the interpreter.
fn everywhere(kernel: &Kernel, bound: &Setup) -> Results {
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
    let mut bound = Setup::elements(700);
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
    let mut bound = Setup::elements(1000);
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
    let mut bound = Setup::elements(20);
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
    let mut bound = Setup::elements(50);
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
    let mut bound = Setup::elements(count);
    bound.arrays = vec![numbers(count as usize)];
    bound.stream(0, vec![], vec![]);
    // The gradient has one entry for all, the Hessian three, of which the last has but few contributions.
    let slots = (0..count as u32).flat_map(|k| [0, if k % 100 == 0 { 2 } else { k % 2 }]);
    bound.stream(2, slots.collect(), vec![]);
    (bound.gradient, bound.hessian) = (1, 3);
    everywhere(&kernel, &bound);
}
