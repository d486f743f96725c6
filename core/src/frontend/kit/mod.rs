//! What front-ends have in common.

mod data;
mod function;
mod linear;
mod scalars;

pub use data::{Data, Scalar, single};
pub use function::{Applies, Function, Operands};
pub use linear::{
    cross, determinant, difference, dot, inverse, length, matrix_vector, normalize, opposed, outer, product, reflect,
    refract, transpose, vector_matrix,
};
pub use scalars::{components, larger, recip, remainder, scalar, smaller};
