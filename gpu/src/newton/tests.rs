//! Every shader beside its twin.

use super::*;
use crate::memory::{bytes, storage_usage};
use crate::operations::{Axpy, Dot, Maker, Scalar, groups};
use spadina_core::real::Precision;
use spadina_shaders::newton::{self, NewtonProgress, NewtonScalars, SCALARS, advance, difference, judge, slope};
use spadina_shaders::{ADVANCE, DIFFERENCE, JUDGE, SLOPE, Shader, SolverScalars, VectorWords, axpy, dot, total};

/// A device in one of its precisions, with buffers of numbers.
struct Bench {
    device: Device,
    precision: Precision,
    tolerance: f64,
}

impl Bench {
    fn each(test: impl Fn(&Self)) {
        match Device::open(None) {
            Ok(device) => {
                for (precision, tolerance) in [(Precision::F32, 2e-5), (Precision::F64, 1e-12)] {
                    if device.check(precision).is_ok() {
                        test(&Self { device: device.clone(), precision, tolerance });
                    }
                }
            }
            Err(error) => {
                assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none(), "{error}");
                println!("not tested: {error}");
            }
        }
    }

    fn reals(&self, numbers: &[f64]) -> wgpu::Buffer {
        self.device.filled("numbers", &bytes(self.precision, numbers), storage_usage()).unwrap()
    }

    fn read(&self, buffer: &wgpu::Buffer, count: usize) -> Vec<f64> {
        self.device.read(self.precision, &[(buffer, count)]).unwrap().remove(0)
    }

    /// The numbers that single precision keeps.
    fn rounded(&self, count: usize, shift: f64) -> Vec<f64> {
        (0..count).map(|k| f64::from((0.37 * k as f64 + shift).sin() as f32)).collect()
    }

    fn encoded(&self, encode: impl FnOnce(&mut wgpu::CommandEncoder)) {
        let mut encoder = self.device.device().create_command_encoder(&Default::default());
        encode(&mut encoder);
        self.device.wait(self.device.submit(encoder.finish()).unwrap()).unwrap();
    }

    fn run(&self, shader: Shader, items: usize, words: VectorWords, buffers: &[&wgpu::Buffer]) {
        let maker = Maker { device: &self.device, precision: self.precision };
        let dispatch = maker.make(shader, items, words, buffers).unwrap();
        self.encoded(|encoder| dispatch.encode(&mut encoder.begin_compute_pass(&Default::default())));
    }

    #[track_caller]
    fn near(&self, got: &[f64], wanted: &[f64]) {
        assert_eq!(got.len(), wanted.len());
        for (k, (g, w)) in got.iter().zip(wanted).enumerate() {
            let same = g == w || (g.is_nan() && w.is_nan());
            assert!(same || (g - w).abs() <= self.tolerance * w.abs().max(1.0), "number {k} is {g}, not {w}");
        }
    }
}

#[test]
fn operations_do_what_their_twins_do() {
    Bench::each(|bench| {
        let count = 1000;
        let (x, mut y) = (bench.rounded(count, 0.0), bench.rounded(count, 1.0));
        let (on_x, on_y, scalars) = (bench.reals(&x), bench.reals(&y), bench.reals(&[0.0, 0.0, 1.5]));
        let (device, precision) = (&bench.device, bench.precision);
        let add = Axpy::new(device, precision, count, Scalar(&scalars, 2), [&on_x, &on_y]).unwrap();
        let multiply = Dot::new(device, precision, count, [&on_x, &on_y], Scalar(&scalars, 1)).unwrap();
        bench.encoded(|encoder| {
            add.encode(encoder);
            multiply.encode(encoder);
        });
        axpy(1.5, &x, &mut y);
        bench.near(&bench.read(&on_y, count), &y);
        bench.near(&bench.read(&scalars, 3), &[0.0, total(&dot(&x, &y)), 1.5]);
        let refused = Dot::new(device, precision, count + 1, [&on_x, &on_y], Scalar(&scalars, 1));
        assert!(matches!(refused, Err(Error::System { what: "bytes of a vector", .. })));
    });
}

#[test]
fn differences_and_steps_are_those_of_the_twins() {
    Bench::each(|bench| {
        let count = 700;
        let (now, base) = (bench.rounded(count, 0.1), bench.rounded(count, 0.0));
        let (on_now, on_base) = (bench.reals(&now), bench.reals(&base));
        let partials = bench.reals(&[0.0; 10]);
        for squares in [false, true] {
            let partial_sums = groups(600) as u32;
            let words = VectorWords { first: 100, partials: partial_sums, place: 2, squares, ..VectorWords::default() };
            bench.run(DIFFERENCE, 600, words, &[&on_now, &on_base, &partials]);
            let got = bench.read(&partials, 10)[4..].to_vec();
            for (k, wanted) in difference(&now[100..], &base[100..], squares).into_iter().enumerate() {
                bench.near(&got.iter().copied().skip(k).step_by(2).collect::<Vec<_>>(), &wanted);
            }
        }
        let own = NewtonScalars { alpha: 0.25, ..NewtonScalars::default() };
        let (scalars, unknowns) = (bench.reals(&own.reals()), bench.reals(&now));
        let mut wanted = now.clone();
        for state in [State::Accepted, State::Searching] {
            let words = NewtonProgress { state, ..NewtonProgress::default() };
            let on_words = bench.device.words("progress", &words.words()).unwrap();
            let buffers = [&on_base, &on_now, &unknowns, &scalars, &on_words];
            bench.run(ADVANCE, count, VectorWords::default(), &buffers);
            advance(&words, 0.25, (&base, &now), &mut wanted);
            bench.near(&bench.read(&unknowns, count), &wanted);
        }
    });
}

#[test]
fn decisions_are_those_of_the_twins() {
    let settings = NewtonScalars {
        gradient_relative: 1e-4,
        gradient_absolute: 1e-6,
        decrement_relative: 1e-4,
        armijo: 0.1,
        shrink: 0.5,
        wolfe: newton::WOLFE,
        curvature: newton::CURVATURE,
        roughness: 0.125,
        ..NewtonScalars::default()
    };
    let infinite = f64::INFINITY;
    // The partial sums of the slope, the square of the gradient, and those of what a trial changes and of sizes.
    let cases: [(&[f64], f64, &[f64]); 12] = [
        (&[-1.0, -0.5], 4.0, &[-0.5, 0.0, -0.25, 0.0]),
        (&[-1.0], 4.0, &[0.5, 0.04]),
        (&[-0.1], 4.0, &[0.15, 0.04]),
        (&[-0.1], 4.0, &[0.25, 0.04]),
        (&[-0.1], 4.0, &[0.25, infinite]),
        (&[-1.0], 4.0, &[f64::NAN, 0.0]),
        (&[-1.0], 4.0, &[-infinite, 0.0]),
        (&[-1.0], 1e-6, &[-0.5, 0.0]),
        (&[1.0], 4.0, &[-0.5, 0.0]),
        (&[f64::NAN], 4.0, &[-0.5, 0.0]),
        (&[-infinite], infinite, &[-0.5, 0.0]),
        (&[-1e-5], 4.0, &[-0.5, 0.0]),
    ];
    Bench::each(|bench| {
        for (partials, gradient, changes) in cases {
            // Iterations, those without progress, what the last one changed, and the slope at the trial.
            let before = [(0, 0, 0.0, 0.5), (3, 1, -0.25, 0.0625), (3, 3, 0.0, -0.0625), (3, 4, 0.0, f64::NAN)];
            for (iterations, idle, difference, trial_slope) in before {
                let first = NewtonScalars { first_gradient: 4.0, first_decrement: 1.0, difference, ..settings };
                let mut scalars = NewtonScalars { gradient: 5.0, noise: 0.125, trial_slope, least: 4.5, ..first };
                let mut words = NewtonProgress { iterations, idle, ..NewtonProgress::default() };
                let on_words = bench.device.words("progress", &words.words()).unwrap();
                let on_scalars = bench.reals(&scalars.reals());
                let linear = SolverScalars { first: 4.0 * gradient, unscale: 0.5, ..SolverScalars::default() };
                let on_linear = bench.reals(&linear.reals());
                let sums = VectorWords { partials: partials.len() as u32, ..VectorWords::default() };
                bench.run(SLOPE, 1, sums, &[&bench.reals(partials), &on_linear, &on_scalars, &on_words]);
                slope(partials, &linear, &mut scalars, &mut words);
                bench.near(&bench.read(&on_scalars, SCALARS), &scalars.reals());
                let sums = VectorWords { partials: changes.len() as u32 / 2, ..VectorWords::default() };
                bench.run(JUDGE, 1, sums, &[&bench.reals(changes), &on_scalars, &on_words]);
                let [differences, sizes] =
                    [0, 1].map(|k| changes.iter().copied().skip(k).step_by(2).collect::<Vec<_>>());
                judge([&differences, &sizes], &mut scalars, &mut words);
                bench.near(&bench.read(&on_scalars, SCALARS), &scalars.reals());
                // Words are read as numbers of single precision with the same bits.
                let read = bench.device.read(Precision::F32, &[(&on_words, 4)]).unwrap().remove(0);
                let read: Vec<u32> = read.iter().map(|&x| (x as f32).to_bits()).collect();
                assert_eq!(read, words.words(), "{partials:?} {changes:?} {idle}");
            }
        }
    });
}
