//! What does not fit is refused before anything runs.

mod support;

use spadina_core::backend::Backend as _;
use spadina_core::program::Target;
use spadina_core::real::Precision;
use spadina_gpu::operations::{Axpy, Dot, Scalar};
use spadina_gpu::wgsl::Options;
use spadina_gpu::{Backend, Device, Error, Schedule, adapters, wgpu};
use support::{Builder, Runner, Setup, device, numbers};

/// Slots beyond the vectors, in kernels that add to them themselves.
#[test]
fn slots_beyond_the_vectors_are_refused() {
    let Some(device) = device() else { return };
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    p.gradient(&[var], x, i, a);
    p.hessian(&[var], x, [i, i], false, a);
    let kernel = p.kernel();
    let mut bound = Setup::elements(3);
    bound.arrays = vec![numbers(3)];
    bound.stream(0, vec![], vec![]);
    bound.stream(2, vec![0, 0, 1, 1, 2, 2], vec![]);
    (bound.gradient, bound.hessian) = (3, 3);
    for schedule in [Schedule::Staged, Schedule::Rows, Schedule::Atomic] {
        let options = Options { schedule, ..Options::default() };
        match Runner::new(&device, &kernel, &bound, &options) {
            Err(Error::Feature { .. }) => continue,
            runner => drop(runner.unwrap()),
        }
        for (slot, offset) in [(3, 0), (1000, 0), (3, 1), (u32::MAX - 1, 1)] {
            let mut damaged = bound.clone();
            damaged.streams.regions[1].slots[2 + offset] = slot;
            let error = Runner::new(&device, &kernel, &damaged, &options).err().unwrap().to_string();
            assert!(error.contains("entries of"), "{schedule:?}: {error}");
        }
    }
}

/// A loop that a workgroup shares passes its end by as much as the workgroup is long.
#[test]
fn shared_loops_end_below_31_bits() {
    let Some(device) = device() else { return };
    let mut p = Builder::default();
    let n = p.ix().size("n");
    let begin = p.ix().offset(n, -10);
    let (var, j) = p.var(0, begin, n, "j");
    let far = p.ix().offset(begin, 0);
    let own = p.ix().sub(j, far);
    let real = p.g.integer(own);
    let sum = p.g.sum(var, real);
    p.update(&[], 0, Target::Energy, sum);
    let kernel = p.kernel();
    assert_eq!(kernel.outer, None);
    let of = |n: i64| {
        let mut bound = Setup::elements(n);
        bound.streams.outer = 0..1;
        bound.no_slots(&kernel);
        Runner::new(&device, &kernel, &bound, &Options::default())
    };
    let last = i64::from(i32::MAX);
    assert_eq!(of(last - 300).unwrap().run().unwrap().energy, 45.0);
    for end in [last - 255, last - 3, last] {
        assert!(matches!(of(end), Err(Error::Integer { .. })), "{end}");
    }
}

#[test]
fn places_that_no_buffer_has_are_refused() {
    let Some(device) = device() else { return };
    let usage = wgpu::BufferUsages::STORAGE;
    let descriptor = wgpu::BufferDescriptor { label: None, size: 64, usage, mapped_at_creation: false };
    let [a, b, c] = [(); 3].map(|()| device.device().create_buffer(&descriptor));
    let (single, most) = (Precision::F32, usize::MAX);
    let error = Axpy::new(&device, single, most / 4 + 2, Scalar(&c, 0), [&a, &b]).err().unwrap();
    assert!(matches!(error, Error::System { what: "bytes of a vector", given: 64, .. }), "{error}");
    let error = Dot::new(&device, single, 4, [&a, &b], Scalar(&c, most)).err().unwrap();
    assert!(matches!(error, Error::System { what: "bytes of scalars", .. }), "{error}");
    let error = Dot::new(&device, single, 17, [&a, &b], Scalar(&c, 0)).err().unwrap().to_string();
    assert_eq!(error, "bytes of a vector: 64 given, 68 needed");
}

/// Mistakes of the application on its device are told once, and end nothing.
#[test]
fn a_mistake_of_the_application_is_no_loss() {
    if device().is_none() {
        return;
    }
    let device = Device::open(None).unwrap();
    let wrong = wgpu::BufferDescriptor {
        label: Some("wrong"),
        size: 16,
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::MAP_WRITE,
        mapped_at_creation: false,
    };
    drop(device.device().create_buffer(&wrong));
    let good = device.readback("numbers", 16);
    let error = good.err().unwrap();
    assert!(matches!(error, Error::Validation { .. }), "{error:?}");
    assert!(error.to_string().starts_with("a use of the device by the application is refused: "), "{error}");
    assert!(device.readback("numbers", 16).is_ok());
}

#[test]
fn abilities_are_those_of_the_device() {
    let Some(opened) = device() else { return };
    let precisions = |device: &Device| {
        let schedule = Schedule::default();
        Backend::new(device.clone(), Precision::F32, schedule).unwrap().abilities().precisions
    };
    let double = opened.check(Precision::F64).is_ok();
    assert_eq!(precisions(&opened).contains(&Precision::F64), double);
    let adapter = adapters().into_iter().find(|adapter| adapter.get_info().name == opened.name()).unwrap();
    let descriptor = wgpu::DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() };
    let (device, queue) = support::wait(adapter.request_device(&descriptor)).unwrap();
    assert_eq!(precisions(&Device::new(device, queue)), [Precision::F32]);
}
