//! Vectors. The twin of `total.wgsl` is [`total`](crate::total).

use crate::layout::word_structure;
use crate::number::Number;
use crate::shader::{Shader, TREE};
use crate::tree::partial_sums;

word_structure! {
    /// The uniform of the shaders of vectors.
    pub struct VectorWords {
        /// Invocations in a row of the grid.
        row: u32,
        /// The number of items, an invocation each.
        count: u32,
        /// The number of the first item.
        first: u32,
        /// The number of partial sums.
        partials: u32,
        /// The place of the first partial sum, or of the scalar.
        place: u32,
        /// True if half the squares are summed.
        squares: bool,
    }
}

/// The declarations of the shaders of vectors.
fn declarations(_double: bool) -> String {
    VectorWords::uniform()
}

/// `y += a x`: `x`, `y`, and `scalars` with `a`.
pub const AXPY: Shader = Shader { name: "axpy", declarations, texts: &[include_str!("axpy.wgsl")] };
/// The partial sums of `x · y`: `x`, `y`, `partials`.
pub const DOT: Shader = Shader { name: "dot", declarations, texts: &[TREE, include_str!("dot.wgsl")] };
/// The sum of partial sums: `partials`, and `scalars`, where it goes.
pub const TOTAL: Shader = Shader { name: "total", declarations, texts: &[TREE, include_str!("total.wgsl")] };

/// The twin of `axpy.wgsl`.
pub fn axpy<T: Number>(a: T, x: &[T], y: &mut [T]) {
    y.iter_mut().zip(x).for_each(|(y, &x)| *y = *y + a * x);
}

/// The twin of `dot.wgsl`: the partial sums.
pub fn dot<T: Number>(x: &[T], y: &[T]) -> Vec<T> {
    let products: Vec<T> = x.iter().zip(y).map(|(&x, &y)| x * y).collect();
    partial_sums(&products)
}
