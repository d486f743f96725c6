//! Energies of elements.

use crate::reference::data::Data;
use crate::reference::jet::Jet;
use crate::reference::vector::{cross, dot, length, mul, sub};

/// Springs whose axes do not couple.
pub fn axis_springs(data: &Data) -> Result<Jet, String> {
    let (x, k) = (data.rows::<3>("x")?, data.numbers("k")?);
    let spring = |([a, b], k): ([usize; 2], f64)| {
        let [along, up, out] = sub(&x[b], &x[a]);
        0.5 * k * (along.square() + up.exp() + out.powi(4))
    };
    Ok(data.stencils("edges")?.into_iter().zip(k).map(spring).sum())
}

/// Branches on reals.
pub fn branches(data: &Data) -> Result<Jet, String> {
    let points = data.rows::<2>("x")?;
    let energy = |[point]: [usize; 1]| {
        let p @ [x, y] = &points[point];
        let square = dot(p, p);
        let inside = square.value() < 1.0;
        let branch = Jet::choose(inside, 0.1 * square.square(), square.log() + 0.1);
        branch + 0.7 * (x * y).sin() + x.max(0.3 * y).square()
    };
    Ok(data.stencils("points")?.into_iter().map(energy).sum())
}

/// Residuals of edges: the change of length, and a part of the first component.
pub fn edge_residual(data: &Data) -> Result<Vec<Jet>, String> {
    let (x, rest) = (data.rows::<2>("x")?, data.numbers("L")?);
    let rows = |([a, b], rest): ([usize; 2], f64)| {
        let edge = sub(&x[b], &x[a]);
        [length(&edge) - rest, 0.3 * &edge[0]]
    };
    Ok(data.stencils("edges")?.into_iter().zip(rest).flat_map(rows).collect())
}

/// Charges, smeared out or not, and a repulsion that ends soon.
pub fn error_function(data: &Data) -> Result<Jet, String> {
    let (x, q) = (data.rows::<3>("x")?, data.numbers("q")?);
    let (alpha, beta, strength) = (data.number("alpha")?, data.number("beta")?, data.number("strength")?);
    let pair = |[a, b]: [usize; 2]| {
        let r = length(&sub(&x[b], &x[a]));
        let far = q[a] * q[b] * (alpha * &r).erf();
        let near = strength * (beta * &r).erfc();
        (far + near) / r
    };
    Ok(data.stencils("pairs")?.into_iter().map(pair).sum())
}

/// Compressible neo-Hookean tetrahedra.
pub fn neo_hookean(data: &Data) -> Result<Jet, String> {
    let (x, rest) = (data.rows::<3>("x")?, data.rows::<3>("X")?);
    let (mu, lambda) = (data.number("mu")?, data.number("lambda")?);
    let energy = |nodes: [usize; 4]| {
        let edges = |x: &[[Jet; 3]]| [1, 2, 3].map(|k| sub(&x[nodes[k]], &x[nodes[0]]));
        let (edges, rest) = (edges(&x), edges(&rest));
        let determinant = |[a, b, c]: &[[Jet; 3]; 3]| dot(a, &cross(b, c));
        let rest_determinant = determinant(&rest);
        // The rows of the inverse are the vector products of the columns.
        let inverse = [1, 2, 0].map(|k| cross(&rest[k], &rest[(k + 1) % 3]));
        let deformation = [0, 1, 2].map(|col| {
            let column = [0, 1, 2].map(|row| &inverse[row][col] / &rest_determinant);
            mul(&edges, &column)
        });
        let squares: Jet = deformation.iter().map(|column| dot(column, column)).sum();
        let log = determinant(&deformation).log();
        let density = 0.5 * mu * (squares - 3.0) - mu * &log + 0.5 * lambda * log.square();
        density * rest_determinant / 6.0
    };
    Ok(data.stencils("tetrahedra")?.into_iter().map(energy).sum())
}

/// The symmetric Dirichlet energy of a parametrization.
pub fn symmetric_dirichlet(data: &Data) -> Result<Jet, String> {
    let (x, rest) = (data.rows::<2>("x")?, data.rows::<2>("X")?);
    let energy = |[a, b, c]: [usize; 3]| {
        let edges = |x: &[[Jet; 2]]| [sub(&x[b], &x[a]), sub(&x[c], &x[a])];
        let determinant = |[a, b]: &[[Jet; 2]; 2]| &a[0] * &b[1] - &a[1] * &b[0];
        let squares = |[a, b]: &[[Jet; 2]; 2]| dot(a, a) + dot(b, b);
        let (edges, rest) = (edges(&x), edges(&rest));
        let area = determinant(&rest);
        let inverse = [[&rest[1][1] / &area, -&rest[0][1] / &area], [-&rest[1][0] / &area, &rest[0][0] / &area]];
        let jacobian = [mul(&edges, &inverse[0]), mul(&edges, &inverse[1])];
        // The inverse of a matrix of two rows has its entries, divided by the determinant.
        let both = squares(&jacobian) * (1.0 + determinant(&jacobian).square().recip());
        0.5 * area.abs() * both
    };
    Ok(data.stencils("triangles")?.into_iter().map(energy).sum())
}

/// Springs, and triangles with an angle each.
pub fn two_unknowns(data: &Data) -> Result<Jet, String> {
    let (x, theta) = (data.rows::<2>("x")?, data.jets("theta")?);
    let spring = |[a, b]: [usize; 2]| {
        let edge = sub(&x[b], &x[a]);
        0.5 * dot(&edge, &edge)
    };
    let align = |([a, b, _], [own]): ([usize; 3], [usize; 1])| {
        let [along, up] = sub(&x[b], &x[a]);
        (along * theta[own].cos() + up * theta[own].sin() - 0.5).square()
    };
    let springs: Jet = data.stencils("edges")?.into_iter().map(spring).sum();
    let triangles = data.stencils("triangles")?.into_iter().zip(data.stencils("own")?);
    Ok(springs + triangles.map(align).sum::<Jet>())
}
