//! The header of a PLY file: encoding, elements and their properties.

use crate::binary::{Encoding, Order, Scalar};
use crate::cursor::{Cursor, show};
use crate::error::MeshError;
use crate::number::whole;

/// A header.
#[derive(Debug)]
pub(super) struct Header {
    pub encoding: Encoding,
    pub elements: Vec<Element>,
}

/// The elements of one name.
#[derive(Debug)]
pub(super) struct Element {
    pub name: String,
    pub count: u64,
    pub properties: Vec<Property>,
}

/// A property of an element.
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub name: String,
    /// The type of the count, if it is a list.
    pub count: Option<Scalar>,
    /// The type of its numbers.
    pub scalar: Scalar,
}

impl Header {
    pub fn element(&self, name: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.name == name)
    }
}

impl Element {
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// The fewest bytes that an element takes.
    pub fn least(&self, encoding: Encoding) -> usize {
        self.properties.iter().map(|p| encoding.least(p.count.unwrap_or(p.scalar))).sum()
    }

    /// The numbers of an element in words.
    pub fn text(&self) -> String {
        let text = |p: &Property| if p.count.is_some() { format!("count {}...", p.name) } else { p.name.clone() };
        let all: Vec<String> = self.properties.iter().map(text).collect();
        format!("`{}` of element `{}`", all.join(" "), self.name)
    }
}

const LINE: &str = "a line of a PLY header (format, comment, element, property, end_header)";

/// Reads the header; the source is then at the first element.
pub(super) fn header(source: &mut Cursor<'_>) -> Result<Header, MeshError> {
    let first = *source;
    let line = source.rest_of_line().trim_ascii();
    match line {
        b"ply" => {}
        b"" if source.rest().is_empty() => return Err(first.ends("`end_header`")),
        _ => return Err(first.wanted("`ply`", line)),
    }
    let (mut encoding, mut elements) = (None, Vec::new());
    loop {
        let at = *source;
        if source.rest().is_empty() {
            return Err(source.ends("`end_header`"));
        }
        let line = source.rest_of_line().trim_ascii();
        let words: Vec<&[u8]> = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        match *words {
            [] | [b"comment" | b"obj_info", ..] => {}
            [b"format", kind, b"1.0"] if encoding.is_none() => {
                encoding = Some(encoding_of(kind).ok_or_else(|| at.wanted(LINE, line))?);
            }
            [b"element", name, count] => elements.push(element(&at, name, count, &elements)?),
            [b"property", b"list", count, scalar, name] => {
                let types = scalar_of(count).zip(scalar_of(scalar));
                let (count, scalar) = types.ok_or_else(|| at.wanted(LINE, line))?;
                property(&at, &mut elements, Property { name: show(name), count: Some(count), scalar })?;
            }
            [b"property", scalar, name] => {
                let scalar = scalar_of(scalar).ok_or_else(|| at.wanted(LINE, line))?;
                property(&at, &mut elements, Property { name: show(name), count: None, scalar })?;
            }
            [b"end_header"] => {
                let wanted = || at.malformed("`format` with an encoding and version 1.0 is wanted in the header");
                return Ok(Header { encoding: encoding.ok_or_else(wanted)?, elements });
            }
            _ => return Err(at.wanted(LINE, line)),
        }
    }
}

fn element(at: &Cursor<'_>, name: &[u8], count: &[u8], before: &[Element]) -> Result<Element, MeshError> {
    let count = whole(count).and_then(|count| u64::try_from(count).ok());
    let count = count.ok_or_else(|| at.malformed(format!("a number of elements `{}` is wanted", show(name))))?;
    let name = new_name(at, show(name), before.iter().map(|element| element.name.as_str()))?;
    Ok(Element { name, count, properties: Vec::new() })
}

fn property(at: &Cursor<'_>, elements: &mut [Element], property: Property) -> Result<(), MeshError> {
    let element = elements.last_mut().ok_or_else(|| at.malformed("an element is wanted before its properties"))?;
    new_name(at, property.name.clone(), element.properties.iter().map(|own| own.name.as_str()))?;
    element.properties.push(property);
    Ok(())
}

fn new_name<'a>(at: &Cursor<'_>, name: String, mut known: impl Iterator<Item = &'a str>) -> Result<String, MeshError> {
    match known.any(|other| other == name) {
        true => Err(at.malformed(format!("a new name is wanted, found `{name}` again"))),
        false => Ok(name),
    }
}

fn encoding_of(word: &[u8]) -> Option<Encoding> {
    match word {
        b"ascii" => Some(Encoding::Text),
        b"binary_little_endian" => Some(Encoding::Bytes(Order::Little)),
        b"binary_big_endian" => Some(Encoding::Bytes(Order::Big)),
        _ => None,
    }
}

fn scalar_of(word: &[u8]) -> Option<Scalar> {
    match word {
        b"char" | b"int8" => Some(Scalar::I8),
        b"uchar" | b"uint8" => Some(Scalar::U8),
        b"short" | b"int16" => Some(Scalar::I16),
        b"ushort" | b"uint16" => Some(Scalar::U16),
        b"int" | b"int32" => Some(Scalar::I32),
        b"uint" | b"uint32" => Some(Scalar::U32),
        b"int64" => Some(Scalar::I64),
        b"uint64" => Some(Scalar::U64),
        b"float" | b"float32" => Some(Scalar::F32),
        b"double" | b"float64" => Some(Scalar::F64),
        _ => None,
    }
}
