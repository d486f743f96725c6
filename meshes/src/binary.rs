//! Numbers of a file that are written as text or as bytes.

use super::cursor::Cursor;
use super::error::MeshError;
use super::text::is_blank;

/// The order of the bytes of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    Little,
    Big,
}

/// The encoding of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Text,
    Bytes(Order),
}

/// The type of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Scalar {
    /// Bytes of a number in binary.
    pub fn width(self) -> usize {
        match self {
            Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
        }
    }
}

impl Encoding {
    /// The fewest bytes that a number takes. In a text, that is a digit and a blank.
    pub fn least(self, scalar: Scalar) -> usize {
        if self == Encoding::Text { 2 } else { scalar.width() }
    }
}

impl<'a> Cursor<'a> {
    /// The next bytes.
    pub fn take(&mut self, count: usize, wanted: &str) -> Result<&'a [u8], MeshError> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end)).ok_or_else(|| self.ends(wanted))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, order: Order, wanted: &str) -> Result<[u8; N], MeshError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, wanted)?);
        if order == Order::Big {
            out.reverse();
        }
        Ok(out)
    }

    /// Skips numbers; in a text, words of any content.
    pub fn skip(&mut self, count: u64, encoding: Encoding, scalar: Scalar, wanted: &str) -> Result<(), MeshError> {
        if encoding == Encoding::Text {
            for _ in 0..count {
                self.word(wanted)?;
            }
            return Ok(());
        }
        let bytes = usize::try_from(count).ok().and_then(|count| count.checked_mul(scalar.width()));
        self.take(bytes.ok_or_else(|| self.ends(wanted))?, wanted).map(|_| ())
    }

    /// A number of any type.
    pub fn real_as(&mut self, encoding: Encoding, scalar: Scalar, wanted: &str) -> Result<f64, MeshError> {
        let Encoding::Bytes(order) = encoding else {
            return self.real(wanted);
        };
        match scalar {
            Scalar::F32 => Ok(f64::from(f32::from_le_bytes(self.array(order, wanted)?))),
            Scalar::F64 => Ok(f64::from_le_bytes(self.array(order, wanted)?)),
            _ => Ok(self.integer_as(encoding, scalar, wanted)? as f64),
        }
    }

    /// A finite coordinate of any type.
    pub fn coordinate_as(&mut self, encoding: Encoding, scalar: Scalar) -> Result<f64, MeshError> {
        let before = *self;
        let value = self.real_as(encoding, scalar, "a coordinate")?;
        // In a text the line is that of the number, in binary the byte is that of its beginning.
        if before.binary { before.finite(value) } else { self.finite(value) }
    }

    /// A whole number of any type.
    pub fn integer_as(&mut self, encoding: Encoding, scalar: Scalar, wanted: &str) -> Result<i64, MeshError> {
        let Encoding::Bytes(order) = encoding else {
            return self.integer(wanted);
        };
        let before = *self;
        match scalar {
            Scalar::I8 => Ok(i64::from(i8::from_le_bytes(self.array(order, wanted)?))),
            Scalar::U8 => Ok(i64::from(u8::from_le_bytes(self.array(order, wanted)?))),
            Scalar::I16 => Ok(i64::from(i16::from_le_bytes(self.array(order, wanted)?))),
            Scalar::U16 => Ok(i64::from(u16::from_le_bytes(self.array(order, wanted)?))),
            Scalar::I32 => Ok(i64::from(i32::from_le_bytes(self.array(order, wanted)?))),
            Scalar::U32 => Ok(i64::from(u32::from_le_bytes(self.array(order, wanted)?))),
            Scalar::I64 => Ok(i64::from_le_bytes(self.array(order, wanted)?)),
            Scalar::U64 => {
                let value = u64::from_le_bytes(self.array(order, wanted)?);
                i64::try_from(value).map_err(|_| before.wanted(wanted, value.to_string().as_bytes()))
            }
            Scalar::F32 | Scalar::F64 => {
                let value = self.real_as(encoding, scalar, wanted)?;
                Err(before.wanted(wanted, value.to_string().as_bytes()))
            }
        }
    }

    /// A number of things, of any type.
    pub fn count_as(&mut self, encoding: Encoding, scalar: Scalar, wanted: &str) -> Result<u64, MeshError> {
        let before = *self;
        let value = self.integer_as(encoding, scalar, wanted)?;
        let at = if before.binary { before } else { *self };
        u64::try_from(value).map_err(|_| at.wanted(wanted, value.to_string().as_bytes()))
    }

    /// A node number of any type, counted from zero.
    pub fn node_as(&mut self, encoding: Encoding, scalar: Scalar, count: usize) -> Result<u32, MeshError> {
        let before = *self;
        let number = self.integer_as(encoding, scalar, "a node number")?;
        let at = if before.binary { before } else { *self };
        at.node(number, 0, count)
    }

    /// Ends a line of text, behind which binary numbers follow at once.
    pub fn end_line(&mut self) -> Result<(), MeshError> {
        let before = *self;
        let text = self.rest_of_line();
        if text.iter().all(|&byte| is_blank(byte)) { Ok(()) } else { Err(before.wanted("the end of the line", text)) }
    }
}
