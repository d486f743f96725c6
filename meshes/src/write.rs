//! Meshes with values at their nodes and elements, written for other programs.

use std::io::{self, Write};

/// A mesh and fields to write. Arrays are borrowed.
#[derive(Clone, Copy, Default, Debug)]
pub struct View<'a> {
    /// Coordinates of a point, 1 to 3. Files have 3: missing ones are zero.
    pub dimension: usize,
    /// Coordinates, shape `(nodes, dimension)` in C order.
    pub points: &'a [f64],
    /// Lines, by nodes from zero.
    pub lines: &'a [[u32; 2]],
    /// Triangles, by nodes from zero.
    pub triangles: &'a [[u32; 3]],
    /// Tetrahedra, by nodes from zero.
    pub tetrahedra: &'a [[u32; 4]],
    /// Values at the points.
    pub point_fields: &'a [Field<'a>],
    /// Values at the elements: first those of the lines, then of the triangles, then of the tetrahedra.
    pub cell_fields: &'a [Field<'a>],
}

/// Values at points or elements.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// The name of the values. Blanks and other characters that a format could trip over become `_`.
    pub name: &'a str,
    /// Numbers at each point or element.
    pub components: usize,
    /// Shape `(points or elements, components)` in C order.
    pub values: &'a [f64],
}

/// The encoding of the numbers of a `.vtk` file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VtkEncoding {
    /// As text that reads back as the same number.
    Ascii,
    /// As bytes, big-endian.
    Binary,
}

/// Bytes gathered before they go out.
const BLOCK: usize = 1 << 16;

/// Gathers small writes.
struct Out<'a, W: Write + ?Sized> {
    sink: &'a mut W,
    block: Vec<u8>,
}

impl<'a, W: Write + ?Sized> Out<'a, W> {
    fn new(sink: &'a mut W) -> Self {
        Out { sink, block: Vec::with_capacity(BLOCK + 512) }
    }

    fn text(&mut self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        self.block.write_fmt(text)?;
        self.spill(BLOCK)
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.block.extend(bytes);
        self.spill(BLOCK)
    }

    fn spill(&mut self, at: usize) -> io::Result<()> {
        if self.block.len() >= at {
            self.sink.write_all(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }

    fn end(mut self) -> io::Result<()> {
        self.spill(0)
    }
}

impl View<'_> {
    fn nodes(&self) -> usize {
        self.points.len() / self.dimension.max(1)
    }

    fn cells(&self) -> usize {
        self.lines.len() + self.triangles.len() + self.tetrahedra.len()
    }

    /// The points, filled up with zeros.
    fn positions(&self) -> impl Iterator<Item = [f64; 3]> {
        self.points.chunks_exact(self.dimension.max(1)).map(|point| {
            let mut out = [0.0; 3];
            for (x, &given) in out.iter_mut().zip(point) {
                *x = given;
            }
            out
        })
    }

    /// Lengths that belong together, nodes that exist.
    fn check(&self) -> io::Result<()> {
        if !(1..=3).contains(&self.dimension) || self.nodes() * self.dimension != self.points.len() {
            return Err(wrong(format!("{} numbers are no points of dimension {}", self.points.len(), self.dimension)));
        }
        let used = self.lines.iter().flatten().chain(self.triangles.iter().flatten());
        if let Some(node) = used.chain(self.tetrahedra.iter().flatten()).find(|&&node| node as usize >= self.nodes()) {
            return Err(wrong(format!("node {node} is used, there are {}", self.nodes())));
        }
        let counts = [(self.point_fields, self.nodes(), "points"), (self.cell_fields, self.cells(), "elements")];
        for (fields, count, what) in counts {
            for field in fields {
                let wanted = field.components.checked_mul(count);
                if field.components == 0 || wanted != Some(field.values.len()) {
                    let (name, components, found) = (field.name, field.components, field.values.len());
                    let message =
                        format!("field `{name}`: {found} values are not {components} for each of {count} {what}");
                    return Err(wrong(message));
                }
            }
        }
        Ok(())
    }
}

fn wrong(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// A number as text that reads back as the same number.
fn number(value: f64) -> String {
    // Debug has an exponent where there would be many zeros.
    if value.is_finite() { format!("{value:?}") } else { value.to_string().to_lowercase() }
}

/// A name of letters, digits and a few signs.
fn safe(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
    let name: String = name.chars().map(safe).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("field_{name}") }
}

/// Safe names, all different from each other and from those taken.
fn safe_names(fields: &[Field<'_>], taken: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for field in fields {
        let base = safe(field.name);
        let is_free = |name: &String| !names.contains(name) && !taken.contains(&name.as_str());
        let mut candidates = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}_{n}")));
        let name = candidates.find(is_free).unwrap_or(base);
        names.push(name);
    }
    names
}

/// Writes the points, lines and triangles as Wavefront OBJ. The format has neither tetrahedra nor fields.
///
/// # Errors
/// Errors of the sink, and arrays of lengths that do not belong together.
pub fn write_obj(sink: &mut (impl Write + ?Sized), view: &View<'_>) -> io::Result<()> {
    view.check()?;
    let mut out = Out::new(sink);
    for p in view.positions() {
        let [x, y, z] = p.map(number);
        out.text(format_args!("v {x} {y} {z}\n"))?;
    }
    // Wider than the nodes: they count from one here.
    for [a, b] in view.lines.iter().map(|nodes| nodes.map(|node| u64::from(node) + 1)) {
        out.text(format_args!("l {a} {b}\n"))?;
    }
    for [a, b, c] in view.triangles.iter().map(|nodes| nodes.map(|node| u64::from(node) + 1)) {
        out.text(format_args!("f {a} {b} {c}\n"))?;
    }
    out.end()
}

/// Writes the points and triangles as Wavefront OBJ, with a place in the plane for each point, shape `(nodes, 2)` in C order:
/// texture coordinates (`vt`).
///
/// # Errors
/// Errors of the sink, and arrays of lengths that do not belong together.
pub fn write_obj_map(sink: &mut (impl Write + ?Sized), view: &View<'_>, map: &[f64]) -> io::Result<()> {
    view.check()?;
    if map.len() != 2 * view.nodes() {
        return Err(wrong(format!("{} numbers are not 2 for each of {} points", map.len(), view.nodes())));
    }
    let mut out = Out::new(sink);
    for p in view.positions() {
        let [x, y, z] = p.map(number);
        out.text(format_args!("v {x} {y} {z}\n"))?;
    }
    for place in map.chunks_exact(2) {
        out.text(format_args!("vt {} {}\n", number(place[0]), number(place[1])))?;
    }
    for [a, b, c] in view.triangles.iter().map(|nodes| nodes.map(|node| u64::from(node) + 1)) {
        out.text(format_args!("f {a}/{a} {b}/{b} {c}/{c}\n"))?;
    }
    out.end()
}

/// Writes the points with their fields, the triangles and the lines with theirs as PLY, little-endian. The format has
/// no tetrahedra. A field of several components becomes several properties, `name_0`, `name_1` and so on.
///
/// # Errors
/// Errors of the sink, and arrays of lengths that do not belong together.
pub fn write_ply(sink: &mut (impl Write + ?Sized), view: &View<'_>) -> io::Result<()> {
    view.check()?;
    let mut out = Out::new(sink);
    out.text(format_args!("ply\nformat binary_little_endian 1.0\nelement vertex {}\n", view.nodes()))?;
    out.text(format_args!("property double x\nproperty double y\nproperty double z\n"))?;
    properties(&mut out, view.point_fields)?;
    out.text(format_args!("element face {}\nproperty list uchar int vertex_indices\n", view.triangles.len()))?;
    properties(&mut out, view.cell_fields)?;
    // Some readers know no edges.
    if !view.lines.is_empty() {
        out.text(format_args!("element edge {}\nproperty int vertex1\nproperty int vertex2\n", view.lines.len()))?;
        properties(&mut out, view.cell_fields)?;
    }
    out.text(format_args!("end_header\n"))?;
    for (index, p) in view.positions().enumerate() {
        for x in p {
            out.bytes(&x.to_le_bytes())?;
        }
        values(&mut out, view.point_fields, index)?;
    }
    for (index, nodes) in view.triangles.iter().enumerate() {
        out.bytes(&[3])?;
        for node in nodes {
            out.bytes(&node.to_le_bytes())?;
        }
        values(&mut out, view.cell_fields, view.lines.len() + index)?;
    }
    for (index, nodes) in view.lines.iter().enumerate() {
        for node in nodes {
            out.bytes(&node.to_le_bytes())?;
        }
        values(&mut out, view.cell_fields, index)?;
    }
    out.end()
}

fn properties<W: Write + ?Sized>(out: &mut Out<'_, W>, fields: &[Field<'_>]) -> io::Result<()> {
    let taken = ["x", "y", "z", "vertex1", "vertex2", "vertex_indices", "vertex_index"];
    for (field, name) in fields.iter().zip(safe_names(fields, &taken)) {
        for component in 0..field.components {
            match field.components {
                1 => out.text(format_args!("property double {name}\n"))?,
                _ => out.text(format_args!("property double {name}_{component}\n"))?,
            }
        }
    }
    Ok(())
}

fn values<W: Write + ?Sized>(out: &mut Out<'_, W>, fields: &[Field<'_>], index: usize) -> io::Result<()> {
    for field in fields {
        for value in field.values.iter().skip(index * field.components).take(field.components) {
            out.bytes(&value.to_le_bytes())?;
        }
    }
    Ok(())
}

/// Writes everything as a legacy VTK file, an unstructured grid of file version 3.0, under a title of one line.
///
/// # Errors
/// Errors of the sink, and arrays of lengths that do not belong together.
pub fn write_vtk(
    sink: &mut (impl Write + ?Sized),
    view: &View<'_>,
    title: &str,
    encoding: VtkEncoding,
) -> io::Result<()> {
    view.check()?;
    let mut out = Vtk { out: Out::new(sink), binary: encoding == VtkEncoding::Binary };
    // The format allows for 256 characters, the line break included.
    let title: String = title.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).take(255).collect();
    let word = if out.binary { "BINARY" } else { "ASCII" };
    out.text(format_args!("# vtk DataFile Version 3.0\n{title}\n{word}\nDATASET UNSTRUCTURED_GRID\n"))?;
    out.text(format_args!("POINTS {} double\n", view.nodes()))?;
    for p in view.positions() {
        out.reals(&p)?;
    }
    let (cells, size) = (view.cells(), 3 * view.lines.len() + 4 * view.triangles.len() + 5 * view.tetrahedra.len());
    out.text(format_args!("{}CELLS {cells} {size}\n", out.gap()))?;
    out.cells(view.lines)?;
    out.cells(view.triangles)?;
    out.cells(view.tetrahedra)?;
    out.text(format_args!("{}CELL_TYPES {cells}\n", out.gap()))?;
    for (kind, count) in [(3, view.lines.len()), (5, view.triangles.len()), (10, view.tetrahedra.len())] {
        for _ in 0..count {
            out.integers(&[kind])?;
        }
    }
    out.fields("POINT_DATA", view.nodes(), view.point_fields)?;
    out.fields("CELL_DATA", cells, view.cell_fields)?;
    out.text(format_args!("{}", out.gap()))?;
    out.out.end()
}

struct Vtk<'a, W: Write + ?Sized> {
    out: Out<'a, W>,
    binary: bool,
}

impl<W: Write + ?Sized> Vtk<'_, W> {
    fn text(&mut self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        self.out.text(text)
    }

    /// Behind binary numbers: they do not end their line.
    fn gap(&self) -> &'static str {
        if self.binary { "\n" } else { "" }
    }

    /// Numbers that belong together, a line in a text.
    fn reals(&mut self, row: &[f64]) -> io::Result<()> {
        if self.binary {
            return row.iter().try_for_each(|value| self.out.bytes(&value.to_be_bytes()));
        }
        let row: Vec<String> = row.iter().map(|&value| number(value)).collect();
        self.text(format_args!("{}\n", row.join(" ")))
    }

    fn integers(&mut self, row: &[u32]) -> io::Result<()> {
        if self.binary {
            return row.iter().try_for_each(|value| self.out.bytes(&value.to_be_bytes()));
        }
        let row: Vec<String> = row.iter().map(u32::to_string).collect();
        self.text(format_args!("{}\n", row.join(" ")))
    }

    fn cells<const N: usize>(&mut self, cells: &[[u32; N]]) -> io::Result<()> {
        let mut row = vec![N as u32];
        for cell in cells {
            row.truncate(1);
            row.extend(cell);
            self.integers(&row)?;
        }
        Ok(())
    }

    fn fields(&mut self, section: &str, count: usize, fields: &[Field<'_>]) -> io::Result<()> {
        if fields.is_empty() {
            return Ok(());
        }
        self.text(format_args!("{}{section} {count}\nFIELD FieldData {}\n", self.gap(), fields.len()))?;
        for (index, (field, name)) in fields.iter().zip(safe_names(fields, &[])).enumerate() {
            let gap = if index > 0 { self.gap() } else { "" };
            self.text(format_args!("{gap}{name} {} {count} double\n", field.components))?;
            for row in field.values.chunks(field.components.max(1)) {
                self.reals(row)?;
            }
        }
        Ok(())
    }
}
