//! The bytes of a file and how far they have been read: what the text and the binary readers have in common.

use super::error::{FilePlace, MeshError, Position};
use std::path::Path;

/// The most points of a mesh: node numbers fit `i32`.
pub(super) const MAX_POINTS: usize = i32::MAX as usize;

/// A file in memory, read from front to back. A copy is a bookmark.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    pub path: &'a Path,
    pub bytes: &'a [u8],
    /// The next byte.
    pub at: usize,
    /// The line of the next byte, from one.
    pub line: usize,
    /// True if errors name the byte: lines mean nothing among binary numbers.
    pub binary: bool,
    /// From this character to the end of its line is comment.
    pub comment: Option<u8>,
    /// True if a backslash at the end of a line joins the next one to it.
    pub continued: bool,
    /// True if lines end in CR alone.
    pub returns: bool,
    /// `file`, or `line` for a single row.
    pub unit: &'static str,
}

impl<'a> Cursor<'a> {
    /// Bytes from the first on.
    pub fn new(path: &'a Path, bytes: &'a [u8]) -> Cursor<'a> {
        let (comment, unit) = (None, "file");
        Cursor { path, bytes, at: 0, line: 1, binary: false, comment, continued: false, returns: false, unit }
    }

    /// A file that begins as text: behind the byte order mark, if there is one.
    pub fn text(path: &'a Path, bytes: &'a [u8]) -> Result<Cursor<'a>, MeshError> {
        let source = Cursor::new(path, bytes);
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(source.unsupported("text in UTF-16", "UTF-8 can: save the file in that encoding"));
        }
        let first = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let returns = first.is_some_and(|at| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        Ok(Cursor { at: mark(bytes), returns, ..source })
    }

    /// A text in which `#` starts a comment, and nothing is binary.
    pub fn commented(path: &'a Path, bytes: &'a [u8]) -> Result<Cursor<'a>, MeshError> {
        Ok(Cursor { comment: Some(b'#'), ..Cursor::text(path, bytes)? }.without_filler())
    }

    /// A text without what fills it up at the end: zeros, and the end of a text in DOS.
    pub fn without_filler(self) -> Cursor<'a> {
        let filler = self.bytes.iter().rev().take_while(|byte| matches!(byte, 0 | 0x1a)).count();
        let end = self.bytes.len() - filler;
        Cursor { bytes: self.bytes.get(..end.max(self.at)).unwrap_or_default(), ..self }
    }

    /// The place of the next byte.
    pub fn place(&self) -> FilePlace {
        let position = if self.binary { Position::Byte(self.at) } else { Position::Line(self.line) };
        FilePlace { path: self.path.to_path_buf(), position }
    }

    /// The bytes that have not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// A sentence about bytes behind the last of so many elements of a binary file; none if there are none.
    pub fn left_over(&self, what: &str, count: u64) -> Option<String> {
        let left = self.rest().len();
        (left > 0)
            .then(|| format!("{}: {left} more bytes follow the {count} {what} of the header: left out.", self.place()))
    }

    pub fn wanted(&self, wanted: impl Into<String>, found: &[u8]) -> MeshError {
        MeshError::Wanted { at: self.place(), wanted: wanted.into(), found: show(found) }
    }

    pub fn ends(&self, wanted: impl Into<String>) -> MeshError {
        MeshError::Ends { at: self.place(), wanted: wanted.into(), unit: self.unit }
    }

    pub fn malformed(&self, message: impl Into<String>) -> MeshError {
        MeshError::Malformed { at: self.place(), message: message.into() }
    }

    pub fn unsupported(&self, what: impl Into<String>, wanted: &'static str) -> MeshError {
        MeshError::Unsupported { at: self.place(), what: what.into(), wanted }
    }

    /// A count that the rest of the file can hold, if each item takes at least so many bytes. Nothing may be reserved
    /// for a count that has not passed here.
    pub fn room(&self, count: u64, bytes_each: usize, what: &str) -> Result<usize, MeshError> {
        // The last number of a text needs no blank after it.
        let room = ((self.rest().len() + 1) / bytes_each.max(1)).min(MAX_POINTS);
        match usize::try_from(count) {
            Ok(fits) if fits <= room => Ok(fits),
            _ => Err(MeshError::Count { at: self.place(), what: what.into(), count, room: room as u64 }),
        }
    }

    /// A node number made to count from zero.
    pub fn node(&self, number: i64, first: i64, count: usize) -> Result<u32, MeshError> {
        let index = number.checked_sub(first).and_then(|index| u32::try_from(index).ok());
        index.filter(|&index| (index as usize) < count).ok_or_else(|| {
            let known = match count {
                0 => "there are none".to_string(),
                _ => format!("nodes {first} to {} do", first + count as i64 - 1),
            };
            MeshError::Node { at: self.place(), node: number, known }
        })
    }

    /// The same number if it is finite.
    pub fn finite(&self, value: f64) -> Result<f64, MeshError> {
        if value.is_finite() {
            Ok(value)
        } else {
            Err(MeshError::NotFinite { at: self.place(), found: value.to_string() })
        }
    }
}

/// The bytes of the UTF-8 byte order mark that a text begins with; none if there is none.
pub(super) fn mark(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// Text from a file in a message: one line, not too long.
pub(super) fn show(found: &[u8]) -> String {
    const MOST: usize = 40;
    let start = found.get(..MOST.min(found.len())).unwrap_or_default();
    let mut text: String =
        String::from_utf8_lossy(start).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if found.len() > MOST {
        text.push('…');
    }
    text
}
