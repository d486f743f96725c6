//! A back-end under test.

use crate::program::{Results, Setup, interpreted};
use spadina_core::backend::{
    Backend, CompileOptions, Host, Inputs, Interpreter, KernelSet, Lengths, ProgramInputs, ProgramKernels, Quantity,
    Residence, Routine, TermInputs, Wanted, check,
};
use spadina_core::element::ProjectedElements;
use spadina_core::executor::{Executor, Serial};
use spadina_core::kernel::Kernel;
use spadina_core::real::{ArrayKind, Precision};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// Threads of its own for every call: an executor that shares nothing with those of the library.
#[derive(Clone, Copy, Debug)]
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

/// A back-end under test, and what is expected of it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The back-end.
    pub backend: Arc<dyn Backend>,
    /// The precision in which it is tested.
    pub precision: Precision,
    /// The difference allowed between results of a kernel and those of the interpreter, relative to the larger of the two
    /// and of 1; zero for the same bits.
    pub kernels: f64,
    /// The same for random programs, which amplify rounding errors.
    pub random: f64,
    /// The random programs, by their seeds.
    pub seeds: Range<u64>,
    /// Units in the last place between a function and its definition run by the host.
    pub units: f64,
    /// The difference allowed between results of problems and those expected, relative to the norm.
    pub problems: f64,
    /// True if integers have 64 bits, and signed zeros, infinities and subnormal numbers are those of IEEE 754.
    pub host: bool,
}

impl Subject {
    /// A back-end that gives the interpreter's bits in double precision.
    pub fn exact(backend: Arc<dyn Backend>) -> Self {
        Self {
            backend,
            precision: Precision::F64,
            kernels: 0.0,
            random: 0.0,
            seeds: 0..60,
            units: 0.0,
            problems: 1e-12,
            host: true,
        }
    }

    /// A back-end of the host in single precision.
    pub fn single(backend: Arc<dyn Backend>) -> Self {
        let (precision, random) = (Precision::F32, f64::INFINITY);
        Self { precision, kernels: 2e-6, random, problems: 1e-4, ..Self::exact(backend) }
    }

    /// A device in a precision.
    pub fn device(backend: Arc<dyn Backend>, precision: Precision) -> Self {
        let tolerance = match precision {
            Precision::F32 => 1e-4,
            Precision::F64 => 1e-10,
        };
        Self {
            precision,
            kernels: tolerance,
            random: tolerance,
            seeds: 0..8,
            units: 2.0,
            problems: tolerance,
            host: false,
            ..Self::exact(backend)
        }
    }

    /// The interpreter.
    pub fn interpreter() -> Self {
        Self::exact(Arc::new(Host::new(Arc::new(Interpreter))))
    }

    /// Returns true if products of derivatives with a direction can be tested.
    pub fn has_products(&self) -> bool {
        self.backend.engine().is_some()
    }

    /// Runs a kernel as it is and fused, with one thread and with several, compares with the interpreter, and gives the
    /// results of the latter for the kernel as it is.
    pub fn check(&self, kernel: &Kernel, setup: &Setup) -> Results {
        self.check_within(kernel, setup, self.kernels)
    }

    /// The same with another tolerance.
    pub fn check_within(&self, kernel: &Kernel, setup: &Setup, tolerance: f64) -> Results {
        let mut fused = kernel.clone();
        fused.fuse();
        // A device fuses by itself, and takes its time to compile.
        let kernels = if self.host { vec![kernel, &fused] } else { vec![kernel] };
        let executors: &[&dyn Executor] = if self.host { &[&Serial, &Threads(3)] } else { &[&Serial] };
        for kernel in kernels {
            let wanted = interpreted(kernel, setup);
            let wanted = if self.precision == Precision::F32 { wanted.narrowed() } else { wanted };
            for &executor in executors {
                let what = format!("{}, {:?}, {executor:?}", self.backend.name(), self.precision);
                self.run(kernel, setup, executor).close(&wanted, tolerance, &what);
            }
        }
        interpreted(kernel, setup)
    }

    /// Runs a kernel.
    pub fn run(&self, kernel: &Kernel, setup: &Setup, executor: &dyn Executor) -> Results {
        let routine = Routine { guarded: true, ..Routine::plain(kernel.clone()) };
        let set = KernelSet::of([Vec::new(), Vec::new(), vec![routine]]);
        let (residences, offsets, unknowns) = stacked(kernel, setup);
        let program = ProgramKernels { set: &set, residences: &residences };
        let data = setup.data();
        check(kernel, &data, &setup.streams).unwrap_or_else(|e| panic!("{e}"));
        let streams: [&[_]; 3] = [&[], &[], std::slice::from_ref(&setup.streams)];
        let main = ProgramInputs { kernels: program, streams, data, offsets };
        let term = TermInputs { name: "test", main, weighted: None, matrices: Vec::new(), rows: 0..setup.other };
        let length = unknowns.len().max(setup.gradient).max(setup.other);
        let lengths =
            Lengths { unknowns: length, hessian: setup.hessian, residual: setup.other, jacobian: setup.other };
        // SAFETY: the tests bind data in range, and streams with slots in range and disjoint ranges.
        let inputs = unsafe { Inputs::new(vec![Cow::Owned(unknowns)], vec![term], lengths, None, None) };
        // The slots of these tests are not those of a matrix: entries of a row may belong to several nodes.
        let options = CompileOptions { precision: self.precision, partial: true, shared: true };
        let terms: Vec<_> = inputs.terms().iter().map(TermInputs::kernels).collect();
        let compiled = self.backend.compile(&terms, &options, executor);
        let bound = compiled.and_then(|mut compiled| compiled.bind(&inputs, executor));
        let mut bound = bound.unwrap_or_else(|e| panic!("{e}"));
        let count = AtomicUsize::new(0);
        let wanted = Wanted { quantity: Quantity::Hessian, projected: &ProjectedElements::None, count: &count };
        Results::collect(setup, length, |buffers| {
            bound.evaluate(&wanted, &inputs, buffers, executor).unwrap_or_else(|e| panic!("{e}"))
        })
    }
}

/// The residence of each array, the number of each unknown array's first entry among all unknowns, and these.
fn stacked(kernel: &Kernel, setup: &Setup) -> (Vec<Residence>, Vec<u32>, Vec<f64>) {
    let (mut residences, mut offsets, mut unknowns) = (Vec::new(), Vec::new(), Vec::new());
    for (info, array) in kernel.graph.arrays().iter().zip(&setup.arrays) {
        offsets.push(unknowns.len() as u32);
        let unknown = info.kind == ArrayKind::Unknown;
        residences.push(if unknown { Residence::Unknowns } else { Residence::Data });
        unknowns.extend(array.iter().filter(|_| unknown));
    }
    (residences, offsets, unknowns)
}
