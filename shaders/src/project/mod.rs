//! Projection of element Hessians: the shader `project.wgsl`, and its twin.
//!
//! The matrices are carried into a basis of the directions that the energy sees; the rest is their null space. What has
//! only positive pivots there (L D Lᵀ) keeps its bits. The others are decomposed, and what their negative eigenvalues lack
//! is added along their eigenvectors. Matrices with an entry that is not finite are left as they are.
//!
//! The shader's text begins with constants, declarations and a few lines that depend on the precision; the rest is
//! `project.wgsl`, `eigen.wgsl`, one of `basis.wgsl` and `whole.wgsl`, and one of `private.wgsl` and `team.wgsl`: a small
//! element is worked on by one invocation in variables of its own, a large one by a workgroup in a buffer.

mod eigen;
#[cfg(test)]
mod tests;
mod twin;

pub use twin::{Real, project};

use std::fmt::Write;
use std::ops::Range;

/// Elements of at most so many unknowns are worked on by one invocation.
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
    pub fn at(&self, element: usize, place: u32) -> usize {
        let (lanes, stride) = (self.lanes as usize, self.stride as usize);
        self.base as usize + (element / lanes * stride + place as usize) * lanes + element % lanes
    }
}

/// An orthonormal basis of the directions that the energy sees: its columns, then its rows, as sparse lists.
#[derive(Clone, PartialEq, Debug)]
pub struct Directions<T> {
    /// For each list where it begins among these words, and where the last one ends; then the rows of each column's
    /// components, and the columns of each row's.
    pub places: Vec<u32>,
    /// The components that belong to these.
    pub components: Vec<T>,
}

impl<T> Directions<T> {
    /// From columns, each a list of unknowns, of which there are `unknowns`, with components.
    pub fn new(unknowns: usize, columns: &[Vec<(usize, f64)>], convert: impl Fn(f64) -> T) -> Self {
        let mut rows = vec![Vec::new(); unknowns];
        for (number, column) in columns.iter().enumerate() {
            column.iter().for_each(|&(unknown, component)| rows[unknown].push((number, component)));
        }
        let lists = || columns.iter().chain(&rows);
        let mut end = (columns.len() + unknowns) as u32 + 1;
        let mut places = vec![end];
        for list in lists() {
            end += list.len() as u32;
            places.push(end);
        }
        places.extend(lists().flatten().map(|&(other, _)| other as u32));
        Self { places, components: lists().flatten().map(|&(_, component)| convert(component)).collect() }
    }

    /// Number `k` of the columns and rows: unknowns, or directions, with components.
    fn list(&self, k: usize) -> impl Iterator<Item = (usize, &T)> {
        let range = self.places[k] as usize..self.places[k + 1] as usize;
        let first = self.places[0] as usize;
        let components = &self.components[range.start - first..range.end - first];
        self.places[range].iter().map(|&other| other as usize).zip(components)
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

    /// Of each storage buffer, from binding 1 on, whether it is written: the numbers; the places of the entries of a lower
    /// triangle and then of a copy of each; with a basis the places and the components of [`Directions`]; with
    /// [`scratch`](Self::scratch) that.
    pub fn writes(&self) -> Vec<bool> {
        self.buffers().iter().map(|&(.., writes)| writes).collect()
    }

    /// How many reals each element of a dispatch needs in the buffer that is bound last; nothing if there is no such buffer.
    pub fn scratch(&self) -> Option<usize> {
        (self.unknowns > LARGEST_PRIVATE).then(|| self.room())
    }

    /// Invocations that work on an element.
    pub fn team(&self) -> u32 {
        if self.scratch().is_some() { self.group() } else { 1 }
    }

    /// Invocations in a workgroup: for a large element one for each of its rows, as far as there may be so many.
    pub fn group(&self) -> u32 {
        if self.scratch().is_some() { self.unknowns.next_power_of_two().min(crate::GROUP) } else { 64 }
    }

    /// About the most iterations of loops that an invocation does, if no column of the basis is longer than `longest`: for
    /// devices that count them. (On one such, the real number was 1.4 times less.)
    pub fn iterations(&self, longest: usize) -> u64 {
        let rows = u64::from(self.unknowns);
        // In halves of the square of the rows: one to load, two for pivots, four for reflections, two for their product, six
        // for two steps an eigenvalue, two for what is added, and one for the rest.
        rows.div_ceil(u64::from(self.team())) * rows * (9 * rows + 2 * longest as u64)
    }

    /// The text. The only uniform, at binding 0, are seven words: [`words`](Self::words).
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
            self.group()
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
        let room = if self.scratch().is_some() { include_str!("team.wgsl") } else { include_str!("private.wgsl") };
        let basis = if self.directions.is_some() { include_str!("basis.wgsl") } else { include_str!("whole.wgsl") };
        let parts = [room, include_str!("project.wgsl"), basis, include_str!("eigen.wgsl")];
        parts.into_iter().fold(text, |text, part| text + "\n" + part)
    }

    /// The uniform, for a dispatch of the elements of `range`, in a grid with [`team`](Self::team) invocations for each and
    /// `row` elements in a row.
    pub fn words(&self, region: Region, mode: Mode, range: Range<u32>, row: u32) -> [u32; 7] {
        let Region { base, lanes, stride, .. } = region;
        [row, range.end - range.start, range.start, base, lanes, stride, mode as u32]
    }

    /// Name, type of the items, and whether it is written, of each storage buffer.
    fn buffers(&self) -> Vec<(&'static str, &'static str, bool)> {
        let mut buffers = vec![("numbers", "real", true), ("places", "u32", false)];
        if self.directions.is_some() {
            buffers.extend([("basis", "u32", false), ("components", "real", false)]);
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
