//! The list of numeric functions: names, operands and expansions.

use super::scalars;
use super::whole::{self, Operand};
use crate::real::{Graph, UnaryOp, Value};

/// An expansion of the components of three vectors.
type OfThree = fn(&mut Graph, &[Value], &[Value], &[Value]) -> Vec<Value>;

/// The expansion of a function into operations.
enum Expansion {
    /// One operation, component by component.
    Operation(UnaryOp),
    /// Of one real, component by component.
    One(fn(&mut Graph, Value) -> Value),
    /// Of two reals, component by component.
    Two(fn(&mut Graph, Value, Value) -> Value),
    /// Of the components of three vectors, step by step.
    Three(OfThree),
    /// Of a real and a literal integer: [`ldexp`](scalars::ldexp).
    Exponent,
    /// Of whole vectors and matrices.
    Whole(fn(&mut Graph, &[Operand]) -> Option<Operand>),
}

/// Declares the functions that are no single operation: variant, name, numbers, and expansion.
macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident $name:literal $numbers:ident $expansion:expr;)*) => {
        /// A numeric function of the language, by whatever name a front-end calls it.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Function {
            /// An operation on one real.
            Unary(UnaryOp),
            $($(#[$doc])* $function,)*
        }

        impl Function {
            /// The functions that are no single operation.
            const EXPANDED: &[Function] = &[$(Function::$function,)*];

            /// Its name in files.
            pub fn name(self) -> &'static str {
                match self {
                    Function::Unary(op) => op.name(),
                    $(Function::$function => $name,)*
                }
            }

            /// The numbers that its operands are made of.
            pub fn operands(self) -> Operands {
                match self {
                    Function::Unary(UnaryOp::Abs) => Operands::Numbers,
                    Function::Unary(_) => Operands::Reals,
                    $(Function::$function => Operands::$numbers,)*
                }
            }

            fn expansion(self) -> Expansion {
                match self {
                    Function::Unary(op) => Expansion::Operation(op),
                    $(Function::$function => $expansion,)*
                }
            }
        }
    };
}

/// The numbers that the operands of a function are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operands {
    /// Reals only: an integer literal among them is a real.
    Reals,
    /// Reals or integers.
    Numbers,
}

functions! {
    /// `1 / x`
    Recip "recip" Reals Expansion::One(scalars::recip);
    /// `1 / sqrt(x)`
    InverseSqrt "inverseSqrt" Reals Expansion::One(scalars::inverse_sqrt);
    /// 1, -1 or 0.
    Sign "sign" Numbers Expansion::One(scalars::sign);
    /// `x - floor(x)`
    Fract "fract" Reals Expansion::One(scalars::fract);
    /// The value clamped to 0 and 1.
    Saturate "saturate" Reals Expansion::One(scalars::saturate);
    /// Degrees to radians.
    Radians "radians" Reals Expansion::One(scalars::radians);
    /// Radians to degrees.
    Degrees "degrees" Reals Expansion::One(scalars::degrees);
    /// The smaller one; derivatives at ties agree with those of `max` and `abs`.
    Min "min" Numbers Expansion::Two(scalars::smaller);
    /// The larger one; derivatives at ties agree with those of `min` and `abs`.
    Max "max" Numbers Expansion::Two(scalars::larger);
    /// The power.
    Pow "pow" Reals Expansion::Two(Graph::pow);
    /// The angle of the point (second, first).
    Atan2 "atan2" Reals Expansion::Two(scalars::atan2);
    /// 1 where the second has reached the first, else 0.
    Step "step" Reals Expansion::Two(scalars::step);
    /// `min(max(x, low), high)`
    Clamp "clamp" Numbers Expansion::Three(scalars::clamp);
    /// `a * b + c`
    Fma "fma" Reals Expansion::Three(scalars::fma);
    /// `a * (1 - t) + b * t`
    Mix "mix" Reals Expansion::Three(scalars::mix);
    /// Smooth transition from 0 at the first to 1 at the second.
    SmoothStep "smoothstep" Reals Expansion::Three(scalars::smoothstep);
    /// The real times two to a literal power.
    Ldexp "ldexp" Numbers Expansion::Exponent;
    /// The sum of the products of the components.
    Dot "dot" Numbers Expansion::Whole(whole::dot);
    /// The length of a vector.
    Length "length" Reals Expansion::Whole(whole::length);
    /// The length of a difference.
    Distance "distance" Reals Expansion::Whole(whole::distance);
    /// The vector times the inverse of its length.
    Normalize "normalize" Reals Expansion::Whole(whole::normalize);
    /// The vector product.
    Cross "cross" Numbers Expansion::Whole(whole::cross);
    /// `e - 2 dot(n, e) n`
    Reflect "reflect" Numbers Expansion::Whole(whole::reflect);
    /// The direction of a refracted ray.
    Refract "refract" Numbers Expansion::Whole(whole::refract);
    /// The first, or its negative where the others point the same way.
    FaceForward "faceForward" Numbers Expansion::Whole(whole::face_forward);
    /// The matrix of the products of two vectors' components.
    Outer "outer" Numbers Expansion::Whole(whole::outer);
    /// Rows for columns.
    Transpose "transpose" Numbers Expansion::Whole(whole::transpose);
    /// The determinant, as its polynomial.
    Determinant "determinant" Numbers Expansion::Whole(whole::determinant);
}

impl Function {
    /// Every function.
    pub fn all() -> impl Iterator<Item = Function> {
        let operations = UnaryOp::ALL.iter().filter(|op| **op != UnaryOp::Neg);
        operations.map(|&op| Function::Unary(op)).chain(Function::EXPANDED.iter().copied())
    }

    /// The function of a name.
    pub fn named(name: &str) -> Option<Function> {
        Function::all().find(|f| f.name() == name)
    }

    /// True for functions of one real, which take vectors component by component.
    pub fn takes_one(self) -> bool {
        matches!(self.expansion(), Expansion::Operation(_) | Expansion::One(_))
    }

    /// The reason why the function has no value of these operands, whatever their numbers are.
    pub fn refusal(self, g: &mut Graph, operands: &[Operand]) -> Option<&'static str> {
        let (Function::SmoothStep, [low, high, _]) = (self, operands) else { return None };
        let length = |operand: &Operand| if let Operand::Vector(parts) = operand { parts.len() } else { 1 };
        let length = length(low).max(length(high));
        let (low, high) = (components(low, length)?, components(high, length)?);
        let same = low.iter().zip(&high).any(|(&low, &high)| low == high);
        let same_numbers =
            low.iter().zip(&high).any(|(&low, &high)| g.as_const(low).is_some_and(|c| g.as_const(high) == Some(c)));
        (same || same_numbers).then_some("`smoothstep` between equal edges has no value: let the second one be larger")
    }

    /// The value of the function. Functions of reals take vectors component by component, and a real with every component
    /// of the others. `None`: it does not apply to such operands.
    pub fn apply(self, g: &mut Graph, operands: &[Operand]) -> Option<Operand> {
        if let Expansion::Whole(expand) = self.expansion() {
            return expand(g, operands);
        }
        let lengths = operands.iter().filter_map(|operand| match operand {
            Operand::Vector(parts) => Some(parts.len()),
            _ => None,
        });
        let Some(length) = lengths.max() else {
            let scalars = operands.iter().map(|operand| components(operand, 1));
            return self.expand(g, &scalars.collect::<Option<Vec<_>>>()?)?.pop().map(Operand::Scalar);
        };
        let vectors = operands.iter().map(|operand| components(operand, length));
        self.expand(g, &vectors.collect::<Option<Vec<_>>>()?).map(Operand::Vector)
    }

    /// The value of a function of reals.
    pub fn scalar(self, g: &mut Graph, operands: &[Value]) -> Option<Value> {
        let operands: Vec<Operand> = operands.iter().map(|&value| Operand::Scalar(value)).collect();
        match self.apply(g, &operands)? {
            Operand::Scalar(value) => Some(value),
            Operand::Vector(_) | Operand::Matrix(_) => None,
        }
    }

    /// The values of the components. Each step of an expansion is made for all components before the next, so that every
    /// front-end gives the operations in one order.
    fn expand(self, g: &mut Graph, operands: &[Vec<Value>]) -> Option<Vec<Value>> {
        Some(match (self.expansion(), operands) {
            (Expansion::Operation(op), [x]) => x.iter().map(|&x| g.unary(op, x)).collect(),
            (Expansion::One(f), [x]) => x.iter().map(|&x| f(g, x)).collect(),
            (Expansion::Two(f), [a, b]) => scalars::each(g, a, b, f),
            (Expansion::Three(f), [a, b, c]) => f(g, a, b, c),
            _ => return None,
        })
    }
}

/// So many components of an operand; a real stands for all of them.
fn components(operand: &Operand, length: usize) -> Option<Vec<Value>> {
    match operand {
        Operand::Scalar(value) => Some(vec![*value; length]),
        Operand::Vector(parts) if parts.len() == length => Some(parts.clone()),
        Operand::Vector(_) | Operand::Matrix(_) => None,
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
