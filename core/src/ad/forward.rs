//! Forward mode: the tangent of every gradient and residual update along a seed, the direction `dx`.

use crate::program::{Program, Target, Update};
use crate::real::{BinaryOp, Graph, Node, UnaryOp, Value};
use rustc_hash::FxHashSet;

/// Adds the products with the seed: of the Hessian for the gradient's updates, of the Jacobian for the residual's.
pub fn tangent(mut program: Program) -> Program {
    let sources: Vec<Update> = (program.updates.iter())
        .filter(|u| matches!(u.target, Target::Gradient(_) | Target::Residual { .. }))
        .cloned()
        .collect();
    let tangents = tangents(&mut program.graph, sources.iter().map(|u| u.value));
    for update in sources {
        let Some(value) = tangents.of(&mut program.graph, update.value) else { continue };
        let target = match update.target {
            Target::Gradient(entry) => Target::Product(entry),
            Target::Residual { row, .. } => Target::ResidualProduct(row),
            _ => unreachable!("gradients and residuals alone are sources of tangents"),
        };
        program.updates.push(Update { target, value, ..update });
    }
    program
}

/// `factor` times the tangent of `base`.
#[derive(Clone, Copy)]
struct Tangent {
    base: Value,
    factor: Value,
}

/// The tangents of values, in ascending order. What depends on the unknowns through one value alone has that value for
/// its base: the derivative of the one by the other is a number, found before it meets a tangent, which becomes many
/// numbers once the seed is one-hot.
struct Tangents {
    /// By value; `None` where zero.
    relative: Vec<Option<Tangent>>,
    /// By value, for bases.
    absolute: Vec<Option<Value>>,
}

/// The tangents of everything the roots are built from.
fn tangents(g: &mut Graph, roots: impl Iterator<Item = Value>) -> Tangents {
    let reachable = g.reachable(roots);
    let mut tangents = Tangents { relative: vec![None; reachable.len()], absolute: vec![None; reachable.len()] };
    for (at, _) in reachable.iter().enumerate().filter(|(_, reachable)| **reachable) {
        let value = Value(at as u32);
        if g.dynamic(value) {
            g.span = g.span_of(value);
            tangents.find(g, value);
        }
    }
    tangents
}

impl Tangents {
    /// The tangent of a value; `None` where zero.
    fn of(&self, g: &mut Graph, value: Value) -> Option<Value> {
        let Tangent { base, factor } = self.relative[value.index()]?;
        let absolute = self.absolute[base.index()]?;
        Some(g.mul(factor, absolute))
    }

    fn find(&mut self, g: &mut Graph, value: Value) {
        let tangent = match *g.node(value) {
            Node::Load(array, index) if g.array_info(array).kind.is_unknown() => {
                let seed = g.seed(array, index);
                self.new_base(g, value, Some(seed))
            }
            Node::Unary(UnaryOp::Sqrt, _) => {
                let tangent = self.product(g, value);
                self.rebased(g, value, tangent)
            }
            Node::Unary(..) | Node::Binary(..) => self.product(g, value),
            Node::Select(p, a, b) => self.chosen(g, value, (p, a, b)),
            Node::Sum(var, body) => {
                let tangent = self.of(g, body).map(|tangent| g.sum(var, tangent));
                self.new_base(g, value, tangent)
            }
            _ => None,
        };
        self.relative[value.index()] = tangent;
    }

    /// The tangent of a select: of sides with one base, that times a select of their factors.
    fn chosen(&mut self, g: &mut Graph, value: Value, (p, a, b): (Value, Value, Value)) -> Option<Tangent> {
        if let (Some(on), Some(off)) = (self.relative[a.index()], self.relative[b.index()])
            && on.base == off.base
        {
            return Some(Tangent { factor: g.select(p, on.factor, off.factor), ..on }).filter(|t| !g.is_zero(t.factor));
        }
        let zero = g.constant(0.0);
        let (on, off) = (self.of(g, a), self.of(g, b));
        let any = on.is_some() || off.is_some();
        let tangent = any.then(|| g.select(p, on.unwrap_or(zero), off.unwrap_or(zero)));
        self.new_base(g, value, tangent)
    }

    /// The tangent of a root of several unknowns is a base: that of a length is a direction, whose size is one, while the derivative of its
    /// inverse by its square would leave the range.
    fn rebased(&mut self, g: &mut Graph, value: Value, tangent: Option<Tangent>) -> Option<Tangent> {
        let Tangent { base, factor } = tangent?;
        if matches!(g.node(base), Node::Load(..)) {
            return tangent;
        }
        let absolute = self.absolute[base.index()]?;
        let absolute = g.mul(factor, absolute);
        self.new_base(g, value, Some(absolute))
    }

    fn new_base(&mut self, g: &mut Graph, value: Value, tangent: Option<Value>) -> Option<Tangent> {
        self.absolute[value.index()] = Some(tangent.filter(|&t| !g.is_zero(t))?);
        Some(Tangent { base: value, factor: g.constant(1.0) })
    }

    /// The tangent of a quotient whose denominator grows as exponentials do, by the quotient rule: `(a' - (a / b) b') / b`. The
    /// partial derivative `-(a / b) / b` alone would leave the range, and its product with `b'` be zero instead of about one.
    fn quotient(&mut self, g: &mut Graph, value: Value) -> Option<Tangent> {
        let Node::Binary(BinaryOp::Div, a, b) = *g.node(value) else { return None };
        let below = self.relative[b.index()].filter(|_| grows(g, b))?;
        let above = self.relative[a.index()];
        // A denominator that is a base of its own grows with its tangent.
        let related = below.base != b && above.is_none_or(|above| above.base == below.base);
        let (own, other) = match related {
            true => (above.map(|above| above.factor), below.factor),
            false => (self.of(g, a), self.of(g, b)?),
        };
        let carried = g.mul(value, other);
        let rest = match own {
            Some(own) => g.sub(own, carried),
            None => g.neg(carried),
        };
        let tangent = g.div(rest, b);
        match related {
            true => Some(Tangent { base: below.base, factor: tangent }),
            false => self.new_base(g, value, Some(tangent)),
        }
    }

    /// The tangent of a function of one or two reals.
    fn product(&mut self, g: &mut Graph, value: Value) -> Option<Tangent> {
        if let Some(tangent) = self.quotient(g, value) {
            return Some(tangent).filter(|t| !g.is_zero(t.factor));
        }
        let mut parts = Vec::new();
        for (operand, partial) in super::partials(g, value) {
            parts.extend(self.relative[operand.index()].map(|tangent| (operand, tangent, partial)));
        }
        let (_, first, _) = *parts.first()?;
        if parts.iter().all(|(_, tangent, _)| tangent.base == first.base) {
            let factor = sum(g, parts.iter().map(|&(_, tangent, partial)| (partial, tangent.factor)))?;
            return Some(Tangent { factor, ..first }).filter(|t| !g.is_zero(t.factor));
        }
        let mut terms = Vec::new();
        for (operand, _, partial) in parts {
            terms.extend(self.of(g, operand).map(|tangent| (partial, tangent)));
        }
        let tangent = sum(g, terms);
        self.new_base(g, value, tangent)
    }
}

/// The sum of products.
fn sum(g: &mut Graph, terms: impl IntoIterator<Item = (Value, Value)>) -> Option<Value> {
    terms.into_iter().fold(None, |sum, (a, b)| {
        let term = g.mul(a, b);
        Some(sum.map_or(term, |sum| g.add(sum, term)))
    })
}

/// True if a value has exponentials of unknowns in it.
fn grows(g: &Graph, value: Value) -> bool {
    let (mut open, mut seen) = (vec![value], FxHashSet::default());
    while let Some(value) = open.pop() {
        if !g.dynamic(value) || !seen.insert(value) {
            continue;
        }
        match *g.node(value) {
            Node::Unary(UnaryOp::Exp | UnaryOp::Exp2 | UnaryOp::Cosh | UnaryOp::Sinh, _) => return true,
            Node::Unary(_, a) | Node::Sum(_, a) => open.push(a),
            Node::Binary(_, a, b) | Node::Select(_, a, b) => open.extend([a, b]),
            _ => {}
        }
    }
    false
}
