//! The numeric functions of the language.

use crate::real::UnaryOp;

/// Declares the functions that are made of operations: variant, name, arguments, and what they apply to.
macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident $name:literal $count:literal $operands:ident $apply:ident;)*) => {
        /// A numeric function of the language, by whatever name a front-end calls it.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Function {
            /// An operation on one real.
            Unary(UnaryOp),
            $($(#[$doc])* $function,)*
        }

        impl Function {
            /// The functions that are no single operation.
            const MADE: &[Function] = &[$(Function::$function,)*];

            /// Its name in files.
            pub fn name(self) -> &'static str {
                match self {
                    Function::Unary(op) => op.name(),
                    $(Function::$function => $name,)*
                }
            }

            /// The number of its arguments.
            pub fn arguments(self) -> usize {
                match self {
                    Function::Unary(_) => 1,
                    $(Function::$function => $count,)*
                }
            }

            /// The numbers that its arguments are made of.
            pub fn operands(self) -> Operands {
                match self {
                    Function::Unary(UnaryOp::Abs) => Operands::Numbers,
                    Function::Unary(_) => Operands::Reals,
                    $(Function::$function => Operands::$operands,)*
                }
            }

            /// The way it takes vectors.
            pub fn applies(self) -> Applies {
                match self {
                    Function::Unary(_) => Applies::Componentwise,
                    $(Function::$function => Applies::$apply,)*
                }
            }
        }
    };
}

/// The numbers that the arguments of a function are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operands {
    /// Reals only: an integer literal among them is a real.
    Reals,
    /// Reals or integers.
    Numbers,
}

/// The way a function takes vectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applies {
    /// It takes their components one by one; a scalar goes with every component.
    Componentwise,
    /// It takes whole vectors or matrices.
    Whole,
}

functions! {
    /// `1 / x`
    Recip "recip" 1 Reals Componentwise;
    /// `1 / sqrt(x)`
    InverseSqrt "inverseSqrt" 1 Reals Componentwise;
    /// 1, -1 or 0.
    Sign "sign" 1 Numbers Componentwise;
    /// `x - floor(x)`
    Fract "fract" 1 Reals Componentwise;
    /// The value clamped to 0 and 1.
    Saturate "saturate" 1 Reals Componentwise;
    /// Degrees to radians.
    Radians "radians" 1 Reals Componentwise;
    /// Radians to degrees.
    Degrees "degrees" 1 Reals Componentwise;
    /// The smaller one: `if b < a { b } else { a }`.
    Min "min" 2 Numbers Componentwise;
    /// The larger one: `if a < b { b } else { a }`.
    Max "max" 2 Numbers Componentwise;
    /// The power.
    Pow "pow" 2 Reals Componentwise;
    /// The angle of the point (second, first).
    Atan2 "atan2" 2 Reals Componentwise;
    /// 1 where the second has reached the first, else 0.
    Step "step" 2 Reals Componentwise;
    /// `min(max(x, low), high)`
    Clamp "clamp" 3 Numbers Componentwise;
    /// `a * b + c`
    Fma "fma" 3 Reals Componentwise;
    /// `a * (1 - t) + b * t`
    Mix "mix" 3 Reals Componentwise;
    /// Smooth transition from 0 at the first to 1 at the second.
    SmoothStep "smoothstep" 3 Reals Componentwise;
    /// The real times two to a literal power.
    Ldexp "ldexp" 2 Numbers Componentwise;
    /// The sum of the products of the components.
    Dot "dot" 2 Numbers Whole;
    /// The length of a vector.
    Length "length" 1 Reals Whole;
    /// The length of a difference.
    Distance "distance" 2 Reals Whole;
    /// The vector times the inverse of its length.
    Normalize "normalize" 1 Reals Whole;
    /// The vector product.
    Cross "cross" 2 Numbers Whole;
    /// `e - 2 dot(n, e) n`
    Reflect "reflect" 2 Numbers Whole;
    /// The direction of a refracted ray.
    Refract "refract" 3 Numbers Whole;
    /// The first, or its negative where the others point the same way.
    FaceForward "faceForward" 3 Numbers Whole;
    /// The matrix of the products of two vectors' components.
    Outer "outer" 2 Numbers Whole;
    /// Rows for columns.
    Transpose "transpose" 1 Numbers Whole;
    /// The determinant, as its polynomial.
    Determinant "determinant" 1 Numbers Whole;
}

impl Function {
    /// Every function.
    pub fn all() -> impl Iterator<Item = Function> {
        let operations = UnaryOp::ALL.iter().filter(|op| **op != UnaryOp::Neg);
        operations.map(|&op| Function::Unary(op)).chain(Function::MADE.iter().copied())
    }

    /// The function of a name.
    pub fn named(name: &str) -> Option<Function> {
        Function::all().find(|f| f.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_lead_back() {
        let names: HashSet<&str> = Function::all().map(Function::name).collect();
        assert_eq!(names.len(), Function::all().count());
        assert!(Function::all().all(|f| Function::named(f.name()) == Some(f)));
        assert!(names.iter().all(|n| n.chars().all(char::is_alphanumeric)));
    }
}
