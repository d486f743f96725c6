#![allow(dead_code, reason = "each test binary uses a part")]
//! Runs kernels on machine code in one configuration.

use spadina_conformance::program::{Results, Setup};
use spadina_core::backend::{Code, CompileOptions, Job, Routine, check};
use spadina_core::executor::Serial;
use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;
use spadina_jit_cpu::{Options, cranelift};

/// Double precision; slots may be missing.
pub const DOUBLE: CompileOptions = CompileOptions { precision: Precision::F64, partial: true, shared: false };

pub fn compile(kernel: &Kernel, options: &Options, how: &CompileOptions) -> Box<dyn Code> {
    cranelift(*options).compile(&Routine::plain(kernel.clone()), how).unwrap()
}

pub fn compiled(kernel: &Kernel, setup: &Setup, (options, how): (&Options, &CompileOptions)) -> Results {
    let (code, routine) = (compile(kernel, options, how), Routine::plain(kernel.clone()));
    let data = setup.data();
    check(kernel, &data, &setup.streams).unwrap();
    // SAFETY: the tests bind data in range, and streams with slots in range and disjoint ranges.
    let job = unsafe { Job::new(&routine, &data, &setup.streams, None) };
    Results::collect(setup, setup.gradient, |buffers| code.run(&job, buffers, &Serial))
}
