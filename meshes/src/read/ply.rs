//! PLY, as text and binary.
//!
//! Not by `ply-rs-bw`: in a text it wants an element a line, and digits before and behind a point; and it reads the
//! numbers of properties that nobody asks for.

use super::layout::{Layout, first_fit};
use super::ply_header::{Element, Header, Property, header};
use crate::binary::Encoding;
use crate::cursor::Cursor;
use crate::error::MeshError;
use crate::mesh::Mesh;
use std::path::Path;

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mut source = Cursor::text(path, bytes)?;
    let header = header(&mut source)?;
    source.binary = header.encoding != Encoding::Text;
    let dimension = dimension(&source, &header)?;
    if source.binary {
        return body(source, &header, dimension, Layout::Packed);
    }
    first_fit(&[Layout::Lines, Layout::Packed], |layout| body(source.without_filler(), &header, dimension, layout))
}

/// The dimension: 2 if there is no `z`.
fn dimension(source: &Cursor<'_>, header: &Header) -> Result<usize, MeshError> {
    let Some(vertex) = header.element("vertex") else { return Ok(3) };
    for name in ["x", "y"] {
        if vertex.property(name).is_none() {
            return Err(source.malformed(format!("a property `{name}` of element `vertex` is wanted")));
        }
    }
    Ok(if vertex.property("z").is_some() { 3 } else { 2 })
}

/// The use of a property.
#[derive(Clone, Copy)]
enum Role {
    Coordinate(usize),
    /// An end of an edge.
    End(usize),
    /// The nodes of a face.
    Nodes,
    None,
}

fn role(element: &Element, property: &Property) -> Role {
    match (element.name.as_str(), property.name.as_str(), property.count) {
        ("vertex", "x", None) => Role::Coordinate(0),
        ("vertex", "y", None) => Role::Coordinate(1),
        ("vertex", "z", None) => Role::Coordinate(2),
        ("edge", "vertex1", None) => Role::End(0),
        ("edge", "vertex2", None) => Role::End(1),
        ("face", "vertex_indices" | "vertex_index", Some(_)) => Role::Nodes,
        _ => Role::None,
    }
}

/// The part of an element that is kept.
#[derive(Default)]
struct Row {
    point: [f64; 3],
    ends: [u32; 2],
    nodes: Vec<u32>,
}

/// The reader of all elements.
struct Body<'a> {
    encoding: Encoding,
    layout: Layout,
    source: Cursor<'a>,
    vertices: usize,
    mesh: Mesh,
}

fn body(source: Cursor<'_>, header: &Header, dimension: usize, layout: Layout) -> Result<Mesh, MeshError> {
    let mesh = Mesh { dimension, ..Mesh::default() };
    let mut body = Body { encoding: header.encoding, layout, source, vertices: 0, mesh };
    if let Some(vertex) = header.element("vertex") {
        body.vertices = source.room(vertex.count, vertex.least(header.encoding), "elements `vertex`")?;
    }
    for element in &header.elements {
        body.elements(element)?;
    }
    let Body { source, mut mesh, .. } = body;
    if !source.binary {
        source.end()?;
    } else if !source.rest().trim_ascii().is_empty() {
        mesh.notes.extend(source.left_over("elements", header.elements.iter().map(|e| e.count).sum()));
    }
    Ok(mesh)
}

impl Body<'_> {
    fn elements(&mut self, element: &Element) -> Result<(), MeshError> {
        if element.properties.is_empty() {
            // Nothing is written for them in binary, empty lines in a text.
            return match element.count {
                0 => Ok(()),
                _ if self.source.binary => Ok(()),
                _ => Err(self.source.malformed(format!("a property of element `{}` is wanted", element.name))),
            };
        }
        if element.name == "tristrips" && element.count > 0 {
            return Err(self.source.unsupported("an element `tristrips`", "`vertex`, `edge` and `face` can"));
        }
        let what = format!("elements `{}`", element.name);
        let count = self.source.room(element.count, element.least(self.encoding), &what)?;
        let roles: Vec<Role> = element.properties.iter().map(|property| role(element, property)).collect();
        if count > 0 {
            self.check(element, &roles)?;
        }
        let mut row = Row::default();
        for _ in 0..count {
            self.element(element, &roles, &mut row)?;
        }
        Ok(())
    }

    /// That all properties that are needed are there; says what is left out.
    fn check(&mut self, element: &Element, roles: &[Role]) -> Result<(), MeshError> {
        let has = |wanted: fn(&Role) -> bool| roles.iter().filter(|role| wanted(role)).count();
        let place = { self.source }.row("an element").unwrap_or(self.source);
        match element.name.as_str() {
            "vertex" if has(|role| matches!(role, Role::Coordinate(_))) < self.mesh.dimension => {
                Err(place.malformed("coordinates of element `vertex` that are numbers, not lists, are wanted"))
            }
            "edge" if has(|role| matches!(role, Role::End(_))) < 2 => {
                Err(place.malformed("properties `vertex1` and `vertex2` of element `edge` are wanted"))
            }
            "face" if has(|role| matches!(role, Role::Nodes)) != 1 => {
                Err(place.malformed("a property `vertex_indices` of element `face` is wanted"))
            }
            "vertex" | "edge" | "face" => Ok(()),
            // Lists may be nodes of elements of another kind.
            name if element.properties.iter().any(|property| property.count.is_some()) => {
                let (at, count) = (self.source.place(), element.count);
                self.mesh.notes.push(format!("{at}: {count} elements `{name}` are left out: not of a known kind."));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn element(&mut self, element: &Element, roles: &[Role], row: &mut Row) -> Result<(), MeshError> {
        let before = self.source;
        let mut item = match self.source.binary {
            true => before,
            false => self.layout.begin(&mut self.source, &element.text())?,
        };
        let start = item;
        let result = self.numbers(&mut item, element, roles, row);
        let more = self.layout == Layout::Lines && result.is_ok() && { item }.next_word().is_some();
        if more || matches!(result, Err(MeshError::Ends { .. })) {
            return Err(match self.layout {
                Layout::Lines => start.wanted(element.text(), { start }.rest_of_line().trim_ascii()),
                _ => before.ends(element.text()),
            });
        }
        result?;
        self.keep(&start, element, row)?;
        self.layout.end(&mut self.source, item)
    }

    fn numbers(
        &self,
        item: &mut Cursor<'_>,
        element: &Element,
        roles: &[Role],
        row: &mut Row,
    ) -> Result<(), MeshError> {
        let encoding = self.encoding;
        for (property, role) in element.properties.iter().zip(roles) {
            let scalar = property.scalar;
            let count = match property.count {
                Some(kind) => item.count_as(encoding, kind, "the length of a list")?,
                None => 1,
            };
            match *role {
                Role::Coordinate(at) => row.point[at] = item.coordinate_as(encoding, scalar)?,
                Role::End(at) => row.ends[at] = item.node_as(encoding, scalar, self.vertices)?,
                Role::Nodes => {
                    row.nodes.clear();
                    for _ in 0..count {
                        row.nodes.push(item.node_as(encoding, scalar, self.vertices)?);
                    }
                }
                Role::None => item.skip(count, encoding, scalar, "a number of a property")?,
            }
        }
        Ok(())
    }

    fn keep(&mut self, place: &Cursor<'_>, element: &Element, row: &Row) -> Result<(), MeshError> {
        match element.name.as_str() {
            "vertex" => self.mesh.points.extend(row.point.iter().take(self.mesh.dimension)),
            "edge" => self.mesh.lines.push(row.ends),
            "face" if row.nodes.len() < 3 => {
                return Err(place.wanted("a face of at least 3 nodes", row.nodes.len().to_string().as_bytes()));
            }
            "face" => self.mesh.push_polygon(&row.nodes),
            _ => {}
        }
        Ok(())
    }
}
