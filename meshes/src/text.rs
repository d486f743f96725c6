//! Words, numbers and rows of a text, with the line for messages. Lines end in LF, CR LF or CR.

use super::cursor::{Cursor, show};
use super::error::MeshError;
use super::number::{real, whole};

/// Returns true if a byte separates words.
pub(super) fn is_blank(byte: u8) -> bool {
    // C counts the vertical tab, too.
    byte.is_ascii_whitespace() || byte == b'\x0b'
}

/// The number of lines that end in a piece of text.
fn breaks(text: &[u8]) -> usize {
    let returns = text.iter().enumerate().filter(|(at, byte)| **byte == b'\r' && text.get(at + 1) != Some(&b'\n'));
    text.iter().filter(|&&byte| byte == b'\n').count() + returns.count()
}

impl<'a> Cursor<'a> {
    /// Skips blanks, line breaks and comments.
    pub fn skip_blank(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            let length = self.line_break(self.at);
            if length > 0 {
                self.line += 1;
                self.at += length;
            } else if is_blank(byte) || (byte == b'\\' && self.continued && self.line_break(self.at + 1) > 0) {
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
        let ends = |&byte: &u8| is_blank(byte) || Some(byte) == self.comment;
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
        real(word).ok_or_else(|| self.wanted(wanted, word))
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
        let row = self.rest_of_row();
        (!row.rest().is_empty()).then_some(row)
    }

    /// The next line that has words, which has to be there.
    pub fn row(&mut self, wanted: &str) -> Result<Cursor<'a>, MeshError> {
        self.next_row().ok_or_else(|| self.ends(wanted))
    }

    /// The rest of the line with those that it goes on in, as a source of its own.
    pub fn rest_of_row(&mut self) -> Cursor<'a> {
        let mut end = self.end_of_line();
        while self.continued
            && end < self.bytes.len()
            && self.bytes.get(self.at..end).unwrap_or_default().ends_with(b"\\")
        {
            let next = Cursor { at: end + self.line_break(end), ..*self };
            end = next.end_of_line();
        }
        let row = Cursor { bytes: self.bytes.get(..end).unwrap_or_default(), unit: "line", ..*self };
        self.line += breaks(row.rest());
        self.at = end;
        row
    }

    /// The rest of the line, after which the next one begins. Comments are not left out.
    pub fn rest_of_line(&mut self) -> &'a [u8] {
        let end = self.end_of_line();
        let text = self.bytes.get(self.at..end).unwrap_or_default();
        let length = self.line_break(end);
        self.at = end + length;
        self.line += usize::from(length > 0);
        text
    }

    /// Goes behind the next place where this text stands.
    pub fn skip_past(&mut self, text: &[u8]) -> Result<(), MeshError> {
        let found = self.rest().windows(text.len()).position(|window| window == text);
        let Some(offset) = found else {
            return Err(self.ends(format!("`{}`", show(text))));
        };
        let end = self.at + offset + text.len();
        self.line += breaks(self.bytes.get(self.at..end).unwrap_or_default());
        self.at = end;
        Ok(())
    }

    /// The end of the file: blanks and comments may stand before it, nothing else.
    pub fn end(mut self) -> Result<(), MeshError> {
        match self.next_word() {
            None => Ok(()),
            Some(word) => Err(self.wanted("the end of the file", word)),
        }
    }

    fn end_of_line(&self) -> usize {
        let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
        self.rest().iter().position(ends).map_or(self.bytes.len(), |length| self.at + length)
    }

    /// The bytes of the line break at a place; none if there is none.
    fn line_break(&self, at: usize) -> usize {
        match self.bytes.get(at..) {
            // Behind a line of a text with such ends, the next byte may be a binary number.
            Some([b'\r', b'\n', ..]) if !self.returns => 2,
            Some([b'\r' | b'\n', ..]) => 1,
            _ => 0,
        }
    }
}
