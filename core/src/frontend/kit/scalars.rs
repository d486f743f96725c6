//! Functions of reals, expanded into the operations of the graph. An expansion creates no dependence that the function
//! lacks.

use crate::real::{BinaryOp, Compare, Graph, UnaryOp, Value};

/// The operands in the order in which ties are decided, the same for both orders: `larger` is the first of equal ones, `smaller` the
/// second, `abs(a - b)` their difference. Of a number and a real, the real is the first.
fn ranked(g: &mut Graph, a: Value, b: Value) -> [Value; 2] {
    let difference = g.sub(a, b);
    if g.is_opposite(difference) { [b, a] } else { [a, b] }
}

/// The larger one; of equal ones the first in rank, so that the derivative is that of one of them, and [`smaller`] has the
/// other's. Of something that is no number there is none.
pub fn larger(g: &mut Graph, a: Value, b: Value) -> Value {
    outward(g, a, b, |g, a, b| {
        let ranked = ranked(g, a, b);
        decided(g, ranked, less, reached)
    })
}

/// The smaller one; of equal ones the second in rank.
pub fn smaller(g: &mut Graph, a: Value, b: Value) -> Value {
    outward(g, a, b, |g, a, b| {
        let ranked = ranked(g, a, b);
        decided(g, ranked, reached, less)
    })
}

fn less(g: &mut Graph, [first, second]: [Value; 2]) -> Value {
    g.compare(Compare::Less, first, second)
}

fn reached(g: &mut Graph, [first, second]: [Value; 2]) -> Value {
    g.compare(Compare::LessEqual, second, first)
}

/// A comparison of two values.
type Test = fn(&mut Graph, [Value; 2]) -> Value;

/// The second where one test holds, the first where the opposite one does; of something that is no number neither.
fn decided(g: &mut Graph, both: [Value; 2], takes_second: Test, takes_first: Test) -> Value {
    let [first, second] = both;
    if !g.may_escape(second) {
        let is_second = takes_second(g, both);
        return g.select(is_second, second, first);
    }
    let is_first = takes_first(g, both);
    if !g.may_escape(first) {
        return g.select(is_first, first, second);
    }
    let (is_second, none) = (takes_second(g, both), g.constant(f64::NAN));
    let other = g.select(is_first, first, none);
    g.select(is_second, second, other)
}

/// A function that gives no number for none, of values whose guards move outward.
fn outward(g: &mut Graph, a: Value, b: Value, f: impl Fn(&mut Graph, Value, Value) -> Value) -> Value {
    let [left, right] = [a, b].map(|v| g.guard_of(v).filter(|_| g.guarded));
    let value = f(g, left.map_or(a, |(v, _)| v), right.map_or(b, |(v, _)| v));
    [left, right].into_iter().flatten().fold(value, |value, (_, fits)| g.with_guard(value, fits))
}

/// `1 / x`.
pub fn recip(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    g.div(one, x)
}

/// The value clamped to 0 and 1.
pub fn saturate(g: &mut Graph, x: Value) -> Value {
    let (zero, one) = (g.constant(0.0), g.constant(1.0));
    let above = larger(g, x, zero);
    smaller(g, above, one)
}

/// 1, -1 or 0; no number of none.
pub fn sign(g: &mut Graph, x: Value) -> Value {
    let (zero, one, minus) = (g.constant(0.0), g.constant(1.0), g.constant(-1.0));
    let (positive, negative) = (g.compare(Compare::Less, zero, x), g.compare(Compare::Less, x, zero));
    let mut other = zero;
    if g.may_escape(x) {
        let (is_zero, none) = (g.compare(Compare::Equal, x, zero), g.constant(f64::NAN));
        other = g.select(is_zero, zero, none);
    }
    let other = g.select(negative, minus, other);
    g.select(positive, one, other)
}

/// `x - floor(x)`.
pub fn fract(g: &mut Graph, x: Value) -> Value {
    let whole = g.unary(UnaryOp::Floor, x);
    g.sub(x, whole)
}

/// `1 / sqrt(x)`.
pub fn inverse_sqrt(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    let root = g.unary(UnaryOp::Sqrt, x);
    g.div(one, root)
}

/// Degrees to radians.
pub fn radians(g: &mut Graph, x: Value) -> Value {
    let factor = g.constant(std::f64::consts::PI / 180.0);
    g.mul(factor, x)
}

/// Radians to degrees.
pub fn degrees(g: &mut Graph, x: Value) -> Value {
    let factor = g.constant(180.0 / std::f64::consts::PI);
    g.mul(factor, x)
}

/// 1 where `x` has reached the edge, else 0; no number of none.
pub fn step(g: &mut Graph, edge: Value, x: Value) -> Value {
    let (zero, one) = (g.constant(0.0), g.constant(1.0));
    let reached = g.compare(Compare::LessEqual, edge, x);
    let mut other = zero;
    if g.may_escape(edge) || g.may_escape(x) {
        let (is_below, none) = (g.compare(Compare::Less, x, edge), g.constant(f64::NAN));
        other = g.select(is_below, zero, none);
    }
    g.select(reached, one, other)
}

/// `a - b * trunc(a / b)`.
pub fn remainder(g: &mut Graph, a: Value, b: Value) -> Value {
    let ratio = g.div(a, b);
    let whole = g.unary(UnaryOp::Trunc, ratio);
    let part = g.mul(b, whole);
    g.sub(a, part)
}

/// The angle of the point (`x`, `y`).
pub fn atan2(g: &mut Graph, y: Value, x: Value) -> Value {
    g.binary(BinaryOp::Atan2, y, x)
}

/// The real times two to a power.
pub fn ldexp(g: &mut Graph, x: Value, power: i32) -> Value {
    let scale = g.constant(2f64.powi(power));
    g.mul(scale, x)
}

/// `min(max(x, low), high)`.
pub fn clamp(g: &mut Graph, x: &[Value], low: &[Value], high: &[Value]) -> Vec<Value> {
    let above = each(g, x, low, larger);
    each(g, &above, high, smaller)
}

/// `a * b + c`.
pub fn fma(g: &mut Graph, a: &[Value], b: &[Value], c: &[Value]) -> Vec<Value> {
    let product = each(g, a, b, Graph::mul);
    each(g, &product, c, Graph::add)
}

/// `a * (1 - t) + b * t`.
pub fn mix(g: &mut Graph, a: &[Value], b: &[Value], t: &[Value]) -> Vec<Value> {
    let one = g.constant(1.0);
    let rest: Vec<Value> = t.iter().map(|&t| g.sub(one, t)).collect();
    let left = each(g, a, &rest, Graph::mul);
    let right = each(g, b, t, Graph::mul);
    each(g, &left, &right, Graph::add)
}

/// Smooth transition from 0 at `low` to 1 at `high`.
pub fn smoothstep(g: &mut Graph, low: &[Value], high: &[Value], x: &[Value]) -> Vec<Value> {
    let above = each(g, x, low, Graph::sub);
    let width = each(g, high, low, Graph::sub);
    each(g, &above, &width, smooth)
}

/// `t² (3 - 2 t)` of `above / width`, clamped to 0 and 1.
fn smooth(g: &mut Graph, above: Value, width: Value) -> Value {
    let t = g.div(above, width);
    let t = saturate(g, t);
    let (two, three) = (g.constant(2.0), g.constant(3.0));
    let twice = g.mul(two, t);
    let slope = g.sub(three, twice);
    let square = g.mul(t, t);
    g.mul(square, slope)
}

/// A function of the components of two vectors.
pub fn each(g: &mut Graph, a: &[Value], b: &[Value], f: impl Fn(&mut Graph, Value, Value) -> Value) -> Vec<Value> {
    a.iter().zip(b).map(|(&a, &b)| f(g, a, b)).collect()
}
