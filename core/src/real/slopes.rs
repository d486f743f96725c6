//! Derivatives of functions that a plain formula has not over their whole range: where a square overflows or is rounded away, or a
//! difference cancels, another one takes its place. Both are functions of the argument alone, so that a second derivative, which
//! is derived from them, keeps its digits, too.

use super::{Compare, Graph, UnaryOp, Value};

/// `if |x| < limit { near } else { far }`
fn by_size(g: &mut Graph, x: Value, limit: f64, near: Value, far: Value) -> Value {
    let magnitude = g.unary(UnaryOp::Abs, x);
    let limit = g.constant(limit);
    let is_near = g.compare(Compare::Less, magnitude, limit);
    g.select(is_near, near, far)
}

/// `1 / a`
fn inverse(g: &mut Graph, a: Value) -> Value {
    let one = g.constant(1.0);
    g.div(one, a)
}

/// `1 / sqrt(a)`
fn inverse_root(g: &mut Graph, a: Value) -> Value {
    let root = g.unary(UnaryOp::Sqrt, a);
    inverse(g, root)
}

/// `1 - x²`: near one as the product of its factors, whose differences are exact.
fn one_minus_square(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    let square = g.mul(x, x);
    let near = g.sub(one, square);
    let (below, above) = (g.sub(one, x), g.add(one, x));
    let far = g.mul(below, above);
    by_size(g, x, 0.75, near, far)
}

/// `1 / sqrt(1 - x²)`, the derivative of the inverse sine.
pub fn asin(g: &mut Graph, x: Value) -> Value {
    let rest = one_minus_square(g, x);
    inverse_root(g, rest)
}

/// `1 / (1 + x²)`, the derivative of the inverse tangent; beyond one `r² / (1 + r²)` of the inverse `r`. No number where the
/// square overflows.
pub fn atan(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    let square = g.mul(x, x);
    let sum = g.add(one, square);
    let near = inverse(g, sum);
    let r = inverse(g, x);
    let square = g.mul(r, r);
    let sum = g.add(one, square);
    let far = g.div(square, sum);
    let slope = by_size(g, x, 1.0, near, far);
    where_square_fits(g, x, slope)
}

/// `1 / (1 - x²)`, the derivative of the inverse hyperbolic tangent.
pub fn atanh(g: &mut Graph, x: Value) -> Value {
    let rest = one_minus_square(g, x);
    inverse(g, rest)
}

/// `slope`, and no number where the square of `x` overflows: a derivative that falls with it would be zero there, whatever it is
/// multiplied by.
fn where_square_fits(g: &mut Graph, x: Value, slope: Value) -> Value {
    let (infinity, none) = (g.constant(f64::INFINITY), g.constant(f64::NAN));
    let square = g.mul(x, x);
    let fits = g.compare(Compare::Less, square, infinity);
    g.select(fits, slope, none)
}

/// `1 / sqrt(x² - 1)`, the derivative of the inverse hyperbolic cosine. No number where the square overflows.
pub fn acosh(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    let (below, above) = (g.sub(x, one), g.add(x, one));
    let (below, above) = (g.unary(UnaryOp::Sqrt, below), g.unary(UnaryOp::Sqrt, above));
    let root = g.mul(below, above);
    let slope = inverse(g, root);
    where_square_fits(g, x, slope)
}

/// `1 / sqrt(1 + x²)`, the derivative of the inverse hyperbolic sine; `1 / |x|` where the one is rounded away. No number where the
/// square overflows.
pub fn asinh(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    let square = g.mul(x, x);
    let sum = g.add(one, square);
    let near = inverse_root(g, sum);
    let magnitude = g.unary(UnaryOp::Abs, x);
    let far = inverse(g, magnitude);
    let slope = by_size(g, x, 1e9, near, far);
    where_square_fits(g, x, slope)
}

/// `1 - tanh²`, the derivative of the hyperbolic tangent; beyond one `4 e / (1 + e)²` of `e = exp(-2 |x|)`.
pub fn tanh(g: &mut Graph, x: Value, y: Value) -> Value {
    let (one, four, factor) = (g.constant(1.0), g.constant(4.0), g.constant(-2.0));
    let square = g.mul(y, y);
    let near = g.sub(one, square);
    let magnitude = g.unary(UnaryOp::Abs, x);
    let exponent = g.mul(factor, magnitude);
    let e = g.unary(UnaryOp::Exp, exponent);
    let sum = g.add(one, e);
    let square = g.mul(sum, sum);
    let ratio = g.div(e, square);
    let far = g.mul(four, ratio);
    by_size(g, x, 1.0, near, far)
}

/// `2/√π exp(-x²)`, the derivative of the error function: its relative error is about that of x², x² times a rounding.
pub fn bell(g: &mut Graph, x: Value) -> Value {
    let square = g.mul(x, x);
    let exponent = g.neg(square);
    let power = g.unary(UnaryOp::Exp, exponent);
    let scale = g.constant(std::f64::consts::FRAC_2_SQRT_PI);
    g.mul(scale, power)
}

/// `b aᵇ⁻¹`, the derivative of the power by its base; zero where the exponent is. Where the base and its slope are zero it is the base
/// itself, zero with a finite derivative: that by the unknowns is zero there, though that by the base is infinite.
pub fn pow(g: &mut Graph, a: Value, b: Value) -> Value {
    let (zero, one) = (g.constant(0.0), g.constant(1.0));
    let less = g.sub(b, one);
    let power = g.pow(a, less);
    let slope = g.mul(b, power);
    match g.as_const(b) {
        Some(b) if b <= 1.0 || b >= 2.0 => slope,
        None if g.dynamic(b) => slope,
        exponent => {
            let slope = match g.flat(a) {
                Some(flat) => {
                    let above = g.compare(Compare::Less, one, b);
                    let flat = g.and(flat, above);
                    g.select(flat, a, slope)
                }
                None => slope,
            };
            let constant = g.compare(Compare::Equal, b, zero);
            if exponent.is_some() { slope } else { g.select(constant, zero, slope) }
        }
    }
}

/// `1.5 sqrt(a)`, the derivative of `a sqrt(a)`, given the root; `a` where it and its slope are zero, as for powers.
pub fn three_halves(g: &mut Graph, a: Value, root: Value) -> Value {
    let factor = g.constant(1.5);
    let slope = g.mul(factor, root);
    match g.flat(a) {
        Some(flat) => g.select(flat, a, slope),
        None => slope,
    }
}

/// `b / (a² + b²)`, the derivative of the angle of the point (b, a) by a, or `-a / (a² + b²)`, that by b: with the ratio `t` of the
/// smaller to the larger coordinate, `1 / (l (1 + t²))` for the larger one `l`, and `t` times as much for the other.
pub fn atan2(g: &mut Graph, side: usize, a: Value, b: Value) -> Value {
    let (size_a, size_b) = (g.unary(UnaryOp::Abs, a), g.unary(UnaryOp::Abs, b));
    let lies = g.compare(Compare::LessEqual, size_a, size_b);
    let (large, small) = (g.select(lies, b, a), g.select(lies, a, b));
    let t = g.div(small, large);
    let one = g.constant(1.0);
    let square = g.mul(t, t);
    let sum = g.add(one, square);
    let length = g.mul(large, sum);
    let of_large = inverse(g, length);
    let of_small = g.mul(t, of_large);
    match side {
        0 => g.select(lies, of_large, of_small),
        _ => {
            let slope = g.select(lies, of_small, of_large);
            g.neg(slope)
        }
    }
}
