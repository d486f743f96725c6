//! Random programs with nested loops, sums, branches and tables: whole and cut into functions, they give the numbers of the
//! interpreter.

mod support;

use spadina_gpu::wgsl::Options;
use support::random::program;
use support::{device, interpreted, on_device, precisions};

#[test]
fn shaders_give_the_numbers_of_the_interpreter() {
    let Some(device) = device() else { return };
    for seed in 0..6 {
        let (kernel, bound) = program(seed);
        let wanted = interpreted(&kernel, &bound);
        let mut fused = kernel.clone();
        fused.fuse();
        for (precision, tolerance) in precisions(&device) {
            for (kernel, function_limit) in [(&kernel, 400), (&fused, 12)] {
                let options = Options { precision, function_limit, ..Options::default() };
                let found = on_device(&device, kernel, &bound, &options);
                found.close(&wanted, tolerance, &format!("program {seed}, {precision:?}, {function_limit}"));
            }
        }
    }
}
