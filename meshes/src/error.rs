//! The errors of meshes, and their places.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// The names that [`Shape::named`](crate::Shape::named) knows.
const SHAPES: &str = "box, grid, cloth, sphere, ball, torus";

/// A place in a file. In print: `cube.obj:12`, or `cube.stl, byte 84` where a file is not text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FilePlace {
    /// The file.
    pub path: PathBuf,
    /// The place within it.
    pub position: Position,
}

/// A place within a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// A line, counted from one.
    Line(usize),
    /// A byte, counted from zero.
    Byte(usize),
}

impl fmt::Display for FilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Position::Line(line) => write!(f, "{}:{line}", self.path.display()),
            Position::Byte(byte) => write!(f, "{}, byte {byte}", self.path.display()),
        }
    }
}

/// A mesh that cannot be read or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeshError {
    /// The file system refuses.
    #[error("{}: cannot be read: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A folder, device or pipe.
    #[error("{}: is not a regular file", .path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// The name does not say which format it is.
    #[error("{}: one of the extensions {known} is wanted", .path.display())]
    Extension {
        /// The file.
        path: PathBuf,
        /// Those that are read.
        known: String,
    },
    /// Something else stands where a word or a number should.
    #[error("{at}: {wanted} is wanted, found `{found}`")]
    Wanted {
        /// Its place.
        at: FilePlace,
        /// The word or number that should stand there.
        wanted: String,
        /// The text that stands there, shortened.
        found: String,
    },
    /// The file, or a line of it, is too short.
    #[error("{at}: {wanted} is wanted, but the {unit} ends")]
    Ends {
        /// The place of the end.
        at: FilePlace,
        /// The text that should follow.
        wanted: String,
        /// `file` or `line`.
        unit: &'static str,
    },
    /// An element uses a node that is not there.
    #[error("{at}: node {node} does not exist; {known}")]
    Node {
        /// The place of the element.
        at: FilePlace,
        /// The number, as in the file.
        node: i64,
        /// Which numbers do exist.
        known: String,
    },
    /// A coordinate that is infinite or not a number.
    #[error("{at}: a finite coordinate is wanted, found `{found}`")]
    NotFinite {
        /// Its place.
        at: FilePlace,
        /// The coordinate.
        found: String,
    },
    /// Something that the format has, but not the library.
    #[error("{at}: {what} cannot be read; {wanted}")]
    Unsupported {
        /// Its place.
        at: FilePlace,
        /// A name for it.
        what: String,
        /// The alternatives that can be read.
        wanted: &'static str,
    },
    /// A count that is larger than what can follow, or too large for numbers of 32 bits.
    #[error("{at}: {count} {what} are announced, but there is only room for {room}")]
    Count {
        /// The place of the count.
        at: FilePlace,
        /// The things that are counted.
        what: String,
        /// The count.
        count: u64,
        /// The largest possible count there.
        room: u64,
    },
    /// Anything else in a file that contradicts its format.
    #[error("{at}: {message}")]
    Malformed {
        /// Its place.
        at: FilePlace,
        /// The fault, and the content that is wanted.
        message: String,
    },
    /// A file without a single point.
    #[error("{}: has no points; at least one is wanted", .path.display())]
    NoPoints {
        /// The file.
        path: PathBuf,
    },
    /// A shape that cannot be generated under this name.
    #[error("shape `{name}` is not known; one of {} is wanted", SHAPES)]
    UnknownShape {
        /// The name.
        name: String,
    },
    /// Numbers with which a shape cannot be generated.
    #[error("shape `{name}`: {message}")]
    Shape {
        /// The name of the shape.
        name: &'static str,
        /// The values that are wanted.
        message: String,
    },
    /// More than fits into memory.
    #[error("{what}: at least {} of memory are needed, there are {}; {hint}", crate::bytes::text(*.needed), crate::bytes::text(*.free))]
    Memory {
        /// The mesh or file, with its counts.
        what: String,
        /// The bytes that it takes at least.
        needed: u64,
        /// The bytes there are.
        free: u64,
        /// The remedy.
        hint: &'static str,
    },
    /// Boundary edges that do not form closed loops.
    #[error("the boundary is not made of closed loops: {incoming} edges end in node {node}, {outgoing} start there")]
    Boundary {
        /// A node where the loops break.
        node: u32,
        /// The boundary edges that end there.
        incoming: usize,
        /// The boundary edges that start there.
        outgoing: usize,
    },
}
