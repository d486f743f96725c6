//! The same bits for every number of threads; single precision.

use crate::{close, everything, strip, waves};
use spadina::system::{Device, Precision};
use spadina::{Options, Problem, System, Term};

fn rows(nodes: usize) -> Problem {
    let residual = "fn residual(x: array<vec3f, 3>) -> vec2f {
  return vec2f(length(x[0] - x[1]) * x[2].z, dot(x[0], x[2]));
}";
    strip(nodes).term(Term::residual("rows.wgsl", residual).over("triangles"))
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let nodes = 20_000;
    let run = |threads: usize| {
        let mut system = System::build(rows(nodes), Options::default().threads(Some(threads))).unwrap();
        let value = system.value().unwrap();
        let gradient = system.gradient().unwrap().1.to_vec();
        let all = everything(&mut system);
        assert_eq!((value, &gradient), (all.0, &all.1));
        let evaluation = system.evaluate().unwrap();
        let residual = evaluation.residual.unwrap().to_vec();
        let jacobian = evaluation.jacobian.unwrap().values.to_vec();
        (all, residual, jacobian, system.product(&waves(3 * nodes)).unwrap().to_vec())
    };
    let one = run(1);
    assert!(one.0.4.iter().any(|&v| v != 0.0));
    for threads in [2, 3, 5] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

#[test]
fn single_precision_is_near() {
    let build =
        |device, precision| System::build(rows(300), Options::default().device(device).precision(precision)).unwrap();
    let wide = everything(&mut build(Device::Interpreter, Precision::F64));
    for (device, precision, tolerance) in [(Device::Cpu, Precision::F64, 1e-12), (Device::Cpu, Precision::F32, 1e-4)] {
        let mut system = build(device, precision);
        let got = everything(&mut system);
        close(&[got.0], &[wide.0], tolerance);
        close(&got.1, &wide.1, tolerance);
        assert_eq!((got.2, got.3), (wide.2.clone(), wide.3.clone()));
        close(&got.4, &wide.4, tolerance);
        let direction = waves(900);
        let expected = build(Device::Interpreter, Precision::F64).product(&direction).unwrap().to_vec();
        close(system.product(&direction).unwrap(), &expected, tolerance);
    }
}
