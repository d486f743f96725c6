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
//! The solver's shaders do nothing once `status[0]` is not zero ([`Status`]): iterations can be submitted many at a time, without
//! asking the device in between whether it is done.

pub mod assembly;
mod matrix;
pub mod multilevel;
pub mod newton;
mod pcg;
mod project;
mod tree;
mod vector;

pub use matrix::{Bsr, Number, block_diagonal, multiply};
pub use pcg::{Scalars, check, direct, start, step, update};
pub use project::{Directions, Mode, Project, Real, Region, project};
pub use tree::{partial_sums, total};
pub use vector::{axpy, dot};

/// Invocations in a workgroup.
pub const GROUP: u32 = 256;

/// The sum over a workgroup in WGSL, `group_sum`, for reals of the type `real` and workgroups of `GROUP`.
pub const TREE: &str = include_str!("tree.wgsl");

/// What a shader is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Constants {
    /// Whether reals are `f64`.
    pub double: bool,
    /// Rows of a block of the matrix.
    pub block: u32,
    /// Rows of a block of the preconditioner.
    pub node: u32,
    /// Invocations that multiply a block row: a power of two, at most [`GROUP`].
    pub team: u32,
}

/// Why the iterations stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// They did not.
    Running = 0,
    /// The residual is small enough.
    Converged = 1,
    /// A direction has no positive curvature: the matrix, or the preconditioner, is not positive definite.
    Indefinite = 2,
}

impl Status {
    /// From the word of a device.
    pub fn of(word: u32) -> Self {
        match word {
            0 => Self::Running,
            1 => Self::Converged,
            _ => Self::Indefinite,
        }
    }
}

/// A shader: its name, which is that of its twin, and of its entry point.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shader {
    /// The name.
    pub name: &'static str,
    /// The text about its uniform.
    words: &'static str,
    texts: &'static [&'static str],
    /// Of each storage buffer, from binding 1 on, whether it is written.
    pub writes: &'static [bool],
}

const SOLVER: &str = include_str!("solver.wgsl");
const VECTOR: &str = include_str!("vector.wgsl");

/// Inverse blocks on the diagonal: `row_ptr`, `col_idx`, `values`, `fixed`, `inverse`, `status`, `scalars`.
pub const BLOCK_DIAGONAL: Shader = Shader {
    name: "block_diagonal",
    words: SOLVER,
    texts: &[include_str!("block_diagonal.wgsl")],
    writes: &[false, false, false, false, true, true, false],
};
/// The product of the matrix with the direction: `row_ptr`, `col_idx`, `values`, `fixed`, `work`, `partials`, `status`,
/// `scalars`.
pub const MULTIPLY: Shader = Shader {
    name: "multiply",
    words: SOLVER,
    texts: &[include_str!("multiply.wgsl")],
    writes: &[false, false, false, false, true, true, false, false],
};
/// The first residual and direction: `x`, `work`, `inverse`, `fixed`, `partials`, `rhs`.
pub const START: Shader = Shader {
    name: "start",
    words: SOLVER,
    texts: &[include_str!("precondition.wgsl"), include_str!("sums.wgsl"), include_str!("start.wgsl")],
    writes: &[true, true, false, false, true, false],
};
/// The length of the step: `partials`, `scalars`, `status`.
pub const STEP: Shader =
    Shader { name: "step", words: SOLVER, texts: &[include_str!("step.wgsl")], writes: &[false, true, true] };
/// The step and the preconditioned residual: `x`, `work`, `inverse`, `partials`, `scalars`, `status`.
pub const UPDATE: Shader = Shader {
    name: "update",
    words: SOLVER,
    texts: &[include_str!("precondition.wgsl"), include_str!("sums.wgsl"), include_str!("update.wgsl")],
    writes: &[true, true, false, true, false, false],
};
/// The new residual's size: `partials`, `scalars`, `status`.
pub const CHECK: Shader =
    Shader { name: "check", words: SOLVER, texts: &[include_str!("check.wgsl")], writes: &[false, true, true] };
/// The next direction: `work`, `scalars`, `status`.
pub const DIRECT: Shader =
    Shader { name: "direct", words: SOLVER, texts: &[include_str!("direct.wgsl")], writes: &[true, false, false] };
/// What the clusters of a level sum of the matrix: `list_ptr`, `list`, `values`, `member_ptr`, `members`, `sums`.
pub const COARSEN: Shader = Shader {
    name: "coarsen",
    words: SOLVER,
    texts: &[include_str!("coarsen.wgsl")],
    writes: &[false, false, false, false, false, true],
};
/// The inverse blocks of all clusters: `sums`, `sizes`, `scalars`, `inverse`.
pub const INVERT: Shader = Shader {
    name: "invert",
    words: SOLVER,
    texts: &[include_str!("invert.wgsl")],
    writes: &[false, false, false, true],
};
/// The residuals of the clusters of a level: `member_ptr`, `members`, `work`, `inverse`, `coarse`, `status`.
pub const RESTRICTION: Shader = Shader {
    name: "restriction",
    words: SOLVER,
    texts: &[include_str!("restriction.wgsl")],
    writes: &[false, false, false, false, true, false],
};
/// The preconditioned residual with the parts of the clusters: `parents`, `coarse`, `fixed`, `work`, `partials`, `status`.
pub const PROLONGATION: Shader = Shader {
    name: "prolongation",
    words: SOLVER,
    texts: &[include_str!("sums.wgsl"), include_str!("prolongation.wgsl")],
    writes: &[false, false, false, true, true, false],
};

/// `y += a x`: `x`, `y`, and `scalars` with `a`.
pub const AXPY: Shader =
    Shader { name: "axpy", words: VECTOR, texts: &[include_str!("axpy.wgsl")], writes: &[false, true, false] };
/// The partial sums of `x · y`: `x`, `y`, `partials`.
pub const DOT: Shader =
    Shader { name: "dot", words: VECTOR, texts: &[include_str!("dot.wgsl")], writes: &[false, false, true] };
/// The sum of partial sums: `partials`, and `scalars`, where it goes.
pub const TOTAL: Shader =
    Shader { name: "total", words: VECTOR, texts: &[include_str!("total.wgsl")], writes: &[false, true] };

const NEWTON: &str = include_str!("newton/newton.wgsl");

/// What a step promises: `partials`, `linear`, `scalars`, `state`.
pub const SLOPE: Shader = Shader {
    name: "slope",
    words: VECTOR,
    texts: &[NEWTON, include_str!("newton/slope.wgsl")],
    writes: &[false, false, true, true],
};
/// The unknowns of a trial: `base`, `direction`, `unknowns`, `scalars`, `state`.
pub const ADVANCE: Shader = Shader {
    name: "advance",
    words: VECTOR,
    texts: &[NEWTON, include_str!("newton/advance.wgsl")],
    writes: &[false, false, true, false, false],
};
/// The partial sums of what changed and of sizes: `numbers`, `base`, `partials`.
pub const DIFFERENCE: Shader = Shader {
    name: "difference",
    words: VECTOR,
    texts: &[include_str!("newton/difference.wgsl")],
    writes: &[false, false, true],
};
/// Whether a trial is accepted: `partials`, `scalars`, `state`.
pub const JUDGE: Shader = Shader {
    name: "judge",
    words: VECTOR,
    texts: &[NEWTON, include_str!("newton/judge.wgsl")],
    writes: &[false, true, true],
};

/// Every shader.
pub const ALL: [Shader; 18] = [
    BLOCK_DIAGONAL,
    MULTIPLY,
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
];

impl Shader {
    /// The text for some constants. The only uniform, at binding 0, are eight words. Those of the solver's shaders are:
    /// invocations in a row of the grid, the number of items, the number of unknowns, the number of partial sums, the first
    /// cluster of the level, the number of clusters and that of their levels, and whether the right-hand side is the negative
    /// of what the buffer holds. Those of the others are: invocations in a row of the grid, the number of items, the number of
    /// the first item, the number of partial sums, the place of the first partial sum or of the scalar, whether half the
    /// squares are summed, and two that say nothing.
    pub fn text(&self, constants: Constants) -> String {
        let Constants { double, block, node, team } = constants;
        let real = if double { "f64" } else { "f32" };
        let suffix = if double { "lf" } else { "f" };
        let rounding = if double { f64::ROUNDING } else { f32::ROUNDING.into() };
        let parts = multilevel::parts(node as usize);
        let head = format!(
            "alias real = {real};\nconst ZERO: real = 0.0{suffix};\nconst ONE: real = 1.0{suffix};\n\
             const ROUNDING: real = {rounding:e}{suffix};\nconst BLOCK = {block}u;\nconst NODE = {node}u;\n\
             const PARTS = {parts}u;\nconst TEAM = {team}u;\nconst GROUP = {GROUP}u;\n"
        );
        head + self.words + TREE + &self.texts.concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    /// Single precision is what every implementation of WGSL takes.
    pub fn validate(shader: Shader, text: &str, double: bool) {
        let capabilities = if double { Capabilities::FLOAT64 } else { Capabilities::empty() };
        let module = naga::front::wgsl::parse_str(text).unwrap_or_else(|e| panic!("{}", e.emit_to_string(text)));
        let valid = Validator::new(ValidationFlags::all(), capabilities).validate(&module);
        valid.unwrap_or_else(|e| panic!("{}: {}", shader.name, e.emit_to_string(text)));
        assert_eq!(module.entry_points[0].name, shader.name);
        let storage = |v: &naga::GlobalVariable| matches!(v.space, naga::AddressSpace::Storage { .. });
        assert_eq!(module.global_variables.iter().filter(|(_, v)| storage(v)).count(), shader.writes.len());
    }

    #[test]
    fn shaders_are_valid() {
        for shader in ALL {
            for (block, node) in [(1, 1), (1, 3), (1, 6), (2, 2), (3, 3), (4, 4)] {
                for double in [false, true] {
                    validate(shader, &shader.text(Constants { double, block, node, team: 8 }), double);
                }
            }
        }
    }
}
