//! The functions of the mathematical library that compiled code calls, by the printed names of the operations.

use spadina_core::real::Precision;

/// Declares the functions and the table of their names and addresses.
macro_rules! functions {
    ($($operation:literal $arity:tt $double:ident $single:ident;)*) => {
        mod double {
            unsafe extern "C" { $(functions!(@declare $arity $double f64);)* }
        }

        mod single {
            unsafe extern "C" { $(functions!(@declare $arity $single f32);)* }
        }

        /// The symbol of an operation; empty for an operation that is no call.
        pub(crate) fn name(operation: &str, precision: Precision) -> &'static str {
            match (operation, precision) {
                $(($operation, Precision::F64) => stringify!($double),
                ($operation, Precision::F32) => stringify!($single),)*
                _ => "",
            }
        }

        /// Every symbol with its address.
        pub(crate) fn symbols() -> Vec<(&'static str, *const u8)> {
            vec![$(
                (stringify!($double), functions!(@address $arity double::$double, f64)),
                (stringify!($single), functions!(@address $arity single::$single, f32)),
            )*]
        }

        /// The number of arguments of a symbol.
        pub(crate) fn arity(symbol: &str) -> usize {
            match symbol {
                $(stringify!($double) | stringify!($single) => $arity,)*
                _ => 1,
            }
        }
    };
    (@declare 1 $name:ident $real:ty) => { pub safe fn $name(x: $real) -> $real; };
    (@declare 2 $name:ident $real:ty) => { pub safe fn $name(x: $real, y: $real) -> $real; };
    (@address 1 $path:path, $real:ty) => { $path as extern "C" fn($real) -> $real as *const u8 };
    (@address 2 $path:path, $real:ty) => { $path as extern "C" fn($real, $real) -> $real as *const u8 };
}

functions! {
    "exp" 1 exp expf;
    "exp2" 1 exp2 exp2f;
    "log" 1 log logf;
    "log2" 1 log2 log2f;
    "sin" 1 sin sinf;
    "cos" 1 cos cosf;
    "tan" 1 tan tanf;
    "asin" 1 asin asinf;
    "acos" 1 acos acosf;
    "atan" 1 atan atanf;
    "sinh" 1 sinh sinhf;
    "cosh" 1 cosh coshf;
    "tanh" 1 tanh tanhf;
    "asinh" 1 asinh asinhf;
    "acosh" 1 acosh acoshf;
    "atanh" 1 atanh atanhf;
    "pow" 2 pow powf;
    "atan2" 2 atan2 atan2f;
    // What Cranelift calls where the processor has no instruction for it.
    "ceil" 1 ceil ceilf;
    "floor" 1 floor floorf;
    "trunc" 1 trunc truncf;
    "round" 1 nearbyint nearbyintf;
}
