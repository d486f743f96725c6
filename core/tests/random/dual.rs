//! The reference: plain recursion with second-order dual numbers over all unknowns.

use super::ast::{MAX_UNKNOWNS, Nest, OutOfRange, Place, Real, Sum, World, condition, integer, place};
use spadina_core::real::{BinaryOp, Compare, UnaryOp};

const N: usize = MAX_UNKNOWNS;

/// A value with its gradient and Hessian.
#[derive(Clone, Debug)]
pub struct Dual {
    pub v: f64,
    pub g: [f64; N],
    pub h: [[f64; N]; N],
}

/// What a point must not do for a comparison to make sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unfit {
    /// A load out of range is executed.
    OutOfRange,
    /// Two sides of a comparison nearly agree, or a value is at a kink: rounding may decide.
    Tie,
}

impl From<OutOfRange> for Unfit {
    fn from(_: OutOfRange) -> Self {
        Unfit::OutOfRange
    }
}

impl Dual {
    pub fn constant(v: f64) -> Self {
        Self { v, g: [0.0; N], h: [[0.0; N]; N] }
    }

    fn unknown(v: f64, at: usize) -> Self {
        let mut dual = Self::constant(v);
        dual.g[at] = 1.0;
        dual
    }

    /// The largest magnitude in it; infinite where something is not a number.
    pub fn magnitude(&self) -> f64 {
        let all = self.g.iter().chain(self.h.iter().flatten()).chain([&self.v]);
        all.fold(0.0, |m, &x| if x.is_nan() { f64::INFINITY } else { f64::max(m, x.abs()) })
    }

    fn is_constant(&self) -> bool {
        self.g == [0.0; N] && self.h == [[0.0; N]; N]
    }

    /// `f(self)` from the value and the first two derivatives of `f`.
    fn chain(&self, [v, d, dd]: [f64; 3]) -> Self {
        let mut out = Self::constant(v);
        if self.is_constant() {
            return out;
        }
        for i in 0..N {
            out.g[i] = d * self.g[i];
            for j in 0..N {
                out.h[i][j] = d * self.h[i][j] + dd * self.g[i] * self.g[j];
            }
        }
        out
    }

    /// `f(self, b)` from the value, the gradient and the second derivatives (aa, ab, bb) of `f`.
    fn chain2(&self, b: &Self, v: f64, [fa, fb]: [f64; 2], [faa, fab, fbb]: [f64; 3]) -> Self {
        let (a, mut out) = (self, Self::constant(v));
        for i in 0..N {
            out.g[i] = fa * a.g[i] + fb * b.g[i];
            for j in 0..N {
                out.h[i][j] = fa * a.h[i][j]
                    + fb * b.h[i][j]
                    + faa * a.g[i] * a.g[j]
                    + fab * (a.g[i] * b.g[j] + b.g[i] * a.g[j])
                    + fbb * b.g[i] * b.g[j];
            }
        }
        out
    }

    pub fn add(&self, b: &Self) -> Self {
        self.chain2(b, self.v + b.v, [1.0, 1.0], [0.0; 3])
    }

    pub fn mul(&self, b: &Self) -> Self {
        self.chain2(b, self.v * b.v, [b.v, self.v], [0.0, 1.0, 0.0])
    }
}

/// Value, first and second derivative of a function.
fn unary(op: UnaryOp, x: f64) -> [f64; 3] {
    match op {
        UnaryOp::Neg => [-x, -1.0, 0.0],
        UnaryOp::Abs => [x.abs(), if x < 0.0 { -1.0 } else { 1.0 }, 0.0],
        UnaryOp::Sqrt => [x.sqrt(), 0.5 * x.powf(-0.5), -0.25 * x.powf(-1.5)],
        UnaryOp::Exp => [x.exp(); 3],
        UnaryOp::Log => [x.ln(), 1.0 / x, -1.0 / (x * x)],
        UnaryOp::Sin => [x.sin(), x.cos(), -x.sin()],
        UnaryOp::Cos => [x.cos(), -x.sin(), -x.cos()],
        UnaryOp::Tanh => {
            let (y, c) = (x.tanh(), x.cosh());
            [y, 1.0 / (c * c), -2.0 * y / (c * c)]
        }
        UnaryOp::Atan => {
            let d = 1.0 + x * x;
            [x.atan(), 1.0 / d, -2.0 * x / (d * d)]
        }
        UnaryOp::Asinh => {
            let d = 1.0 + x * x;
            [x.asinh(), d.powf(-0.5), -x * d.powf(-1.5)]
        }
        UnaryOp::Floor => [x.floor(), 0.0, 0.0],
        _ => unreachable!("not generated"),
    }
}

fn binary(op: BinaryOp, a: &Dual, b: &Dual) -> Dual {
    let (x, y) = (a.v, b.v);
    match op {
        BinaryOp::Add => a.add(b),
        BinaryOp::Sub => a.chain2(b, x - y, [1.0, -1.0], [0.0; 3]),
        BinaryOp::Mul => a.mul(b),
        BinaryOp::Div => a.mul(&b.chain([1.0 / y, -1.0 / (y * y), 2.0 / (y * y * y)])),
        BinaryOp::Pow if b.is_constant() => a.chain([x.powf(y), y * x.powf(y - 1.0), y * (y - 1.0) * x.powf(y - 2.0)]),
        BinaryOp::Pow => {
            let (p, l) = (x.powf(y), x.ln());
            let second = [y * (y - 1.0) * x.powf(y - 2.0), x.powf(y - 1.0) * (1.0 + y * l), p * l * l];
            a.chain2(b, p, [y * x.powf(y - 1.0), p * l], second)
        }
        BinaryOp::Atan2 => {
            let r = x * x + y * y;
            let cross = (x * x - y * y) / (r * r);
            let second = [-2.0 * x * y / (r * r), cross, 2.0 * x * y / (r * r)];
            a.chain2(b, x.atan2(y), [y / r, -x / r], second)
        }
    }
}

/// The value of a real with its derivatives; only the branch taken is evaluated.
pub fn eval(world: &World, vars: &[i64], real: &Real) -> Result<Dual, Unfit> {
    let of = |r: &Real| eval(world, vars, r);
    Ok(match real {
        Real::Const(c) => Dual::constant(*c),
        Real::Load(array, at) => match place(world, vars, *array, at)? {
            Place::Unknown(k) => {
                let x = if *array == 0 { world.arrays[0][k] } else { world.arrays[1][k - world.arrays[0].len()] };
                Dual::unknown(x, k)
            }
            Place::Data(value) => Dual::constant(value),
        },
        Real::Integer(i) => Dual::constant(integer(world, vars, i)? as f64),
        Real::Unary(op, a) => {
            let a = of(a)?;
            // At its kink `abs` may have either slope: `abs(-x)` folds to `abs(x)`.
            if *op == UnaryOp::Abs && a.v.abs() < 1e-9 {
                return Err(Unfit::Tie);
            }
            a.chain(unary(*op, a.v))
        }
        Real::Binary(op, a, b) => binary(*op, &of(a)?, &of(b)?),
        Real::Select(op, parts) => {
            let [a, b, on, off] = &**parts;
            let (a, b) = (of(a)?.v, of(b)?.v);
            let gap = (a - b).abs();
            if gap > 0.0 && gap < 1e-9 {
                return Err(Unfit::Tie);
            }
            let taken = match op {
                Compare::Less => a < b,
                Compare::LessEqual => a <= b,
                Compare::Equal => a == b,
                Compare::NotEqual => a != b,
            };
            of(if taken { on } else { off })?
        }
        Real::Guard(c, a, b) => {
            if condition(world, vars, c)? {
                of(a)?
            } else {
                of(b)?
            }
        }
        Real::Sum(sum) => {
            let mut total = Dual::constant(0.0);
            for inner in iterations(world, vars, sum)? {
                total = total.add(&eval(world, &inner, &sum.body)?);
            }
            total
        }
    })
}

/// The largest change of a value or derivative where the numbers of the world change by a rounding error: what the point amplifies
/// rounding errors by. `None` where the changed point is unfit.
pub fn amplified(world: &World, real: &Real, at: &Dual) -> Option<f64> {
    let mut most = 0.0;
    for sign in [1.0, -1.0] {
        let mut moved = world.clone();
        for (k, number) in moved.arrays.iter_mut().flatten().enumerate() {
            *number *= 1.0 + if k % 2 == 0 { sign } else { -0.5 * sign } * f64::EPSILON;
        }
        let moved = eval(&moved, &[], real).ok()?;
        let entries = |dual: &Dual| [&[dual.v], &dual.g[..], dual.h.as_flattened()].concat();
        most = entries(at).iter().zip(entries(&moved)).fold(most, |most, (a, b)| f64::max(most, (a - b).abs()));
    }
    Some(most)
}

/// The loop variables in each iteration of a sum.
pub fn iterations(world: &World, vars: &[i64], sum: &Sum) -> Result<Vec<Vec<i64>>, OutOfRange> {
    let outer = &vars[..sum.depth];
    let (lo, hi) = (integer(world, outer, &sum.lo)?, integer(world, outer, &sum.hi)?);
    Ok((lo..hi).map(|v| [outer, &[v]].concat()).collect())
}

/// The loop variables in each iteration of a nest.
pub fn nest_iterations(world: &World, nest: &Nest) -> Result<Vec<Vec<i64>>, OutOfRange> {
    let mut all = vec![vec![]];
    for (lo, hi) in &nest.loops {
        let mut next = Vec::new();
        for vars in all {
            let (lo, hi) = (integer(world, &vars, lo)?, integer(world, &vars, hi)?);
            next.extend((lo..hi).map(|v| [&vars[..], &[v]].concat()));
        }
        all = next;
    }
    Ok(all)
}
