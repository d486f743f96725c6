//! Results do not depend on how the work is cut, repeat to the last bit, and what a device cannot do is an error.

mod support;

use spadina_core::kernel::{Buffer, Kernel};
use spadina_core::program::{Entry, Target};
use spadina_core::real::Precision;
use spadina_gpu::wgsl::Options;
use spadina_gpu::{Device, Error, Lengths, Schedule, Vectors, adapters};
use support::random::program;
use support::{Builder, Results, Runner, Setup, device, interpreted, numbers};

fn bits(results: &Results) -> Vec<u64> {
    results.all().iter().map(|x| x.to_bits()).collect()
}

/// `(x[i] · x[next])²` with its gradient, for many elements that share entries.
fn many(elements: usize) -> (Kernel, Setup) {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let table = p.ix().table("t", true);
    let other = p.ix().read(table, i);
    let (a, b) = (p.g.load(x, i), p.g.load(x, other));
    let product = p.g.mul(a, b);
    let square = p.g.mul(product, product);
    p.energy(&[var], square);
    p.gradient(&[var], x, i, a);
    p.gradient(&[var], x, other, product);
    p.hessian(&[var], x, [i, other], true, square);
    let kernel = p.kernel();
    let mut bound = Setup::elements(elements as i64);
    bound.arrays = vec![numbers(elements)];
    bound.tables = vec![(0..elements).map(|k| (k * 7919 % elements) as i32).collect()];
    bound.stream(0, vec![], vec![]);
    let width = kernel.regions[1].width;
    bound.stream(width, (0..elements * width).map(|k| (k * 31 % elements) as u32).collect(), vec![]);
    (bound.gradient, bound.hessian) = (elements, elements);
    (kernel, bound)
}

#[test]
fn results_repeat_to_the_last_bit() {
    let Some(device) = device() else { return };
    for (kernel, bound) in [program(3), many(5000)] {
        let runner = Runner::new(&device, &kernel, &bound, &Options::default()).unwrap();
        let first = runner.run().unwrap();
        assert!(first.all().iter().any(|&x| x != 0.0));
        for _ in 0..5 {
            assert_eq!(bits(&runner.run().unwrap()), bits(&first));
        }
        let again = Runner::new(&device, &kernel, &bound, &Options::default()).unwrap();
        assert_eq!(bits(&again.run().unwrap()), bits(&first));
    }
}

/// For each element a loop over its neighbours, of which there are none to six, that writes in each.
fn stars(elements: usize) -> (Kernel, Setup) {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let row = p.ix().table("row", true);
    let next = p.ix().offset(i, 1);
    let (lo, hi) = (p.ix().read(row, i), p.ix().read(row, next));
    let (j, at) = p.var(1, lo, hi, "j");
    let n = p.ix().size("n");
    let node = p.ix().rem(at, n);
    let (own, other) = (p.g.load(x, i), p.g.load(x, node));
    let product = p.g.mul(own, other);
    p.energy(&[var], own);
    p.gradient(&[var], x, i, own);
    let target = Target::Gradient(Entry { array: x, index: node });
    p.update(&[var, j], 1, target, product);
    p.update(&[var, j], 1, target, other);
    let kernel = p.kernel();
    let starts: Vec<i32> =
        (0..=elements).scan(0, |sum, k| Some(std::mem::replace(sum, *sum + (k * 5 % 7) as i32))).collect();
    let mut bound = Setup::elements(elements as i64);
    bound.arrays = vec![numbers(elements)];
    let records = starts[elements] as usize;
    bound.stream(0, vec![], vec![]);
    let slots = |count: usize, width| (0..count * width).map(|k| (k * 31 % elements) as u32).collect();
    bound.stream(kernel.regions[1].width, slots(elements, kernel.regions[1].width), vec![]);
    let width = kernel.regions[2].width;
    bound.stream(width, slots(records, width), starts.iter().map(|&s| s as u64).collect());
    bound.tables = vec![starts];
    bound.gradient = elements;
    (kernel, bound)
}

#[test]
fn a_small_staging_buffer_is_filled_several_times() {
    let Some(device) = device() else { return };
    for (kernel, bound) in [stars(700), many(5000)] {
        let wanted = interpreted(&kernel, &bound);
        let whole = Runner::new(&device, &kernel, &bound, &Options::default()).unwrap();
        assert_eq!(whole.evaluable.passes(), 1);
        whole.run().unwrap().close(&wanted, 1e-4, "whole");
        for bytes in [1_000, 5_000] {
            let runner = Runner::within(&device, &kernel, &bound, &Options::default(), Some(bytes)).unwrap();
            assert!(runner.evaluable.passes() > 2);
            let results = runner.run().unwrap();
            results.close(&wanted, 1e-4, &format!("{bytes} bytes"));
            assert_eq!(bits(&runner.run().unwrap()), bits(&results));
        }
    }
}

/// A device of the same adapter with other limits.
fn limited(change: impl FnOnce(&mut wgpu::Limits)) -> Device {
    let name = Device::open(None).unwrap().name();
    let adapter = adapters().into_iter().find(|a| a.get_info().name == name).unwrap();
    let mut limits = adapter.limits();
    change(&mut limits);
    Device::of_adapter(&adapter, limits).unwrap()
}

#[test]
fn low_limits_are_kept_or_named() {
    if device().is_none() {
        return;
    }
    let (kernel, bound) = many(5000);
    let wanted = interpreted(&kernel, &bound);
    // The staging buffer alone would need 5000 · 3 numbers.
    let device = limited(|limits| {
        limits.max_storage_buffer_binding_size = 32 << 10;
        limits.max_compute_workgroups_per_dimension = 10;
    });
    let runner = Runner::new(&device, &kernel, &bound, &Options::default()).unwrap();
    assert!(runner.evaluable.passes() > 1);
    runner.run().unwrap().close(&wanted, 1e-4, "low limits");
    // Not even one iteration fits.
    let error = Runner::within(&device, &kernel, &bound, &Options::default(), Some(64)).err().unwrap();
    assert!(matches!(error, Error::Limit { .. }), "{error}");
    assert!(error.to_string().contains("an iteration of kernel `test` needs 96"), "{error}");
    // A vector that is too long for one binding.
    let lengths = Lengths { unknowns: 10_000, ..Lengths::default() };
    let error = Vectors::new(&device, Precision::F32, lengths).err().unwrap().to_string();
    let wanted = "unknowns needs 40000, but the device's `max_storage_buffer_binding_size` is 32768";
    assert_eq!(error, wanted);
    let lengths = Lengths { hessian: usize::MAX, ..Lengths::default() };
    assert!(matches!(Vectors::new(&device, Precision::F32, lengths), Err(Error::Limit { .. })));
    let device = limited(|limits| limits.max_storage_buffers_per_shader_stage = 4);
    let error = device.compile(&kernel, &Options::default()).err().unwrap().to_string();
    assert!(error.contains("max_storage_buffers_per_shader_stage"), "{error}");
}

#[test]
fn integers_beyond_32_bits_are_refused() {
    let Some(device) = device() else { return };
    let mut p = Builder::default();
    let (var, i) = p.elements();
    let far = p.ix().scale(i, 1 << 20);
    let real = p.g.integer(far);
    p.energy(&[var], real);
    let kernel = p.kernel();
    let mut bound = Setup::elements(4100);
    bound.no_slots(&kernel);
    let error = Runner::new(&device, &kernel, &bound, &Options::default()).err().unwrap();
    assert!(matches!(error, Error::Integer { hi: 4294967296, .. }), "{error}");
    let mut small = Setup::elements(4096);
    small.no_slots(&kernel);
    let found = Runner::new(&device, &kernel, &small, &Options::default()).unwrap().run().unwrap();
    found.close(&interpreted(&kernel, &small), 1e-4, "32 bits");
}

#[test]
fn what_does_not_fit_the_kernel_is_refused() {
    let Some(device) = device() else { return };
    let (kernel, bound) = many(100);
    let refused = |change: fn(&mut Setup)| {
        let mut damaged = bound.clone();
        change(&mut damaged);
        Runner::new(&device, &kernel, &damaged, &Options::default()).err().unwrap().to_string()
    };
    assert!(refused(|b| b.tables.clear()).contains("0 tables are bound, 1 are needed"));
    assert!(refused(|b| b.sizes.clear()).contains("0 sizes are bound, 1 are needed"));
    // Streams of regions that the kernel does not have are of no account.
    let mut longer = bound.clone();
    longer.stream(3, vec![0; 3], vec![]);
    assert!(Runner::new(&device, &kernel, &longer, &Options::default()).is_ok());
    assert!(refused(|b| b.streams.regions[1].width = 3).contains("slots in a record of region 1"));
    assert!(refused(|b| b.streams.regions[1].slots.truncate(50)).contains("slots of region 1"));
    assert!(refused(|b| b.streams.regions[1].slots[5] = 1000).contains("entries of"));
    assert!(refused(|b| b.streams.regions[1].starts = vec![0; 101]).contains("beginnings of records"));
}

#[test]
fn a_lost_device_is_an_error() {
    if device().is_none() {
        return;
    }
    let device = limited(|_| ());
    let (kernel, bound) = many(100);
    let runner = Runner::new(&device, &kernel, &bound, &Options::default()).unwrap();
    runner.run().unwrap();
    device.device().destroy();
    let error = runner.run().err().unwrap();
    assert!(matches!(error, Error::Lost { .. }), "{error:?}");
    let error = device.compile(&kernel, &Options::default()).err().unwrap();
    assert!(matches!(error, Error::Lost { .. }), "{error:?}");
    let error = device.read(Precision::F32, &[(&runner.vectors.energy, 1)]).err().unwrap();
    assert!(matches!(error, Error::Lost { .. }), "{error:?}");
}

#[test]
fn an_adapter_that_is_not_there_is_named() {
    let error = Device::open(Some("no such adapter")).err().unwrap();
    assert!(error.to_string().starts_with("no GPU adapter with `no such adapter` in its name; found: "), "{error}");
}

/// Elements whose Hessian has rows that their gradient has not cannot be driven by rows; staged they can.
#[test]
fn rows_without_an_owner_are_refused() {
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
    let gradient = kernel.outputs.iter().find(|o| o.buffer == Buffer::Gradient).unwrap().offset;
    let slots = |missing: u32| -> Vec<u32> {
        let of = |k: u32, offset: usize| if k == 1 && offset == gradient { missing } else { k };
        (0..3).flat_map(|k| [of(k, 0), of(k, 1)]).collect()
    };
    bound.stream(2, slots(1), vec![]);
    (bound.gradient, bound.hessian) = (3, 3);
    let rows = Options { schedule: Schedule::Rows, ..Options::default() };
    let found = Runner::new(&device, &kernel, &bound, &rows).unwrap().run().unwrap();
    found.close(&interpreted(&kernel, &bound), 1e-4, "by rows");
    bound.streams.regions[1].slots = slots(u32::MAX);
    let error = Runner::new(&device, &kernel, &bound, &rows).err().unwrap();
    assert!(matches!(error, Error::Rows { .. }), "{error}");
    let found = Runner::new(&device, &kernel, &bound, &Options::default()).unwrap().run().unwrap();
    found.close(&interpreted(&kernel, &bound), 1e-4, "staged");
}

/// What a driver or wgpu refuses is an error with its reason.
#[test]
fn what_the_driver_refuses_is_an_error() {
    let Some(device) = device() else { return };
    // A buffer that may not be copied.
    let descriptor =
        wgpu::BufferDescriptor { label: None, size: 16, usage: wgpu::BufferUsages::STORAGE, mapped_at_creation: false };
    let buffer = device.device().create_buffer(&descriptor);
    let error = device.read(Precision::F32, &[(&buffer, 1)]).err().unwrap();
    assert!(matches!(error, Error::Validation { .. }), "{error:?}");
    assert!(error.to_string().starts_with("reading numbers is refused: "), "{error}");
}
