//! Arrays in NumPy's `.npy` format: any integer, float or boolean width, either byte order, C or Fortran order.
//!
//! The header is parsed here, because a file is only worth reading once its claims are checked: the shape against the
//! length of the file, before anything is allocated.

mod error;
mod header;

use crate::tensor::Tensor;
use header::{Header, Kind};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

pub use error::{HeaderError, NpyError, NpyReason};
pub use header::MAX_RANK;

/// The content of a `.npy` file.
#[derive(Clone, PartialEq, Debug)]
pub enum ArrayData {
    /// Floats of any width.
    Real(Tensor<f64>),
    /// Integers of any width.
    Integer(Tensor<i64>),
    /// Booleans, as 0 and 1.
    Boolean(Tensor<i64>),
}

impl ArrayData {
    /// The shape of the array.
    pub fn shape(&self) -> &[usize] {
        match self {
            ArrayData::Real(t) => &t.shape,
            ArrayData::Integer(t) | ArrayData::Boolean(t) => &t.shape,
        }
    }
}

/// Reads a `.npy` file.
pub fn read(path: &Path) -> Result<ArrayData, NpyError> {
    read_file(path).map_err(|reason| NpyError { path: path.to_path_buf(), reason })
}

fn read_file(path: &Path) -> Result<ArrayData, NpyReason> {
    // Asked before opening: opening a pipe would wait for a writer.
    if !std::fs::metadata(path)?.is_file() {
        return Err(NpyReason::NotAFile);
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    read_from(&mut BufReader::with_capacity(1 << 16, file), length)
}

/// Reads an array from a source of which the length in bytes is known.
pub fn read_from(source: &mut impl Read, length: u64) -> Result<ArrayData, NpyReason> {
    let header = Header::read(source, length)?;
    check_length(&header, length)?;
    check_memory(&header)?;
    match header.kind {
        Kind::Float => {
            let data = decode(source, &header, float)?;
            Ok(ArrayData::Real(Tensor { shape: header.shape.clone(), data: c_order(data, &header) }))
        }
        Kind::Signed | Kind::Unsigned | Kind::Bool => {
            let signed = header.kind == Kind::Signed;
            let data = decode(source, &header, |bytes| integer(bytes, signed))?;
            let tensor = Tensor { shape: header.shape.clone(), data: c_order(data, &header) };
            // Only an unsigned number of eight bytes can have become negative.
            if !signed && let Some(flat) = tensor.data.iter().position(|&v| v < 0) {
                let value = tensor.data[flat] as u64;
                return Err(NpyReason::TooLarge { value, at: tensor.position(flat) });
            }
            Ok(match header.kind {
                Kind::Bool => ArrayData::Boolean(tensor),
                _ => ArrayData::Integer(tensor),
            })
        }
    }
}

fn check_length(header: &Header, length: u64) -> Result<(), NpyReason> {
    let found = length.saturating_sub(header.bytes);
    // The header has made sure that the product fits.
    let wanted = header.count as u64 * header.width as u64;
    let shape = crate::tensor::Shape(&header.shape).to_string();
    let descr = header.descr.clone();
    match found.cmp(&wanted) {
        std::cmp::Ordering::Less => Err(NpyReason::Truncated { shape, descr, wanted, found }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(NpyReason::Trailing { shape, descr, extra: found - wanted }),
    }
}

/// That the numbers fit into memory, with eight bytes each.
fn check_memory(header: &Header) -> Result<(), NpyReason> {
    #[cfg(feature = "meshes")]
    if let Some(free) = spadina_meshes::memory::available()
        && header.count as u64 * 8 > free
    {
        let text = spadina_meshes::memory::text;
        let shape = crate::tensor::Shape(&header.shape).to_string();
        return Err(NpyReason::Memory { shape, needed: text(header.count as u64 * 8), free: text(free) });
    }
    let _ = header;
    Ok(())
}

/// Entries in the order of the file; each comes as eight bytes, little-endian, of which `width` count.
fn decode<T>(source: &mut impl Read, header: &Header, convert: impl Fn(Element) -> T) -> io::Result<Vec<T>> {
    let mut data = Vec::with_capacity(header.count);
    let mut chunk = vec![0u8; header.width * header.count.min(8192)];
    while data.len() < header.count {
        let take = (header.count - data.len()).min(8192) * header.width;
        source.read_exact(&mut chunk[..take])?;
        for bytes in chunk[..take].chunks_exact(header.width) {
            let mut little = [0u8; 8];
            little[..header.width].copy_from_slice(bytes);
            if header.big_endian {
                little[..header.width].reverse();
            }
            data.push(convert(Element { little, width: header.width }));
        }
    }
    Ok(data)
}

/// The bytes of one entry, little-endian.
struct Element {
    little: [u8; 8],
    width: usize,
}

fn integer(element: Element, signed: bool) -> i64 {
    let unused = 64 - 8 * element.width as u32;
    let bits = i64::from_le_bytes(element.little);
    if signed { (bits << unused) >> unused } else { bits }
}

fn float(element: Element) -> f64 {
    let [a, b, c, d, ..] = element.little;
    match element.width {
        2 => half(u16::from_le_bytes([a, b])),
        4 => f64::from(f32::from_le_bytes([a, b, c, d])),
        _ => f64::from_le_bytes(element.little),
    }
}

/// A float of 16 bits.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    sign * match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    }
}

/// Fortran order to C order.
fn c_order<T: Copy>(data: Vec<T>, header: &Header) -> Vec<T> {
    if !header.fortran || header.shape.len() < 2 || data.is_empty() {
        return data;
    }
    let mut extents = [1usize; MAX_RANK];
    extents[..header.shape.len()].copy_from_slice(&header.shape);
    let [n0, n1, n2] = extents;
    let mut out = Vec::with_capacity(data.len());
    for i in 0..n0 {
        for j in 0..n1 {
            out.extend((0..n2).map(|k| data[i + n0 * (j + n1 * k)]));
        }
    }
    out
}

/// Writes an array of doubles in C order, version 1.0 of the format.
pub fn write(out: &mut (impl Write + ?Sized), shape: &[usize], data: &[f64]) -> io::Result<()> {
    write_header(out, "<f8", shape, data.len())?;
    data.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

/// Writes an array of integers of 32 bits in C order, version 1.0 of the format.
pub fn write_integers(out: &mut (impl Write + ?Sized), shape: &[usize], data: &[i32]) -> io::Result<()> {
    write_header(out, "<i4", shape, data.len())?;
    data.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

fn write_header(out: &mut (impl Write + ?Sized), descr: &str, shape: &[usize], length: usize) -> io::Result<()> {
    if crate::tensor::entries(shape) != Some(length) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the shape does not fit the data"));
    }
    let shape = crate::tensor::Shape(shape);
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    // Magic, version and length are 10 bytes; the data starts at a multiple of 64.
    let total = (10 + text.len() + 1).next_multiple_of(64);
    text.extend(std::iter::repeat_n(' ', total - 11 - text.len()));
    text.push('\n');
    let length = u16::try_from(text.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the shape has too many dimensions"))?;
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests;
