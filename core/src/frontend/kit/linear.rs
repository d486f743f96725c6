//! Functions of vectors and matrices, expanded into the operations of the graph: a determinant is its polynomial, and
//! nothing pivots. Matrices are lists of columns.

use super::scalars::recip;
use crate::real::{Compare, Graph, UnaryOp, Value};

/// The sum of the products of the components, from first to last.
pub fn dot(g: &mut Graph, a: &[Value], b: &[Value]) -> Value {
    products(g, a.iter().copied().zip(b.iter().copied()))
}

fn products(g: &mut Graph, pairs: impl IntoIterator<Item = (Value, Value)>) -> Value {
    let mut sum = g.constant(0.0);
    for (x, y) in pairs {
        let product = g.mul(x, y);
        sum = g.add(sum, product);
    }
    sum
}

/// The square root of `dot(a, a)`.
pub fn length(g: &mut Graph, a: &[Value]) -> Value {
    let square = dot(g, a, a);
    g.unary(UnaryOp::Sqrt, square)
}

/// `a - b`.
pub fn difference(g: &mut Graph, a: &[Value], b: &[Value]) -> Vec<Value> {
    a.iter().zip(b).map(|(&a, &b)| g.sub(a, b)).collect()
}

/// The vector times the inverse of its length.
pub fn normalize(g: &mut Graph, a: &[Value]) -> Vec<Value> {
    let length = length(g, a);
    let inverse = recip(g, length);
    a.iter().map(|&x| g.mul(x, inverse)).collect()
}

/// `a * d - b * c`.
fn minor(g: &mut Graph, a: Value, b: Value, c: Value, d: Value) -> Value {
    let (ad, bc) = (g.mul(a, d), g.mul(b, c));
    g.sub(ad, bc)
}

/// The vector product of two vectors of three components.
pub fn cross(g: &mut Graph, a: [Value; 3], b: [Value; 3]) -> [Value; 3] {
    let ([a0, a1, a2], [b0, b1, b2]) = (a, b);
    [minor(g, a1, a2, b1, b2), minor(g, a2, a0, b2, b0), minor(g, a0, a1, b0, b1)]
}

/// `e - 2 dot(n, e) n`.
pub fn reflect(g: &mut Graph, e: &[Value], n: &[Value]) -> Vec<Value> {
    let dot = dot(g, n, e);
    let two = g.constant(2.0);
    let twice = g.mul(two, dot);
    let reflected = |(&e, &n)| {
        let part = g.mul(twice, n);
        g.sub(e, part)
    };
    e.iter().zip(n).map(reflected).collect()
}

/// The direction of a refracted ray; zero where all of it is reflected.
pub fn refract(g: &mut Graph, i: &[Value], n: &[Value], eta: Value) -> Vec<Value> {
    let dot = dot(g, n, i);
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
    let refracted = |(&i, &n)| {
        let (a, b) = (g.mul(eta, i), g.mul(scale, n));
        let out = g.sub(a, b);
        g.select(total, zero, out)
    };
    i.iter().zip(n).map(refracted).collect()
}

/// The vector `a`, or its negative where `b` and `c` point the same way.
pub fn face_forward(g: &mut Graph, a: &[Value], b: &[Value], c: &[Value]) -> Vec<Value> {
    let dot = dot(g, b, c);
    let zero = g.constant(0.0);
    let facing = g.compare(Compare::Less, dot, zero);
    let minus: Vec<Value> = a.iter().map(|&x| g.neg(x)).collect();
    a.iter().zip(minus).map(|(&x, minus)| g.select(facing, x, minus)).collect()
}

/// The product of a matrix and a column.
pub fn matrix_vector(g: &mut Graph, columns: &[Vec<Value>], vector: &[Value]) -> Vec<Value> {
    let rows = columns.first().map_or(0, Vec::len);
    let row = |r: usize| {
        let row: Vec<Value> = columns.iter().filter_map(|c| c.get(r).copied()).collect();
        dot(g, &row, vector)
    };
    (0..rows).map(row).collect()
}

/// The product of a row and a matrix.
pub fn vector_matrix(g: &mut Graph, vector: &[Value], columns: &[Vec<Value>]) -> Vec<Value> {
    columns.iter().map(|column| dot(g, vector, column)).collect()
}

/// The product of two matrices: each entry is the [`dot`] of a row and a column, by columns, from top to bottom.
pub fn product(g: &mut Graph, a: &[Vec<Value>], b: &[Vec<Value>]) -> Vec<Vec<Value>> {
    b.iter().map(|column| matrix_vector(g, a, column)).collect()
}

/// The matrix of the products of two vectors' components.
pub fn outer(g: &mut Graph, a: &[Value], b: &[Value]) -> Vec<Vec<Value>> {
    b.iter().map(|&y| a.iter().map(|&x| g.mul(x, y)).collect()).collect()
}

/// Rows for columns.
pub fn transpose(columns: &[Vec<Value>]) -> Vec<Vec<Value>> {
    let rows = columns.first().map_or(0, Vec::len);
    (0..rows).map(|r| columns.iter().filter_map(|c| c.get(r).copied()).collect()).collect()
}

/// Laplace's expansion along the first two columns: the rows of six products of two minors.
const PAIRS: [(usize, usize, usize, usize); 6] =
    [(0, 1, 2, 3), (0, 2, 3, 1), (0, 3, 1, 2), (1, 2, 0, 3), (3, 1, 0, 2), (2, 3, 0, 1)];

/// The determinant of a square matrix of up to 4 rows, as its polynomial; `None` for others.
pub fn determinant(g: &mut Graph, columns: &[Vec<Value>]) -> Option<Value> {
    if columns.iter().any(|c| c.len() != columns.len()) {
        return None;
    }
    Some(match columns {
        [] => g.constant(1.0),
        [a] => a[0],
        [a, b] => minor(g, a[0], a[1], b[0], b[1]),
        [a, b, c] => {
            let normal = cross(g, [b[0], b[1], b[2]], [c[0], c[1], c[2]]);
            dot(g, a, &normal)
        }
        [a, b, c, d] => {
            let mut sum = g.constant(0.0);
            for (i, j, k, l) in PAIRS {
                let left = minor(g, a[i], a[j], b[i], b[j]);
                let right = minor(g, c[k], c[l], d[k], d[l]);
                let product = g.mul(left, right);
                sum = g.add(sum, product);
            }
            sum
        }
        _ => return None,
    })
}

/// The inverse of a square matrix of up to 4 rows: the adjugate over the determinant; `None` for others. It is infinite
/// or NaN where the matrix is singular.
pub fn inverse(g: &mut Graph, columns: &[Vec<Value>]) -> Option<Vec<Vec<Value>>> {
    let n = columns.len();
    if n > 4 || columns.iter().any(|c| c.len() != n) {
        return None;
    }
    // By columns, from top to bottom.
    let mut adjugate = vec![Vec::with_capacity(n); n];
    for (c, column) in adjugate.iter_mut().enumerate() {
        for r in 0..n {
            column.push(cofactor(g, columns, c, r));
        }
    }
    // The first row of the adjugate is the first column's cofactors.
    let first: Vec<Value> = adjugate.iter().filter_map(|c| c.first().copied()).collect();
    let determinant = products(g, first.into_iter().zip(columns.first().into_iter().flatten().copied()));
    let scale = recip(g, determinant);
    adjugate.iter_mut().flatten().for_each(|x| *x = g.mul(*x, scale));
    Some(adjugate)
}

/// The signed determinant of a matrix without a row and a column.
fn cofactor(g: &mut Graph, columns: &[Vec<Value>], row: usize, column: usize) -> Value {
    let others = columns.iter().enumerate().filter(|(c, _)| *c != column).map(|(_, entries)| {
        let kept = entries.iter().enumerate().filter(|(r, _)| *r != row);
        kept.map(|(_, &x)| x).collect::<Vec<Value>>()
    });
    let others: Vec<Vec<Value>> = others.collect();
    let Some(value) = determinant(g, &others) else { unreachable!("a cofactor is square, of at most three rows") };
    if (row + column).is_multiple_of(2) { value } else { g.neg(value) }
}
