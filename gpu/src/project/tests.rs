//! The shader beside its twin.

use super::*;
use spadina_core::backend::BindError;
use spadina_core::element::{Basis, lower};
use spadina_core::program::Entry;
use spadina_core::real::{ArrayKind, Graph};
use spadina_shaders::{Real, project};

/// Numbers between -1 and 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// An element of nodes of `width` unknowns, of which the energy sees the differences, or everything.
fn element(nodes: usize, width: usize, differences: bool) -> Element {
    let mut graph = Graph::default();
    let array = graph.array("x", ArrayKind::Unknown);
    let mut unknowns: Vec<Entry> =
        (0..nodes * width).map(|k| Entry { array, index: graph.indices.int(k as i64) }).collect();
    unknowns.sort_unstable();
    let of = |node: usize, k: usize| unknowns[node * width + k];
    let difference = |node: usize, k: usize| vec![(of(node, k), 1.0), (of(0, k), -1.0)];
    let edges: Vec<_> = (1..nodes).flat_map(|node| (0..width).map(move |k| (node, k))).collect();
    let combinations: Vec<_> = match differences {
        true => edges.into_iter().map(|(node, k)| difference(node, k)).collect(),
        false => Vec::new(),
    };
    let basis = Basis::of(&unknowns, &combinations);
    Element { unknowns, basis }
}

/// The lower triangle of a matrix that has the null space of the basis: indefinite for most numbers, definite for others,
/// and for some of another size or not finite.
fn matrix(element: &Element, number: usize, random: &mut Random, precision: Precision) -> Vec<f64> {
    let (n, m) = (element.size(), element.basis.columns.len());
    let mut small: Vec<f64> = (0..m * (m + 1) / 2).map(|_| random.next()).collect();
    if number.is_multiple_of(3) {
        (0..m).for_each(|k| small[lower(k, k)] += 2.0 * m as f64);
    }
    let scale = match (number % 11, precision) {
        (4, _) => 0.0,
        (5, Precision::F32) => 1e-30,
        (7, Precision::F32) => 1e38 / m as f64,
        (5, Precision::F64) => 1e-290,
        (7, Precision::F64) => 1e306,
        _ => 1.0,
    };
    let mut wide = vec![vec![0.0; m]; n];
    for (number, column) in element.basis.columns.iter().enumerate() {
        for &(unknown, component) in column {
            (0..m).for_each(|k| wide[unknown][k] += component * small[lower(number.max(k), number.min(k))]);
        }
    }
    let mut entries = vec![0.0; element.entries()];
    for (number, column) in element.basis.columns.iter().enumerate() {
        for &(unknown, component) in column {
            (unknown..n).for_each(|row| entries[lower(row, unknown)] += component * wide[row][number] * scale);
        }
    }
    match number % 17 {
        8 => entries[0] = f64::NAN,
        10 => entries[element.entries() - 1] = f64::NEG_INFINITY,
        _ => {}
    }
    entries
}

fn device() -> Option<Device> {
    match Device::open(None) {
        Ok(device) => Some(device),
        Err(error) => {
            assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none(), "{error}");
            println!("not tested: {error}");
            None
        }
    }
}

/// Projects the numbers of a buffer on the device.
fn on_device(
    device: &Device,
    (precision, element, projection): (Precision, &Element, Projection),
    (region, places): (Region, &[u32]),
    numbers: &[f64],
) -> Vec<f64> {
    // Less than there are, so that large elements need several dispatches.
    let most = region.count as usize / 3;
    let projector = Projector::new(device, precision, element, projection, most).unwrap();
    let buffer = device.filled("matrices", &bytes(precision, numbers), storage_usage()).unwrap();
    let dispatches = projector.dispatches(device, &buffer, region, places).unwrap();
    let mut encoder = device.device().create_command_encoder(&Default::default());
    let mut pass = encoder.begin_compute_pass(&Default::default());
    dispatches.iter().for_each(|dispatch| dispatch.encode(&mut pass));
    drop(pass);
    device.wait(device.submit(encoder.finish()).unwrap()).unwrap();
    device.read(precision, &[(&buffer, numbers.len())]).unwrap().remove(0)
}

/// Projects them by the twin.
fn on_host<T: Real + Into<f64>>(
    (shader, mode): (Project, Mode),
    element: &Element,
    (region, places): (Region, &[u32]),
    numbers: &[f64],
    round: impl Fn(f64) -> T,
) -> Vec<f64> {
    let basis = shader.directions.map(|_| Directions::new(element.size(), &element.basis.columns, &round));
    let mut numbers: Vec<T> = numbers.iter().map(|&x| round(x)).collect();
    project(shader, basis.as_ref(), (region, mode), places, &mut numbers);
    numbers.into_iter().map(Into::into).collect()
}

/// Projects elements on the device and by the twin. Entries that are `missing` have no place. Gives the largest difference
/// in units of the rounding error of the element's largest entry.
fn compare(
    device: &Device,
    precision: Precision,
    element: &Element,
    projection: Projection,
    (lanes, missing): (u32, &dyn Fn(usize) -> bool),
) -> f64 {
    let entries = element.entries();
    // From the last entry to the first, with one number between two of them.
    let place = |k: usize| if missing(k) { Region::NONE } else { 2 * (entries - 1 - k) as u32 };
    let places: Vec<u32> = (0..entries).map(place).collect();
    let region = Region { base: 3, lanes, stride: 2 * entries as u32, count: if entries > 1000 { 40 } else { 150 } };
    let mut numbers = vec![0.5; region.at((region.count + lanes) as usize, 0)];
    let mut random = Random(entries as u64);
    for number in 0..region.count as usize {
        let matrix = matrix(element, number, &mut random, precision);
        for (&place, entry) in places.iter().zip(matrix).filter(|(place, _)| **place != Region::NONE) {
            numbers[region.at(number, place)] = entry;
        }
    }
    let got = on_device(device, (precision, element, projection), (region, &places), &numbers);
    let (double, n, m) = (precision == Precision::F64, element.size(), element.basis.columns.len());
    let shader = Project { double, unknowns: n as u32, directions: (m < n).then_some(m as u32) };
    let mode = if projection == Projection::Abs { Mode::Abs } else { Mode::Clamp };
    let (wanted, unit) = match double {
        true => (on_host((shader, mode), element, (region, &places), &numbers, |x| x), f64::EPSILON),
        false => {
            numbers.iter_mut().for_each(|x| *x = f64::from(*x as f32));
            let wanted = on_host((shader, mode), element, (region, &places), &numbers, |x| x as f32);
            (wanted, f64::from(f32::EPSILON))
        }
    };
    let mut worst = 0.0f64;
    let mut open = vec![true; numbers.len()];
    let mut changed = 0;
    for number in 0..region.count as usize {
        let at = |&place: &u32| (place != Region::NONE).then(|| region.at(number, place));
        let own: Vec<usize> = places.iter().filter_map(at).collect();
        let same = own.iter().all(|&k| numbers[k].to_bits() == wanted[k].to_bits() || numbers[k].is_nan());
        changed += u32::from(!same);
        let largest = own.iter().fold(0.0f64, |m, &k| m.max(numbers[k].abs()));
        for &k in &own {
            open[k] = false;
            let equal = got[k] == wanted[k] || got[k].is_nan() && wanted[k].is_nan();
            assert!(equal || !same, "element {number} is not left as it is");
            worst = worst.max(if equal { 0.0 } else { (got[k] - wanted[k]).abs() / largest / unit });
        }
    }
    assert!(5 * changed >= region.count, "{changed}");
    assert!((0..numbers.len()).filter(|&k| open[k]).all(|k| got[k] == numbers[k]));
    worst
}

#[test]
fn the_shader_does_what_its_twin_does() {
    let Some(device) = device() else { return };
    let none = |_: usize| false;
    for precision in [Precision::F32, Precision::F64].into_iter().filter(|&p| device.check(p).is_ok()) {
        // From one unknown to those of a hexahedron with 27 nodes, or the most that one invocation works on.
        let alone = [(1, 1, false), (2, 1, true), (2, 1, false), (2, 3, false), (4, 3, true), (4, 4, false)];
        let teams = [(5, 4, false), (7, 3, true), (27, 3, true)];
        for (nodes, width, differences) in alone.into_iter().chain(teams) {
            let element = element(nodes, width, differences);
            for projection in [Projection::Clamp, Projection::Abs] {
                for lanes in [1, 32] {
                    let worst = compare(&device, precision, &element, projection, (lanes, &none));
                    let (n, m) = (element.size(), element.basis.columns.len());
                    println!("{precision:?}, {n} unknowns, {m} directions, {projection:?}, {lanes}: {worst:.1} units");
                    assert!(worst <= 10.0 + 6.0 * n as f64, "{worst}");
                }
            }
        }
    }
}

/// Unknowns of different components never meet.
#[test]
fn entries_without_a_place_are_zero() {
    let Some(device) = device() else { return };
    let apart = |k: usize| (2..6).any(|row| k == lower(row, 0) || k == lower(row, 1));
    for precision in [Precision::F32, Precision::F64].into_iter().filter(|&p| device.check(p).is_ok()) {
        for lanes in [1, 32] {
            let worst = compare(&device, precision, &element(2, 3, false), Projection::Clamp, (lanes, &apart));
            assert!(worst <= 40.0, "{worst}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let Some(device) = device() else { return };
    let element = element(2, 1, false);
    let projector = Projector::new(&device, Precision::F32, &element, Projection::Clamp, 10).unwrap();
    let buffer = device.storage("matrices", 30, 4).unwrap();
    let region = Region { base: 0, lanes: 1, stride: 3, count: 10 };
    let dispatch = |region, places: &[u32]| projector.dispatches(&device, &buffer, region, places);
    assert!(dispatch(region, &[0, 1, 2]).is_ok());
    assert!(dispatch(Region { base: 4, ..region }, &[0, Region::NONE, 1]).is_err());
    assert!(dispatch(Region { count: 0, ..region }, &[0, 1, 2]).is_ok());
    let refused = |region, places: &[u32]| match dispatch(region, places) {
        Err(Error::Bind(BindError::Count { wanted, given, .. })) => (wanted, given),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(region, &[0, 1]), (3, 2));
    assert_eq!(refused(Region { base: 1, ..region }, &[0, 1, 2]), (31, 30));
    assert_eq!(refused(Region { lanes: 32, ..region }, &[0, 1, 2]), (74, 30));
}

/// Mesa's processor adapter would give wrong numbers.
#[test]
fn elements_that_are_too_large_are_refused() {
    let Some(device) = device() else { return };
    let made = |rows| Projector::new(&device, Precision::F32, &element(rows, 1, false), Projection::Clamp, 1);
    assert!(made(81).is_ok());
    match made(200) {
        Ok(_) => assert!(!device.name().contains("llvmpipe")),
        Err(error) => {
            assert!(matches!(error, Error::Limit { wanted: 360_000, .. }), "{error}");
            println!("{error}");
        }
    }
}
