//! VTK's legacy files, as text and binary: POLYDATA and UNSTRUCTURED_GRID, up to file version 5.1.
//!
//! Not by `vtkio`: its parser cannot say where it stops, trusts the counts of a file when it reserves memory, and
//! brings a dozen crates, mostly for the XML formats.

use super::vtk_cells::{self, Cells};
use crate::binary::{Encoding, Order, Scalar};
use crate::cursor::{Cursor, show};
use crate::error::MeshError;
use crate::mesh::Mesh;
use crate::number::whole;
use std::path::Path;

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    let mut source = Cursor::text(path, bytes)?;
    let (encoding, dataset) = header(&mut source)?;
    if encoding == Encoding::Text {
        source = source.without_filler();
    }
    let grid = dataset == Dataset::UnstructuredGrid;
    let mut file = File { source, encoding, mesh: Mesh { dimension: 3, ..Mesh::default() }, points: 0 };
    let mut cells: Option<Cells> = None;
    while let Some(word) = file.source.next_word() {
        match word.to_ascii_uppercase().as_slice() {
            b"POINTS" => file.points()?,
            b"METADATA" => file.metadata(),
            b"FIELD" => file.field()?,
            b"VERTICES" if !grid => drop(file.cells()?),
            b"LINES" if !grid => {
                let lines = file.cells()?;
                lines.each(|nodes| vtk_cells::push_chain(&file.source, &mut file.mesh, nodes))?;
            }
            b"POLYGONS" if !grid => {
                let polygons = file.cells()?;
                polygons.each(|nodes| vtk_cells::push_polygon(&file.source, &mut file.mesh, nodes))?;
            }
            b"TRIANGLE_STRIPS" if !grid => {
                let strips = file.cells()?;
                strips.each(|nodes| vtk_cells::push_strip(&file.source, &mut file.mesh, nodes))?;
            }
            b"CELLS" if grid && cells.is_none() => cells = Some(file.cells()?),
            b"CELL_TYPES" if grid => {
                let cells = cells.take().ok_or_else(|| file.source.malformed("CELLS are wanted before CELL_TYPES"))?;
                file.cell_types(&cells)?;
            }
            // Values at points and cells follow to the end.
            b"POINT_DATA" | b"CELL_DATA" => {
                file.only_values()?;
                break;
            }
            _ => return Err(file.source.wanted("a section of the dataset (POINTS, CELLS, POLYGONS, ...)", word)),
        }
    }
    match cells {
        Some(_) => Err(file.source.ends("`CELL_TYPES`")),
        None => Ok(file.mesh),
    }
}

/// The kind of a dataset.
#[derive(Clone, Copy, PartialEq)]
enum Dataset {
    PolyData,
    UnstructuredGrid,
}

/// Reads the header.
fn header(source: &mut Cursor<'_>) -> Result<(Encoding, Dataset), MeshError> {
    let first = *source;
    let line = source.rest_of_line();
    let version = line.strip_prefix(b"# vtk DataFile Version").and_then(|v| std::str::from_utf8(v).ok());
    let version: Option<f64> = version.and_then(|text| text.trim().parse().ok());
    let version = version.ok_or_else(|| first.wanted("`# vtk DataFile Version` and a number", line.trim_ascii()))?;
    if !(1.0..5.2).contains(&version) {
        return Err(first.unsupported(format!("file version {version}"), "versions up to 5.1 can"));
    }
    source.rest_of_line();
    let word = source.word("`ASCII` or `BINARY`")?;
    let encoding = match word.to_ascii_uppercase().as_slice() {
        b"ASCII" => Encoding::Text,
        b"BINARY" => Encoding::Bytes(Order::Big),
        _ => return Err(source.wanted("`ASCII` or `BINARY`", word)),
    };
    source.keyword("DATASET")?;
    let word = source.word("the type of the dataset")?;
    let dataset = match word.to_ascii_uppercase().as_slice() {
        b"POLYDATA" => Dataset::PolyData,
        b"UNSTRUCTURED_GRID" => Dataset::UnstructuredGrid,
        _ => {
            return Err(source.unsupported(format!("a dataset `{}`", show(word)), "POLYDATA and UNSTRUCTURED_GRID can"));
        }
    };
    source.binary = encoding != Encoding::Text;
    Ok((encoding, dataset))
}

struct File<'a> {
    source: Cursor<'a>,
    encoding: Encoding,
    mesh: Mesh,
    points: usize,
}

impl File<'_> {
    /// Ends the line before numbers.
    fn end_line(&mut self) -> Result<(), MeshError> {
        if self.encoding == Encoding::Text { Ok(()) } else { self.source.end_line() }
    }

    /// A count and what it fits.
    fn count(&mut self, scalar: Scalar, what: &str) -> Result<usize, MeshError> {
        let count = self.source.count(&format!("the number of {what}"))?;
        self.source.room(count, self.encoding.least(scalar), what)
    }

    fn scalar(&mut self) -> Result<Scalar, MeshError> {
        let word = self.source.word("a type of numbers")?;
        match word.to_ascii_lowercase().as_slice() {
            b"char" | b"vtktypeint8" => Ok(Scalar::I8),
            b"unsigned_char" | b"vtktypeuint8" => Ok(Scalar::U8),
            b"short" | b"vtktypeint16" => Ok(Scalar::I16),
            b"unsigned_short" | b"vtktypeuint16" => Ok(Scalar::U16),
            // Numbers of type vtkIdType are written with 32 bits, whatever they have in memory.
            b"int" | b"vtktypeint32" | b"vtkidtype" => Ok(Scalar::I32),
            b"unsigned_int" | b"vtktypeuint32" => Ok(Scalar::U32),
            b"long" | b"vtktypeint64" => Ok(Scalar::I64),
            b"unsigned_long" | b"vtktypeuint64" => Ok(Scalar::U64),
            b"float" => Ok(Scalar::F32),
            b"double" => Ok(Scalar::F64),
            _ => Err(self.source.wanted("a type of numbers (int, float, double, vtktypeint64, ...)", word)),
        }
    }

    fn points(&mut self) -> Result<(), MeshError> {
        if self.points > 0 {
            return Err(self.source.malformed("a single section POINTS is wanted, found another"));
        }
        let count = self.source.count("the number of points")?;
        let scalar = self.scalar()?;
        self.end_line()?;
        self.points = self.source.room(count, 3 * self.encoding.least(scalar), "points")?;
        self.mesh.points.reserve(3 * self.points);
        for _ in 0..3 * self.points {
            let value = self.source.coordinate_as(self.encoding, scalar)?;
            self.mesh.points.push(value);
        }
        Ok(())
    }

    /// Skips names and ranges of components, which end at an empty line.
    fn metadata(&mut self) {
        self.source.rest_of_line();
        while !self.source.rest().is_empty() && !self.source.rest_of_line().trim_ascii().is_empty() {}
    }

    /// That no section of points or elements follows among the values, which are not read.
    fn only_values(&self) -> Result<(), MeshError> {
        let mut rest = self.source;
        while self.encoding == Encoding::Text && !rest.rest().is_empty() {
            let Some(mut row) = rest.next_row() else { break };
            let word = row.next_word().unwrap_or_default();
            let count = row.next_word().and_then(whole);
            let sections: [&[u8]; 6] = [b"POINTS", b"CELLS", b"CELL_TYPES", b"POLYGONS", b"LINES", b"TRIANGLE_STRIPS"];
            if count.is_some() && sections.iter().any(|section| word.eq_ignore_ascii_case(section)) {
                let name = show(word);
                return Err(row.malformed(format!("`{name}` is wanted before POINT_DATA and CELL_DATA, found behind")));
            }
        }
        Ok(())
    }

    /// Skips arrays that belong to the whole dataset.
    fn field(&mut self) -> Result<(), MeshError> {
        self.source.word("the name of the field")?;
        let arrays = self.count(Scalar::U8, "arrays")?;
        for _ in 0..arrays {
            let name = self.source.word("the name of an array")?;
            if name == b"METADATA" {
                self.metadata();
                self.source.word("the name of an array")?;
            }
            let components = self.source.count("the number of components")?;
            let tuples = self.source.count("the number of tuples")?;
            let numbers = components.saturating_mul(tuples);
            let before = self.source;
            match self.source.word("a type of numbers")?.to_ascii_lowercase().as_slice() {
                b"string" | b"utf8_string" => self.strings(numbers)?,
                // Eight to a byte.
                b"bit" if self.encoding != Encoding::Text => {
                    self.end_line()?;
                    self.source.skip(numbers.div_ceil(8), self.encoding, Scalar::U8, "bits of a field")?;
                }
                b"bit" => self.source.skip(numbers, self.encoding, Scalar::U8, "a bit of a field")?,
                _ => {
                    self.source = before;
                    let scalar = self.scalar()?;
                    self.end_line()?;
                    self.source.skip(numbers, self.encoding, scalar, "a number of a field")?;
                }
            }
        }
        Ok(())
    }

    /// Skips texts: a line each, or in binary their lengths and bytes.
    fn strings(&mut self, count: u64) -> Result<(), MeshError> {
        const WANTED: &str = "a text of a field";
        self.source.rest_of_line();
        for _ in 0..count {
            if self.source.rest().is_empty() {
                return Err(self.source.ends(WANTED));
            }
            if self.encoding == Encoding::Text {
                self.source.rest_of_line();
                continue;
            }
            // The two highest bits say how wide the length is.
            let first = { self.source }.take(1, WANTED)?[0];
            let width = 8 >> (first >> 6);
            let bytes = self.source.take(width, WANTED)?;
            let length = bytes.iter().fold(0u64, |length, byte| length << 8 | u64::from(*byte));
            let length = length & (u64::MAX >> (66 - 8 * width));
            self.source.skip(length, self.encoding, Scalar::U8, WANTED)?;
        }
        Ok(())
    }

    fn cells(&mut self) -> Result<Cells, MeshError> {
        let count = self.count(Scalar::U8, "cells")?;
        let size = self.count(Scalar::U8, "numbers of cells")?;
        if self.encoding == Encoding::Text {
            self.source.skip_blank();
        } else {
            self.source.end_line()?;
        }
        // As of file version 5.
        let split = self.source.rest().get(..7).is_some_and(|word| word.eq_ignore_ascii_case(b"OFFSETS"));
        if split { self.split_cells(count, size) } else { self.counted_cells(count, size) }
    }

    /// Each cell as its number of nodes and its nodes.
    fn counted_cells(&mut self, count: usize, size: usize) -> Result<Cells, MeshError> {
        self.source.room(size as u64, self.encoding.least(Scalar::I32), "numbers of cells")?;
        let mut cells = Cells::default();
        let mut left = size;
        for _ in 0..count {
            let before = self.source;
            let nodes = self.source.count_as(self.encoding, Scalar::I32, "the number of nodes of a cell")?;
            let fits = usize::try_from(nodes).ok().filter(|&nodes| nodes < left);
            let Some(nodes) = fits else {
                let at = if before.binary { before } else { self.source };
                let room = left.saturating_sub(1) as u64;
                return Err(MeshError::Count { at: at.place(), what: "nodes of a cell".into(), count: nodes, room });
            };
            self.nodes(nodes, Scalar::I32, &mut cells)?;
            cells.ends.push(cells.nodes.len());
            left -= nodes + 1;
        }
        if left == 0 {
            return Ok(cells);
        }
        Err(self.source.malformed(format!("{size} numbers in {count} cells are wanted, found {}", size - left)))
    }

    /// Reads the start of each cell among all nodes, and those; one offset more than cells.
    fn split_cells(&mut self, count: usize, size: usize) -> Result<Cells, MeshError> {
        let mut cells = Cells::default();
        self.source.keyword("OFFSETS")?;
        let scalar = self.scalar()?;
        self.end_line()?;
        self.source.room(count as u64, self.encoding.least(scalar), "offsets")?;
        let mut last = 0;
        for index in 0..count {
            let offset = self.source.count_as(self.encoding, scalar, "an offset")?;
            let fits = offset >= last && offset <= size as u64 && (index > 0 || offset == 0);
            if !fits || (index + 1 == count && offset != size as u64) {
                return Err(self
                    .source
                    .malformed(format!("offsets ascending from 0 to {size} are wanted, found {offset}")));
            }
            if index > 0 {
                cells.ends.push(offset as usize);
            }
            last = offset;
        }
        self.source.keyword("CONNECTIVITY")?;
        let scalar = self.scalar()?;
        self.end_line()?;
        self.source.room(size as u64, self.encoding.least(scalar), "nodes of cells")?;
        self.nodes(size, scalar, &mut cells)?;
        Ok(cells)
    }

    fn nodes(&mut self, count: usize, scalar: Scalar, cells: &mut Cells) -> Result<(), MeshError> {
        for _ in 0..count {
            cells.nodes.push(self.source.node_as(self.encoding, scalar, self.points)?);
        }
        Ok(())
    }

    fn cell_types(&mut self, cells: &Cells) -> Result<(), MeshError> {
        let count = self.count(Scalar::U8, "types of cells")?;
        if count != cells.ends.len() {
            let count = self.source.malformed(format!("{} types of cells are wanted, found {count}", cells.ends.len()));
            return Err(count);
        }
        self.end_line()?;
        self.source.room(count as u64, self.encoding.least(Scalar::I32), "types of cells")?;
        cells.each(|nodes| {
            let before = self.source;
            let kind = self.source.integer_as(self.encoding, Scalar::I32, "the type of a cell")?;
            let at = if before.binary { before } else { self.source };
            vtk_cells::push(&at, &mut self.mesh, kind, nodes)
        })
    }
}
