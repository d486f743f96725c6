//! The shaders of assembly ([`assembly`]), of the projection of element Hessians ([`Project`]), of the linear solver and of
//! Newton's method, and for each a function in Rust of the same name that does the same on slices: the *twin*, which tests
//! run beside it and which documents it.
//!
//! A matrix is stored in blocks of `W` by `W` numbers, block row by block row (BSR; with `W` = 1 this is CSR): block row `r`
//! has the blocks `row_ptr[r]..row_ptr[r + 1]`, of which `b` is at block column `col_idx[b]` with its numbers, row by row,
//! from `values[b * W * W]` on. It is symmetric, and both triangles are stored.
//!
//! Sums over a vector are trees of one shape: the numbers of a workgroup are added pairwise, and the sums of the workgroups
//! by one workgroup. So they are the same in every run, and differ from the twins' by nothing but the fusing of operations
//! that a driver may do.
//!
//! The declarations that shaders and host share (uniforms, scalars, states) are defined once, in Rust ([`layout`]).
//!
//! The solver's shaders do nothing once their status is not [`Status::Running`]: iterations can be submitted many at a time, without
//! asking the device in between whether it is done.

#![warn(missing_debug_implementations)]

pub mod assembly;
pub mod layout;
mod matrix;
pub mod multilevel;
pub mod newton;
mod number;
mod pcg;
mod project;
mod shader;
mod solver;
mod tree;
mod vector;

pub use matrix::{BLOCK_DIAGONAL, Bsr, MULTIPLY, block_diagonal, multiply};
pub use multilevel::{COARSEN, INVERT, PROLONGATION, RESTRICTION};
pub use newton::{ADVANCE, DIFFERENCE, JUDGE, SLOPE};
pub use number::Number;
pub use pcg::{CHECK, DIRECT, LARGEST, SCALE, START, STEP, UPDATE, check, direct, largest, scale, start, step, update};
pub use project::{Directions, Mode, Project, ProjectWords, Real, Region, project};
pub use shader::{Constants, GROUP, Shader, TREE};
pub use solver::{NOT_STARTED, SHIFT, SOLVER_SCALARS, SolverProgress, SolverScalars, SolverWords, Status, Vector};
pub use tree::{partial_sums, total};
pub use vector::{AXPY, DOT, TOTAL, VectorWords, axpy, dot};

use assembly::{GATHER, GATHER_LONG, GRAM, GRAM_LONG, REDUCE};

/// Every shader.
pub const ALL: &[Shader] = &[
    BLOCK_DIAGONAL,
    MULTIPLY,
    LARGEST,
    SCALE,
    START,
    STEP,
    UPDATE,
    CHECK,
    DIRECT,
    COARSEN,
    INVERT,
    RESTRICTION,
    PROLONGATION,
    AXPY,
    DOT,
    TOTAL,
    SLOPE,
    ADVANCE,
    DIFFERENCE,
    JUDGE,
    GATHER,
    GATHER_LONG,
    GRAM,
    GRAM_LONG,
    REDUCE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, GlobalUse, ValidationFlags, Validator};
    use naga::{AddressSpace, StorageAccess};

    /// Parses and validates a text, and checks that its storage buffers are numbered from 1 on, and are written exactly if
    /// their declarations say so. Single precision is what every implementation of WGSL takes.
    pub fn validate(name: &str, text: &str, double: bool) {
        let capabilities = if double { Capabilities::FLOAT64 } else { Capabilities::empty() };
        let module =
            naga::front::wgsl::parse_str(text).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(text)));
        let valid = Validator::new(ValidationFlags::all(), capabilities).validate(&module);
        let valid = valid.unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(text)));
        assert_eq!(module.entry_points[0].name, name);
        let mut numbers = Vec::new();
        for (handle, variable) in module.global_variables.iter() {
            let AddressSpace::Storage { access } = variable.space else { continue };
            numbers.push(variable.binding.as_ref().map(|binding| binding.binding));
            let written = valid.get_entry_point(0)[handle].contains(GlobalUse::WRITE);
            assert_eq!(access.contains(StorageAccess::STORE), written, "{name}: {:?}", variable.name);
        }
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq((1..=numbers.len() as u32).map(Some)), "{name}: {numbers:?}");
    }

    /// A file with an entry point is in the list.
    #[test]
    fn no_shader_is_forgotten() {
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "wgsl") {
                    let text = std::fs::read_to_string(&path).expect("a text");
                    let Some((_, entry)) = text.split_once("@compute") else { continue };
                    let name = entry.split("fn ").nth(1).and_then(|rest| rest.split('(').next()).expect("a name");
                    // The projection has a module of its own, with its own tests.
                    let known = ALL.iter().any(|shader| shader.name == name) || name == Project::NAME;
                    assert!(known, "{}: `{name}` is not in ALL of shaders/src/lib.rs", path.display());
                }
            }
        }
    }

    #[test]
    fn shaders_are_valid() {
        for shader in ALL {
            for (block, node) in [(1, 1), (1, 3), (1, 6), (2, 2), (3, 3), (4, 4)] {
                for double in [false, true] {
                    validate(shader.name, &shader.text(Constants { double, block, node, team: 8 }), double);
                }
            }
        }
    }
}
