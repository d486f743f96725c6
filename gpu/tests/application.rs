//! The device belongs to an application: it opens it, encodes evaluations among its own passes and reads the buffers itself.

mod support;

use spadina_core::executor::Serial;
use spadina_core::pattern::Csr;
use spadina_core::real::Precision;
use spadina_gpu::wgsl::Options;
use spadina_gpu::{BoundEvaluation, Device, Evaluation, Job, Lengths, Pattern, Vectors};
use support::{Builder, Setup, device};

#[test]
fn evaluations_are_encoded_among_the_passes_of_an_application() {
    let Some(opened) = device() else { return };
    // The application's own device and queue.
    let (device, queue) = (opened.device().clone(), opened.queue().clone());
    let own = Device::new(device.clone(), queue.clone());
    let mut p = Builder::default();
    let x = p.unknown("x");
    let scale = p.g.array("scale", spadina_core::real::ArrayKind::Data);
    let (var, i) = p.elements();
    let zero = p.ix().int(0);
    let (a, s) = (p.g.load(x, i), p.g.load(scale, zero));
    let value = p.g.mul(a, s);
    p.gradient(&[var], x, i, value);
    p.hessian(&[var], x, [i, i], false, s);
    let kernel = p.kernel();
    let compiled = own.compile(&kernel, &Options::default()).unwrap();
    let mut bound = Setup::elements(5);
    bound.arrays = vec![vec![0.0; 5], vec![3.0]];
    bound.stream(0, vec![], vec![]);
    bound.stream(2, (0..5).flat_map(|k| [k, k]).collect(), vec![]);
    let lengths = Lengths { unknowns: 5, hessian: 5, ..Lengths::default() };
    let vectors = Vectors::new(&own, Precision::F32, lengths).unwrap();
    let pattern = Csr { cols: 5, row_ptr: (0..=5).collect(), col_idx: (0..5).collect() };
    let pattern = Pattern::new(&own, &pattern).unwrap();
    assert_eq!((pattern.row_ptr.size(), pattern.col_idx.size()), (24, 20));
    let data = bound.data();
    let job = Job { compiled: &compiled, data: &data, streams: &bound.streams, offsets: &[], matrices: None };
    let evaluation = Evaluation { stages: vec![vec![job]], ..Evaluation::default() };
    let evaluable = BoundEvaluation::new(&own, &vectors, &evaluation, &Serial).unwrap();
    // A step of descent by copies: the gradient becomes the unknowns, on the device, twice.
    queue.write_buffer(&vectors.unknowns, 0, bytemuck::cast_slice(&[1f32, 2.0, 3.0, 4.0, 5.0]));
    let mut encoder = device.create_command_encoder(&Default::default());
    for _ in 0..2 {
        evaluable.encode(&mut encoder);
        encoder.copy_buffer_to_buffer(&vectors.gradient, 0, &vectors.unknowns, 0, 20);
    }
    queue.submit([encoder.finish()]);
    let read = own.read(Precision::F32, &[(&vectors.unknowns, 5), (&vectors.hessian, 5)]).unwrap();
    assert_eq!(read, [vec![9.0, 18.0, 27.0, 36.0, 45.0], vec![3.0; 5]]);
    // Numbers that do not fit an array, and arrays that there are not.
    for (place, array, count, refused) in [
        ([0, 0], 1, 2, "numbers of an array: 2 given, 1 needed"),
        ([0, 0], 1, 0, "numbers of an array: 0 given, 1 needed"),
        ([0, 0], 2, 1, "the evaluation has no array 2 in job 0 of stage 0"),
        ([0, 1], 1, 1, "the evaluation has no array 1 in job 1 of stage 0"),
        ([1, 0], 1, 1, "the evaluation has no array 1 in job 0 of stage 1"),
    ] {
        let error = evaluable.set_array(&own, place, array, &vec![1.0; count]).err().unwrap().to_string();
        assert_eq!(error, refused);
    }
    // The unknowns lie elsewhere.
    evaluable.set_array(&own, [0, 0], 0, &[1.0]).unwrap();
    // New numbers for an array.
    evaluable.set_array(&own, [0, 0], 1, &[0.5]).unwrap();
    evaluable.run(&own).unwrap();
    let read = own.read(Precision::F32, &[(&vectors.gradient, 5)]).unwrap();
    assert_eq!(read, [vec![4.5, 9.0, 13.5, 18.0, 22.5]]);
}
