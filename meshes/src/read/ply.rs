//! PLY, as text and binary, taken apart by `ply-rs-bw`. Elements come one at a time, so that the place of each is
//! known. In a text, the crate wants an element a line, and digits before and behind a point.

use crate::cursor::{Cursor, show};
use crate::error::MeshError;
use crate::mesh::Mesh;
use ply_rs_bw::parser::{ParseError, Parser, Reader};
use ply_rs_bw::ply::{ElementDef, Encoding, Header, Property, PropertyAccess, PropertyAccessResult, PropertyType};
use std::path::Path;

/// The part of an element that is kept.
#[derive(Debug)]
struct Row {
    point: [f64; 3],
    /// The ends of an edge.
    ends: [Option<i64>; 2],
    nodes: Option<Vec<i64>>,
}

impl PropertyAccess for Row {
    fn new() -> Row {
        Row { point: [0.0; 3], ends: [None; 2], nodes: None }
    }

    fn set_property(&mut self, name: &str, property: Property) -> PropertyAccessResult {
        match name {
            "x" => keep(&mut self.point[0], real(&property)),
            "y" => keep(&mut self.point[1], real(&property)),
            "z" => keep(&mut self.point[2], real(&property)),
            "vertex1" => keep(&mut self.ends[0], integer(&property).map(Some)),
            "vertex2" => keep(&mut self.ends[1], integer(&property).map(Some)),
            "vertex_indices" | "vertex_index" => keep(&mut self.nodes, integers(property).map(Some)),
            _ => PropertyAccessResult::Ignored,
        }
    }
}

fn keep<T>(target: &mut T, value: Option<T>) -> PropertyAccessResult {
    match value {
        Some(value) => {
            *target = value;
            PropertyAccessResult::Set
        }
        None => PropertyAccessResult::UnsupportedType,
    }
}

fn real(property: &Property) -> Option<f64> {
    match *property {
        Property::Float(v) => Some(f64::from(v)),
        Property::Double(v) => Some(v),
        _ => integer(property).map(|v| v as f64),
    }
}

fn integer(property: &Property) -> Option<i64> {
    match *property {
        Property::Char(v) => Some(v.into()),
        Property::UChar(v) => Some(v.into()),
        Property::Short(v) => Some(v.into()),
        Property::UShort(v) => Some(v.into()),
        Property::Int(v) => Some(v.into()),
        Property::UInt(v) => Some(v.into()),
        _ => None,
    }
}

fn integers(property: Property) -> Option<Vec<i64>> {
    match property {
        Property::ListChar(v) => Some(v.into_iter().map(i64::from).collect()),
        Property::ListUChar(v) => Some(v.into_iter().map(i64::from).collect()),
        Property::ListShort(v) => Some(v.into_iter().map(i64::from).collect()),
        Property::ListUShort(v) => Some(v.into_iter().map(i64::from).collect()),
        Property::ListInt(v) => Some(v.into_iter().map(i64::from).collect()),
        Property::ListUInt(v) => Some(v.into_iter().map(i64::from).collect()),
        _ => None,
    }
}

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let source = Cursor::new(path, bytes);
    let parser = Parser::<Row>::new();
    let mut reader = Reader::new(bytes);
    let header = parser.read_header(&mut reader).map_err(|error| header_error(source, &error))?;
    let body = at(source, &reader, &header);
    check_header(source, body.at, &header)?;
    let vertices = header.elements.get("vertex").map_or(0, |element| element.count);
    body.room(vertices as u64, 1, "elements `vertex`")?;
    let planar = header.elements.get("vertex").is_some_and(|element| !element.properties.contains_key("z"));
    let mesh = Mesh { dimension: if planar { 2 } else { 3 }, ..Mesh::default() };
    let mut body = Body { parser, reader, source, header: &header, vertices, mesh };
    for element in header.elements.values() {
        body.elements(element)?;
    }
    let mut rest = body.at();
    if !rest.rest().trim_ascii().is_empty() {
        if !rest.binary {
            rest.skip_blank();
        }
        return Err(rest.malformed("the end of the file is wanted, but more follows"));
    }
    Ok(body.mesh)
}

/// The source, at the place of the reader.
fn at<'a>(source: Cursor<'a>, reader: &Reader<&[u8]>, header: &Header) -> Cursor<'a> {
    let at = source.bytes.len() - reader.get_ref().len();
    Cursor { at, line: reader.line(), binary: header.encoding != Encoding::Ascii, ..source }
}

fn header_error(source: Cursor<'_>, error: &ParseError) -> MeshError {
    let line = error.line().unwrap_or(1);
    let place = Cursor { line, ..source };
    let text = nth_line(source.bytes, line);
    match (line, text) {
        (1, Some(text)) if text.trim_ascii() != b"ply" => place.wanted("`ply`", text),
        (2.., Some(text)) => {
            place.wanted("a line of a PLY header (format, comment, element, property, end_header)", text)
        }
        (_, Some(_)) => place.malformed("`format` with an encoding and version 1.0 is wanted in the header"),
        (_, None) => place.ends("`end_header`"),
    }
}

fn nth_line(bytes: &[u8], line: usize) -> Option<&[u8]> {
    bytes.split(|&byte| byte == b'\n').nth(line.checked_sub(1)?).filter(|text| !text.is_empty())
}

/// The crate lets a second element or property of the same name replace the first, and does not look at the names.
fn check_header(source: Cursor<'_>, length: usize, header: &Header) -> Result<(), MeshError> {
    let mut lines = Cursor { bytes: source.bytes.get(..length).unwrap_or_default(), ..source };
    let (mut elements, mut properties) = (Vec::new(), Vec::new());
    while let Some(mut row) = lines.next_row() {
        let keyword = row.next_word().unwrap_or_default();
        let mut words = std::iter::from_fn(|| row.next_word());
        let (name, known) = match keyword {
            b"element" => {
                properties.clear();
                (words.next(), &mut elements)
            }
            b"property" => (words.last(), &mut properties),
            _ => continue,
        };
        if known.contains(&name) {
            let name = show(name.unwrap_or_default());
            return Err(row.malformed(format!("a new name is wanted, found `{name}` again")));
        }
        known.push(name);
    }
    let Some(vertex) = header.elements.get("vertex") else {
        return Ok(());
    };
    match ["x", "y"].iter().find(|name| !vertex.properties.contains_key(**name)) {
        Some(name) => Err(lines.malformed(format!("a property `{name}` of element `vertex` is wanted"))),
        None => Ok(()),
    }
}

/// The reader of all elements, and the mesh that it fills.
struct Body<'a, 'h> {
    parser: Parser<Row>,
    reader: Reader<&'a [u8]>,
    source: Cursor<'a>,
    header: &'h Header,
    /// The number of vertices, of which at least one byte each is there.
    vertices: usize,
    mesh: Mesh,
}

impl<'a> Body<'a, '_> {
    /// The source, at the place of the reader.
    fn at(&self) -> Cursor<'a> {
        at(self.source, &self.reader, self.header)
    }

    fn elements(&mut self, element: &ElementDef) -> Result<(), MeshError> {
        if element.properties.is_empty() {
            // Nothing is written for them in binary, empty lines in a text.
            return match (element.count, self.header.encoding) {
                (0, _) | (_, Encoding::BinaryLittleEndian | Encoding::BinaryBigEndian) => Ok(()),
                _ => Err(self.at().malformed(format!("a property of element `{}` is wanted", element.name))),
            };
        }
        if element.name == "tristrips" && element.count > 0 {
            return Err(self.at().unsupported("an element `tristrips`", "`vertex`, `edge` and `face` can"));
        }
        let what = format!("elements `{}`", element.name);
        let count = self.at().room(element.count as u64, 1, &what)?;
        let mut one = element.clone();
        one.count = 1;
        for _ in 0..count {
            let before = self.at();
            let rows = self.parser.read_payload_for_element(&mut self.reader, &one, self.header);
            let rows = rows.map_err(|_| row_error(before, element))?;
            for row in rows {
                self.row(before, &element.name, row)?;
            }
        }
        Ok(())
    }

    fn row(&mut self, place: Cursor<'_>, name: &str, row: Row) -> Result<(), MeshError> {
        let node = |number: i64| place.node(number, 0, self.vertices);
        match name {
            "vertex" => {
                for &x in row.point.iter().take(self.mesh.dimension) {
                    self.mesh.points.push(place.finite(x)?);
                }
            }
            "edge" => {
                let [Some(a), Some(b)] = row.ends else {
                    return Err(place.malformed("properties `vertex1` and `vertex2` of element `edge` are wanted"));
                };
                self.mesh.lines.push([node(a)?, node(b)?]);
            }
            "face" => {
                let Some(numbers) = row.nodes else {
                    return Err(place.malformed("a property `vertex_indices` of element `face` is wanted"));
                };
                if numbers.len() < 3 {
                    return Err(place.wanted("a face of at least 3 nodes", numbers.len().to_string().as_bytes()));
                }
                let nodes = numbers.into_iter().map(node).collect::<Result<Vec<u32>, MeshError>>()?;
                self.mesh.push_polygon(&nodes);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The error for a row that the crate refuses. Its own message has several lines.
fn row_error(before: Cursor<'_>, element: &ElementDef) -> MeshError {
    let wanted: Vec<String> = element.properties.values().map(|p| property_text(&p.name, &p.data_type)).collect();
    let wanted = format!("`{}` of element `{}`", wanted.join(" "), element.name);
    if before.binary || before.rest().trim_ascii().is_empty() {
        return before.ends(wanted);
    }
    let mut line = before;
    let text = line.rest_of_line().trim_ascii();
    before.wanted(wanted, text)
}

fn property_text(name: &str, kind: &PropertyType) -> String {
    match kind {
        PropertyType::Scalar(_) => name.to_string(),
        PropertyType::List(_, _) => format!("count {name}..."),
    }
}
