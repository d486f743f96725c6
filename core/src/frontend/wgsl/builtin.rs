//! Built-in functions: of integers here, of reals as the [kit](crate::frontend::kit) expands them.

use super::functions::{of_naga, spelled};
use super::machine::Machine;
use super::operator::{rank, reals};
use crate::frontend::kit::{self, Function, Operand};
use crate::frontend::trace::{Result, Val};
use crate::index::Index;
use crate::real::UnaryOp;
use naga::MathFunction as Fun;

impl Machine<'_> {
    /// A built-in function of naga's.
    pub fn builtin(&mut self, fun: Fun, arguments: &[Val]) -> Result<Val> {
        match of_naga(fun) {
            Some(function) => self.function(function, arguments),
            None => self.error(format!("the built-in `{}` has no place in an energy", spelled(fun))),
        }
    }

    /// A function of the language.
    pub fn function(&mut self, function: Function, arguments: &[Val]) -> Result<Val> {
        if arguments.first().is_some_and(holds_integers) {
            return self.integer_function(function, arguments);
        }
        if let (Function::Ldexp, [x, exponent]) = (function, arguments) {
            return self.ldexp(x, exponent);
        }
        let operands: Result<Vec<Operand>> = arguments.iter().map(|a| self.operand(a)).collect();
        let operands = operands?;
        if let Some(reason) = function.refusal(&mut self.trace.graph, &operands) {
            return self.error(reason);
        }
        match function.apply(&mut self.trace.graph, &operands) {
            Some(Operand::Scalar(value)) => Ok(Val::Real(value)),
            Some(Operand::Vector(parts)) => Ok(reals(parts)),
            Some(Operand::Matrix(columns)) => Ok(Val::composite(columns.into_iter().map(reals))),
            None => self.error(format!("`{}` does not apply to these arguments", function.name())),
        }
    }

    fn operand(&self, value: &Val) -> Result<Operand> {
        Ok(match rank(value) {
            0 => Operand::Scalar(self.as_real(value)?),
            1 => Operand::Vector(self.vector(value)?),
            _ => Operand::Matrix(self.matrix(value)?),
        })
    }

    /// A function of the components of vectors of integers.
    fn integer_function(&mut self, function: Function, arguments: &[Val]) -> Result<Val> {
        match (function, arguments) {
            (Function::Unary(UnaryOp::Abs) | Function::Sign, [a]) => self.map(a, &mut |s, a| {
                let Val::Int { index, signed } = *a else { return s.error("an integer is wanted here") };
                let index = s.trace.looked_at(index, signed);
                let index = if function == Function::Sign { s.integer_sign(index) } else { s.integer_abs(index) };
                Ok(Val::Int { index, signed })
            }),
            (Function::Min | Function::Max, [a, b]) => self.map2(a, b, &mut |s, a, b| {
                let (Val::Int { index: a, signed }, Val::Int { index: b, .. }) = (a, b) else {
                    return s.error("an integer is wanted here");
                };
                let (a, b) = (s.trace.looked_at(*a, *signed), s.trace.looked_at(*b, *signed));
                let indices = &mut s.trace.graph.indices;
                let index = if function == Function::Min { indices.min(a, b) } else { indices.max(a, b) };
                Ok(Val::Int { index, signed: *signed })
            }),
            (Function::Clamp, [x, lo, hi]) => {
                let above = self.integer_function(Function::Max, &[x.clone(), lo.clone()])?;
                self.integer_function(Function::Min, &[above, hi.clone()])
            }
            (Function::Dot, [a, b]) => self.integer_dot(a, b),
            _ => self.error("a real is wanted here"),
        }
    }

    fn integer_abs(&mut self, index: Index) -> Index {
        let s = &mut self.trace.graph.indices;
        let minus = s.neg(index);
        s.max(index, minus)
    }

    fn integer_sign(&mut self, index: Index) -> Index {
        let s = &mut self.trace.graph.indices;
        let (zero, one, minus) = (s.int(0), s.int(1), s.int(-1));
        let (positive, negative) = (s.lt(zero, index), s.lt(index, zero));
        let other = s.select(negative, minus, zero);
        s.select(positive, one, other)
    }

    fn integer_dot(&mut self, a: &Val, b: &Val) -> Result<Val> {
        let (Val::Composite(x), Val::Composite(y)) = (a, b) else { return self.error("a vector is wanted here") };
        let (mut sum, mut all_signed) = (self.trace.graph.indices.int(0), false);
        for (x, y) in x.iter().zip(y.iter()) {
            let (Val::Int { index: x, signed }, Val::Int { index: y, .. }) = (x, y) else {
                return self.error("an integer is wanted here");
            };
            let product = self.trace.graph.indices.mul(*x, *y);
            sum = self.trace.graph.indices.add(sum, product);
            all_signed = *signed;
        }
        Ok(Val::Int { index: sum, signed: all_signed })
    }

    fn ldexp(&mut self, x: &Val, exponent: &Val) -> Result<Val> {
        self.map2(x, exponent, &mut |s, x, exponent| {
            let x = s.as_real(x)?;
            let literal = match exponent {
                Val::Int { index, .. } => s.trace.graph.indices.as_const(*index).and_then(|e| i32::try_from(e).ok()),
                _ => None,
            };
            let Some(power @ -1000..=1000) = literal else {
                return s.error("`ldexp` takes a literal exponent here");
            };
            Ok(Val::Real(kit::ldexp(&mut s.trace.graph, x, power)))
        })
    }
}

/// True if a scalar or vector holds integers.
fn holds_integers(value: &Val) -> bool {
    match value {
        Val::Composite(parts) => parts.first().is_some_and(holds_integers),
        scalar => matches!(scalar, Val::Int { .. }),
    }
}
