//! The header: magic, version, length, and a Python dictionary with `descr`, `fortran_order` and `shape`.

use super::error::{HeaderError, NpyReason};
use crate::tensor::{Shape, entries};
use std::io::Read;

/// The most dimensions that an array may have.
pub const MAX_RANK: usize = 3;
/// The longest header that is read. NumPy's own are below 200 bytes for plain arrays.
const MAX_HEADER: u64 = 1 << 16;
/// The largest extent along a dimension: indices are 32 bits wide.
const MAX_EXTENT: usize = i32::MAX as usize;

/// The kind of number in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
}

/// The content of a header. The size of the data fits 64 bits.
#[derive(Debug)]
pub(super) struct Header {
    pub descr: String,
    pub kind: Kind,
    pub width: usize,
    pub big_endian: bool,
    pub fortran: bool,
    pub shape: Vec<usize>,
    /// Entries.
    pub count: usize,
    /// Bytes before the data.
    pub bytes: u64,
}

impl Header {
    /// Reads a header from the beginning of a source of `length` bytes.
    pub fn read(source: &mut impl Read, length: u64) -> Result<Header, NpyReason> {
        let mut lead = [0u8; 8];
        let got = read_up_to(source, &mut lead)?;
        if !lead[..got.min(6)].starts_with(&b"\x93NUMPY"[..got.min(6)]) || got == 0 {
            return Err(HeaderError::Magic.into());
        }
        if got < 8 {
            return Err(HeaderError::Truncated.into());
        }
        let field = match (lead[6], lead[7]) {
            (1, 0) => 2,
            (2 | 3, 0) => 4,
            (major, minor) => return Err(HeaderError::Version(major, minor).into()),
        };
        let mut size = [0u8; 4];
        if read_up_to(source, &mut size[..field])? < field {
            return Err(HeaderError::Truncated.into());
        }
        let size = u64::from(u32::from_le_bytes(size));
        let bytes = 8 + field as u64 + size;
        if bytes > length {
            return Err(HeaderError::Truncated.into());
        }
        if size > MAX_HEADER {
            return Err(HeaderError::TooLong(size).into());
        }
        let mut text = vec![0u8; size as usize];
        if read_up_to(source, &mut text)? < text.len() {
            return Err(HeaderError::Truncated.into());
        }
        Ok(Header { bytes, ..parse(&text)? })
    }
}

fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}

fn parse(text: &[u8]) -> Result<Header, HeaderError> {
    let mut p = Parser { text, at: 0 };
    let (mut descr, mut fortran, mut shape) = (None, None, None);
    p.expect(b'{', "{")?;
    while !p.take(b'}') {
        let at = p.at;
        let key = p.string()?;
        p.expect(b':', ":")?;
        let fresh = match key.as_str() {
            "descr" => descr.replace(p.descr()?).is_none(),
            "fortran_order" => fortran.replace(p.boolean()?).is_none(),
            "shape" => shape.replace(p.shape()?).is_none(),
            _ => false,
        };
        if !fresh {
            return Err(HeaderError::Malformed { wanted: "one each of 'descr', 'fortran_order', 'shape'", at });
        }
        if !p.take(b',') && p.peek() != Some(b'}') {
            return Err(p.wanted("}"));
        }
    }
    if p.peek().is_some() {
        return Err(p.wanted("the end"));
    }
    let (Some(descr), Some(fortran), Some(shape)) = (descr, fortran, shape) else {
        return Err(p.wanted("each of 'descr', 'fortran_order', 'shape'"));
    };
    let ElementType { kind, width, big_endian } = element_type(&descr)?;
    if shape.len() > MAX_RANK {
        return Err(HeaderError::Rank(shape.len()));
    }
    let huge = || HeaderError::Huge(Shape(&shape).to_string());
    let count = entries(&shape).ok_or_else(huge)?;
    if count.checked_mul(8).is_none() || shape.iter().any(|&n| n > MAX_EXTENT) {
        return Err(huge());
    }
    Ok(Header { descr, kind, width, big_endian, fortran, shape, count, bytes: 0 })
}

/// The type of an entry.
struct ElementType {
    kind: Kind,
    /// Bytes.
    width: usize,
    big_endian: bool,
}

/// Reads `<f8` and its like.
fn element_type(descr: &str) -> Result<ElementType, HeaderError> {
    let other = || HeaderError::Type(describe(descr));
    let (order, rest) = match descr.as_bytes() {
        [order @ (b'<' | b'>' | b'|' | b'='), rest @ ..] => (*order, rest),
        rest => (b'=', rest),
    };
    let (kind, width) = match rest {
        b"b1" | b"?" => (Kind::Bool, 1),
        b"i1" => (Kind::Signed, 1),
        b"i2" => (Kind::Signed, 2),
        b"i4" => (Kind::Signed, 4),
        b"i8" => (Kind::Signed, 8),
        b"u1" => (Kind::Unsigned, 1),
        b"u2" => (Kind::Unsigned, 2),
        b"u4" => (Kind::Unsigned, 4),
        b"u8" => (Kind::Unsigned, 8),
        b"f2" => (Kind::Float, 2),
        b"f4" => (Kind::Float, 4),
        b"f8" => (Kind::Float, 8),
        _ => return Err(other()),
    };
    let big_endian = match order {
        b'<' => false,
        b'>' => true,
        b'|' if width > 1 => return Err(other()),
        _ => cfg!(target_endian = "big"),
    };
    Ok(ElementType { kind, width, big_endian })
}

fn describe(descr: &str) -> String {
    let kind = match descr.trim_start_matches(['<', '>', '|', '=']).bytes().next() {
        Some(b'c') => "complex numbers",
        Some(b'O') => "Python objects",
        Some(b'S' | b'U' | b'a') => "text",
        Some(b'M' | b'm') => "dates or times",
        Some(b'V') => "raw bytes",
        Some(b'[') => "records",
        _ => "an unknown type",
    };
    format!("{kind} ({descr})")
}

/// A cursor over the dictionary. It goes forward only and never recurses.
struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn wanted(&self, wanted: &'static str) -> HeaderError {
        HeaderError::Malformed { wanted, at: self.at }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<(), HeaderError> {
        if self.take(byte) { Ok(()) } else { Err(self.wanted(wanted)) }
    }

    fn string(&mut self) -> Result<String, HeaderError> {
        let Some(quote @ (b'\'' | b'"')) = self.peek() else { return Err(self.wanted("a string")) };
        let rest = &self.text[self.at + 1..];
        let Some(length) = rest.iter().position(|&b| b == quote) else { return Err(self.wanted("a closed string")) };
        self.at += length + 2;
        Ok(String::from_utf8_lossy(&rest[..length]).into_owned())
    }

    fn descr(&mut self) -> Result<String, HeaderError> {
        match self.peek() {
            Some(b'[' | b'(') => Err(HeaderError::Type("records (a structured type)".into())),
            _ => self.string(),
        }
    }

    fn boolean(&mut self) -> Result<bool, HeaderError> {
        self.peek();
        let rest = &self.text[self.at..];
        let (value, length) = match rest {
            [b'T', b'r', b'u', b'e', ..] => (true, 4),
            [b'F', b'a', b'l', b's', b'e', ..] => (false, 5),
            _ => return Err(self.wanted("True or False")),
        };
        self.at += length;
        Ok(value)
    }

    fn shape(&mut self) -> Result<Vec<usize>, HeaderError> {
        self.expect(b'(', "a tuple")?;
        let mut shape = Vec::new();
        while !self.take(b')') {
            shape.push(self.extent()?);
            let comma = self.take(b',');
            if !comma && (self.peek() != Some(b')') || shape.len() == 1) {
                return Err(self.wanted(", or )"));
            }
        }
        Ok(shape)
    }

    fn extent(&mut self) -> Result<usize, HeaderError> {
        self.peek();
        let digits = self.text[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let text = std::str::from_utf8(&self.text[self.at..self.at + digits]).unwrap_or_default();
        if text.is_empty() {
            return Err(self.wanted("a whole number"));
        }
        let value = text.parse().map_err(|_| HeaderError::Huge(text.to_string()))?;
        self.at += digits;
        // Python 2 wrote long integers so.
        if self.text.get(self.at) == Some(&b'L') {
            self.at += 1;
        }
        Ok(value)
    }
}
