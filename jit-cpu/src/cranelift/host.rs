//! Functions of the host that compiled code calls.

use spadina_core::function::{Native, large_angle};
use spadina_core::real::Precision;

unsafe extern "C" {
    safe fn ceil(x: f64) -> f64;
    safe fn floor(x: f64) -> f64;
    safe fn trunc(x: f64) -> f64;
    safe fn nearbyint(x: f64) -> f64;
    safe fn ceilf(x: f32) -> f32;
    safe fn floorf(x: f32) -> f32;
    safe fn truncf(x: f32) -> f32;
    safe fn nearbyintf(x: f32) -> f32;
}

/// Writes the results of [`large_angle`].
extern "C" fn large_angle_double(x: f64, results: &mut [f64; 3]) {
    *results = large_angle(&mut Native::<f64>::new(false), x);
}

/// Writes the results of [`large_angle`].
extern "C" fn large_angle_single(x: f32, results: &mut [f32; 3]) {
    *results = large_angle(&mut Native::<f32>::new(false), x);
}

/// The symbol of the reduction of large angles.
pub(crate) fn large_angle_symbol(precision: Precision) -> &'static str {
    match precision {
        Precision::F64 => "large_angle_double",
        Precision::F32 => "large_angle_single",
    }
}

/// Every symbol with its address: that of the reduction, and what Cranelift calls where the processor has no instruction.
pub(crate) fn symbols() -> [(&'static str, *const u8); 10] {
    type Double = extern "C" fn(f64) -> f64;
    type Single = extern "C" fn(f32) -> f32;
    [
        ("large_angle_double", large_angle_double as extern "C" fn(f64, &mut [f64; 3]) as *const u8),
        ("large_angle_single", large_angle_single as extern "C" fn(f32, &mut [f32; 3]) as *const u8),
        ("ceil", ceil as Double as *const u8),
        ("floor", floor as Double as *const u8),
        ("trunc", trunc as Double as *const u8),
        ("nearbyint", nearbyint as Double as *const u8),
        ("ceilf", ceilf as Single as *const u8),
        ("floorf", floorf as Single as *const u8),
        ("truncf", truncf as Single as *const u8),
        ("nearbyintf", nearbyintf as Single as *const u8),
    ]
}
