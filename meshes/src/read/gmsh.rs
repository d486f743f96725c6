//! Gmsh's `.msh`, versions 2 and 4.1, as text and binary.
//!
//! Not by `mshio`: it reads version 4.1 only, cannot say the line, and is not kept up.

use crate::binary::{Encoding, Order, Scalar};
use crate::cursor::{Cursor, show};
use crate::error::MeshError;
use crate::mesh::Mesh;
use std::collections::HashMap;
use std::path::Path;

const READABLE: &str = "points, lines, triangles, quads and tetrahedra of first order can";

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mut source = Cursor::text(path, bytes)?;
    let format = format(&mut source)?;
    if format.encoding == Encoding::Text {
        source = source.without_filler();
    }
    let mut file = File { source, format, mesh: Mesh { dimension: 3, ..Mesh::default() }, numbers: HashMap::new() };
    while let Some(word) = file.source.next_word() {
        match word {
            b"$Nodes" if file.numbers.is_empty() => file.nodes()?,
            b"$Nodes" => return Err(file.source.malformed("a single section $Nodes is wanted, found another")),
            b"$Elements" => file.elements()?,
            b"$ParametricNodes" => return Err(file.source.unsupported("a section $ParametricNodes", "$Nodes can")),
            [b'$', name @ ..] => file.section(name)?,
            _ if file.source.binary => return Err(file.source.wanted("a section ($Nodes, $Elements, ...)", word)),
            _ => file.outside(word),
        }
    }
    Ok(file.mesh)
}

/// Sections that say nothing of points and elements.
const SKIPPED: [&[u8]; 13] = [
    b"Comments",
    b"PhysicalNames",
    b"Entities",
    b"PartitionedEntities",
    b"Periodic",
    b"GhostElements",
    b"NodeData",
    b"ElementData",
    b"ElementNodeData",
    b"InterpolationScheme",
    b"Parametrizations",
    b"NodePartitions",
    b"MeshOptions",
];

/// Goes to the section with the format. Others may stand before it.
fn find_format(source: &mut Cursor<'_>) -> Result<(), MeshError> {
    loop {
        match source.word("`$MeshFormat`")? {
            word if word.eq_ignore_ascii_case(b"$MeshFormat") => return Ok(()),
            // Those of version 1, or of what has no format.
            word @ (b"$NOD" | b"$ELM" | b"$Nodes" | b"$Elements") => return Err(source.wanted("`$MeshFormat`", word)),
            [b'$', name @ ..] => source.skip_past(&[b"$End", name].concat())?,
            word => return Err(source.wanted("`$MeshFormat`", word)),
        }
    }
}

/// The variants of the format.
#[derive(Clone, Copy, Debug)]
struct Format {
    /// 4.1 rather than 2.
    four: bool,
    encoding: Encoding,
    /// The type of counts and numbers in version 4.1.
    size: Scalar,
}

fn format(source: &mut Cursor<'_>) -> Result<Format, MeshError> {
    find_format(source)?;
    let version = source.word("the version")?;
    let four = match version {
        b"4.1" => true,
        b"2" | b"2.0" | b"2.1" | b"2.2" => false,
        _ => return Err(source.unsupported(format!("version `{}` of .msh", show(version)), "2 to 2.2 and 4.1 can")),
    };
    let kind = source.word("the file type, 0 or 1,")?;
    let size = match source.word("the size of numbers, 4 or 8,")? {
        b"4" => Scalar::U32,
        b"8" => Scalar::U64,
        other => return Err(source.wanted("the size of numbers, 4 or 8,", other)),
    };
    let encoding = match kind {
        b"0" => Encoding::Text,
        b"1" => {
            source.end_line()?;
            source.binary = true;
            // The number one shows in which order the bytes are.
            match source.take(4, "the number 1 as 4 bytes")? {
                [1, 0, 0, 0] => Encoding::Bytes(Order::Little),
                [0, 0, 0, 1] => Encoding::Bytes(Order::Big),
                other => return Err(source.wanted("the number 1 as 4 bytes", other)),
            }
        }
        other => return Err(source.wanted("the file type, 0 or 1,", other)),
    };
    source.keyword("$EndMeshFormat")?;
    Ok(Format { four, encoding, size })
}

struct File<'a> {
    source: Cursor<'a>,
    format: Format,
    mesh: Mesh,
    /// Nodes by their numbers in the file, which need not be contiguous.
    numbers: HashMap<i64, u32>,
}

impl File<'_> {
    /// Skips a section.
    fn section(&mut self, name: &[u8]) -> Result<(), MeshError> {
        if !SKIPPED.contains(&name) {
            self.mesh.notes.push(format!("{}: the section ${} is left out.", self.source.place(), show(name)));
        }
        self.source.skip_past(&[b"$End", name].concat())
    }

    /// Skips a line between sections, as Gmsh does.
    fn outside(&mut self, word: &[u8]) {
        let at = self.source.place();
        self.source.rest_of_line();
        self.mesh.notes.push(format!("{at}: the line of `{}` is in no section: left out.", show(word)));
    }

    fn int(&mut self, wanted: &str) -> Result<i64, MeshError> {
        self.source.integer_as(self.format.encoding, Scalar::I32, wanted)
    }

    /// A count or number of version 4.1.
    fn size(&mut self, wanted: &str) -> Result<u64, MeshError> {
        self.source.count_as(self.format.encoding, self.format.size, wanted)
    }

    fn least(&self, scalar: Scalar) -> usize {
        self.format.encoding.least(scalar)
    }

    /// The end of the line behind the name of a section or a count, if binary numbers follow.
    fn end_line(&mut self) -> Result<(), MeshError> {
        if self.format.encoding == Encoding::Text { Ok(()) } else { self.source.end_line() }
    }

    fn nodes(&mut self) -> Result<(), MeshError> {
        if self.format.four { self.nodes_4() } else { self.nodes_2() }?;
        self.source.keyword("$EndNodes")
    }

    fn nodes_2(&mut self) -> Result<(), MeshError> {
        let count = self.source.count("the number of nodes")?;
        self.end_line()?;
        let count = self.source.room(count, self.least(Scalar::I32) + 3 * self.least(Scalar::F64), "nodes")?;
        self.mesh.points.reserve(3 * count);
        for _ in 0..count {
            let number = self.int("the number of a node")?;
            self.number(number)?;
            self.point(3)?;
        }
        Ok(())
    }

    fn nodes_4(&mut self) -> Result<(), MeshError> {
        self.end_line()?;
        let blocks = self.size("the number of blocks")?;
        let total = self.size("the number of nodes")?;
        let total = self.source.room(total, self.least(self.format.size) + 3 * self.least(Scalar::F64), "nodes")?;
        self.mesh.points.reserve(3 * total);
        self.size("the smallest node number")?;
        self.size("the largest node number")?;
        let blocks = self.source.room(blocks, 3 * self.least(Scalar::I32), "blocks of nodes")?;
        for _ in 0..blocks {
            let dimension = self.int("the dimension of an entity")?;
            self.int("the number of an entity")?;
            let parametric = self.int("0 or 1 for parametric nodes")?;
            let count = self.size("the number of nodes of a block")?;
            let each = self.least(self.format.size) + 3 * self.least(Scalar::F64);
            let count = self.source.room(count, each, "nodes of a block")?;
            for _ in 0..count {
                let number = self.size("the number of a node")?;
                self.number(number as i64)?;
            }
            // Parameters on the entity follow the coordinates, as many as its dimension.
            let more = if parametric == 0 { 0 } else { dimension.clamp(0, 3) as usize };
            for _ in 0..count {
                self.point(3 + more)?;
            }
        }
        let found = self.mesh.nodes();
        if found == total { Ok(()) } else { Err(self.differ("nodes", total, found)) }
    }

    fn differ(&self, what: &str, total: usize, found: usize) -> MeshError {
        self.source.malformed(format!("{total} {what} in all blocks are wanted, found {found}"))
    }

    fn number(&mut self, number: i64) -> Result<(), MeshError> {
        let index = self.numbers.len() as u32;
        match self.numbers.insert(number, index) {
            None => Ok(()),
            Some(_) => Err(self.source.malformed(format!("a new node number is wanted, found {number} again"))),
        }
    }

    fn point(&mut self, numbers: usize) -> Result<(), MeshError> {
        for index in 0..numbers {
            if index < 3 {
                let value = self.source.coordinate_as(self.format.encoding, Scalar::F64)?;
                self.mesh.points.push(value);
            } else {
                self.source.real_as(self.format.encoding, Scalar::F64, "a parameter of a node")?;
            }
        }
        Ok(())
    }

    fn elements(&mut self) -> Result<(), MeshError> {
        match (self.format.four, self.format.encoding) {
            (true, _) => self.elements_4(),
            (false, Encoding::Text) => self.elements_2_text(),
            (false, _) => self.elements_2_binary(),
        }?;
        self.source.keyword("$EndElements")
    }

    fn elements_2_text(&mut self) -> Result<(), MeshError> {
        let count = self.source.count("the number of elements")?;
        let count = self.source.room(count, 8, "elements")?;
        for _ in 0..count {
            self.int("the number of an element")?;
            let kind = self.int("the type of an element")?;
            let kind = self.kind(kind)?;
            let tags = self.tags()?;
            for _ in 0..tags {
                self.int("a tag of an element")?;
            }
            self.element(kind, Scalar::I32)?;
        }
        Ok(())
    }

    fn elements_2_binary(&mut self) -> Result<(), MeshError> {
        let count = self.source.count("the number of elements")?;
        self.end_line()?;
        let count = self.source.room(count, 8, "elements")?;
        let mut found = 0;
        while found < count {
            let kind = self.int("the type of elements")?;
            let kind = self.kind(kind)?;
            let block = self.source.count_as(self.format.encoding, Scalar::I32, "the number of elements of a block")?;
            let tags = self.tags()?;
            let block = self.source.room(block, 4 * (1 + tags + kind.corners()), "elements of a block")?;
            if block == 0 || block > count - found {
                return Err(self.differ("elements", count, found + block));
            }
            for _ in 0..block {
                self.source.take(4 * (1 + tags), "the number and tags of an element")?;
                self.element(kind, Scalar::I32)?;
            }
            found += block;
        }
        Ok(())
    }

    fn elements_4(&mut self) -> Result<(), MeshError> {
        self.end_line()?;
        let blocks = self.size("the number of blocks")?;
        let total = self.size("the number of elements")?;
        let total = self.source.room(total, 2 * self.least(self.format.size), "elements")?;
        self.size("the smallest element number")?;
        self.size("the largest element number")?;
        let blocks = self.source.room(blocks, 3 * self.least(Scalar::I32), "blocks of elements")?;
        let mut found = 0;
        for _ in 0..blocks {
            self.int("the dimension of an entity")?;
            self.int("the number of an entity")?;
            let kind = self.int("the type of elements")?;
            let kind = self.kind(kind)?;
            let count = self.size("the number of elements of a block")?;
            let each = (1 + kind.corners()) * self.least(self.format.size);
            let count = self.source.room(count, each, "elements of a block")?;
            for _ in 0..count {
                self.size("the number of an element")?;
                self.element(kind, self.format.size)?;
            }
            found += count;
        }
        if found == total { Ok(()) } else { Err(self.differ("elements", total, found)) }
    }

    fn tags(&mut self) -> Result<usize, MeshError> {
        let tags = self.source.count_as(self.format.encoding, Scalar::I32, "the number of tags")?;
        self.source.room(tags, self.least(Scalar::I32), "tags")
    }

    fn kind(&self, number: i64) -> Result<Kind, MeshError> {
        match number {
            15 => Ok(Kind::Point),
            1 => Ok(Kind::Line),
            2 => Ok(Kind::Triangle),
            3 => Ok(Kind::Quad),
            4 => Ok(Kind::Tetrahedron),
            _ => Err(self.source.unsupported(format!("{} (type {number})", name(number)), READABLE)),
        }
    }

    /// The nodes of an element.
    fn element(&mut self, kind: Kind, scalar: Scalar) -> Result<(), MeshError> {
        let mut nodes = [0; 4];
        for node in nodes.iter_mut().take(kind.corners()) {
            let before = self.source;
            let number = self.source.integer_as(self.format.encoding, scalar, "a node number")?;
            let at = if before.binary { before } else { self.source };
            let missing = || MeshError::Node { at: at.place(), node: number, known: "$Nodes does not list it".into() };
            *node = *self.numbers.get(&number).ok_or_else(missing)?;
        }
        let [a, b, c, d] = nodes;
        match kind {
            Kind::Point => {}
            Kind::Line => self.mesh.lines.push([a, b]),
            Kind::Triangle => self.mesh.triangles.push([a, b, c]),
            Kind::Quad => self.mesh.push_polygon(&nodes),
            Kind::Tetrahedron => self.mesh.tetrahedra.push([a, b, c, d]),
        }
        Ok(())
    }
}

/// The types of elements that are read.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Point,
    Line,
    Triangle,
    Quad,
    Tetrahedron,
}

impl Kind {
    fn corners(self) -> usize {
        match self {
            Kind::Point => 1,
            Kind::Line => 2,
            Kind::Triangle => 3,
            Kind::Quad | Kind::Tetrahedron => 4,
        }
    }
}

/// The name of a type of element that is not read.
fn name(kind: i64) -> &'static str {
    match kind {
        5 => "a hexahedron",
        6 => "a prism",
        7 => "a pyramid",
        8 => "a line of second order",
        9 => "a triangle of second order",
        10 | 16 => "a quad of second order",
        11 => "a tetrahedron of second order",
        12 | 17 => "a hexahedron of second order",
        13 | 18 => "a prism of second order",
        14 | 19 => "a pyramid of second order",
        20..=25 => "a triangle of higher order",
        26..=28 => "a line of higher order",
        29..=31 => "a tetrahedron of higher order",
        92 | 93 => "a hexahedron of higher order",
        _ => "an element",
    }
}
