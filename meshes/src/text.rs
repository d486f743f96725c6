//! Words, numbers and rows of a text, with the line for messages.

use super::cursor::Cursor;
use super::error::MeshError;

impl<'a> Cursor<'a> {
    /// Skips blanks, line breaks and comments.
    pub fn skip_blank(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'\n' {
                self.line += 1;
                self.at += 1;
            } else if byte.is_ascii_whitespace() || (byte == b'\\' && self.continued && self.joins(self.at)) {
                self.at += 1;
            } else if Some(byte) == self.comment {
                self.at = self.end_of_line();
            } else {
                break;
            }
        }
    }

    /// The next word, on whichever line.
    pub fn next_word(&mut self) -> Option<&'a [u8]> {
        self.skip_blank();
        let rest = self.rest();
        let ends = |&byte: &u8| byte.is_ascii_whitespace() || Some(byte) == self.comment;
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).filter(|word| !word.is_empty())
    }

    /// The next word, which has to be there.
    pub fn word(&mut self, wanted: &str) -> Result<&'a [u8], MeshError> {
        self.next_word().ok_or_else(|| self.ends(wanted))
    }

    /// Exactly this word, in capitals or not.
    pub fn keyword(&mut self, wanted: &str) -> Result<(), MeshError> {
        let name = format!("`{wanted}`");
        let word = self.word(&name)?;
        if word.eq_ignore_ascii_case(wanted.as_bytes()) { Ok(()) } else { Err(self.wanted(name, word)) }
    }

    /// The next word as a number.
    pub fn real(&mut self, wanted: &str) -> Result<f64, MeshError> {
        let word = self.word(wanted)?;
        std::str::from_utf8(word).ok().and_then(|text| text.parse().ok()).ok_or_else(|| self.wanted(wanted, word))
    }

    /// The next word as a whole number.
    pub fn integer(&mut self, wanted: &str) -> Result<i64, MeshError> {
        let word = self.word(wanted)?;
        whole(word).ok_or_else(|| self.wanted(wanted, word))
    }

    /// The next word as a number of things.
    pub fn count(&mut self, wanted: &str) -> Result<u64, MeshError> {
        let word = self.word(wanted)?;
        whole(word).and_then(|n| u64::try_from(n).ok()).ok_or_else(|| self.wanted(wanted, word))
    }

    /// The next word as a finite coordinate.
    pub fn coordinate(&mut self) -> Result<f64, MeshError> {
        let value = self.real("a coordinate")?;
        self.finite(value)
    }

    /// The next line that has words, as a source of its own.
    pub fn next_row(&mut self) -> Option<Cursor<'a>> {
        self.skip_blank();
        let mut end = self.end_of_line();
        while self.continued && end < self.bytes.len() && self.joined_before(end) {
            let next = Cursor { at: end + 1, ..*self };
            end = next.end_of_line();
        }
        let row = Cursor { bytes: self.bytes.get(..end).unwrap_or_default(), unit: "line", ..*self };
        self.line += row.rest().iter().filter(|&&byte| byte == b'\n').count();
        self.at = end;
        (!row.rest().is_empty()).then_some(row)
    }

    /// The next line that has words, which has to be there.
    pub fn row(&mut self, wanted: &str) -> Result<Cursor<'a>, MeshError> {
        self.next_row().ok_or_else(|| self.ends(wanted))
    }

    /// The rest of the line, after which the next one begins. Comments are not left out.
    pub fn rest_of_line(&mut self) -> &'a [u8] {
        let end = self.end_of_line();
        let text = self.bytes.get(self.at..end).unwrap_or_default();
        self.at = (end + 1).min(self.bytes.len());
        self.line += usize::from(end < self.bytes.len());
        text
    }

    /// Goes behind the next place where this text stands.
    pub fn skip_past(&mut self, text: &[u8]) -> Result<(), MeshError> {
        let found = self.rest().windows(text.len()).position(|window| window == text);
        let Some(offset) = found else {
            return Err(self.ends(format!("`{}`", super::cursor::show(text))));
        };
        let end = self.at + offset + text.len();
        self.line += self.bytes.get(self.at..end).unwrap_or_default().iter().filter(|&&b| b == b'\n').count();
        self.at = end;
        Ok(())
    }

    fn end_of_line(&self) -> usize {
        self.rest().iter().position(|&byte| byte == b'\n').map_or(self.bytes.len(), |length| self.at + length)
    }

    /// Returns true if the backslash at this place ends its line.
    fn joins(&self, at: usize) -> bool {
        let rest = self.bytes.get(at + 1..).unwrap_or_default();
        rest.starts_with(b"\n") || rest.starts_with(b"\r\n")
    }

    fn joined_before(&self, end: usize) -> bool {
        let line = self.bytes.get(self.at..end).unwrap_or_default();
        line.strip_suffix(b"\r").unwrap_or(line).ends_with(b"\\")
    }
}

/// A word as a whole number.
pub(super) fn whole(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
