//! Functions of reals, expanded into the operations of the graph. An expansion creates no dependence that the function
//! lacks.
//!
//! They take vectors by components. Each step of an expansion is made for all components before the next, so that scalars
//! and vectors, and every front-end, give the operations in one order.

use super::function::Function;
use crate::real::{BinaryOp, Compare, Graph, UnaryOp, Value};

/// `if a < b { b } else { a }`.
pub fn larger(g: &mut Graph, a: Value, b: Value) -> Value {
    let less = g.compare(Compare::Less, a, b);
    g.select(less, b, a)
}

/// `if b < a { b } else { a }`.
pub fn smaller(g: &mut Graph, a: Value, b: Value) -> Value {
    let less = g.compare(Compare::Less, b, a);
    g.select(less, b, a)
}

/// `1 / x`.
pub fn recip(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    g.div(one, x)
}

/// The value clamped to 0 and 1.
fn saturate(g: &mut Graph, x: Value) -> Value {
    let (zero, one) = (g.constant(0.0), g.constant(1.0));
    let above = larger(g, x, zero);
    smaller(g, above, one)
}

fn sign(g: &mut Graph, x: Value) -> Value {
    let (zero, one, minus) = (g.constant(0.0), g.constant(1.0), g.constant(-1.0));
    let (positive, negative) = (g.compare(Compare::Less, zero, x), g.compare(Compare::Less, x, zero));
    let other = g.select(negative, minus, zero);
    g.select(positive, one, other)
}

fn fract(g: &mut Graph, x: Value) -> Value {
    let whole = g.unary(UnaryOp::Floor, x);
    g.sub(x, whole)
}

fn inverse_sqrt(g: &mut Graph, x: Value) -> Value {
    let one = g.constant(1.0);
    let root = g.unary(UnaryOp::Sqrt, x);
    g.div(one, root)
}

fn scaled(g: &mut Graph, x: Value, factor: f64) -> Value {
    let factor = g.constant(factor);
    g.mul(factor, x)
}

fn step(g: &mut Graph, edge: Value, x: Value) -> Value {
    let (zero, one) = (g.constant(0.0), g.constant(1.0));
    let reached = g.compare(Compare::LessEqual, edge, x);
    g.select(reached, one, zero)
}

/// `a - b * trunc(a / b)`.
pub fn remainder(g: &mut Graph, a: Value, b: Value) -> Value {
    let ratio = g.div(a, b);
    let whole = g.unary(UnaryOp::Trunc, ratio);
    let part = g.mul(b, whole);
    g.sub(a, part)
}

/// A function that [applies](Function::applies) componentwise: its value for each component. The arguments have the same
/// number of components. `None`: the function does not apply to so many arguments, or not componentwise.
pub fn components(g: &mut Graph, function: Function, arguments: &[&[Value]]) -> Option<Vec<Value>> {
    match *arguments {
        [x] => {
            let apply = of_one(function)?;
            Some(x.iter().map(|&x| apply.call(g, x)).collect())
        }
        [a, b] => {
            let apply = of_two(function)?;
            Some(each(g, a, b, apply))
        }
        [a, b, c] => of_three(g, function, a, b, c),
        _ => None,
    }
}

/// A function that applies componentwise, of scalars.
pub fn scalar(g: &mut Graph, function: Function, arguments: &[Value]) -> Option<Value> {
    let arguments: Vec<&[Value]> = arguments.iter().map(std::slice::from_ref).collect();
    components(g, function, &arguments)?.first().copied()
}

/// A function of one real.
enum OfOne {
    Operation(UnaryOp),
    Expanded(fn(&mut Graph, Value) -> Value),
}

impl OfOne {
    fn call(&self, g: &mut Graph, x: Value) -> Value {
        match self {
            OfOne::Operation(op) => g.unary(*op, x),
            OfOne::Expanded(expand) => expand(g, x),
        }
    }
}

fn of_one(function: Function) -> Option<OfOne> {
    Some(OfOne::Expanded(match function {
        Function::Unary(op) => return Some(OfOne::Operation(op)),
        Function::Recip => recip,
        Function::InverseSqrt => inverse_sqrt,
        Function::Sign => sign,
        Function::Fract => fract,
        Function::Saturate => saturate,
        Function::Radians => |g, x| scaled(g, x, std::f64::consts::PI / 180.0),
        Function::Degrees => |g, x| scaled(g, x, 180.0 / std::f64::consts::PI),
        _ => return None,
    }))
}

fn of_two(function: Function) -> Option<fn(&mut Graph, Value, Value) -> Value> {
    Some(match function {
        Function::Min => smaller,
        Function::Max => larger,
        Function::Pow => Graph::pow,
        Function::Atan2 => |g, y, x| g.binary(BinaryOp::Atan2, y, x),
        Function::Step => step,
        _ => return None,
    })
}

fn of_three(g: &mut Graph, function: Function, a: &[Value], b: &[Value], c: &[Value]) -> Option<Vec<Value>> {
    Some(match function {
        Function::Clamp => {
            let above = each(g, a, b, larger);
            each(g, &above, c, smaller)
        }
        Function::Fma => {
            let product = each(g, a, b, Graph::mul);
            each(g, &product, c, Graph::add)
        }
        Function::Mix => {
            let one = g.constant(1.0);
            let rest: Vec<Value> = c.iter().map(|&t| g.sub(one, t)).collect();
            let left = each(g, a, &rest, Graph::mul);
            let right = each(g, b, c, Graph::mul);
            each(g, &left, &right, Graph::add)
        }
        Function::SmoothStep => {
            let above = each(g, c, a, Graph::sub);
            let width = each(g, b, a, Graph::sub);
            each(g, &above, &width, smooth)
        }
        _ => return None,
    })
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
fn each(g: &mut Graph, a: &[Value], b: &[Value], f: impl Fn(&mut Graph, Value, Value) -> Value) -> Vec<Value> {
    a.iter().zip(b).map(|(&a, &b)| f(g, a, b)).collect()
}
