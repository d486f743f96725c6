//! The errors of a problem.

use super::place::Place;
use crate::npy::NpyError;
use std::path::PathBuf;

/// The reason a problem is refused. Every message names the place in the file, or the array.
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
        /// The place of the file's name.
        place: Place,
        /// The array.
        name: String,
        /// The reason.
        source: Box<NpyError>,
    },
    /// The file is not TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// The place.
        place: Place,
        /// The parser's message.
        message: String,
    },
    /// A key or section that means nothing here.
    #[error("{place}: `{key}` is not known in {section}; known are {known}")]
    UnknownKey {
        /// The place.
        place: Place,
        /// The key.
        key: String,
        /// The section.
        section: &'static str,
        /// The keys that may stand there.
        known: &'static str,
    },
    /// A value of the wrong type.
    #[error("{place}: `{key}` is {found}; {wanted} is wanted")]
    WrongType {
        /// The place.
        place: Place,
        /// The key.
        key: String,
        /// The value found, or its kind.
        found: String,
        /// The kind of value wanted.
        wanted: &'static str,
    },
    /// A key that changes nothing, as another one lacks.
    #[error("{place}: `{key}` changes nothing without {lacking}")]
    Useless {
        /// The key's place.
        place: Place,
        /// The key.
        key: &'static str,
        /// The other one.
        lacking: &'static str,
    },
    /// A section or key that must be there.
    #[error("{place}: {what} is missing; {hint}")]
    Missing {
        /// The place that lacks it.
        place: Place,
        /// The missing part.
        what: String,
        /// The remedy.
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
        /// The place.
        place: Place,
        /// The name.
        name: String,
    },
    /// A name that nothing has.
    #[error("{place}: `{name}` names no {wanted}; there are {known}")]
    NoSuchName {
        /// The place.
        place: Place,
        /// The name.
        name: String,
        /// The kind of thing that it should name.
        wanted: &'static str,
        /// The names there are.
        known: String,
    },
    /// Unknowns that are each other's start.
    #[error("{place}: unknown `{name}` starts from itself; give it a .npy file or the name of an array")]
    Cycle {
        /// The place.
        place: Place,
        /// The unknown.
        name: String,
    },
    /// A number that is not finite.
    #[error("{place}: array `{name}`, shape {shape}: {value} at {at:?}; numbers must be finite")]
    NotFinite {
        /// The place of the array.
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
        /// The place of the array.
        place: Place,
        /// The array.
        name: String,
        /// Its shape.
        shape: String,
    },
    /// An integer that an index cannot be.
    #[error("{place}: `{name}`, shape {shape}: {value} at {at:?} is out of range; integers go from -2^31 to 2^31 - 1")]
    IntegerRange {
        /// The place of the array.
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
        /// The place.
        place: Place,
        /// The number as written.
        text: String,
    },
    /// Lists of different lengths, or numbers beside lists.
    #[error("{place}: every list of `{name}` at this depth must have the same shape; {wanted} wanted, {found} found")]
    Ragged {
        /// The place of the first odd one.
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
        /// The place.
        place: Place,
        /// The array.
        name: String,
    },
    /// A tensor whose shape and data do not fit together.
    #[error("{place}: array `{name}`: shape {shape} does not have {count} entries")]
    Shape {
        /// The place.
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
        /// The place of its use.
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
        /// The place that names them.
        place: Place,
        /// The fault.
        message: String,
    },
    /// More unknowns than columns can be counted.
    #[error("{place}: there are {count} unknowns; at most 2^31 - 1 are supported")]
    TooMany {
        /// The place.
        place: Place,
        /// Their number.
        count: usize,
    },
}
