#![allow(dead_code, unused_imports, reason = "each test binary uses a part")]
//! Runs a kernel on the GPU and on the interpreter, and compares.

pub use spadina_conformance::program::{Builder, Results, Setup, interpreted, numbers};
pub use spadina_conformance::random;

use spadina_core::executor::Serial;
use spadina_core::kernel::Kernel;
use spadina_core::real::{ArrayKind, Precision};
use spadina_gpu::wgsl::Options;
use spadina_gpu::{BoundEvaluation, Device, Error, Evaluation, Job, Lengths, Schedule, Vectors};

/// The variable that makes a missing adapter a failure.
const REQUIRED: &str = "SPADINA_REQUIRE_GPU";

/// The device, if there is one; says so where there is none.
pub fn device() -> Option<Device> {
    match Device::open(None) {
        Ok(device) => Some(device),
        Err(error) => {
            assert!(std::env::var_os(REQUIRED).is_none_or(|v| v != "1"), "{REQUIRED} is set: {error}");
            println!("not tested: {error}");
            None
        }
    }
}

/// The precisions that a device has, with the tolerances of results.
pub fn precisions(device: &Device) -> Vec<(Precision, f64)> {
    let all = [(Precision::F32, 1e-4), (Precision::F64, 1e-10)];
    let found: Vec<_> = all.into_iter().filter(|(precision, _)| device.check(*precision).is_ok()).collect();
    if found.len() < all.len() {
        println!("not tested in double precision: {} has none", device.name());
    }
    found
}

/// The value of a future that is ready without being woken, as wgpu's are natively.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        let polled = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        if let std::task::Poll::Ready(value) = polled {
            return value;
        }
    }
}

/// The number of each unknown array's first entry among all unknowns, and how many these are.
fn stacked(kernel: &Kernel, bound: &Setup) -> (Vec<u32>, Vec<f64>) {
    let mut unknowns = Vec::new();
    let offsets = kernel.graph.arrays().iter().zip(&bound.arrays).map(|(info, array)| {
        let first = unknowns.len() as u32;
        if info.kind == ArrayKind::Unknown {
            unknowns.extend_from_slice(array);
        }
        first
    });
    (offsets.collect(), unknowns)
}

/// A kernel that has been bound, and can be run again and again.
pub struct Runner {
    pub device: Device,
    pub vectors: Vectors,
    pub evaluable: BoundEvaluation,
    lengths: [usize; 4],
}

impl Runner {
    pub fn new(device: &Device, kernel: &Kernel, bound: &Setup, options: &Options) -> Result<Self, Error> {
        Self::within(device, kernel, bound, options, None)
    }

    /// With so many bytes for staging at most.
    pub fn within(
        device: &Device,
        kernel: &Kernel,
        bound: &Setup,
        options: &Options,
        staging: Option<u64>,
    ) -> Result<Self, Error> {
        // The slots of these tests are not those of a matrix: entries of a row may belong to several nodes.
        let schedule = if options.schedule == Schedule::Auto { Schedule::Staged } else { options.schedule };
        let compiled = device.compile(kernel, &Options { schedule, ..options.clone() })?;
        let (offsets, unknowns) = stacked(kernel, bound);
        let other = bound.other;
        let length = unknowns.len().max(bound.gradient).max(other);
        let lengths = Lengths { unknowns: length, hessian: bound.hessian, residual: other, jacobian: other };
        let vectors = Vectors::new(device, options.precision, lengths)?;
        device.write(&vectors.unknowns, options.precision, 0, &unknowns)?;
        device.write(&vectors.direction, options.precision, 0, &bound.seeds.concat())?;
        let data = bound.data();
        let job = Job { compiled: &compiled, data: &data, streams: &bound.streams, offsets: &offsets, matrices: None };
        let evaluation = Evaluation { stages: vec![vec![job]], staging, ..Evaluation::default() };
        let evaluable = BoundEvaluation::new(device, &vectors, &evaluation, &Serial)?;
        let lengths = [bound.gradient, bound.hessian, other, 0];
        Ok(Self { device: device.clone(), vectors, evaluable, lengths })
    }

    pub fn run(&self) -> Result<Results, Error> {
        self.evaluable.run(&self.device)?;
        let v = &self.vectors;
        let [gradient, hessian, other, _] = self.lengths;
        let wanted = [
            (&v.energy, 1),
            (&v.gradient, gradient),
            (&v.hessian, hessian),
            (&v.residual, other),
            (&v.jacobian, other),
            (&v.product, other),
        ];
        let mut read = self.device.read(v.precision, &wanted)?.into_iter();
        let mut next = || read.next().unwrap_or_default();
        let energy = next()[0];
        Ok(Results { energy, gradient: next(), hessian: next(), other: [next(), next(), next()] })
    }
}

/// Runs a kernel once.
pub fn on_device(device: &Device, kernel: &Kernel, bound: &Setup, options: &Options) -> Results {
    let runner = Runner::new(device, kernel, bound, options).unwrap_or_else(|e| panic!("{e}"));
    runner.run().unwrap_or_else(|e| panic!("{e}"))
}
