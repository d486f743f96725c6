//! Operators and conversions, componentwise on vectors and matrices.

use super::machine::Machine;
use crate::frontend::kit;
use crate::frontend::trace::{Comparison, Result, Test, Val, merge};
use crate::index::{BitOp, Index};
use crate::real::{Compare, Value};
use naga::{BinaryOperator as Op, RelationalFunction, ScalarKind, UnaryOperator};

/// The nesting depth of a value: 0 for scalars, 1 for vectors, 2 for matrices.
pub fn rank(value: &Val) -> usize {
    match value {
        Val::Composite(parts) => 1 + parts.first().map_or(0, rank),
        _ => 0,
    }
}

impl Machine<'_> {
    /// Applies a function to every component.
    pub fn map(&mut self, a: &Val, f: &mut dyn FnMut(&mut Self, &Val) -> Result<Val>) -> Result<Val> {
        match a {
            Val::Composite(parts) => {
                let parts: Result<Vec<Val>> = parts.iter().map(|p| self.map(p, f)).collect();
                Ok(Val::composite(parts?))
            }
            scalar => f(self, scalar),
        }
    }

    /// Applies a function to the components of two values; a scalar goes with every component of the other.
    pub fn map2(&mut self, a: &Val, b: &Val, f: &mut dyn FnMut(&mut Self, &Val, &Val) -> Result<Val>) -> Result<Val> {
        let parts: Result<Vec<Val>> = match (a, b) {
            (Val::Composite(x), Val::Composite(y)) if x.len() == y.len() => {
                x.iter().zip(y.iter()).map(|(x, y)| self.map2(x, y, f)).collect()
            }
            (Val::Composite(x), Val::Real(_) | Val::Int { .. } | Val::Bool(_)) => {
                x.iter().map(|x| self.map2(x, b, f)).collect()
            }
            (Val::Real(_) | Val::Int { .. } | Val::Bool(_), Val::Composite(y)) => {
                y.iter().map(|y| self.map2(a, y, f)).collect()
            }
            (Val::Composite(_), _) | (_, Val::Composite(_)) => {
                return self.error("these operands do not have the same number of components");
            }
            _ => return f(self, a, b),
        };
        Ok(Val::composite(parts?))
    }

    /// The real in a value.
    pub fn as_real(&self, value: &Val) -> Result<Value> {
        match value {
            Val::Real(v) => Ok(*v),
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            _ => self.error("a real is wanted here"),
        }
    }

    /// The components of a vector of reals.
    pub fn vector(&self, value: &Val) -> Result<Vec<Value>> {
        match value {
            Val::Composite(parts) => parts.iter().map(|p| self.as_real(p)).collect(),
            scalar => Ok(vec![self.as_real(scalar)?]),
        }
    }

    /// The columns of a matrix.
    pub fn matrix(&self, value: &Val) -> Result<Vec<Vec<Value>>> {
        match value {
            Val::Composite(columns) => columns.iter().map(|c| self.vector(c)).collect(),
            _ => self.error("a matrix is wanted here"),
        }
    }

    /// A prefix operator.
    pub fn unary_operator(&mut self, op: UnaryOperator, a: &Val) -> Result<Val> {
        self.map(a, &mut |s, a| {
            Ok(match (op, a) {
                (UnaryOperator::Negate, Val::Real(v)) => Val::Real(s.trace.graph.neg(*v)),
                (UnaryOperator::Negate, Val::Int { index, signed }) => {
                    Val::Int { index: s.trace.graph.indices.neg(*index), signed: *signed }
                }
                (UnaryOperator::LogicalNot, Val::Bool(p)) => Val::Bool(s.trace.graph.not(*p)),
                (UnaryOperator::BitwiseNot, Val::Int { index, signed }) => {
                    let minus = s.trace.graph.indices.neg(*index);
                    Val::Int { index: s.trace.graph.indices.offset(minus, -1), signed: *signed }
                }
                (_, Val::Poison(reason)) => return Err(reason.as_ref().clone()),
                _ => return s.error("this operator does not apply to this operand"),
            })
        })
    }

    /// An operator between two values.
    pub fn binary_operator(&mut self, op: Op, a: &Val, b: &Val) -> Result<Val> {
        if op == Op::Multiply {
            match (rank(a), rank(b)) {
                (2, 2) => {
                    let (a, b) = (self.matrix(a)?, self.matrix(b)?);
                    let product = kit::product(&mut self.trace.graph, &a, &b);
                    return Ok(Val::composite(product.into_iter().map(reals)));
                }
                (2, 1) => {
                    let (a, b) = (self.matrix(a)?, self.vector(b)?);
                    return Ok(reals(kit::matrix_vector(&mut self.trace.graph, &a, &b)));
                }
                (1, 2) => {
                    let (a, b) = (self.vector(a)?, self.matrix(b)?);
                    return Ok(reals(kit::vector_matrix(&mut self.trace.graph, &a, &b)));
                }
                _ => {}
            }
        }
        self.map2(a, b, &mut |s, a, b| match (a, b) {
            (Val::Poison(reason), _) | (_, Val::Poison(reason)) => Err(reason.as_ref().clone()),
            (Val::Real(a), Val::Real(b)) => s.real_operator(op, *a, *b),
            (Val::Int { index: a, signed }, Val::Int { index: b, signed: b_signed }) => {
                s.integer_operator(op, (*a, *signed), (*b, *b_signed))
            }
            (Val::Bool(a), Val::Bool(b)) => s.bool_operator(op, *a, *b),
            _ => s.error("this operator does not apply to these operands"),
        })
    }

    fn real_operator(&mut self, op: Op, a: Value, b: Value) -> Result<Val> {
        let g = &mut self.trace.graph;
        Ok(match op {
            Op::Add => Val::Real(g.add(a, b)),
            Op::Subtract => Val::Real(g.sub(a, b)),
            Op::Multiply => Val::Real(g.mul(a, b)),
            Op::Divide => Val::Real(g.div(a, b)),
            Op::Modulo => Val::Real(kit::remainder(g, a, b)),
            Op::Equal => Val::Bool(g.compare(Compare::Equal, a, b)),
            Op::NotEqual => Val::Bool(g.compare(Compare::NotEqual, a, b)),
            Op::Less => Val::Bool(g.compare(Compare::Less, a, b)),
            Op::LessEqual => Val::Bool(g.compare(Compare::LessEqual, a, b)),
            Op::Greater => Val::Bool(g.compare(Compare::Less, b, a)),
            Op::GreaterEqual => Val::Bool(g.compare(Compare::LessEqual, b, a)),
            _ => return self.error("this operator does not apply to reals"),
        })
    }

    fn bool_operator(&mut self, op: Op, a: Value, b: Value) -> Result<Val> {
        let g = &mut self.trace.graph;
        Ok(Val::Bool(match op {
            Op::And | Op::LogicalAnd => g.and(a, b),
            Op::InclusiveOr | Op::LogicalOr => g.or(a, b),
            Op::Equal | Op::NotEqual | Op::ExclusiveOr => {
                let both = g.and(a, b);
                let (not_a, not_b) = (g.not(a), g.not(b));
                let neither = g.and(not_a, not_b);
                let same = g.or(both, neither);
                if op == Op::Equal { same } else { g.not(same) }
            }
            _ => return self.error("this operator does not apply to bools"),
        }))
    }

    fn integer_operator(&mut self, op: Op, a: (Index, bool), b: (Index, bool)) -> Result<Val> {
        let signed = a.1;
        let s = &mut self.trace.graph.indices;
        let index = match op {
            Op::Add | Op::Subtract | Op::Multiply => {
                let exact = match op {
                    Op::Add => s.add(a.0, b.0),
                    Op::Subtract => s.sub(a.0, b.0),
                    _ => s.mul(a.0, b.0),
                };
                s.modulo_word(exact)
            }
            Op::And => self.trace.bits(BitOp::And, a.0, b.0, signed),
            Op::InclusiveOr => self.trace.bits(BitOp::Or, a.0, b.0, signed),
            Op::ExclusiveOr => self.trace.bits(BitOp::Xor, a.0, b.0, signed),
            Op::ShiftLeft => match s.as_const(b.0) {
                // Small shifts are products, so that indices stay canonical; larger ones lose bits in practice.
                Some(count @ 0..=8) => {
                    let exact = s.scale(a.0, 1 << count);
                    s.modulo_word(exact)
                }
                _ if signed => return self.error("`<<` of an i32 by more than 8 bits or a variable: use u32"),
                _ => self.trace.bits(BitOp::Shl, a.0, b.0, signed),
            },
            Op::ShiftRight => self.shift_right(a.0, b.0, signed)?,
            _ => {
                let (x, y) = (self.trace.looked_at(a.0, a.1), self.trace.looked_at(b.0, b.1));
                let s = &mut self.trace.graph.indices;
                match op {
                    Op::Divide | Op::Modulo if s.as_const(y) == Some(0) => {
                        return self.error("integer division by zero");
                    }
                    Op::Divide => s.div(x, y),
                    Op::Modulo => s.rem(x, y),
                    _ => {
                        let comparison = self.comparison(op)?;
                        let p = self.trace.compare(Test { comparison, left: x, right: y, signed });
                        return Ok(Val::Bool(p));
                    }
                }
            }
        };
        Ok(Val::Int { index, signed })
    }

    fn shift_right(&mut self, a: Index, b: Index, signed: bool) -> Result<Index> {
        let count = self.trace.graph.indices.as_const(b);
        if !signed && !matches!(count, Some(0..=30)) {
            return Ok(self.trace.bits(BitOp::Shr, a, b, signed));
        }
        let a = self.trace.looked_at(a, signed);
        let s = &mut self.trace.graph.indices;
        match count {
            Some(count @ 0..=30) if s.nonnegative(a) => {
                let divisor = s.int(1 << count);
                Ok(s.div(a, divisor))
            }
            _ if signed && !s.nonnegative(a) => {
                self.error("`>>` of an i32 that may be negative: divide instead, or use u32")
            }
            _ => Ok(self.trace.bits(BitOp::Shr, a, b, signed)),
        }
    }

    /// The comparison that an operator makes.
    fn comparison(&self, op: Op) -> Result<Comparison> {
        Ok(match op {
            Op::Equal => Comparison::Equal,
            Op::NotEqual => Comparison::NotEqual,
            Op::Less => Comparison::Less,
            Op::LessEqual => Comparison::LessEqual,
            Op::Greater => Comparison::Greater,
            Op::GreaterEqual => Comparison::GreaterEqual,
            _ => return self.error("this operator does not apply to integers"),
        })
    }

    /// `all` and `any`.
    pub fn relational(&mut self, fun: RelationalFunction, argument: &Val) -> Result<Val> {
        let parts: Vec<Val> = match argument {
            Val::Composite(parts) => parts.to_vec(),
            one => vec![one.clone()],
        };
        let all = match fun {
            RelationalFunction::All => true,
            RelationalFunction::Any => false,
            _ => return self.error("tests for NaN and infinity have no place in an energy"),
        };
        let mut result = self.trace.graph.bool(all);
        for part in parts {
            let Val::Bool(p) = part else { return self.error("a condition is wanted here") };
            result = if all { self.trace.graph.and(result, p) } else { self.trace.graph.or(result, p) };
        }
        Ok(Val::Bool(result))
    }

    /// A conversion of type, or of the bits.
    pub fn convert(&mut self, value: &Val, kind: ScalarKind, bits: bool) -> Result<Val> {
        self.map(value, &mut |s, a| match (a, kind) {
            (Val::Real(_), ScalarKind::Float) => Ok(a.clone()),
            (Val::Real(_), _) | (_, ScalarKind::Float) if bits => {
                s.error("the bits of a real have no meaning here: reals may be doubles")
            }
            (Val::Real(v), ScalarKind::Bool) => {
                let zero = s.trace.graph.constant(0.0);
                Ok(Val::Bool(s.trace.graph.compare(Compare::NotEqual, *v, zero)))
            }
            (Val::Real(v), ScalarKind::Sint | ScalarKind::Uint) => s.integer_of_real(*v, kind),
            (Val::Int { index, signed }, ScalarKind::Float) => {
                let index = s.trace.looked_at(*index, *signed);
                Ok(Val::Real(s.trace.graph.integer(index)))
            }
            // The bits stay: a `u32` that went below zero is that negative `i32`.
            (Val::Int { index, .. }, ScalarKind::Sint) => Ok(Val::Int { index: *index, signed: true }),
            (Val::Int { index, .. }, ScalarKind::Uint) => Ok(Val::Int { index: *index, signed: false }),
            (Val::Int { index, signed }, ScalarKind::Bool) => {
                let index = s.trace.looked_at(*index, *signed);
                let zero = s.trace.graph.indices.int(0);
                let equal = s.trace.graph.indices.eq(index, zero);
                let different = s.trace.graph.indices.not(equal);
                Ok(Val::Bool(s.trace.graph.cond(different)))
            }
            (Val::Bool(p), ScalarKind::Float) => {
                let (one, zero) = (s.trace.graph.constant(1.0), s.trace.graph.constant(0.0));
                Ok(Val::Real(s.trace.graph.select(*p, one, zero)))
            }
            (Val::Bool(_), ScalarKind::Bool) => Ok(a.clone()),
            (Val::Bool(p), ScalarKind::Sint | ScalarKind::Uint) => {
                let signed = kind == ScalarKind::Sint;
                let one = Val::Int { index: s.trace.graph.indices.int(1), signed };
                let zero = Val::Int { index: s.trace.graph.indices.int(0), signed };
                Ok(merge(&mut s.trace.graph, *p, &one, &zero))
            }
            (Val::Poison(reason), _) => Err(reason.as_ref().clone()),
            _ => s.error("this conversion has no place in an energy"),
        })
    }

    /// A literal real as an integer, saturating as in WGSL.
    fn integer_of_real(&mut self, v: Value, kind: ScalarKind) -> Result<Val> {
        let signed = kind == ScalarKind::Sint;
        let Some(number) = self.trace.graph.as_const(v) else {
            return self.error("an integer made from a real: indices, bounds and integers depend on integers only");
        };
        let number = if signed { i64::from(number as i32) } else { i64::from(number as u32) };
        Ok(Val::Int { index: self.trace.graph.indices.int(number), signed })
    }
}

/// A vector of reals.
pub fn reals(values: impl IntoIterator<Item = Value>) -> Val {
    Val::composite(values.into_iter().map(Val::Real))
}
