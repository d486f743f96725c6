//! What can be wrong with a problem.

use super::place::Place;
use crate::npy::NpyError;
use std::path::PathBuf;

/// Why a problem is refused. Every message names the place in the file, or the array.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// The file system refuses.
    #[error("{}: cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A folder, device or pipe.
    #[error("{}: is not a regular file", .path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// A text beyond all measure.
    #[error("{}: is larger than {limit} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// The text is not UTF-8.
    #[error("{}:{line}:{column}: is not UTF-8 text", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The line of the first bad byte.
        line: u32,
        /// Its column.
        column: u32,
    },
    /// An energy file that the term at `place` names cannot be read.
    #[error("{place}: {source}")]
    Energy {
        /// The term.
        place: Place,
        /// The reason.
        source: Box<ProblemError>,
    },
    /// A `.npy` file cannot be read.
    #[error("{place}: array `{name}`: {source}")]
    Array {
        /// Where the file is named.
        place: Place,
        /// The array.
        name: String,
        /// The reason.
        source: Box<NpyError>,
    },
    /// The file is not TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// Where.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// A key or section that means nothing here.
    #[error("{place}: `{key}` is not known in {section}; known are {known}")]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// The section.
        section: &'static str,
        /// What may stand there.
        known: &'static str,
    },
    /// A value of the wrong type.
    #[error("{place}: `{key}` is {found}; {wanted} is wanted")]
    WrongType {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// What stands there.
        found: String,
        /// What should stand there.
        wanted: &'static str,
    },
    /// A section or key that must be there.
    #[error("{place}: {what} is missing; {hint}")]
    Missing {
        /// Where it should be.
        place: Place,
        /// What.
        what: String,
        /// How to mend it.
        hint: &'static str,
    },
    /// A term with both `energy` and `residual`.
    #[error("{place}: a term has either `energy` or `residual`, not both")]
    Both {
        /// The term.
        place: Place,
    },
    /// A name that two arrays have.
    #[error("{place}: the name `{name}` is given twice, in {first} and in {second}")]
    NameTwice {
        /// The second one.
        place: Place,
        /// The name.
        name: String,
        /// The section of the first.
        first: &'static str,
        /// The section of the second.
        second: &'static str,
    },
    /// A name that nothing could refer to.
    #[error("{place}: `{name}` cannot be a name: it must not be empty, hold `@`, or end in .npy")]
    BadName {
        /// Where.
        place: Place,
        /// The name.
        name: String,
    },
    /// A name that nothing has.
    #[error("{place}: `{name}` names no {wanted}; there are {known}")]
    NoSuchName {
        /// Where.
        place: Place,
        /// The name.
        name: String,
        /// What it should name.
        wanted: &'static str,
        /// What there is.
        known: String,
    },
    /// Unknowns that are each other's start.
    #[error("{place}: unknown `{name}` starts from itself; give it a .npy file or the name of an array")]
    Cycle {
        /// Where.
        place: Place,
        /// The unknown.
        name: String,
    },
    /// A number that is not finite.
    #[error("{place}: array `{name}`, shape {shape}: {value} at {at:?}; numbers must be finite")]
    NotFinite {
        /// Where the array is given.
        place: Place,
        /// The array.
        name: String,
        /// Its shape.
        shape: String,
        /// The index of the number.
        at: Vec<usize>,
        /// The number.
        value: f64,
    },
    /// Reals where integers belong.
    #[error("{place}: `{name}`, shape {shape}, holds reals; indices are integers")]
    RealIndices {
        /// Where the array is given.
        place: Place,
        /// The array.
        name: String,
        /// Its shape.
        shape: String,
    },
    /// An integer that an index cannot be.
    #[error("{place}: `{name}`, shape {shape}: {value} at {at:?} is out of range; integers go from -2^31 to 2^31 - 1")]
    IntegerRange {
        /// Where the array is given.
        place: Place,
        /// The array.
        name: String,
        /// Its shape.
        shape: String,
        /// The index of the number.
        at: Vec<usize>,
        /// The number.
        value: i64,
    },
    /// A number that neither a finite double nor an integer of 64 bits can be.
    #[error("{place}: the number {text} is not finite or does not fit 64 bits")]
    NumberRange {
        /// Where.
        place: Place,
        /// The number as written.
        text: String,
    },
    /// Lists of different lengths, or numbers beside lists.
    #[error("{place}: every list of `{name}` at this depth must have the same shape; {wanted} wanted, {found} found")]
    Ragged {
        /// Where the first odd one is.
        place: Place,
        /// The array.
        name: String,
        /// The shape of those before.
        wanted: String,
        /// The shape of this one.
        found: String,
    },
    /// Lists in lists in lists in lists.
    #[error("{place}: `{name}` is nested too deep; arrays have at most 3 dimensions")]
    Rank {
        /// Where.
        place: Place,
        /// The array.
        name: String,
    },
    /// A tensor whose shape and data do not fit together.
    #[error("{place}: array `{name}`: shape {shape} does not have {count} entries")]
    Shape {
        /// Where.
        place: Place,
        /// The array.
        name: String,
        /// Its shape.
        shape: String,
        /// Its number of entries.
        count: usize,
    },
    /// A table that cannot gather.
    #[error("{place}: `{name}` has shape {shape}; a table of elements has the shape (m, K) or (m,)")]
    TableShape {
        /// Where it is used.
        place: Place,
        /// The index array.
        name: String,
        /// Its shape.
        shape: String,
    },
    /// A mesh cannot be read or made.
    #[cfg(feature = "meshes")]
    #[error("{place}: {source}")]
    Mesh {
        /// The section.
        place: Place,
        /// The reason.
        source: Box<spadina_meshes::MeshError>,
    },
    /// Nodes that cannot be held or moved.
    #[error("{place}: {message}")]
    Pins {
        /// Where they are given.
        place: Place,
        /// What is wrong with them.
        message: String,
    },
    /// More unknowns than columns can be counted.
    #[error("{place}: there are {count} unknowns; at most 2^31 - 1 are supported")]
    TooMany {
        /// Where.
        place: Place,
        /// Their number.
        count: usize,
    },
}
