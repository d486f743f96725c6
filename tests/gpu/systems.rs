//! Systems on the GPU follow new numbers, new connectivity and every layout, as they do on the CPU.

use super::{both, compare, difference, peer, read};
use spadina::system::{Device, GpuOptions, Layout, Precision};
use spadina::{Options, Problem, System, Tensor, Term};

/// Single precision, in a layout.
fn single(layout: Layout) -> Options {
    Options { precision: Precision::F32, layout, ..Options::default() }
}

#[test]
fn new_numbers_and_new_connectivity() {
    let problem = read("neo_hookean");
    let Some(mut systems) = both(&problem, &single(Layout::Full)) else { return };
    compare(&mut systems, 1e-4, "as read");
    let moved = |name: &str, by: f64| -> Vec<f64> {
        let tensor = problem.unknowns.iter().chain(&problem.arrays).find(|(n, _)| n == name).map(|(_, t)| t);
        tensor.unwrap().data.iter().enumerate().map(|(k, x)| x + by * (k as f64).sin()).collect()
    };
    for system in &mut systems {
        system.set_unknown("x", &moved("x", 0.01)).unwrap();
    }
    compare(&mut systems, 1e-4, "new unknowns");
    for system in &mut systems {
        system.set_array("X", &moved("X", 0.02)).unwrap();
        system.set_array("mu", &[2.5]).unwrap();
    }
    compare(&mut systems, 1e-4, "new arrays");
    let tetrahedra = &problem.indices.iter().find(|(name, _)| name == "tetrahedra").unwrap().1;
    let rows = tetrahedra.shape[0] / 2;
    let fewer = Tensor::new(vec![rows, 4], tetrahedra.data[..4 * rows].to_vec()).unwrap();
    for system in &mut systems {
        system.set_indices("tetrahedra", fewer.clone()).unwrap();
    }
    compare(&mut systems, 1e-4, "new connectivity");
    let [cpu, gpu] = systems.each_mut().map(|system| system.gradient().map(|(e, g)| (e, g.to_vec())).unwrap());
    assert!(difference(&[gpu.0], &[cpu.0]) < 1e-5 && difference(&gpu.1, &cpu.1) < 1e-4);
    let [cpu, gpu] = systems.each_mut().map(|system| system.value().unwrap());
    assert!(difference(&[gpu], &[cpu]) < 1e-5);
}

#[test]
fn layouts_and_residuals() {
    for layout in [Layout::Lower, Layout::Upper, Layout::Block(3)] {
        let what = format!("{layout:?}");
        let Some(mut systems) = both(&read("neo_hookean"), &single(layout)) else { return };
        compare(&mut systems, 1e-4, &what);
    }
    for layout in [Layout::Full, Layout::Lower] {
        let what = format!("residual, {layout:?}");
        let Some(mut systems) = both(&read("edge_residual"), &single(layout)) else { return };
        compare(&mut systems, 1e-4, &what);
        let count = systems[0].unknowns();
        let direction: Vec<f64> = (0..count).map(|k| (k as f64).cos()).collect();
        let [cpu, gpu] = systems.each_mut().map(|system| system.product(&direction).unwrap().to_vec());
        assert!(difference(&gpu, &cpu) < 1e-4, "{what}: product");
    }
}

/// Far from the origin, edges in single precision are those of displacements from a reference.
#[test]
fn displacements_are_accurate_far_away() {
    let mut problem = peer("B", 4);
    for (name, tensor) in problem.unknowns.iter_mut().chain(&mut problem.arrays) {
        if name == "x" || name == "X" {
            tensor.data.iter_mut().for_each(|x| *x += 10_000.0);
        }
    }
    let own = single(Layout::Full);
    let gpu = GpuOptions { displacements: true, ..GpuOptions::default() };
    let Some(mut absolute) = both(&problem, &own) else { return };
    let Some(mut systems) = both(&problem, &Options { gpu, ..own }) else { return };
    let wanted = absolute[0].gradient().unwrap().1.to_vec();
    assert!(difference(absolute[1].gradient().unwrap().1, &wanted) > 1e-2);
    compare(&mut systems, 1e-4, "displacements");
    let tensor = &problem.unknowns[0].1;
    let moved: Vec<f64> = tensor.data.iter().enumerate().map(|(k, x)| x + 0.01 * (k as f64).sin()).collect();
    systems.iter_mut().for_each(|system| system.set_unknown("x", &moved).unwrap());
    compare(&mut systems, 1e-4, "moved");
    systems[1].set_reference();
    compare(&mut systems, 1e-4, "another reference");
    // Fewer nodes have another reference.
    let few = peer("B", 3);
    for system in &mut systems {
        for (name, tensor) in few.unknowns.iter().chain(&few.arrays).filter(|(name, _)| name == "x" || name == "X") {
            let values: Vec<f64> = tensor.data.iter().map(|x| x - 5000.0).collect();
            if name == "x" { system.set_unknown(name, &values) } else { system.set_array(name, &values) }.unwrap();
        }
        let (name, table) = &few.indices[0];
        system.set_indices(name, table.clone()).unwrap();
    }
    compare(&mut systems, 1e-4, "fewer nodes");
    // Products are those of the unknowns, too. They hoist nothing, so that they are not accurate far away.
    let gpu = GpuOptions { displacements: true, ..GpuOptions::default() };
    let Some(mut systems) = both(&few, &Options { gpu, ..single(Layout::Full) }) else { return };
    let direction: Vec<f64> = (0..systems[0].unknowns()).map(|k| (k as f64).cos()).collect();
    let [cpu, gpu] = systems.each_mut().map(|system| system.product(&direction).unwrap().to_vec());
    assert!(difference(&gpu, &cpu) < 1e-4, "product");
}

/// Loops of an invocation that the adapter would leave early are refused; on other adapters they are right.
#[test]
fn long_loops() {
    let text = "
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> d: array<f32>;
fn energy() -> f32 {
  var e = 0.0;
  for (var i = 0u; i < arrayLength(&x); i++) {
    var sum = 0.0;
    for (var j = 0u; j < n; j++) { sum += sin(x[i] * d[j]); }
    e += sum * sum;
  }
  return e;
}";
    for (n, long) in [(100, false), (70_000, true)] {
        let waves = |count: i32| -> Vec<f64> { (0..count).map(|k| (0.1 * f64::from(k)).sin()).collect() };
        let problem = Problem::new().unknown("x", waves(300)).array("d", waves(n)).indices("n", n);
        let problem = problem.term(Term::energy("e.wgsl", text));
        let options = Options { device: Device::Gpu, ..single(Layout::Full) };
        match System::build(problem.clone(), options.clone()) {
            Err(error) if long && error.to_string().contains("iterations of loops in llvmpipe") => {}
            Err(error) if error.to_string().contains("no GPU adapter") => {}
            Err(error) => panic!("{error}"),
            Ok(mut gpu) => {
                let wanted = System::build(problem, Options::default()).unwrap().value().unwrap();
                assert!((gpu.value().unwrap() - wanted).abs() < 1e-3 * wanted.abs());
            }
        }
    }
}
