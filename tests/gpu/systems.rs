//! Systems on the GPU follow new numbers, new connectivity and every layout, as they do on the CPU.

use super::{both, compare, difference, peer, read};
use spadina::gpu::Schedule;
use spadina::system::{Device, GpuOptions, Layout, Precision};
use spadina::{Options, Problem, System, Tensor, Term};

/// Single precision, in a layout.
fn single(layout: Layout) -> Options {
    Options::default().precision(Precision::F32).layout(layout)
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
fn energies_of_terms() {
    for case in ["two_unknowns", "edge_residual", "neo_hookean"] {
        let gpu = GpuOptions::default().displacements(case == "neo_hookean");
        let Some(systems) = both(&read(case), &single(Layout::Full).gpu(gpu)) else { return };
        let [cpu, gpu] = systems.map(|mut system| (system.energies().unwrap(), system.value().unwrap()));
        assert!(difference(&gpu.0, &cpu.0) < 1e-12, "{case}: {gpu:?} {cpu:?}");
        assert!(difference(&[gpu.0.iter().sum()], &[gpu.1]) < 1e-5, "{case}: {gpu:?}");
    }
}

#[test]
fn layouts_and_residuals() {
    for layout in [Layout::Lower, Layout::Upper, Layout::Block(3)] {
        let what = format!("{layout:?}");
        let Some(mut systems) = both(&read("neo_hookean"), &single(layout)) else { return };
        compare(&mut systems, 1e-4, &what);
    }
    for layout in [Layout::Full, Layout::Lower, Layout::Upper, Layout::Block(3)] {
        // The solver takes both triangles.
        let whole = matches!(layout, Layout::Full | Layout::Block(_));
        let options = single(layout).device(Device::Gpu);
        let mut gpu = System::build(read("neo_hookean"), options).unwrap();
        let count = gpu.unknowns();
        let resident = gpu.resident().unwrap();
        assert_eq!(resident.matrix().is_some(), whole);
        assert!(resident.pattern().is_some());
        let error = resident.set_unknowns(&vec![0.0; count - 1]).unwrap_err().to_string();
        assert_eq!(error, format!("values of unknowns: {} given, {count} needed", count - 1));
        resident.set_unknowns(&vec![0.0; count]).unwrap();
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
    let gpu = GpuOptions::default().displacements(true);
    let Some(mut absolute) = both(&problem, &own) else { return };
    let Some(mut systems) = both(&problem, &own.gpu(gpu)) else { return };
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
    let gpu = GpuOptions::default().displacements(true);
    let Some(mut systems) = both(&few, &single(Layout::Full).gpu(gpu)) else { return };
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
        let options = single(Layout::Full).device(Device::Gpu);
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

/// Numbers that single precision does not hold are refused by name: shaders know no infinity.
#[test]
fn numbers_beyond_single_precision() {
    let energies = [
        ("const B = 1e300; fn energy(x: array<f32, 1>) -> f32 { return (x[0] * x[0] * B) * 1e-300; }", "a constant of"),
        ("fn energy(x: array<f32, 1>, B: f32) -> f32 { return (x[0] * x[0] * B) * 1e-300; }", "a number of"),
    ];
    for (text, wanted) in energies {
        let problem = Problem::new().unknown("x", vec![1.0, 2.0]).array("B", 1e300).indices("e", vec![[0], [1]]);
        let problem = problem.term(Term::energy("e.wgsl", text).over("e"));
        let options = single(Layout::Full).device(Device::Gpu);
        let error = System::build(problem.clone(), options).err().map(|e| e.to_string()).unwrap_or_default();
        let missing = error.starts_with("no GPU adapter");
        assert!(missing || error.starts_with(wanted) && error.contains("infinite in single precision"), "{error}");
        if let Some(mut systems) = both(&problem, &Options::default()) {
            compare(&mut systems, 1e-10, "in double precision");
        }
    }
}

/// An unknown that all elements share has one row for all: that is staged, whatever schedule is asked for.
#[test]
fn rows_that_all_elements_share() {
    let text = "fn energy(x: array<f32, 2>, s: array<f32, 1>) -> f32 { let d = x[1] - s[0] * x[0]; return d * d * d; }";
    let count = 3000;
    let edges: Vec<[i32; 2]> = (0..count).map(|k| [k, k + 1]).collect();
    let x: Vec<f64> = (0..=count).map(|k| (0.01 * f64::from(k)).sin()).collect();
    let problem = Problem::new().unknown("x", x).unknown("s", vec![0.5]).indices("edges", edges);
    let problem = problem.indices("shared", vec![[0]; count as usize]);
    let problem = problem.term(Term::energy("e.wgsl", text).over("edges").bind("s", "s@shared"));
    for schedule in [Schedule::Auto, Schedule::Rows] {
        let gpu = GpuOptions::default().schedule(schedule);
        let Some(mut systems) = both(&problem, &single(Layout::Full).gpu(gpu)) else { return };
        compare(&mut systems, 1e-4, "shared");
        assert_eq!(systems[1].resident().unwrap().schedules(), [Schedule::Staged]);
    }
}

/// An element that overflows in single precision alone is named.
#[test]
fn elements_beyond_single_precision() {
    let text = "fn energy(x: array<f32, 1>) -> f32 { return x[0] * x[0]; }";
    let problem = Problem::new().unknown("x", vec![1.0, 2.0, 1e30, 3.0]).indices("e", vec![[0], [1], [2], [3]]);
    let problem = problem.term(Term::energy("e.wgsl", text).over("e"));
    let cpu = System::build(problem.clone(), single(Layout::Full)).unwrap().value().unwrap_err().to_string();
    assert_eq!(cpu, "the energy is not finite: term 0 (e.wgsl), first at element 2");
    let Some(mut systems) = both(&problem, &single(Layout::Full)) else { return };
    assert_eq!(systems[1].value().unwrap_err().to_string(), cpu);
}
