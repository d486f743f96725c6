//! A shader that is written by hand, and its text.

use crate::layout::{reals, words};
use crate::number::Number;

/// Invocations in a workgroup.
pub const GROUP: u32 = 256;

/// The sum over a workgroup in WGSL, `group_sum`, for reals of the type `real` and workgroups of `GROUP`.
pub const TREE: &str = include_str!("tree.wgsl");

/// The function `is_finite` of WGSL: true for finite numbers.
pub(crate) const FINITE: &str = include_str!("finite.wgsl");

/// The constants that a shader is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Constants {
    /// True if reals are `f64`.
    pub double: bool,
    /// Rows of a block of the matrix.
    pub block: u32,
    /// Rows of a block of the preconditioner.
    pub node: u32,
    /// Invocations that multiply a block row: a power of two, at most [`GROUP`].
    pub team: u32,
}

impl Constants {
    /// For a shader that knows of no matrix.
    pub fn of_vectors(double: bool) -> Self {
        Self { double, block: 1, node: 1, team: 1 }
    }
}

/// A shader: its name, which is that of its twin, and of its entry point.
#[derive(Clone, Copy, Debug)]
pub struct Shader {
    /// The name.
    pub name: &'static str,
    /// The declarations that it shares with the host, by whether reals are `f64`.
    pub(crate) declarations: fn(bool) -> String,
    pub(crate) texts: &'static [&'static str],
}

impl Shader {
    /// The text for some constants. Binding 0 is the uniform `words`; storage buffers follow.
    pub fn text(&self, constants: Constants) -> String {
        let Constants { double, block, node, team } = constants;
        let real = if double { "f64" } else { "f32" };
        let rounding = if double { f64::ROUNDING } else { f32::ROUNDING.into() };
        let smallest = if double { f64::SMALLEST } else { f32::SMALLEST.into() };
        let numbers = [("ZERO", 0.0), ("HALF", 0.5), ("ONE", 1.0), ("ROUNDING", rounding), ("SMALLEST", smallest)];
        let sizes = [("BLOCK", block), ("NODE", node), ("PARTS", parts(node)), ("TEAM", team), ("GROUP", GROUP)];
        format!("alias real = {real};\n{}{}", reals(double, numbers), words(sizes))
            + &(self.declarations)(double)
            + &self.texts.concat()
    }
}

/// The numbers that a cluster of nodes sums of the matrix ([`Clusters`](crate::multilevel::Clusters)).
pub(crate) fn parts(node: u32) -> u32 {
    node * (node + 3) / 2
}
