//! Built-in functions: of integers here, of reals as the [kit](crate::frontend::kit) expands them.

use super::functions::{of_naga, spelled};
use super::machine::Machine;
use super::operator::{rank, reals};
use crate::frontend::kit::{self, Applies, Function};
use crate::frontend::trace::{Result, Val, merge};
use crate::index::Index;
use crate::real::{UnaryOp, Value};
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
        match function.applies() {
            Applies::Componentwise if arguments.first().is_some_and(holds_integers) => {
                self.integer_function(function, arguments)
            }
            Applies::Componentwise if function == Function::Ldexp => self.ldexp(arguments),
            Applies::Componentwise => self.componentwise(function, arguments),
            Applies::Whole => self.geometry(function, arguments),
        }
    }

    /// A function of the components of vectors of reals; scalars go with every component.
    fn componentwise(&mut self, function: Function, arguments: &[Val]) -> Result<Val> {
        let vectors: Result<Vec<Vec<Value>>> = arguments.iter().map(|a| self.vector(a)).collect();
        let mut vectors = vectors?;
        let Some(width) = arguments.iter().zip(&vectors).filter(|(a, _)| rank(a) > 0).map(|(_, v)| v.len()).max()
        else {
            let scalars = vectors.concat();
            return match kit::scalar(&mut self.trace.graph, function, &scalars) {
                Some(value) => Ok(Val::Real(value)),
                None => self.error("this function does not apply to reals"),
            };
        };
        for (argument, vector) in arguments.iter().zip(&mut vectors) {
            match rank(argument) {
                0 => *vector = vec![vector[0]; width],
                _ if vector.len() == width => {}
                _ => return self.error("these operands do not have the same number of components"),
            }
        }
        let vectors: Vec<&[Value]> = vectors.iter().map(Vec::as_slice).collect();
        match kit::components(&mut self.trace.graph, function, &vectors) {
            Some(values) => Ok(reals(values)),
            None => self.error("this function does not apply to reals"),
        }
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

    fn ldexp(&mut self, arguments: &[Val]) -> Result<Val> {
        let [x, exponent] = arguments else { return self.error("an argument is missing") };
        self.map2(x, exponent, &mut |s, x, exponent| {
            let x = s.as_real(x)?;
            let literal = match exponent {
                Val::Int { index, .. } => s.trace.graph.indices.as_const(*index).and_then(|e| i32::try_from(e).ok()),
                _ => None,
            };
            let Some(e @ -1000..=1000) = literal else {
                return s.error("`ldexp` takes a literal exponent here");
            };
            let scale = s.trace.graph.constant(2f64.powi(e));
            Ok(Val::Real(s.trace.graph.mul(scale, x)))
        })
    }

    /// Functions of whole vectors and matrices.
    fn geometry(&mut self, function: Function, arguments: &[Val]) -> Result<Val> {
        match (function, arguments) {
            (Function::Dot, [a, b]) => self.dot_values(a, b),
            (Function::Length, [a]) => self.length_of(a),
            (Function::Distance, [a, b]) => {
                let (x, y) = (self.vector(a)?, self.vector(b)?);
                let gap = kit::difference(&mut self.trace.graph, &x, &y);
                if rank(a) == 0 { self.length_of(&Val::Real(gap[0])) } else { self.length_of(&reals(gap)) }
            }
            (Function::Normalize, [a]) => {
                let a = self.vector(a)?;
                Ok(reals(kit::normalize(&mut self.trace.graph, &a)))
            }
            (Function::Cross, [a, b]) => {
                let (a, b) = (self.vector(a)?, self.vector(b)?);
                let (&[a0, a1, a2], &[b0, b1, b2]) = (&a[..], &b[..]) else {
                    return self.error("`cross` takes vectors of three components");
                };
                Ok(reals(kit::cross(&mut self.trace.graph, [a0, a1, a2], [b0, b1, b2])))
            }
            (Function::Reflect, [e, n]) => {
                let (e, n) = (self.vector(e)?, self.vector(n)?);
                Ok(reals(kit::reflect(&mut self.trace.graph, &e, &n)))
            }
            (Function::FaceForward, [a, b, c]) => {
                let (b, c) = (self.vector(b)?, self.vector(c)?);
                let facing = kit::opposed(&mut self.trace.graph, &b, &c);
                let minus = self.unary_operator(naga::UnaryOperator::Negate, a)?;
                Ok(merge(&mut self.trace.graph, facing, a, &minus))
            }
            (Function::Refract, [i, n, eta]) => {
                let (i, n, eta) = (self.vector(i)?, self.vector(n)?, self.as_real(eta)?);
                Ok(reals(kit::refract(&mut self.trace.graph, &i, &n, eta)))
            }
            (Function::Transpose, [m]) => {
                let m = self.matrix(m)?;
                Ok(Val::composite(kit::transpose(&m).into_iter().map(reals)))
            }
            (Function::Determinant, [m]) => {
                let m = self.matrix(m)?;
                match kit::determinant(&mut self.trace.graph, &m) {
                    Some(value) => Ok(Val::Real(value)),
                    None => self.error("`determinant` takes a square matrix"),
                }
            }
            (Function::Outer, [a, b]) => {
                let (a, b) = (self.vector(a)?, self.vector(b)?);
                Ok(Val::composite(kit::outer(&mut self.trace.graph, &a, &b).into_iter().map(reals)))
            }
            _ => self.error(format!("`{}` does not apply to these arguments", function.name())),
        }
    }

    fn dot_values(&mut self, a: &Val, b: &Val) -> Result<Val> {
        if let (Val::Composite(x), Val::Composite(y)) = (a, b)
            && let Some(Val::Int { signed, .. }) = x.first()
        {
            let mut sum = self.trace.graph.indices.int(0);
            for (x, y) in x.iter().zip(y.iter()) {
                let (Val::Int { index: x, .. }, Val::Int { index: y, .. }) = (x, y) else {
                    return self.error("an integer is wanted here");
                };
                let product = self.trace.graph.indices.mul(*x, *y);
                sum = self.trace.graph.indices.add(sum, product);
            }
            return Ok(Val::Int { index: sum, signed: *signed });
        }
        let (a, b) = (self.vector(a)?, self.vector(b)?);
        Ok(Val::Real(kit::dot(&mut self.trace.graph, &a, &b)))
    }

    fn length_of(&mut self, a: &Val) -> Result<Val> {
        if rank(a) == 0 {
            let a = self.as_real(a)?;
            return Ok(Val::Real(self.trace.graph.unary(UnaryOp::Abs, a)));
        }
        let a = self.vector(a)?;
        Ok(Val::Real(kit::length(&mut self.trace.graph, &a)))
    }
}

/// True if a scalar or vector holds integers.
fn holds_integers(value: &Val) -> bool {
    match value {
        Val::Composite(parts) => parts.first().is_some_and(holds_integers),
        scalar => matches!(scalar, Val::Int { .. }),
    }
}
