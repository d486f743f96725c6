//! Built-in functions, expanded into the operations of the graph. An expansion creates no dependence that the function
//! lacks: a determinant is its polynomial.

use super::machine::{Machine, Result};
use super::operator::{rank, reals};
use super::value::{Val, merge};
use crate::index::Index;
use crate::real::{BinaryOp, Compare, UnaryOp, Value};
use naga::MathFunction as Fun;

impl Machine<'_> {
    /// A built-in function of up to four arguments.
    pub fn builtin(&mut self, fun: Fun, arguments: &[Val]) -> Result<Val> {
        if let Some(op) = unary(fun) {
            let Some(a) = arguments.first() else { return self.error("an argument is missing") };
            return self.map(a, &mut |s, a| match (op, a) {
                (UnaryOp::Abs, Val::Int { index, signed }) => {
                    let index = s.looked_at(*index, *signed);
                    let minus = s.graph.indices.neg(index);
                    Ok(Val::Int { index: s.graph.indices.max(index, minus), signed: *signed })
                }
                (_, a) => {
                    let a = s.as_real(a)?;
                    Ok(Val::Real(s.graph.unary(op, a)))
                }
            });
        }
        match (fun, arguments) {
            (Fun::Saturate, [x]) => self.map(x, &mut |s, x| {
                let x = s.as_real(x)?;
                Ok(Val::Real(s.saturate(x)))
            }),
            (Fun::Sign | Fun::Fract | Fun::InverseSqrt | Fun::Radians | Fun::Degrees, [x]) => {
                self.map(x, &mut |s, x| s.simple(fun, x))
            }
            (Fun::Min | Fun::Max | Fun::Pow | Fun::Atan2 | Fun::Step | Fun::Ldexp, [a, b]) => {
                self.map2(a, b, &mut |s, a, b| s.of_two(fun, a, b))
            }
            (Fun::Clamp, [x, lo, hi]) => {
                let below = self.builtin(Fun::Max, &[x.clone(), lo.clone()])?;
                self.builtin(Fun::Min, &[below, hi.clone()])
            }
            (Fun::Fma, [a, b, c]) => {
                let product = self.map2(a, b, &mut |s, a, b| s.reals2(a, b, |g, a, b| g.mul(a, b)))?;
                self.map2(&product, c, &mut |s, a, b| s.reals2(a, b, |g, a, b| g.add(a, b)))
            }
            (Fun::Mix, [a, b, t]) => self.mix(a, b, t),
            (Fun::SmoothStep, [lo, hi, x]) => self.smooth_step(lo, hi, x),
            _ => self.geometry(fun, arguments),
        }
    }

    /// Functions of whole vectors and matrices.
    fn geometry(&mut self, fun: Fun, arguments: &[Val]) -> Result<Val> {
        match (fun, arguments) {
            (Fun::Dot, [a, b]) => self.dot_values(a, b),
            (Fun::Length, [a]) => self.length_of(a),
            (Fun::Distance, [a, b]) => {
                let gap = self.map2(a, b, &mut |s, a, b| s.reals2(a, b, |g, a, b| g.sub(a, b)))?;
                self.length_of(&gap)
            }
            (Fun::Normalize, [a]) => {
                let length = self.length_of(a)?;
                let length = self.as_real(&length)?;
                let one = self.graph.constant(1.0);
                let inverse = self.graph.div(one, length);
                let a = self.vector(a)?;
                Ok(reals(a.iter().map(|&x| self.graph.mul(x, inverse)).collect::<Vec<_>>()))
            }
            (Fun::Cross, [a, b]) => {
                let (a, b) = (self.vector(a)?, self.vector(b)?);
                Ok(reals(self.cross(&a, &b)?))
            }
            (Fun::Reflect, [e, n]) => {
                let (e, n) = (self.vector(e)?, self.vector(n)?);
                let dot = self.dot(&n, &e);
                let two = self.graph.constant(2.0);
                let twice = self.graph.mul(two, dot);
                Ok(reals(self.combine(&e, &n, |g, e, n| {
                    let part = g.mul(twice, n);
                    g.sub(e, part)
                })))
            }
            (Fun::FaceForward, [a, b, c]) => {
                let (b, c) = (self.vector(b)?, self.vector(c)?);
                let dot = self.dot(&b, &c);
                let zero = self.graph.constant(0.0);
                let facing = self.graph.compare(Compare::Less, dot, zero);
                let minus = self.unary_operator(naga::UnaryOperator::Negate, a)?;
                Ok(merge(&mut self.graph, facing, a, &minus))
            }
            (Fun::Refract, [i, n, eta]) => self.refract(i, n, eta),
            (Fun::Transpose, [m]) => {
                let m = self.matrix(m)?;
                let rows = m.first().map_or(0, Vec::len);
                Ok(Val::composite((0..rows).map(|r| reals(m.iter().filter_map(|c| c.get(r).copied())))))
            }
            (Fun::Determinant, [m]) => {
                let m = self.matrix(m)?;
                Ok(Val::Real(self.determinant(&m)?))
            }
            (Fun::Outer, [a, b]) => {
                let (a, b) = (self.vector(a)?, self.vector(b)?);
                Ok(Val::composite(
                    b.iter().map(|&y| reals(a.iter().map(|&x| self.graph.mul(x, y)).collect::<Vec<_>>())),
                ))
            }
            _ => self.error(format!("the built-in `{}` has no place in an energy", spelled(fun))),
        }
    }

    fn reals2(&mut self, a: &Val, b: &Val, f: impl Fn(&mut crate::real::Graph, Value, Value) -> Value) -> Result<Val> {
        let (a, b) = (self.as_real(a)?, self.as_real(b)?);
        Ok(Val::Real(f(&mut self.graph, a, b)))
    }

    fn combine(
        &mut self,
        a: &[Value],
        b: &[Value],
        f: impl Fn(&mut crate::real::Graph, Value, Value) -> Value,
    ) -> Vec<Value> {
        a.iter().zip(b).map(|(&x, &y)| f(&mut self.graph, x, y)).collect()
    }

    fn min(&mut self, a: Value, b: Value) -> Value {
        let less = self.graph.compare(Compare::Less, b, a);
        self.graph.select(less, b, a)
    }

    fn max(&mut self, a: Value, b: Value) -> Value {
        let less = self.graph.compare(Compare::Less, a, b);
        self.graph.select(less, b, a)
    }

    fn saturate(&mut self, x: Value) -> Value {
        let (zero, one) = (self.graph.constant(0.0), self.graph.constant(1.0));
        let above = self.max(x, zero);
        self.min(above, one)
    }

    fn simple(&mut self, fun: Fun, x: &Val) -> Result<Val> {
        if let (Fun::Sign, Val::Int { index, signed }) = (fun, x) {
            let index = self.looked_at(*index, *signed);
            return Ok(Val::Int { index: self.integer_sign(index), signed: *signed });
        }
        let x = self.as_real(x)?;
        let g = &mut self.graph;
        let value = match fun {
            Fun::Sign => {
                let (zero, one, minus) = (g.constant(0.0), g.constant(1.0), g.constant(-1.0));
                let (positive, negative) = (g.compare(Compare::Less, zero, x), g.compare(Compare::Less, x, zero));
                let other = g.select(negative, minus, zero);
                g.select(positive, one, other)
            }
            Fun::Fract => {
                let whole = g.unary(UnaryOp::Floor, x);
                g.sub(x, whole)
            }
            Fun::InverseSqrt => {
                let one = g.constant(1.0);
                let root = g.unary(UnaryOp::Sqrt, x);
                g.div(one, root)
            }
            Fun::Radians => {
                let scale = g.constant(std::f64::consts::PI / 180.0);
                g.mul(scale, x)
            }
            _ => {
                let scale = g.constant(180.0 / std::f64::consts::PI);
                g.mul(scale, x)
            }
        };
        Ok(Val::Real(value))
    }

    fn integer_sign(&mut self, index: Index) -> Index {
        let s = &mut self.graph.indices;
        let (zero, one, minus) = (s.int(0), s.int(1), s.int(-1));
        let (positive, negative) = (s.lt(zero, index), s.lt(index, zero));
        let other = s.select(negative, minus, zero);
        s.select(positive, one, other)
    }

    fn of_two(&mut self, fun: Fun, a: &Val, b: &Val) -> Result<Val> {
        if let (Val::Int { index: x, signed }, Val::Int { index: y, .. }) = (a, b) {
            let (x, y) = (self.looked_at(*x, *signed), self.looked_at(*y, *signed));
            let s = &mut self.graph.indices;
            let index = if fun == Fun::Min { s.min(x, y) } else { s.max(x, y) };
            return Ok(Val::Int { index, signed: *signed });
        }
        if let (Fun::Ldexp, Val::Real(x), Val::Int { index, .. }) = (fun, a, b) {
            let exponent = self.graph.indices.as_const(*index).and_then(|e| i32::try_from(e).ok());
            let Some(e @ -1000..=1000) = exponent else {
                return self.error("`ldexp` takes a literal exponent here");
            };
            let scale = self.graph.constant(2f64.powi(e));
            return Ok(Val::Real(self.graph.mul(scale, *x)));
        }
        let (a, b) = (self.as_real(a)?, self.as_real(b)?);
        Ok(Val::Real(match fun {
            Fun::Min => self.min(a, b),
            Fun::Max => self.max(a, b),
            Fun::Pow => self.graph.pow(a, b),
            Fun::Atan2 => self.graph.binary(BinaryOp::Atan2, a, b),
            Fun::Step => {
                let (zero, one) = (self.graph.constant(0.0), self.graph.constant(1.0));
                let reached = self.graph.compare(Compare::LessEqual, a, b);
                self.graph.select(reached, one, zero)
            }
            _ => return self.error("this function does not apply to reals"),
        }))
    }

    /// `a * (1 - t) + b * t`.
    fn mix(&mut self, a: &Val, b: &Val, t: &Val) -> Result<Val> {
        let rest = self.map(t, &mut |s, t| {
            let t = s.as_real(t)?;
            let one = s.graph.constant(1.0);
            Ok(Val::Real(s.graph.sub(one, t)))
        })?;
        let left = self.map2(a, &rest, &mut |s, a, b| s.reals2(a, b, |g, a, b| g.mul(a, b)))?;
        let right = self.map2(b, t, &mut |s, a, b| s.reals2(a, b, |g, a, b| g.mul(a, b)))?;
        self.map2(&left, &right, &mut |s, a, b| s.reals2(a, b, |g, a, b| g.add(a, b)))
    }

    fn smooth_step(&mut self, lo: &Val, hi: &Val, x: &Val) -> Result<Val> {
        let minus = |s: &mut Self, a: &Val, b: &Val| s.reals2(a, b, |g, a, b| g.sub(a, b));
        let above = self.map2(x, lo, &mut { minus })?;
        let width = self.map2(hi, lo, &mut { minus })?;
        self.map2(&above, &width, &mut |s, above, width| {
            let (above, width) = (s.as_real(above)?, s.as_real(width)?);
            let t = s.graph.div(above, width);
            let t = s.saturate(t);
            let (two, three) = (s.graph.constant(2.0), s.graph.constant(3.0));
            let twice = s.graph.mul(two, t);
            let slope = s.graph.sub(three, twice);
            let square = s.graph.mul(t, t);
            Ok(Val::Real(s.graph.mul(square, slope)))
        })
    }

    fn dot_values(&mut self, a: &Val, b: &Val) -> Result<Val> {
        if let (Val::Composite(x), Val::Composite(y)) = (a, b)
            && let Some(Val::Int { signed, .. }) = x.first()
        {
            let mut sum = self.graph.indices.int(0);
            for (x, y) in x.iter().zip(y.iter()) {
                let (Val::Int { index: x, .. }, Val::Int { index: y, .. }) = (x, y) else {
                    return self.error("an integer is wanted here");
                };
                let product = self.graph.indices.mul(*x, *y);
                sum = self.graph.indices.add(sum, product);
            }
            return Ok(Val::Int { index: sum, signed: *signed });
        }
        let (a, b) = (self.vector(a)?, self.vector(b)?);
        Ok(Val::Real(self.dot(&a, &b)))
    }

    fn length_of(&mut self, a: &Val) -> Result<Val> {
        if rank(a) == 0 {
            let a = self.as_real(a)?;
            return Ok(Val::Real(self.graph.unary(UnaryOp::Abs, a)));
        }
        let a = self.vector(a)?;
        let square = self.dot(&a, &a);
        Ok(Val::Real(self.graph.unary(UnaryOp::Sqrt, square)))
    }

    /// `a * d - b * c`.
    fn minor(&mut self, a: Value, b: Value, c: Value, d: Value) -> Value {
        let (ad, bc) = (self.graph.mul(a, d), self.graph.mul(b, c));
        self.graph.sub(ad, bc)
    }

    fn cross(&mut self, a: &[Value], b: &[Value]) -> Result<Vec<Value>> {
        let ([a0, a1, a2], [b0, b1, b2]) = (a, b) else {
            return self.error("`cross` takes vectors of three components");
        };
        Ok(vec![self.minor(*a1, *a2, *b1, *b2), self.minor(*a2, *a0, *b2, *b0), self.minor(*a0, *a1, *b0, *b1)])
    }

    fn refract(&mut self, i: &Val, n: &Val, eta: &Val) -> Result<Val> {
        let (i, n, eta) = (self.vector(i)?, self.vector(n)?, self.as_real(eta)?);
        let dot = self.dot(&n, &i);
        let g = &mut self.graph;
        let (zero, one) = (g.constant(0.0), g.constant(1.0));
        let square = g.mul(dot, dot);
        let rest = g.sub(one, square);
        let eta_square = g.mul(eta, eta);
        let bent = g.mul(eta_square, rest);
        let k = g.sub(one, bent);
        let total = g.compare(Compare::Less, k, zero);
        let root = g.unary(UnaryOp::Sqrt, k);
        let along = g.mul(eta, dot);
        let scale = g.add(along, root);
        Ok(reals(self.combine(&i, &n, |g, i, n| {
            let (a, b) = (g.mul(eta, i), g.mul(scale, n));
            let out = g.sub(a, b);
            g.select(total, zero, out)
        })))
    }

    fn determinant(&mut self, m: &[Vec<Value>]) -> Result<Value> {
        match m {
            [a, b] => match (&a[..], &b[..]) {
                (&[a0, a1], &[b0, b1]) => Ok(self.minor(a0, a1, b0, b1)),
                _ => self.error("`determinant` takes a square matrix"),
            },
            [a, b, c] => {
                let normal = self.cross(b, c)?;
                Ok(self.dot(a, &normal))
            }
            [a, b, c, d] if m.iter().all(|column| column.len() == 4) => Ok(self.determinant4([a, b, c, d])),
            _ => self.error("`determinant` takes a square matrix"),
        }
    }

    /// Laplace's expansion along the first two columns: six products of two minors.
    fn determinant4(&mut self, [a, b, c, d]: [&Vec<Value>; 4]) -> Value {
        let mut sum = self.graph.constant(0.0);
        let pairs = [(0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2), (1, 2, 0, 3), (3, 1, 0, 2), (2, 3, 0, 1)];
        for (i, j, k, l) in pairs {
            let left = self.minor(a[i], a[j], b[i], b[j]);
            let right = self.minor(c[k], c[l], d[k], d[l]);
            let product = self.graph.mul(left, right);
            sum = self.graph.add(sum, product);
        }
        sum
    }
}

/// The operation of a function of one real, if it is one.
fn unary(fun: Fun) -> Option<UnaryOp> {
    Some(match fun {
        Fun::Abs => UnaryOp::Abs,
        Fun::Cos => UnaryOp::Cos,
        Fun::Cosh => UnaryOp::Cosh,
        Fun::Sin => UnaryOp::Sin,
        Fun::Sinh => UnaryOp::Sinh,
        Fun::Tan => UnaryOp::Tan,
        Fun::Tanh => UnaryOp::Tanh,
        Fun::Acos => UnaryOp::Acos,
        Fun::Asin => UnaryOp::Asin,
        Fun::Atan => UnaryOp::Atan,
        Fun::Asinh => UnaryOp::Asinh,
        Fun::Acosh => UnaryOp::Acosh,
        Fun::Atanh => UnaryOp::Atanh,
        Fun::Ceil => UnaryOp::Ceil,
        Fun::Floor => UnaryOp::Floor,
        Fun::Round => UnaryOp::Round,
        Fun::Trunc => UnaryOp::Trunc,
        Fun::Exp => UnaryOp::Exp,
        Fun::Exp2 => UnaryOp::Exp2,
        Fun::Log => UnaryOp::Log,
        Fun::Log2 => UnaryOp::Log2,
        Fun::Sqrt => UnaryOp::Sqrt,
        _ => return None,
    })
}

/// The WGSL name of a function.
fn spelled(fun: Fun) -> String {
    let mut name = format!("{fun:?}");
    if let Some(first) = name.get_mut(0..1) {
        first.make_ascii_lowercase();
    }
    name
}
