//! The matrix: products, and its blocks on the diagonal.

use crate::number::Number;
use crate::shader::{Constants, Shader, TREE};
use crate::solver;
use crate::tree::partial_sums;

/// Inverse blocks on the diagonal: `row_ptr`, `col_idx`, `values`, `fixed`, `inverse`, `progress`, `scalars`.
pub const BLOCK_DIAGONAL: Shader = Shader {
    name: "block_diagonal",
    declarations: solver::declarations,
    texts: &[include_str!("block_diagonal.wgsl")],
};
/// The product of the matrix with the direction: `row_ptr`, `col_idx`, `values`, `fixed`, `work`, `partials`, `progress`,
/// `scalars`.
pub const MULTIPLY: Shader =
    Shader { name: "multiply", declarations: solver::declarations, texts: &[TREE, include_str!("multiply.wgsl")] };

/// A symmetric matrix of square blocks, block row by block row.
#[derive(Clone, Copy, Debug)]
pub struct Bsr<'a, T> {
    /// The places in `col_idx` at which the block rows begin, and the number of blocks at the end.
    pub row_ptr: &'a [u32],
    /// The block column of each block, ascending in each block row.
    pub col_idx: &'a [u32],
    /// The numbers of the blocks, each row by row.
    pub values: &'a [T],
    /// The number added to every entry on the diagonal.
    pub shift: T,
}

/// The twin of `multiply.wgsl`: the product with a direction, and the partial sums of direction · product.
pub fn multiply<T: Number>(
    Constants { block, team, .. }: Constants,
    matrix: Bsr<'_, T>,
    fixed: &[u32],
    direction: &[T],
) -> (Vec<T>, Vec<T>) {
    let (block, team) = (block as usize, team as usize);
    let rows = matrix.row_ptr.len() - 1;
    let mut product = vec![T::default(); rows * block];
    let mut dots = vec![T::default(); rows * team];
    for row in 0..rows {
        let mut members = vec![vec![T::default(); block]; team];
        let blocks = matrix.row_ptr[row] as usize..matrix.row_ptr[row + 1] as usize;
        for (k, at) in blocks.enumerate() {
            for j in 0..block {
                let x = direction[matrix.col_idx[at] as usize * block + j];
                for (i, own) in members[k % team].iter_mut().enumerate() {
                    *own = *own + matrix.values[(at * block + i) * block + j] * x;
                }
            }
        }
        let mut width = team / 2;
        while width > 0 {
            let (first, second) = members.split_at_mut(width);
            for (own, other) in first.iter_mut().flatten().zip(second.iter().flatten()) {
                *own = *own + *other;
            }
            width /= 2;
        }
        let mut dot = T::default();
        for i in (0..block).filter(|i| fixed[row * block + i] == 0) {
            let at = row * block + i;
            product[at] = members[0][i] + matrix.shift * direction[at];
            dot = dot + direction[at] * product[at];
        }
        dots[row * team] = dot;
    }
    (product, partial_sums(&dots))
}

/// The twin of `block_diagonal.wgsl`: the inverse blocks on the diagonal, node by node, and whether all their pivots are
/// positive. Fixed unknowns have the rows and columns of the identity.
pub fn block_diagonal<T: Number>(
    Constants { block, node, .. }: Constants,
    matrix: Bsr<'_, T>,
    fixed: &[u32],
) -> (Vec<T>, bool) {
    let (block, node) = (block as usize, node as usize);
    let (zero, one) = (T::default(), T::from(1.0));
    let entry = |row: usize, col: usize| {
        let begin = matrix.row_ptr[row / block] as usize;
        let columns = &matrix.col_idx[begin..matrix.row_ptr[row / block + 1] as usize];
        let found = columns.binary_search(&((col / block) as u32));
        found.map_or(zero, |at| matrix.values[((begin + at) * block + row % block) * block + col % block])
    };
    let (mut inverses, mut definite) = (Vec::with_capacity(fixed.len() * node), true);
    for first in (0..fixed.len()).step_by(node) {
        let unit = |i: usize, j: usize| if i == j { one } else { zero };
        let own = |i: usize, j: usize| match fixed[first + i] == 0 && fixed[first + j] == 0 {
            true if i == j => entry(first + i, first + j) + matrix.shift,
            true => entry(first + i, first + j),
            false => unit(i, j),
        };
        let square = |f: &dyn Fn(usize, usize) -> T| -> Vec<Vec<T>> {
            (0..node).map(|i| (0..node).map(|j| f(i, j)).collect()).collect()
        };
        let (mut a, mut b) = (square(&own), square(&unit));
        for k in 0..node {
            let pivot = a[k][k];
            definite &= pivot > zero;
            for j in 0..node {
                (a[k][j], b[k][j]) = (a[k][j] / pivot, b[k][j] / pivot);
            }
            for i in (0..node).filter(|&i| i != k) {
                let factor = a[i][k];
                for j in 0..node {
                    a[i][j] = a[i][j] - factor * a[k][j];
                    b[i][j] = b[i][j] - factor * b[k][j];
                }
            }
        }
        inverses.extend(b.into_iter().flatten());
    }
    (inverses, definite)
}
