//! STL, as text and binary. Equal points are merged, in the order of their first use.
//!
//! Not by `stl_io`: it takes binary files whose header begins with `solid` for text and texts without a name for
//! binary, skips what follows the first solid, keeps 32 bits of the coordinates of a text, and cannot say the line.

use crate::binary::{Encoding, Order, Scalar};
use crate::cursor::{Cursor, MAX_POINTS, mark};
use crate::error::MeshError;
use crate::mesh::Mesh;
use std::collections::HashMap;
use std::path::Path;

/// Bytes before the triangles of a binary file: free text, and their number.
const HEADER: usize = 84;
/// Bytes in which a binary file has a zero, which a text has not.
const PROBE: usize = 1024;
/// Bytes of a triangle: the normal, three points, two bytes of anything.
const TRIANGLE: usize = 50;
const LITTLE: Encoding = Encoding::Bytes(Order::Little);

pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Mesh, MeshError> {
    if is_text(bytes) {
        return text(Cursor::text(path, bytes)?.without_filler());
    }
    binary(Cursor { binary: true, ..Cursor::new(path, bytes) })
}

/// Binary files may begin with `solid` too, but their length gives them away, or zeros in their numbers.
fn is_text(bytes: &[u8]) -> bool {
    let announced = bytes.get(80..HEADER).and_then(|count| count.try_into().ok()).map(u32::from_le_bytes);
    if announced.is_some_and(|count| bytes.len() as u64 == HEADER as u64 + TRIANGLE as u64 * u64::from(count)) {
        return false;
    }
    let start = bytes.get(mark(bytes)..).unwrap_or_default().trim_ascii_start();
    let solid = start.get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"solid"));
    // Zeros at the end fill up a text.
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    solid && !bytes.get(..PROBE.min(bytes.len() - zeros)).unwrap_or_default().contains(&0)
}

/// Points by their coordinates.
struct Merger {
    mesh: Mesh,
    numbers: HashMap<[u64; 3], u32>,
}

impl Merger {
    fn new() -> Merger {
        Merger { mesh: Mesh { dimension: 3, ..Mesh::default() }, numbers: HashMap::new() }
    }

    fn point(&mut self, source: &Cursor<'_>, point: [f64; 3]) -> Result<u32, MeshError> {
        // Adding zero turns the negative zero into the positive one.
        let key = point.map(|x| (x + 0.0).to_bits());
        if let Some(&number) = self.numbers.get(&key) {
            return Ok(number);
        }
        let count = self.numbers.len();
        if count >= MAX_POINTS {
            let (count, room) = (count as u64 + 1, MAX_POINTS as u64);
            return Err(MeshError::Count { at: source.place(), what: "points".into(), count, room });
        }
        let number = count as u32;
        self.numbers.insert(key, number);
        self.mesh.points.extend(point);
        Ok(number)
    }
}

fn text(mut source: Cursor<'_>) -> Result<Mesh, MeshError> {
    let mut merger = Merger::new();
    while let Some(word) = source.next_word() {
        if !word.eq_ignore_ascii_case(b"solid") {
            return Err(source.wanted("`solid`", word));
        }
        source.rest_of_line();
        loop {
            let word = source.word("`facet` or `endsolid`")?;
            if word.eq_ignore_ascii_case(b"endsolid") {
                source.rest_of_line();
                break;
            } else if !word.eq_ignore_ascii_case(b"facet") {
                return Err(source.wanted("`facet` or `endsolid`", word));
            }
            facet(&mut source, &mut merger)?;
        }
    }
    Ok(merger.mesh)
}

fn facet(source: &mut Cursor<'_>, merger: &mut Merger) -> Result<(), MeshError> {
    source.keyword("normal")?;
    // Normals follow from the points. Those of flat triangles are often not numbers.
    for _ in 0..3 {
        source.word("a normal of 3 numbers")?;
    }
    source.keyword("outer")?;
    source.keyword("loop")?;
    let mut nodes = [0; 3];
    for node in &mut nodes {
        source.keyword("vertex")?;
        let point = [source.coordinate()?, source.coordinate()?, source.coordinate()?];
        *node = merger.point(source, point)?;
    }
    source.keyword("endloop")?;
    source.keyword("endfacet")?;
    merger.mesh.triangles.push(nodes);
    Ok(())
}

fn binary(mut source: Cursor<'_>) -> Result<Mesh, MeshError> {
    source.take(80, "a header of 80 bytes")?;
    let before = source;
    let count = source.count_as(LITTLE, Scalar::U32, "the number of triangles")?;
    let room = source.rest().len() / TRIANGLE;
    if count > room as u64 {
        return Err(MeshError::Count { at: before.place(), what: "triangles".into(), count, room: room as u64 });
    }
    let mut merger = Merger::new();
    merger.mesh.triangles.reserve(count as usize);
    for _ in 0..count {
        source.take(12, "a normal")?;
        let mut nodes = [0; 3];
        for node in &mut nodes {
            let mut point = [0.0; 3];
            for x in &mut point {
                *x = source.coordinate_as(LITTLE, Scalar::F32)?;
            }
            *node = merger.point(&source, point)?;
        }
        source.take(2, "2 bytes of attributes")?;
        merger.mesh.triangles.push(nodes);
    }
    let left = source.rest().len();
    if left > 0 && left.is_multiple_of(TRIANGLE) {
        let wanted = format!("the end of the file is wanted behind {count} triangles, but more follow");
        return Err(source.malformed(format!("{wanted}: is their number right?")));
    }
    merger.mesh.notes.extend(source.left_over("triangles", count));
    Ok(merger.mesh)
}
