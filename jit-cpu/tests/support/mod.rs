#![allow(dead_code, reason = "each test binary uses a part")]
//! Runs a program on the interpreter and on the compiler in every configuration, and compares.

mod programs;
pub mod random;

pub use programs::*;

use spadina_core::backend::{Code, CompileOptions, Job, Routine};
use spadina_core::executor::{Executor, Serial};
use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;
use spadina_jit_cpu::{Options, cranelift};

/// So many threads, for every call its own.
#[derive(Debug)]
pub struct Threads(pub usize);

impl Executor for Threads {
    fn threads(&self) -> usize {
        self.0
    }

    fn run(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| {
            for first in 0..self.0 {
                scope.spawn(move || (first..count).step_by(self.0).for_each(task));
            }
        });
    }
}

/// Double precision; slots may be missing.
pub const DOUBLE: CompileOptions = CompileOptions { precision: Precision::F64, partial: true, shared: false };

/// Single precision; slots may be missing.
pub const SINGLE: CompileOptions = CompileOptions { precision: Precision::F32, partial: true, shared: false };

pub fn compile(kernel: &Kernel, options: &Options, how: &CompileOptions) -> Box<dyn Code> {
    cranelift(*options).compile(&Routine::plain(kernel.clone()), how).unwrap()
}

pub fn compiled(
    kernel: &Kernel,
    bound: &Bound,
    (options, how): (&Options, &CompileOptions),
    executor: &dyn Executor,
) -> Results {
    let (code, routine) = (compile(kernel, options, how), Routine::plain(kernel.clone()));
    spadina_core::backend::check(kernel, &bound.data(), &bound.streams).unwrap();
    let data = bound.data();
    // SAFETY: the tests bind data in range, and streams with slots in range and disjoint ranges.
    let job = unsafe { Job::new(&routine, &data, &bound.streams, None) };
    Results::collect(bound, |buffers| code.run(&job, buffers, executor))
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
            for executor in [&Serial as &dyn Executor, &Threads(3)] {
                let options = Options { block_limit, quick_above, wide, ..Options::default() };
                let how = CompileOptions { precision, ..DOUBLE };
                let what = format!("{precision:?}, {block_limit}, {quick_above}, wide: {wide}, {executor:?}");
                let in_range = match precision {
                    Precision::F32 => wanted.narrowed(),
                    Precision::F64 => wanted.clone(),
                };
                compiled(kernel, bound, (&options, &how), executor).close(&in_range, tolerance, &what);
            }
        }
    }
    wanted
}
