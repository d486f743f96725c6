//! Systems on the GPU follow new numbers, new connectivity and every layout, as they do on the CPU.

use super::{both, compare, difference, read};
use spadina::system::{Layout, Precision};
use spadina::{Options, Tensor};

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
