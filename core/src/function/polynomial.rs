//! Polynomials with coefficients for each precision.

use super::Arithmetic;
use crate::real::Precision;

/// The coefficients of a polynomial, from that of the constant.
pub(super) struct Polynomial {
    pub double: &'static [f64],
    pub single: &'static [f64],
}

/// The value at `x`, by Estrin's scheme: neighbours are added first, so that operations can run side by side.
pub(super) fn polynomial<M: Arithmetic>(m: &mut M, p: &Polynomial, x: M::Real) -> M::Real {
    let coefficients = match m.precision() {
        Precision::F64 => p.double,
        Precision::F32 => p.single,
    };
    let mut terms: Vec<M::Real> = coefficients.iter().map(|&c| m.constant(c)).collect();
    let mut power = x;
    while terms.len() > 1 {
        let neighbours = terms.chunks(2);
        terms = neighbours.map(|c| if let [a, b] = *c { m.mul_add(b, power, a) } else { c[0] }).collect();
        if terms.len() > 1 {
            power = m.mul(power, power);
        }
    }
    terms[0]
}

/// An odd function `x + x³ p(x²)`.
pub(super) fn odd<M: Arithmetic>(m: &mut M, p: &Polynomial, x: M::Real) -> M::Real {
    let square = m.mul(x, x);
    let p = polynomial(m, p, square);
    let cube = m.mul(square, x);
    m.mul_add(cube, p, x)
}
