//! Energies that are programs: loops over arrays.

use crate::reference::data::Data;
use crate::reference::jet::Jet;
use crate::reference::vector::{cross, length, sub};

/// Squares of the differences of neighbours.
pub fn chain(data: &Data) -> Result<Jet, String> {
    let x = data.jets("x")?;
    Ok(x.windows(2).map(|pair| (&pair[0] - &pair[1]).square()).sum())
}

/// Weighted squares.
pub fn diagonal(data: &Data) -> Result<Jet, String> {
    let (x, a) = (data.jets("x")?, data.numbers("a")?);
    Ok((0..data.size("n")?).map(|i| a[i] * x[i].square()).sum())
}

/// Differences along the two axes of a grid.
pub fn grid(data: &Data) -> Result<Jet, String> {
    let (x, h, w) = (data.jets("x")?, data.size("h")?, data.size("w")?);
    let mut energy = Jet::default();
    for (i, j) in (0..h).flat_map(|i| (0..w).map(move |j| (i, j))) {
        let here = &x[i * w + j];
        if i + 1 < h {
            energy += (&x[(i + 1) * w + j] - here).powi(4);
        }
        if j + 1 < w {
            energy += (&x[i * w + j + 1] - here).cosh();
        }
    }
    Ok(energy)
}

/// Vertices against the means of their neighbours.
pub fn one_ring(data: &Data) -> Result<Jet, String> {
    let (x, neighbours) = (data.jets("x")?, data.indices("neighbours")?);
    let (row_ptr, n) = (data.indices("row_ptr")?, data.size("n")?);
    let vertex = |v: usize| {
        let ring = &neighbours[row_ptr[v]..row_ptr[v + 1]];
        let sum: Jet = ring.iter().map(|&other| x[other].clone()).sum();
        (&x[v] - sum / ring.len() as f64).powi(4)
    };
    Ok((0..n).map(vertex).sum())
}

/// A ring of springs on a line.
pub fn ring(data: &Data) -> Result<Jet, String> {
    let (x, n) = (data.jets("x")?, data.size("n")?);
    let spring = |i: usize| ((&x[(i + 1) % n] - &x[i]).square() - 1.0).square();
    Ok((0..n).map(spring).sum())
}

/// A ring of springs in space.
pub fn ring3d(data: &Data) -> Result<Jet, String> {
    let (x, n) = (data.rows::<3>("x")?, data.size("n")?);
    let spring = |i: usize| (length(&sub(&x[(i + 1) % n], &x[i])) - 1.0).square();
    Ok((0..n).map(spring).sum())
}

/// Square roots of the differences of neighbours.
pub fn sqrt_chain(data: &Data) -> Result<Jet, String> {
    let (x, n) = (data.jets("x")?, data.size("n")?);
    Ok((0..n - 1).map(|i| ((&x[i + 1] - &x[i]).sqrt() + 1.0).square()).sum())
}

/// Triangles by their areas.
pub fn table_program(data: &Data) -> Result<Jet, String> {
    let x = data.rows::<3>("x")?;
    let triangle = |[a, b, c]: [usize; 3]| {
        let normal = cross(&sub(&x[b], &x[a]), &sub(&x[c], &x[a]));
        (0.5 * length(&normal) - 0.05).square()
    };
    Ok(data.stencils("faces")?.into_iter().map(triangle).sum())
}
