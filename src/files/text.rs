//! The text of a problem file, and places in it.

use crate::problem::{Place, ProblemError};
use std::cell::Cell;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A text and the file it came from.
#[derive(Debug)]
pub(crate) struct ProblemText<'a> {
    path: &'a Arc<Path>,
    text: &'a str,
    /// The last place asked for: offset, line, column. Most questions go forward, so that answering all of them takes
    /// about one walk over the text.
    last: Cell<(usize, u32, u32)>,
}

impl<'a> ProblemText<'a> {
    /// The text of a file.
    pub fn new(path: &'a Arc<Path>, text: &'a str) -> ProblemText<'a> {
        ProblemText { path, text, last: Cell::new((0, 1, 1)) }
    }

    /// The place of a byte offset.
    pub fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let last = self.last.get();
        let (from, line, column) = if last.0 <= offset { last } else { (0, 1, 1) };
        let (line, column) = walk(&self.text.as_bytes()[from..offset], line, column);
        self.last.set((offset, line, column));
        Place::File { path: self.path.clone(), line, column }
    }
}

/// The place behind a piece of text that begins at a line and column; the column counts characters.
fn walk(text: &[u8], mut line: u32, mut column: u32) -> (u32, u32) {
    for byte in text {
        match byte {
            b'\n' => (line, column) = (line + 1, 1),
            // The further bytes of a character.
            0x80..0xc0 => {}
            _ => column += 1,
        }
    }
    (line, column)
}

/// Reads a text file no larger than a limit.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, ProblemError> {
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
    let text = String::from_utf8(bytes).map_err(|e| {
        let (line, column) = walk(&e.as_bytes()[..e.utf8_error().valid_up_to()], 1, 1);
        ProblemError::NotText { path: path_buf(), line, column }
    })?;
    // The byte order mark that some editors write is no part of a text.
    Ok(text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text))
}
