//! The energies of the conformance cases, written in Rust.

#![allow(dead_code, reason = "each test takes what it needs")]

use nalgebra::{Matrix2, Matrix3};
use spadina_core::error::Diagnostic;
use spadina_core::frontend::builder::{
    self, Energy, Int, Matrix, Real, cross, determinant, dot, length, product, select, when,
};

/// `Σ (x[i-1] - x[i])²`
pub fn chain() -> Result<Energy, Diagnostic> {
    builder::program("chain", |p| {
        let x = p.reals("x");
        p.sum(1, x.len(), |i| {
            let d = x.at(i - 1) - x.at(i);
            d * d
        })
    })
}

/// A ring of springs: neighbours wrap around.
pub fn ring() -> Result<Energy, Diagnostic> {
    builder::program("ring", |p| {
        let (n, x) = (p.size("n"), p.reals("x"));
        p.sum(0, n, |i| {
            let d = x.at((i + 1) % n) - x.at(i);
            let s = d * d - 1.0;
            s * s
        })
    })
}

/// Two nested loops over a grid, with guards at its borders.
pub fn grid() -> Result<Energy, Diagnostic> {
    builder::program("grid", |p| {
        let (h, w, x) = (p.size("h"), p.size("w"), p.reals("x"));
        p.sum(0, h, |i| {
            p.sum(0, w, |j| {
                let here = x.at(i * w + j);
                let down = x.at((i + 1) * w + j) - here;
                let down = down * down * down * down;
                let right = (x.at(i * w + j + 1) - here).cosh();
                // As the file adds: the second guard adds to what the first one left.
                let sum = when((i + 1).lt(h), || down);
                select((j + 1).lt(w), sum + right, sum)
            })
        })
    })
}

/// Springs whose axes do not couple.
pub fn axis_springs() -> Result<Energy, Diagnostic> {
    builder::energy("axis_springs", |e| {
        let (x, k) = (e.nodes::<3>("x", 2), e.scalar("k"));
        let d = x[1] - x[0];
        0.5 * k * (d.x * d.x + d.y.exp() + d.z * d.z * d.z * d.z)
    })
}

fn inverse2(m: Matrix2<Real>) -> Matrix2<Real> {
    let adjugate = Matrix2::new(m.m22, -m.m12, -m.m21, m.m11);
    let scale = 1.0 / determinant(m);
    adjugate.map(|a| a * scale)
}

fn norm2(m: &Matrix2<Real>) -> Real {
    dot(m.column(0).into(), m.column(0).into()) + dot(m.column(1).into(), m.column(1).into())
}

/// Parametrisation of a triangle mesh.
pub fn symmetric_dirichlet() -> Result<Energy, Diagnostic> {
    builder::energy("symmetric_dirichlet", |e| {
        let (x, rest) = (e.nodes::<2>("x", 3), e.nodes::<2>("X", 3));
        let rest = Matrix2::from_columns(&[rest[1] - rest[0], rest[2] - rest[0]]);
        let area = 0.5 * determinant(rest).abs();
        let edges = Matrix2::from_columns(&[x[1] - x[0], x[2] - x[0]]);
        let j = product(edges, inverse2(rest));
        area * (norm2(&j) + norm2(&inverse2(j)))
    })
}

fn inverse3(m: Matrix3<Real>) -> Matrix3<Real> {
    let column = |c: usize| m.column(c).into();
    let rows = [cross(column(1), column(2)), cross(column(2), column(0)), cross(column(0), column(1))];
    let scale = 1.0 / dot(rows[2], column(2));
    Matrix3::from_columns(&rows).transpose().map(|a| a * scale)
}

/// Compressible neo-Hookean elasticity on a linear tetrahedron.
pub fn neo_hookean() -> Result<Energy, Diagnostic> {
    builder::energy("neo_hookean", |e| {
        let (x, rest) = (e.nodes::<3>("x", 4), e.nodes::<3>("X", 4));
        let (mu, lambda) = (e.scalar("mu"), e.scalar("lambda"));
        let edges = |x: &[builder::Vector<3>]| Matrix3::from_columns(&[x[1] - x[0], x[2] - x[0], x[3] - x[0]]);
        let dm = edges(&rest);
        let f: Matrix<3, 3> = product(edges(&x), inverse3(dm));
        let volume = determinant(dm) / 6.0;
        let square = |c: usize| dot(f.column(c).into(), f.column(c).into());
        let i1 = square(0) + square(1) + square(2);
        let log_j = determinant(f).ln();
        volume * (0.5 * mu * (i1 - 3.0) - mu * log_j + 0.5 * lambda * log_j * log_j)
    })
}

/// Two rows for each edge.
pub fn edge_residual() -> Result<Energy, Diagnostic> {
    builder::residual("edge_residual", |e| {
        let (x, rest) = (e.nodes::<2>("x", 2), e.scalar("L"));
        let d = x[1] - x[0];
        [length(d) - rest, 0.3 * d.x]
    })
}

/// Variable-size stencils: each vertex against the mean of its one-ring.
pub fn one_ring() -> Result<Energy, Diagnostic> {
    builder::program("one_ring", |p| {
        let (n, x) = (p.size("n"), p.reals("x"));
        let (ptr, ring) = (p.integers("row_ptr"), p.integers("neighbours"));
        p.sum(0, n, |v| {
            let (first, end) = (ptr.at(v), ptr.at(v + 1));
            let mean = p.sum(first, end, |j| x.at(ring.at(j)));
            let d = x.at(v) - mean / (end - first).real();
            d * d * d * d
        })
    })
}

/// A diagonal Hessian.
pub fn diagonal() -> Result<Energy, Diagnostic> {
    builder::program("diagonal", |p| {
        let (n, x, a) = (p.size("n"), p.reals("x"), p.reals("a"));
        p.sum(0, n, |i| a.at(i) * x.at(i) * x.at(i))
    })
}

/// A ring in space over a flat array.
pub fn ring3d() -> Result<Energy, Diagnostic> {
    builder::program("ring3d", |p| {
        let (n, x) = (p.size("n"), p.reals("x"));
        p.sum(0, n, |i| {
            let j = (i + 1) % n;
            let mut square = Real::from(0.0);
            for c in 0..3 {
                let d = x.at(3 * j + c) - x.at(3 * i + c);
                square += d * d;
            }
            let s = square.sqrt() - 1.0;
            s * s
        })
    })
}

/// Square-root springs on a chain.
pub fn sqrt_chain() -> Result<Energy, Diagnostic> {
    builder::program("sqrt_chain", |p| {
        let (n, x) = (p.size("n"), p.reals("x"));
        p.sum(0, n - 1, |i| {
            let s = (x.at(i + 1) - x.at(i)).sqrt() + 1.0;
            s * s
        })
    })
}

/// Vertices that are found through a table of faces.
pub fn table_program() -> Result<Energy, Diagnostic> {
    builder::program("table_program", |p| {
        let (x, faces) = (p.reals("x"), p.integers("faces"));
        let vertex = |v: Int| builder::Vector::<3>::new(x.at(3 * v), x.at(3 * v + 1), x.at(3 * v + 2));
        p.sum(0, faces.len() / 3, |f| {
            let [a, b, c] = [0, 1, 2].map(|k| vertex(faces.at(3 * f + k)));
            let d = 0.5 * length(cross(b - a, c - a)) - 0.05;
            d * d
        })
    })
}

/// Branches on reals, and functions that have them inside.
pub fn branches() -> Result<Energy, Diagnostic> {
    builder::energy("branches", |e| {
        let p = e.nodes::<2>("x", 1)[0];
        let r2 = dot(p, p);
        let near = r2.lt(1.0);
        let e = select(near, 0.1 * r2 * r2, r2.ln() + 0.1);
        let m = p.x.max(0.3 * p.y);
        e + 0.7 * (p.x * p.y).sin() + m * m
    })
}

/// An angle for each triangle, gathered by another table than its nodes.
pub fn align() -> Result<Energy, Diagnostic> {
    builder::energy("align", |e| {
        let (x, theta) = (e.nodes::<2>("x", 3), e.node_scalars("theta", 1));
        let e = x[1] - x[0];
        let s = e.x * theta[0].cos() + e.y * theta[0].sin() - 0.5;
        s * s
    })
}
