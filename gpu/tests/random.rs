//! Random programs with nested loops, sums, branches and tables: whole and cut into functions, they give the numbers of the
//! interpreter.

mod support;

use spadina_core::real::Precision;
use spadina_gpu::Schedule;
use spadina_gpu::wgsl::Options;
use support::random::program;
use support::{device, interpreted, on_device, precisions};
use wgpu::Features;

#[test]
fn shaders_give_the_numbers_of_the_interpreter() {
    let Some(device) = device() else { return };
    for seed in 0..12 {
        let (kernel, bound) = program(seed);
        let wanted = interpreted(&kernel, &bound);
        let mut fused = kernel.clone();
        fused.fuse();
        for (precision, tolerance) in precisions(&device) {
            // Half of them as they are, half fused and in pieces: drivers take a second for each.
            let (kernel, function_limit) = if seed % 2 == 0 { (&kernel, 400) } else { (&fused, 12) };
            let options = Options { precision, function_limit, ..Options::default() };
            let found = on_device(&device, kernel, &bound, &options);
            found.close(&wanted, tolerance, &format!("program {seed}, {precision:?}, {function_limit}"));
            if precision == Precision::F32 && device.device().features().contains(Features::SHADER_FLOAT32_ATOMIC) {
                let options = Options { schedule: Schedule::Atomic, ..options };
                let found = on_device(&device, kernel, &bound, &options);
                found.close(&wanted, tolerance, &format!("program {seed}, atomic, {function_limit}"));
            }
        }
    }
}

/// Bodies that are split by their outputs, as for a device of few registers.
#[test]
fn parts_of_bodies_give_the_same_numbers() {
    let Some(device) = device() else { return };
    let mut most = 0;
    for seed in 20..32 {
        let (mut kernel, bound) = program(seed);
        kernel.fuse();
        let wanted = interpreted(&kernel, &bound);
        let options = Options { registers: Some(4), ..Options::default() };
        most = most.max(device.compile(&kernel, &options).unwrap().parts());
        on_device(&device, &kernel, &bound, &options).close(&wanted, 1e-4, &format!("program {seed} in parts"));
    }
    assert!(most > 1);
}
