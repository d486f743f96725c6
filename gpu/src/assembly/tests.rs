//! Every shader of assembly beside its twin.

use super::*;
use crate::memory::{bytes, real_bytes, storage_usage};
use spadina_shaders::assembly::{self, LANES, NEGATED, TRANSPOSED, Tiles};

/// The first entry has a long list, the others short ones.
const LISTS: usize = 700;

fn device() -> Option<Device> {
    match Device::open(None) {
        Ok(device) => Some(device),
        Err(error) => {
            assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none_or(|v| v != "1"), "{error}");
            println!("not tested: {error}");
            None
        }
    }
}

/// Numbers between -1 and 1.
fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|k| (0.37 * k as f64).sin()).collect()
}

/// Lists of items of `width` words; the first is long.
fn lists(width: usize, item: impl Fn(usize) -> u32) -> Lists {
    let lengths = (0..LISTS).map(|k| if k == 0 { LONG as usize + 300 } else { k % 7 });
    let starts = std::iter::once(0).chain(lengths.scan(0, |end, length| {
        *end += length as u32;
        Some(*end)
    }));
    let starts: Vec<u32> = starts.collect();
    let count = width * starts[LISTS] as usize;
    Lists { starts, items: (0..count).map(item).collect() }
}

/// Runs dispatches on a vector of ones, and returns its entries.
fn run(
    device: &Device,
    precision: Precision,
    from: &[f64],
    count: usize,
    make: impl FnOnce(&wgpu::Buffer, Target<'_>) -> Result<Vec<Dispatch>, Error>,
) -> Vec<f64> {
    let buffer = |numbers: &[f64]| device.filled("numbers", &bytes(precision, numbers), storage_usage()).unwrap();
    let (from, entries) = (buffer(from), buffer(&vec![1.0; count]));
    let dispatches = make(&from, Target { entries: &entries, count, adds: true }).unwrap();
    let mut encoder = device.device().create_command_encoder(&Default::default());
    let mut pass = encoder.begin_compute_pass(&Default::default());
    dispatches.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    drop(pass);
    device.wait(device.submit(encoder.finish()).unwrap()).unwrap();
    device.read(precision, &[(&entries, count)]).unwrap().remove(0)
}

fn near(got: &[f64], wanted: &[f64], precision: Precision, what: &str) {
    let tolerance = if precision == Precision::F64 { 1e-13 } else { 1e-4 };
    assert_eq!(got.len(), wanted.len());
    for (k, (g, w)) in got.iter().zip(wanted).enumerate() {
        assert!((g - w).abs() <= tolerance * w.abs().max(1.0), "{what}: entry {k} is {g}, not {w}");
    }
}

#[test]
fn shaders_do_what_their_twins_do() {
    let Some(device) = device() else { return };
    for precision in [Precision::F32, Precision::F64].into_iter().filter(|&p| device.check(p).is_ok()) {
        let assembly = Assembly::new(&device, precision).unwrap();
        for tile in [1, 3] {
            let flags =
                |k: usize| [0, TRANSPOSED, NEGATED, TRANSPOSED | NEGATED][if tile > 1 { k % 4 } else { 2 * (k % 2) }];
            let lists = lists(1, |k| (k * 7919 % 2000) as u32 | flags(k));
            let staging = numbers(2000 + 3 * 3 * LANES as usize);
            // The last tile is not whole.
            let count = LISTS * tile - tile / 2;
            let make = |from: &wgpu::Buffer, target: Target<'_>| assembly.gather(&device, (&lists, tile), from, target);
            let got = run(&device, precision, &staging, count, make);
            let tiles = Tiles { tile: tile as u32, starts: &lists.starts, items: &lists.items };
            let mut wanted = vec![1.0; count];
            assembly::gather(tiles, &staging, true, &mut wanted);
            let chosen: Vec<u32> = (0..tile as u32).collect();
            assembly::gather_long(tiles, &staging, true, &mut wanted, &chosen);
            near(&got, &wanted, precision, "gather");
        }
        let lists = lists(2, |k| (k * 7919 % 900) as u32);
        let jacobian = numbers(900);
        let make = |from: &wgpu::Buffer, target: Target<'_>| assembly.gram(&device, &lists, from, target);
        let got = run(&device, precision, &jacobian, LISTS, make);
        let factors = lists.items.as_chunks().0;
        let products = assembly::Products { starts: &lists.starts, factors };
        let mut wanted = vec![1.0; LISTS];
        assembly::gram(products, &jacobian, true, &mut wanted);
        assembly::gram_long(products, &jacobian, true, &mut wanted, &[0]);
        near(&got, &wanted, precision, "gram");
        let summed = numbers(100_000);
        for squares in [false, true] {
            let make = |buffer: &wgpu::Buffer, target: Target<'_>| {
                let segment = Segment { buffer, first: 0, count: summed.len(), squares };
                let count = partials(&device, std::slice::from_ref(&segment));
                let partial = device.storage("partial sums", count, real_bytes(precision))?;
                assembly.energy(&device, &[segment], &partial, target.entries)
            };
            let got = run(&device, precision, &summed, 1, make);
            let groups = summed.len().div_ceil(GROUP as usize).min(PARTIAL);
            let wanted = assembly::reduce(&assembly::reduce(&summed, squares, groups), false, 1);
            near(&got, &wanted, precision, "reduce");
        }
    }
}
