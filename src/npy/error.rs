//! The errors of reading a `.npy` file.

use std::io;
use std::path::PathBuf;

/// A `.npy` file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", .path.display())]
pub struct NpyError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub reason: NpyReason,
}

/// The reason a `.npy` file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyReason {
    /// The file system refuses.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A folder, device or pipe.
    #[error("is not a regular file")]
    NotAFile,
    /// The header is malformed or asks for something that is not supported.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The data is shorter than the header says.
    #[error("is truncated: shape {shape} of {descr} takes {wanted} bytes after the header, the file has {found}")]
    Truncated {
        /// The shape, as in Python.
        shape: String,
        /// The element type, as NumPy writes it.
        descr: String,
        /// Bytes that the header asks for.
        wanted: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The data is longer than the header says.
    #[error("has {extra} bytes too many after its data of shape {shape}, {descr}")]
    Trailing {
        /// The shape, as in Python.
        shape: String,
        /// The element type, as NumPy writes it.
        descr: String,
        /// Bytes that belong to nothing.
        extra: u64,
    },
    /// More numbers than memory holds.
    #[error("does not fit into memory: shape {shape} takes {needed}, there are {free}; give fewer numbers")]
    Memory {
        /// The shape, as in Python.
        shape: String,
        /// The bytes that it takes, in print.
        needed: String,
        /// The bytes there are, in print.
        free: String,
    },
    /// A `u8` beyond the signed range.
    #[error("holds {value} at {at:?}; integers above 2^63 - 1 are not supported")]
    TooLarge {
        /// The number.
        value: u64,
        /// Its index, in C order.
        at: Vec<usize>,
    },
}

/// The reason a header is not accepted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The magic string is missing.
    #[error("is not a .npy file: it does not start with \\x93NUMPY")]
    Magic,
    /// A version that does not exist.
    #[error("has version {0}.{1} of the .npy format; 1.0, 2.0 and 3.0 are known")]
    Version(u8, u8),
    /// The file ends within the header.
    #[error("is truncated: it ends within its header")]
    Truncated,
    /// The header is longer than any plain array needs.
    #[error("claims a header of {0} bytes; plain arrays need fewer than 65536")]
    TooLong(u64),
    /// The dictionary is malformed.
    #[error("has a malformed header: {wanted} expected at byte {at} of the dictionary")]
    Malformed {
        /// The text that should stand there.
        wanted: &'static str,
        /// Byte offset in the dictionary.
        at: usize,
    },
    /// An element type that is no number.
    #[error("holds {0}; integers (i1 to i8, u1 to u8), floats (f2, f4, f8) and booleans (b1) are read")]
    Type(String),
    /// Too many dimensions.
    #[error("has {0} dimensions; at most 3 are read")]
    Rank(usize),
    /// A shape that no file can hold or no index can address.
    #[error("claims the shape {0}, which is too large")]
    Huge(String),
}
