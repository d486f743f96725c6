//! Projection of element Hessians: the shader `project.wgsl`, and its twin.
//!
//! The matrices are carried into a basis of the directions that the energy sees; the rest is their null space. What has
//! only positive pivots there (L D Lᵀ) keeps its bits. The others are decomposed, and what their negative eigenvalues lack
//! is added along their eigenvectors. Matrices with an entry that is not finite are left as they are.
//!
//! The shader's text begins with constants, declarations and a few lines that depend on the precision; the rest is
//! `project.wgsl`, `eigen.wgsl`, one of `basis.wgsl` and `whole.wgsl`, and one of `private.wgsl` and `team.wgsl`: a small
//! element is worked on by one invocation in variables of its own, a large one by a workgroup in a buffer.

mod directions;
mod eigen;
mod real;
mod region;
mod shader;
#[cfg(test)]
mod tests;
mod twin;

pub use directions::Directions;
pub use real::Real;
pub use region::{Mode, ProjectWords, Region};
pub use shader::Project;
pub use twin::project;
