//! The shader.

use super::real::Real;
use super::region::{Mode, ProjectWords, Region, triangle};
use crate::layout::words;
use crate::shader::GROUP;

/// Elements of at most so many unknowns are worked on by one invocation: those whose matrices, some 500 numbers, its own
/// variables hold.
const LARGEST_PRIVATE: u32 = 16;

/// Invocations in a workgroup of these.
const PRIVATE_GROUP: u32 = 64;

/// The bits of the exponent of a number in single precision; all are set where it is infinite or NaN.
const EXPONENT: u32 = 0x7f80_0000;

/// QL steps for one eigenvalue. Two or three are usual (Golub and Van Loan, *Matrix Computations*, §8.3).
pub(super) const STEPS: usize = 50;

/// The constants that the shader is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Project {
    /// True if reals are `f64`.
    pub double: bool,
    /// The unknowns of an element, at least 1.
    pub unknowns: u32,
    /// The columns of the basis, at least 1; nothing if the unknowns themselves are the basis.
    pub directions: Option<u32>,
}

impl Project {
    /// The name of the shader and of its entry point.
    pub const NAME: &'static str = "project";

    /// The number of reals per element of a dispatch in the buffer bound last; nothing if there is no such buffer.
    pub fn scratch(&self) -> Option<usize> {
        (self.unknowns > LARGEST_PRIVATE).then(|| self.room())
    }

    /// Invocations that work on an element.
    pub fn team(&self) -> u32 {
        if self.scratch().is_some() { self.group() } else { 1 }
    }

    /// Invocations in a workgroup: for a large element one for each of its rows, as far as there may be so many.
    pub fn group(&self) -> u32 {
        if self.scratch().is_some() { self.unknowns.next_power_of_two().min(GROUP) } else { PRIVATE_GROUP }
    }

    /// About the most iterations of loops that an invocation does, if no column of the basis is longer than `longest`: for
    /// devices that count them. (On one such, the real number was 1.4 times less.)
    pub fn iterations(&self, longest: usize) -> u64 {
        let rows = u64::from(self.unknowns);
        // In halves of the square of the rows: one to load, two for pivots, four for reflections, two for their product, six
        // for two steps an eigenvalue, two for what is added, and one for the rest.
        rows.div_ceil(u64::from(self.team())) * rows * (9 * rows + 2 * longest as u64)
    }

    /// The text. The only uniform, at binding 0, is [`ProjectWords`].
    pub fn text(&self) -> String {
        let (real, constants, finite) = match self.double {
            true => ("f64", constants::<f64>("lf"), "abs(x) <= LARGEST_FINITE"),
            // Compilers may take it that there is neither infinity nor NaN, but not of bits.
            false => ("f32", constants::<f32>("f"), "(bitcast<u32>(x) & EXPONENT) != EXPONENT"),
        };
        let (n, m) = (self.unknowns, self.directions.unwrap_or(self.unknowns));
        let sizes = [("N", n), ("M", m), ("TRIANGLE", triangle(n) as u32), ("REDUCED", triangle(m) as u32)];
        let mut text = format!("alias real = {real};\n{constants}") + &words(sizes);
        text +=
            &words([("GROUP", self.group()), ("STEPS", STEPS as u32), ("NONE", Region::NONE), ("EXPONENT", EXPONENT)]);
        let mut begin = 0;
        for (name, length) in self.lists() {
            text += &words([(name, begin)]);
            begin += length as u32;
        }
        text += &words([("ROOM", begin)]);
        text += &format!("\nfn finite(x: real) -> bool {{\n    return {finite};\n}}\n\n");
        text += &(Mode::wgsl() + &ProjectWords::uniform());
        for (binding, [name, kind, access]) in (1..).zip(self.buffers()) {
            text += &format!("@group(0) @binding({binding}) var<storage, {access}> {name}: array<{kind}>;\n");
        }
        let room = if self.scratch().is_some() { include_str!("team.wgsl") } else { include_str!("private.wgsl") };
        let basis = if self.directions.is_some() { include_str!("basis.wgsl") } else { include_str!("whole.wgsl") };
        let parts = [room, include_str!("project.wgsl"), basis, include_str!("eigen.wgsl")];
        parts.into_iter().fold(text, |text, part| text + "\n" + part)
    }

    /// Name, type of the items, and access of each storage buffer, from binding 1 on: the numbers; the places
    /// of the entries of a lower triangle and then of a copy of each; with a basis the places and the components of
    /// [`Directions`](super::Directions); with [`scratch`](Self::scratch) that.
    fn buffers(&self) -> Vec<[&'static str; 3]> {
        let mut buffers = vec![["numbers", "real", "read_write"], ["places", "u32", "read"]];
        if self.directions.is_some() {
            buffers.extend([["basis", "u32", "read"], ["components", "real", "read"]]);
        }
        buffers.extend(self.scratch().map(|_| ["scratch", "real", "read_write"]));
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
