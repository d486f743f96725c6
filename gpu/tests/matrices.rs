//! Projected matrices that kernels read, with a staging buffer that is filled several times.

mod support;

use spadina_core::element::{Basis, Element, Projection};
use spadina_core::executor::Serial;
use spadina_core::program::{Entry, Target};
use spadina_core::real::{ArrayKind, Precision};
use spadina_gpu::wgsl::{ArrayBuffer, Options};
use spadina_gpu::{BoundEvaluation, Evaluation, Job, Lengths, Matrices, Vectors};
use support::{Builder, Setup, device, numbers};

/// Elements of one unknown, whose second derivatives are the unknowns themselves.
const COUNT: usize = 500;

#[test]
fn matrices_need_not_fit_the_staging_buffer() {
    let Some(device) = device() else { return };
    // m[i] = x[i]
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let (guard, a) = (p.ix().bool(true), p.g.load(x, i));
    p.update(&[var], 1, Target::Residual { row: i, assign: false, nest: [0; 2], guard }, a);
    let element = Element {
        unknowns: vec![Entry { array: x, index: i }],
        basis: Basis::of(&[Entry { array: x, index: i }], &[]),
    };
    let writer = p.kernel();
    // g[i] = m[i]
    let mut p = Builder::default();
    let x = p.unknown("x");
    let m = p.g.array("m", ArrayKind::Data);
    let (var, i) = p.elements();
    let a = p.g.load(m, i);
    p.gradient(&[var], x, i, a);
    let reader = p.kernel();
    let values = numbers(COUNT);
    let mut bound = Setup::elements(COUNT as i64);
    bound.arrays = vec![values.clone(), values.clone()];
    bound.stream(0, vec![], vec![]);
    bound.stream(1, (0..COUNT as u32).collect(), vec![]);
    let lengths = Lengths { unknowns: COUNT, ..Lengths::default() };
    let vectors = Vectors::new(&device, Precision::F32, lengths).unwrap();
    device.write(&vectors.unknowns, Precision::F32, 0, &values).unwrap();
    let sources = vec![ArrayBuffer::Unknowns, ArrayBuffer::Rows];
    let [writer, reader] = [&writer, &reader]
        .map(|kernel| device.compile(kernel, &Options { sources: sources.clone(), ..Options::default() }).unwrap());
    let data = bound.data();
    let job = |compiled, matrices| Job { compiled, data: &data, streams: &bound.streams, offsets: &[0, 0], matrices };
    let matrices =
        Matrices { jobs: vec![job(&writer, None)], element: &element, projection: Projection::Clamp, count: COUNT };
    let wanted: Vec<f64> = values.iter().map(|x| x.max(0.0)).collect();
    for staging in [None, Some(600)] {
        let evaluation = Evaluation {
            matrices: vec![matrices.clone()],
            stages: vec![vec![job(&reader, Some(0))]],
            staging,
            ..Evaluation::default()
        };
        let bound = BoundEvaluation::new(&device, &vectors, &evaluation, &Serial).unwrap();
        assert_eq!(bound.passes() > 2, staging.is_some());
        // The second time, the matrices of the first are there.
        for _ in 0..2 {
            bound.run(&device).unwrap();
            let gradient = device.read(Precision::F32, &[(&vectors.gradient, COUNT)]).unwrap().remove(0);
            let near = |(x, wanted): (&f64, &f64)| (x - wanted).abs() < 1e-6;
            assert!(gradient.iter().zip(&wanted).all(near), "{staging:?}: {gradient:?}");
        }
    }
}
