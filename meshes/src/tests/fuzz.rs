//! Hostile files: whatever the bytes, an error or a mesh that fits them, never a panic or much memory.

use super::*;
use proptest::prelude::*;

const FORMATS: [Format; 7] = ["obj", "ply", "stl", "off", "msh", "vtk", "node"];

/// Reads, and checks what comes out.
fn survives(format: Format, bytes: &[u8]) {
    let Ok(mesh) = read_bytes(format, bytes) else { return };
    // Every number takes at least one byte of a file, a fan at most three nodes for each of its own.
    assert!(mesh.points.capacity() <= 2 * bytes.len() + 64);
    assert!(mesh.triangles.capacity() <= 2 * bytes.len() + 64);
    assert!(mesh.lines.capacity() <= 2 * bytes.len() + 64 && mesh.tetrahedra.capacity() <= bytes.len() + 64);
    // A note for each line at most.
    assert!(mesh.quads.capacity() <= bytes.len() + 64 && mesh.notes.len() <= bytes.len());
    check(&mesh);
}

fn check(mesh: &Mesh) {
    assert!(mesh.nodes() > 0 && mesh.points.len() == mesh.nodes() * mesh.dimension);
    assert!(mesh.points.iter().all(|x| x.is_finite()));
    let report = mesh.report();
    for elements in [report.lines, report.triangles, report.tetrahedra] {
        assert_eq!(elements.outside.count, 0);
    }
    let _ = (mesh.edges(), mesh.lumped_masses(), boundary_loops(&mesh.surface()));
}

/// A change of a valid file.
fn mutate(bytes: &mut Vec<u8>, kind: u8, at: usize, value: u8) {
    if bytes.is_empty() {
        return;
    }
    let at = at % bytes.len();
    match kind {
        0 => bytes[at] = value,
        1 => bytes.truncate(at),
        2 => bytes.insert(at, value),
        3 => drop(bytes.remove(at)),
        4 => {
            // A line twice.
            let start = bytes[..at].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
            let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |i| at + i + 1);
            let line = bytes[start..end].to_vec();
            bytes.splice(start..start, line);
        }
        5 => {
            // Another number, often a large one.
            let digits =
                ["-1", "0", "99999999", "18446744073709551615", "9223372036854775807", "nan", "1e999", "4294967295"];
            bytes.splice(at..=at, digits[value as usize % digits.len()].bytes());
        }
        6 => bytes[at] ^= 1 << (value % 8),
        _ => {
            let end = (at + 8).min(bytes.len());
            bytes[at..end].fill(if value < 128 { 0xff } else { 0x7f });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in FORMATS {
            survives(format, &bytes);
        }
    }

    #[test]
    fn random_words(words in proptest::collection::vec(0usize..45, 0..60), start in 0usize..7) {
        let starts = ["v 0 0 0 \nf ", "ply\nformat ascii 1.0\n", "solid\n", "OFF\n", "$MeshFormat 4.1 0 8 $EndMeshFormat\n",
            "# vtk DataFile Version 5.1\n\nASCII\nDATASET POLYDATA\n", "3 2 "];
        let known = ["0", "1", "2", "3", "-1", "1e9", "4", "\n", "\n", "\n", "v", "f", "l", "\\\n", "element vertex", "element face",
            "property list uchar int vertex_indices", "property float x", "property float y", "end_header", "facet normal",
            "outer loop", "\r", "#", ".5", "\u{feff}", "$Comments", "vertex", "endloop", "endsolid", "$Nodes", "$Elements", "$EndNodes", "$EndElements", "$", "POINTS",
            "float", "CELLS", "POLYGONS", "OFFSETS", "CONNECTIVITY", "FIELD", "METADATA", "LINES", "CELL_TYPES"];
        let text = starts[start].to_string() + &words.iter().map(|&w| known[w]).collect::<Vec<_>>().join(" ");
        for format in FORMATS {
            survives(format, text.as_bytes());
        }
    }

    #[test]
    fn changed_files(changes in proptest::collection::vec((0u8..8, any::<usize>(), any::<u8>()), 1..4)) {
        for (format, mut bytes) in samples::all() {
            for &(kind, at, value) in &changes {
                mutate(&mut bytes, kind, at, value);
            }
            survives(format, &bytes);
        }
    }

    #[test]
    fn changed_pairs(kind in 0u8..8, at in any::<usize>(), value in any::<u8>(), first in any::<bool>()) {
        let (mut node, mut ele) = (samples::NODE.as_bytes().to_vec(), samples::ELE.as_bytes().to_vec());
        mutate(if first { &mut node } else { &mut ele }, kind, at, value);
        let paths = [Path::new("n"), Path::new("e")];
        if let Ok(mesh) = super::super::read::parse_pair((paths[0], &node), (paths[1], &ele)) {
            check(&mesh);
        }
    }
}

#[test]
fn every_cut_and_every_byte() {
    for (format, bytes) in samples::all() {
        for end in 0..bytes.len() {
            survives(format, &bytes[..end]);
            for value in [0, 0xff, b'9', b'-', b'\n', b' '] {
                let mut changed = bytes.clone();
                changed[end] = value;
                survives(format, &changed);
            }
        }
    }
}
