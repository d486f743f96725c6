//! The functions of the language by the names that naga knows, and those that it does not know.

use crate::frontend::kit::{Function, Operands};
use crate::real::UnaryOp;
use naga::MathFunction as Fun;

/// The function of naga that stands for those that WGSL lacks. It takes what they take, a real or a vector of reals, and
/// has no place in an energy itself.
pub const STAND_IN: &str = "quantizeToF16";

/// The function of naga that a function is; `None`: WGSL lacks it, and a file calls it nevertheless.
fn native(function: Function) -> Option<Fun> {
    Some(match function {
        Function::Unary(op) => return native_operation(op),
        Function::Recip => return None,
        Function::InverseSqrt => Fun::InverseSqrt,
        Function::Sign => Fun::Sign,
        Function::Fract => Fun::Fract,
        Function::Saturate => Fun::Saturate,
        Function::Radians => Fun::Radians,
        Function::Degrees => Fun::Degrees,
        Function::Min => Fun::Min,
        Function::Max => Fun::Max,
        Function::Pow => Fun::Pow,
        Function::Atan2 => Fun::Atan2,
        Function::Step => Fun::Step,
        Function::Clamp => Fun::Clamp,
        Function::Fma => Fun::Fma,
        Function::Mix => Fun::Mix,
        Function::SmoothStep => Fun::SmoothStep,
        Function::Ldexp => Fun::Ldexp,
        Function::Dot => Fun::Dot,
        Function::Length => Fun::Length,
        Function::Distance => Fun::Distance,
        Function::Normalize => Fun::Normalize,
        Function::Cross => Fun::Cross,
        Function::Reflect => Fun::Reflect,
        Function::Refract => Fun::Refract,
        Function::FaceForward => Fun::FaceForward,
        Function::Outer => Fun::Outer,
        Function::Transpose => Fun::Transpose,
        Function::Determinant => Fun::Determinant,
    })
}

fn native_operation(op: UnaryOp) -> Option<Fun> {
    Some(match op {
        UnaryOp::Abs => Fun::Abs,
        UnaryOp::Sqrt => Fun::Sqrt,
        UnaryOp::Exp => Fun::Exp,
        UnaryOp::Exp2 => Fun::Exp2,
        UnaryOp::Log => Fun::Log,
        UnaryOp::Log2 => Fun::Log2,
        UnaryOp::Sin => Fun::Sin,
        UnaryOp::Cos => Fun::Cos,
        UnaryOp::Tan => Fun::Tan,
        UnaryOp::Asin => Fun::Asin,
        UnaryOp::Acos => Fun::Acos,
        UnaryOp::Atan => Fun::Atan,
        UnaryOp::Sinh => Fun::Sinh,
        UnaryOp::Cosh => Fun::Cosh,
        UnaryOp::Tanh => Fun::Tanh,
        UnaryOp::Asinh => Fun::Asinh,
        UnaryOp::Acosh => Fun::Acosh,
        UnaryOp::Atanh => Fun::Atanh,
        UnaryOp::Floor => Fun::Floor,
        UnaryOp::Ceil => Fun::Ceil,
        UnaryOp::Round => Fun::Round,
        UnaryOp::Trunc => Fun::Trunc,
        // WGSL lacks them: functions are called by their names.
        UnaryOp::Neg | UnaryOp::Erf | UnaryOp::Erfc => return None,
    })
}

/// The function that naga's is; `None`: it has no place in an energy.
pub fn of_naga(fun: Fun) -> Option<Function> {
    Function::all().find(|&f| native(f) == Some(fun))
}

/// The function of a name that WGSL lacks: one of reals, by components.
pub fn beyond_wgsl(name: &str) -> Option<Function> {
    Function::named(name).filter(|&f| native(f).is_none() && f.takes_one())
}

/// True if the function of a name takes nothing but reals: an integer literal among its arguments is a real.
pub fn takes_reals(name: &str) -> bool {
    Function::named(name).is_some_and(|f| f.operands() == Operands::Reals)
}

/// The WGSL name of a function of naga's.
pub fn spelled(fun: Fun) -> String {
    let mut name = format!("{fun:?}");
    if let Some(first) = name.get_mut(0..1) {
        first.make_ascii_lowercase();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_wgsl_lacks_take_one_argument() {
        let lacking = Function::all().filter(|&f| native(f).is_none());
        assert!(lacking.into_iter().all(|f| beyond_wgsl(f.name()) == Some(f)));
        assert_eq!(beyond_wgsl("recip"), Some(Function::Recip));
        assert_eq!(beyond_wgsl("sqrt"), None);
    }
}
