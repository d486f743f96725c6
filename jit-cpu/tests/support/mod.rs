#![allow(dead_code, reason = "each test binary uses a part")]
//! Runs a program on the interpreter and on the compiler in every configuration, and compares.

mod programs;
pub mod random;

pub use programs::*;

use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;
use spadina_jit_cpu::{Options, Pool, compile};

pub fn compiled(kernel: &Kernel, bound: &Bound, options: &Options, threads: usize) -> Results {
    let compiled = compile(kernel, options).unwrap();
    let pool = Pool::new(threads).unwrap();
    Results::collect(bound, |buffers| {
        // SAFETY: the tests bind data in range, and streams with slots in range and disjoint ranges.
        unsafe { compiled.run(&bound.data(), &bound.streams, buffers, &pool, None) }.unwrap()
    })
}

/// Runs on everything: the results of the interpreter, which every compiled variant has reproduced; to the last bit.
pub fn everywhere(kernel: &Kernel, bound: &Bound) -> Results {
    everywhere_within(kernel, bound, [0.0, 2e-6])
}

/// The same, with tolerances for double and single precision.
pub fn everywhere_within(kernel: &Kernel, bound: &Bound, tolerances: [f64; 2]) -> Results {
    let mut fused = kernel.clone();
    fused.fuse();
    variants(&fused, bound, tolerances);
    variants(kernel, bound, tolerances)
}

fn variants(kernel: &Kernel, bound: &Bound, [double, single]: [f64; 2]) -> Results {
    let wanted = interpreted(kernel, bound);
    let Options { block_limit, quick_above, .. } = Options::default();
    let (limit, quick) = (block_limit, quick_above);
    let choices = [(limit, quick, true), (limit, quick, false), (limit, 0, true), (12, 0, true), (1, quick, true)];
    for (block_limit, quick_above, wide) in choices {
        for (precision, tolerance) in [(Precision::F64, double), (Precision::F32, single)] {
            for threads in [1, 3] {
                let options = Options { precision, block_limit, quick_above, wide, ..Options::default() };
                let what = format!("{precision:?}, {block_limit}, {quick_above}, wide: {wide}, {threads} threads");
                let in_range = match precision {
                    Precision::F32 => wanted.narrowed(),
                    Precision::F64 => wanted.clone(),
                };
                compiled(kernel, bound, &options, threads).close(&in_range, tolerance, &what);
            }
        }
    }
    wanted
}
