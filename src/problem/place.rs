//! Places in a problem file, for messages.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where something was said: a place in a problem file, or the Rust API.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Place {
    /// In Rust.
    #[default]
    Api,
    /// In a file; line and column count from one, the column in characters.
    File {
        /// The file.
        path: Arc<Path>,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Api => f.write_str("the problem"),
            Place::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
        }
    }
}

/// A text and the file it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub path: &'a Arc<Path>,
    pub text: &'a str,
}

impl Source<'_> {
    /// The place of a byte offset.
    pub fn place(&self, offset: usize) -> Place {
        let (line, column) = line_column(self.text.as_bytes(), offset);
        Place::File { path: self.path.clone(), line, column }
    }
}

/// Line and column, from one, of a byte offset; the column counts characters.
pub(crate) fn line_column(text: &[u8], offset: usize) -> (u32, u32) {
    let before = &text[..offset.min(text.len())];
    let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
    let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let column = before[start..].iter().filter(|&&b| b & 0xc0 != 0x80).count() + 1;
    // Texts are far shorter than 2^32 bytes.
    (line as u32, column as u32)
}

/// Reads a text file no larger than a limit.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, super::ProblemError> {
    use super::ProblemError;
    use std::io::Read;
    let path_buf = || PathBuf::from(path);
    let failed = |source| ProblemError::Read { path: path_buf(), source };
    // Asked before opening: opening a pipe would wait for a writer.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(ProblemError::NotAFile { path: path_buf() });
    }
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ProblemError::TooLarge { path: path_buf(), limit });
    }
    String::from_utf8(bytes).map_err(|e| {
        let (line, column) = line_column(e.as_bytes(), e.utf8_error().valid_up_to());
        ProblemError::NotText { path: path_buf(), line, column }
    })
}
