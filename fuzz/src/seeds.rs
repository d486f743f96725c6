//! Seeds: the conformance cases, and inputs of both targets made from them.

use std::fs;
use std::path::{Path, PathBuf};

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten();
    let mut folders: Vec<PathBuf> = entries.filter_map(|e| e.ok()).map(|e| e.path()).collect();
    folders.sort();
    folders
}

fn with_extension(folder: &Path, extension: &str) -> Vec<PathBuf> {
    folders(folder).into_iter().filter(|p| p.extension().is_some_and(|e| e == extension)).collect()
}

fn conformance() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance")
}

/// The WGSL files of the conformance cases and of the tests' folders beside them.
pub fn energies() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut all = folders(&conformance());
    all.extend(["tests/programs", "examples/energies", "core/tests/energies"].map(|f| root.join(f)));
    all.iter().flat_map(|f| with_extension(f, "wgsl")).filter_map(|p| fs::read(p).ok()).collect()
}

/// The problems of the conformance cases, with their paths as seen from the folder above, and once more with the
/// energies behind the problem.
pub fn problems() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for folder in folders(&conformance()) {
        let Ok(text) = fs::read_to_string(folder.join("problem.toml")) else { continue };
        let Some(case) = folder.file_name().and_then(|n| n.to_str()) else { continue };
        let mut toml = String::new();
        let mut texts = String::new();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let file = line.split('"').nth(1).filter(|f| f.ends_with(".npy") || f.ends_with(".wgsl"));
            match file {
                Some(file) => toml += &line.replace(file, &format!("{case}/{file}")),
                None => toml += line,
            }
            toml.push('\n');
            if let Some(file) = file.filter(|f| f.ends_with(".wgsl")) {
                texts += &format!("\0{}", fs::read_to_string(folder.join(file)).unwrap_or_default());
            }
        }
        seeds.push(toml.clone().into_bytes());
        seeds.push((toml + &texts).into_bytes());
    }
    seeds
}

/// Small meshes in the formats that are written, text and binary, and short texts in the others.
pub fn meshes() -> Vec<Vec<u8>> {
    use spadina::mesh::{Mesh, Shape, View, VtkEncoding, write_obj, write_ply, write_vtk};
    let mut all = Vec::new();
    let shapes = [
        Shape::Box { cells: [1, 1, 1], size: [1.0, 1.0, 1.0] },
        Shape::Grid { cells: [2, 1], size: [2.0, 1.0] },
        Shape::Sphere { subdivisions: 0, radius: 1.0 },
    ];
    let number = |format: &str| crate::FORMATS.iter().position(|f| *f == format).unwrap_or(0) as u8;
    for mesh in shapes.iter().filter_map(|shape| Mesh::generate(shape).ok()) {
        let (triangles, tetrahedra) = (&mesh.surface()[..], &mesh.tetrahedra[..]);
        let view = View { dimension: mesh.dimension, points: &mesh.points, triangles, tetrahedra, ..View::default() };
        let [mut obj, mut ply, mut text, mut binary] = ["obj", "ply", "vtk", "vtk"].map(|format| vec![number(format)]);
        let written = [
            write_obj(&mut obj, &view),
            write_ply(&mut ply, &view),
            write_vtk(&mut text, &view, "seed", VtkEncoding::Ascii),
            write_vtk(&mut binary, &view, "seed", VtkEncoding::Binary),
        ];
        all.extend([obj, ply, text, binary].into_iter().zip(written).filter(|(_, w)| w.is_ok()).map(|(b, _)| b));
    }
    let texts = [
        (
            "stl",
            "solid s\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\nendfacet\nendsolid\n",
        ),
        ("off", "OFF\n4 2 0\n0 0 0\n1 0 0\n0 1 0\n1 1 0\n3 0 1 2\n4 0 1 3 2\n"),
        (
            "ply",
            "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n",
        ),
        (
            "msh",
            "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n4\n1 0 0 0\n2 1 0 0\n3 0 1 0\n4 0 0 1\n$EndNodes\n$Elements\n1\n1 4 2 0 1 1 2 3 4\n$EndElements\n",
        ),
        (
            "msh",
            "$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Nodes\n1 3 1 3\n2 1 0 3\n1\n2\n3\n0 0 0\n1 0 0\n0 1 0\n$EndNodes\n$Elements\n1 1 1 1\n2 1 2 1\n1 1 2 3\n$EndElements\n",
        ),
        ("node", "3 2 0 0\n1 0 0\n2 1 0\n3 0 1\n"),
    ];
    all.extend(texts.map(|(format, text)| [&[number(format)], text.as_bytes()].concat()));
    all
}
