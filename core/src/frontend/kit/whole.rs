//! Functions of whole vectors and matrices, of operands as they come.

use super::linear;
use crate::real::{Graph, UnaryOp, Value};
use Operand::{Matrix, Scalar, Vector};

/// A real, or a vector or matrix of reals, as a function takes and gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operand {
    /// A real.
    Scalar(Value),
    /// A vector, by its components.
    Vector(Vec<Value>),
    /// A matrix, by its columns.
    Matrix(Vec<Vec<Value>>),
}

/// The operands of a function where they are such as it takes.
macro_rules! takes {
    ($operands:ident: $($pattern:pat),*) => {
        let [$($pattern),*] = $operands else { return None };
    };
}

/// `None`: a function does not apply to such operands.
type Found = Option<Operand>;

/// The sum of the products of the components.
pub fn dot(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Vector(a), Vector(b));
    Some(Scalar(linear::dot(g, a, b)))
}

/// The length of a vector.
pub fn length(g: &mut Graph, operands: &[Operand]) -> Found {
    match operands {
        [Scalar(a)] => Some(Scalar(g.unary(UnaryOp::Abs, *a))),
        [Vector(a)] => Some(Scalar(linear::length(g, a))),
        _ => None,
    }
}

/// The length of a difference.
pub fn distance(g: &mut Graph, operands: &[Operand]) -> Found {
    let gap = match operands {
        [Scalar(a), Scalar(b)] => Scalar(g.sub(*a, *b)),
        [Vector(a), Vector(b)] => Vector(linear::difference(g, a, b)),
        _ => return None,
    };
    length(g, &[gap])
}

/// The vector times the inverse of its length.
pub fn normalize(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Vector(a));
    Some(Vector(linear::normalize(g, a)))
}

/// The vector product.
pub fn cross(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Vector(a), Vector(b));
    let (&[a0, a1, a2], &[b0, b1, b2]) = (&a[..], &b[..]) else { return None };
    Some(Vector(linear::cross(g, [a0, a1, a2], [b0, b1, b2]).to_vec()))
}

/// `e - 2 dot(n, e) n`.
pub fn reflect(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Vector(e), Vector(n));
    Some(Vector(linear::reflect(g, e, n)))
}

/// The direction of a refracted ray.
pub fn refract(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Vector(i), Vector(n), Scalar(eta));
    Some(Vector(linear::refract(g, i, n, *eta)))
}

/// The first, or its negative where the others point the same way.
pub fn face_forward(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Vector(a), Vector(b), Vector(c));
    Some(Vector(linear::face_forward(g, a, b, c)))
}

/// The matrix of the products of two vectors' components.
pub fn outer(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Vector(a), Vector(b));
    Some(Matrix(linear::outer(g, a, b)))
}

/// Rows for columns.
pub fn transpose(_: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Matrix(m));
    Some(Matrix(linear::transpose(m)))
}

/// The determinant, as its polynomial.
pub fn determinant(g: &mut Graph, operands: &[Operand]) -> Found {
    takes!(operands: Matrix(m));
    linear::determinant(g, m).map(Scalar)
}
