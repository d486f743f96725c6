//! Square roots that meet something that vanishes with them: energies that are smooth where a root is not.

use crate::real::{BinaryOp, Compare, Graph, Node, UnaryOp, Value, three_halves};

/// Factors of a product that are looked at.
const FACTORS: usize = 8;

/// A product in which `a sqrt(k a)` stands, where no unknown changes `k`.
pub struct WithRoot {
    /// `a`
    pub square: Value,
    /// `k a`
    pub radicand: Value,
    /// `sqrt(k a)`
    pub root: Value,
    /// The other factors.
    pub others: Vec<Value>,
}

impl WithRoot {
    /// The product of which one side has the root and the other one what it is the root of.
    pub fn of(g: &mut Graph, value: Value) -> Option<WithRoot> {
        let Node::Binary(BinaryOp::Mul, left, right) = *g.node(value) else { return None };
        [(left, right), (right, left)].into_iter().find_map(|(a, b)| Self::of_sides(g, a, b))
    }

    fn of_sides(g: &mut Graph, with_root: Value, with_square: Value) -> Option<WithRoot> {
        let factors = factors(g, with_root, None);
        let roots: Vec<Value> =
            factors.iter().copied().filter(|&f| square_of(g, f).is_some_and(|a| g.dynamic(a))).collect();
        roots.into_iter().find_map(|root| {
            let radicand = square_of(g, root)?;
            let (square, mut others) = [radicand, g.without_scale(radicand)].into_iter().find_map(|square| {
                let mut others = self::factors(g, with_square, Some(square));
                others.remove(others.iter().position(|&f| f == square)?);
                Some((square, others))
            })?;
            let mut own = factors.clone();
            own.remove(own.iter().position(|&f| f == root)?);
            others.extend(own);
            Some(WithRoot { square, radicand, root, others })
        })
    }

    /// The factors that depend on unknowns, with their partial derivatives; the root counts as part of its square.
    pub fn partials(&self, g: &mut Graph) -> Vec<(Value, Value)> {
        let mut partials = Vec::new();
        let slope = three_halves(g, self.square, self.root);
        let slope = self.others.iter().fold(slope, |product, &other| g.mul(product, other));
        partials.push((self.square, slope));
        let whole = g.mul(self.square, self.root);
        for (k, &factor) in self.others.iter().enumerate().filter(|(_, f)| g.dynamic(**f)).collect::<Vec<_>>() {
            let rest = self.others.iter().enumerate().filter(|(own, _)| *own != k);
            let slope = rest.fold(whole, |product, (_, &other)| g.mul(product, other));
            partials.push((factor, slope));
        }
        partials
    }
}

fn square_of(g: &Graph, value: Value) -> Option<Value> {
    match *g.node(value) {
        Node::Unary(UnaryOp::Sqrt, a) => Some(a),
        _ => None,
    }
}

/// The factors of a product, the first of many; `whole` is not taken apart.
fn factors(g: &Graph, value: Value, whole: Option<Value>) -> Vec<Value> {
    let mut found = vec![value];
    let mut at = 0;
    while at < found.len() {
        match *g.node(found[at]) {
            Node::Binary(BinaryOp::Mul, a, b) if whole != Some(found[at]) && found.len() < FACTORS => {
                found[at] = a;
                found.push(b);
            }
            _ => at += 1,
        }
    }
    found
}

/// A value as a multiple of a root, and what is left, which no unknown changes.
#[derive(Clone, Copy)]
struct Linear {
    multiple: Option<Value>,
    rest: Option<Value>,
}

/// The adjoint of what a root is of, where the root's own adjoint is `multiple · root + rest`: half the multiple where rest and root
/// vanish, as of springs of rest length zero. `other` is the adjoint elsewhere. With it comes the predicate under which the root counts
/// as singular, given that it is zero.
pub fn through_root(
    g: &mut Graph,
    root: Value,
    adjoint: Value,
    other: impl FnOnce(&mut Graph) -> Value,
) -> Option<(Value, Value)> {
    let square = square_of(g, root)?;
    let Linear { multiple: Some(multiple), rest } = linear(g, adjoint, root, 0)? else { return None };
    let half = g.constant(0.5);
    let Some(rest) = rest else {
        return Some((g.mul(half, multiple), g.bool(false)));
    };
    let (zero, two) = (g.constant(0.0), g.constant(2.0));
    let rest = unsigned(g, rest);
    let remains = g.compare(Compare::NotEqual, rest, zero);
    let (vanishes, gone) = (g.compare(Compare::Equal, square, zero), g.not(remains));
    let smooth_here = g.and(gone, vanishes);
    let other = other(g);
    let other = g.mul(two, other);
    // The square is zero here, and so is its slope: with it, the derivative by the square has no zero that selects would follow.
    let smooth = if g.squared(square).is_empty() { multiple } else { g.add(multiple, square) };
    let twice = g.select(smooth_here, smooth, other);
    Some((g.mul(half, twice), remains))
}

/// A value without sign and literal factors: it is zero where the value is.
fn unsigned(g: &Graph, mut value: Value) -> Value {
    loop {
        value = match *g.node(value) {
            Node::Unary(UnaryOp::Neg, a) => a,
            Node::Binary(BinaryOp::Mul, c, a) if g.as_const(c).is_some_and(|c| c != 0.0) => a,
            _ => return value,
        }
    }
}

/// Operations inside of each other that are looked into.
const DEPTH: usize = 8;

fn linear(g: &mut Graph, value: Value, root: Value, depth: usize) -> Option<Linear> {
    if value == root {
        let one = g.constant(1.0);
        return Some(Linear { multiple: Some(one), rest: None });
    }
    if !g.dynamic(value) {
        return Some(Linear { multiple: None, rest: Some(value).filter(|&v| !g.is_zero(v)) });
    }
    if depth == DEPTH {
        return None;
    }
    let depth = depth + 1;
    match *g.node(value) {
        Node::Unary(UnaryOp::Neg, a) => {
            let a = linear(g, a, root, depth)?;
            Some(a.map(|v| g.neg(v)))
        }
        Node::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) => {
            let (a, b) = (linear(g, a, root, depth)?, linear(g, b, root, depth)?);
            let mut both = |a: Option<Value>, b: Option<Value>| {
                let zero = g.constant(0.0);
                let sum = g.binary(op, a.unwrap_or(zero), b.unwrap_or(zero));
                Some(sum).filter(|&v| !g.is_zero(v))
            };
            Some(Linear { multiple: both(a.multiple, b.multiple), rest: both(a.rest, b.rest) })
        }
        Node::Binary(BinaryOp::Mul, a, b) => {
            let (own, factor) = if g.dynamic(a) { (a, b) } else { (b, a) };
            match linear(g, own, root, depth) {
                Some(own) if !g.dynamic(factor) || own.rest.is_none() => Some(own.map(|v| g.mul(v, factor))),
                _ if g.dynamic(factor) => {
                    let other = linear(g, factor, root, depth).filter(|other| other.rest.is_none())?;
                    Some(other.map(|v| g.mul(v, own)))
                }
                _ => None,
            }
        }
        Node::Binary(BinaryOp::Div, a, b) => {
            let a = linear(g, a, root, depth).filter(|a| !g.dynamic(b) || a.rest.is_none())?;
            Some(a.map(|v| g.div(v, b)))
        }
        Node::Select(p, a, b) => {
            let (a, b) = (linear(g, a, root, depth)?, linear(g, b, root, depth)?);
            let mut both = |a: Option<Value>, b: Option<Value>| {
                let zero = g.constant(0.0);
                let value = g.select(p, a.unwrap_or(zero), b.unwrap_or(zero));
                Some(value).filter(|&v| !g.is_zero(v))
            };
            Some(Linear { multiple: both(a.multiple, b.multiple), rest: both(a.rest, b.rest) })
        }
        _ => None,
    }
}

impl Linear {
    fn map(self, mut f: impl FnMut(Value) -> Value) -> Linear {
        Linear { multiple: self.multiple.map(&mut f), rest: self.rest.map(&mut f) }
    }
}
