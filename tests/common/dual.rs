//! Second-order dual numbers: a value with its dense gradient and Hessian. An independent way to derivatives, slow and
//! plain.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// The numbers that the reference energies compute with.
pub trait Real:
    Clone
    + From<f64>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// The square root.
    fn sqrt(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The angle of (`x`, `self`).
    fn atan2(self, x: Self) -> Self;
    /// The square.
    fn squared(self) -> Self {
        self.clone() * self
    }
}

impl Real for f64 {
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }

    fn ln(self) -> Self {
        f64::ln(self)
    }

    fn atan2(self, x: Self) -> Self {
        f64::atan2(self, x)
    }
}

/// A value with its first and second derivatives by `n` unknowns. A constant has none.
#[derive(Clone, Debug)]
pub struct Dual {
    /// The value.
    pub value: f64,
    /// The gradient.
    pub gradient: Vec<f64>,
    /// The Hessian in C order.
    pub hessian: Vec<f64>,
}

impl Dual {
    /// The unknowns at a point.
    pub fn unknowns(x: &[f64]) -> Vec<Dual> {
        let n = x.len();
        let one_hot = |k: usize| (0..n).map(|i| f64::from(i == k)).collect();
        let unknown = |(k, &value): (usize, &f64)| Dual { value, gradient: one_hot(k), hessian: vec![0.0; n * n] };
        x.iter().enumerate().map(unknown).collect()
    }

    /// f(self) from the value and the derivatives of f.
    fn unary(self, f: f64, d: f64, dd: f64) -> Dual {
        self.binary(&Dual::from(0.0), f, [d, 0.0], [dd, 0.0, 0.0])
    }

    /// f(self, b) from its value, its gradient and its second derivatives aa, ab, bb.
    fn binary(self, b: &Dual, value: f64, [fa, fb]: [f64; 2], [aa, ab, bb]: [f64; 3]) -> Dual {
        let n = self.gradient.len().max(b.gradient.len());
        let at = |v: &[f64], k: usize| v.get(k).copied().unwrap_or(0.0);
        let gradient = (0..n).map(|i| fa * at(&self.gradient, i) + fb * at(&b.gradient, i)).collect();
        let mut hessian = vec![0.0; n * n];
        for i in 0..n {
            let (ai, bi) = (at(&self.gradient, i), at(&b.gradient, i));
            for j in 0..n {
                let (aj, bj) = (at(&self.gradient, j), at(&b.gradient, j));
                let second = fa * at(&self.hessian, i * n + j) + fb * at(&b.hessian, i * n + j);
                hessian[i * n + j] = second + aa * ai * aj + ab * (ai * bj + bi * aj) + bb * bi * bj;
            }
        }
        Dual { value, gradient, hessian }
    }
}

impl From<f64> for Dual {
    fn from(value: f64) -> Dual {
        Dual { value, gradient: Vec::new(), hessian: Vec::new() }
    }
}

impl Add for Dual {
    type Output = Dual;

    fn add(self, b: Dual) -> Dual {
        let value = self.value + b.value;
        self.binary(&b, value, [1.0, 1.0], [0.0; 3])
    }
}

impl Sub for Dual {
    type Output = Dual;

    fn sub(self, b: Dual) -> Dual {
        let value = self.value - b.value;
        self.binary(&b, value, [1.0, -1.0], [0.0; 3])
    }
}

impl Mul for Dual {
    type Output = Dual;

    fn mul(self, b: Dual) -> Dual {
        let (u, v) = (self.value, b.value);
        self.binary(&b, u * v, [v, u], [0.0, 1.0, 0.0])
    }
}

impl Div for Dual {
    type Output = Dual;

    fn div(self, b: Dual) -> Dual {
        let (u, v) = (self.value, b.value);
        self.binary(&b, u / v, [1.0 / v, -u / (v * v)], [0.0, -1.0 / (v * v), 2.0 * u / (v * v * v)])
    }
}

impl Neg for Dual {
    type Output = Dual;

    fn neg(self) -> Dual {
        let value = -self.value;
        self.unary(value, -1.0, 0.0)
    }
}

impl Real for Dual {
    fn sqrt(self) -> Dual {
        let root = self.value.sqrt();
        let v = self.value;
        self.unary(root, 0.5 / root, -0.25 / (v * root))
    }

    fn ln(self) -> Dual {
        let v = self.value;
        self.unary(v.ln(), 1.0 / v, -1.0 / (v * v))
    }

    fn atan2(self, x: Dual) -> Dual {
        let (b, a) = (self.value, x.value);
        let r2 = a * a + b * b;
        let r4 = r2 * r2;
        let second = [-2.0 * a * b / r4, (b * b - a * a) / r4, 2.0 * a * b / r4];
        self.binary(&x, b.atan2(a), [a / r2, -b / r2], second)
    }
}
