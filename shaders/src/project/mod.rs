//! Projection of element Hessians: the shader `project.wgsl`, and its twin.
//!
//! The matrices are carried into a basis of the directions that the energy sees; the rest is their null space. What has
//! only positive pivots there (L D Lᵀ) keeps its bits. The others are decomposed, and what their negative eigenvalues lack
//! is added along their eigenvectors. Matrices with an entry that is not finite are left as they are.
//!
//! The shader's text begins with constants, declarations and a few lines that depend on the precision; the rest is
//! `project.wgsl`, `eigen.wgsl`, one of `basis.wgsl` and `whole.wgsl`, and one of `private.wgsl` and `scratch.wgsl`, where
//! the numbers of an element are while it is worked on.

mod eigen;
#[cfg(test)]
mod tests;
mod twin;

pub use twin::{Real, project};

use std::fmt::Write;

/// Elements of at most so many unknowns are worked on in variables of the invocation; others in a buffer.
const LARGEST_PRIVATE: u32 = 16;

/// QL steps for one eigenvalue. Two or three are usual.
const STEPS: usize = 50;

/// What becomes of negative eigenvalues. The numbers are those of the uniform.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// They are set to zero.
    Clamp = 0,
    /// Their absolute values are taken.
    Abs = 1,
}

/// Where the entries are: entry `k` of the lower triangle (row by row) of element `e` is number `base + (e / lanes * stride +
/// places[k]) * lanes + e % lanes`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// The first number.
    pub base: u32,
    /// Elements whose numbers lie side by side, at least 1.
    pub lanes: u32,
    /// Numbers of an element, and whatever else there is between it and the next one of its lane.
    pub stride: u32,
    /// Elements.
    pub count: u32,
}

impl Region {
    /// An entry that does not exist: it counts as zero, and is not written.
    pub const NONE: u32 = u32::MAX;

    /// The number of an entry.
    fn at(&self, element: usize, place: u32) -> usize {
        let (lanes, stride) = (self.lanes as usize, self.stride as usize);
        self.base as usize + (element / lanes * stride + place as usize) * lanes + element % lanes
    }
}

/// An orthonormal basis, as sparse columns.
#[derive(Clone, PartialEq, Debug)]
pub struct Columns<T> {
    /// For each column where its unknowns begin in this list, and where those of the last one end; then the unknowns of
    /// each column.
    pub columns: Vec<u32>,
    /// The components that belong to the unknowns.
    pub components: Vec<T>,
}

impl<T> Columns<T> {
    /// From columns, each a list of unknowns with components.
    pub fn new(columns: &[Vec<(usize, f64)>], convert: impl Fn(f64) -> T) -> Self {
        let mut end = columns.len() as u32 + 1;
        let mut list = vec![end];
        for column in columns {
            end += column.len() as u32;
            list.push(end);
        }
        list.extend(columns.iter().flatten().map(|&(unknown, _)| unknown as u32));
        Self { columns: list, components: columns.iter().flatten().map(|&(_, c)| convert(c)).collect() }
    }

    /// The unknowns of a column with their components.
    fn column(&self, number: usize) -> impl Iterator<Item = (usize, &T)> {
        let range = self.columns[number] as usize..self.columns[number + 1] as usize;
        let first = self.columns[0] as usize;
        let components = &self.components[range.start - first..range.end - first];
        self.columns[range].iter().map(|&unknown| unknown as usize).zip(components)
    }
}

/// What the shader is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Project {
    /// Whether reals are `f64`.
    pub double: bool,
    /// The unknowns of an element, at least 1.
    pub unknowns: u32,
    /// The columns of the basis, at least 1; nothing if the unknowns themselves are the basis.
    pub directions: Option<u32>,
}

impl Project {
    /// The name of the shader and of its entry point.
    pub const NAME: &'static str = "project";

    /// Invocations in a workgroup.
    pub const GROUP: u32 = 64;

    /// Of each storage buffer, from binding 1 on, whether it is written: the numbers; the places; with a basis its columns
    /// and components, as in [`Columns`]; with [`scratch`](Self::scratch) that.
    pub fn writes(&self) -> Vec<bool> {
        self.buffers().iter().map(|&(.., writes)| writes).collect()
    }

    /// How many reals each invocation needs in the buffer that is bound last; nothing if there is no such buffer.
    pub fn scratch(&self) -> Option<usize> {
        (self.unknowns > LARGEST_PRIVATE).then(|| self.room())
    }

    /// The text. The only uniform, at binding 0, are eight words: [`words`](Self::words).
    pub fn text(&self) -> String {
        let (real, constants, finite) = match self.double {
            true => ("f64", constants::<f64>("lf"), "abs(x) <= LARGEST_FINITE"),
            // Compilers may take it that there is neither infinity nor NaN, but not of bits.
            false => ("f32", constants::<f32>("f"), "(bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u"),
        };
        let (n, m) = (self.unknowns, self.directions.unwrap_or(self.unknowns));
        let mut text = format!(
            "alias real = {real};\n{constants}const N = {n}u;\nconst M = {m}u;\nconst TRIANGLE = {}u;\n\
             const REDUCED = {}u;\nconst GROUP = {}u;\nconst STEPS = {STEPS}u;\n",
            triangle(n),
            triangle(m),
            Self::GROUP
        );
        let mut begin = 0;
        for (name, length) in self.lists() {
            let _ = writeln!(text, "const {name} = {begin}u;");
            begin += length;
        }
        let _ = writeln!(text, "const ROOM = {begin}u;\n\nfn finite(x: real) -> bool {{\n    return {finite};\n}}\n");
        for (binding, (name, kind, writes)) in (1..).zip(self.buffers()) {
            let access = if writes { "read_write" } else { "read" };
            let _ = writeln!(text, "@group(0) @binding({binding}) var<storage, {access}> {name}: array<{kind}>;");
        }
        let room = if self.scratch().is_some() { include_str!("scratch.wgsl") } else { include_str!("private.wgsl") };
        let basis = if self.directions.is_some() { include_str!("basis.wgsl") } else { include_str!("whole.wgsl") };
        let parts = [room, include_str!("project.wgsl"), basis, include_str!("eigen.wgsl")];
        parts.into_iter().fold(text, |text, part| text + "\n" + part)
    }

    /// The uniform, for `threads` invocations that work (all that are started, or as many as there is scratch for), at
    /// least 1, in a grid with rows of `row`. `count + threads` is less than 2³².
    pub fn words(&self, region: Region, mode: Mode, threads: u32, row: u32) -> [u32; 8] {
        let Region { base, lanes, stride, count } = region;
        [row, count, threads, count.div_ceil(threads), base, lanes, stride, mode as u32]
    }

    /// Name, type of the items, and whether it is written, of each storage buffer.
    fn buffers(&self) -> Vec<(&'static str, &'static str, bool)> {
        let mut buffers = vec![("numbers", "real", true), ("places", "u32", false)];
        if self.directions.is_some() {
            buffers.extend([("columns", "u32", false), ("components", "real", false)]);
        }
        buffers.extend(self.scratch().map(|_| ("scratch", "real", true)));
        buffers
    }

    /// The lists of numbers that an element needs, and their lengths.
    fn lists(&self) -> [(&'static str, usize); 7] {
        let (n, m) = (self.unknowns, self.directions.unwrap_or(self.unknowns));
        [
            ("OWN", triangle(n)),
            ("MATRIX", triangle(m)),
            ("VECTORS", (m * m) as usize),
            ("VALUES", m as usize),
            ("BESIDE", m as usize),
            ("FACTORS", m as usize),
            ("LIST", n as usize),
        ]
    }

    /// The sum of their lengths.
    fn room(&self) -> usize {
        self.lists().iter().map(|(_, length)| length).sum()
    }
}

/// Entries of a lower triangle.
fn triangle(rows: u32) -> usize {
    let rows = rows as usize;
    rows * (rows + 1) / 2
}

/// The constants of a precision, which are also the twin's.
fn constants<T: Real>(suffix: &str) -> String {
    let constants = [
        ("ZERO", T::default()),
        ("HALF", T::from(0.5)),
        ("ONE", T::from(1.0)),
        ("TWO", T::from(2.0)),
        ("NEGLIGIBLE", T::negligible()),
        ("NOTHING", T::nothing()),
        ("SMALLEST", T::SMALLEST),
        ("LARGEST", T::LARGEST),
        ("LARGEST_FINITE", T::LARGEST_FINITE),
    ];
    constants.iter().map(|(name, value)| format!("const {name}: real = {value:e}{suffix};\n")).collect()
}
