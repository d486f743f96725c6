//! Bytes as a mesh file: the first one says the format. What is read must be a mesh that all else can work on.

use crate::words;
use spadina::mesh::{Mesh, View, VtkEncoding, boundary_loops, write_obj, write_ply, write_vtk};

/// The formats, by the first byte.
pub const FORMATS: [&str; 7] = ["obj", "ply", "stl", "off", "msh", "vtk", "node"];

/// Reads a mesh, looks at its connectivity, and writes it.
pub fn mesh(data: &[u8]) -> String {
    let Some((&first, bytes)) = data.split_first() else { return "nothing".into() };
    let format = FORMATS[usize::from(first) % FORMATS.len()];
    let mesh = match Mesh::from_bytes(format!("mesh.{format}"), bytes) {
        Ok(mesh) => mesh,
        Err(error) => return format!("{format}: {}", words(&error.to_string())),
    };
    let (edges, hinges, surface) = (mesh.edges(), mesh.hinges(), mesh.surface());
    let nodes = mesh.nodes() as u32;
    assert!(edges.iter().flatten().chain(hinges.hinges.iter().flatten()).all(|&node| node < nodes));
    let loops = boundary_loops(&surface).is_ok();
    assert_eq!(mesh.lumped_masses().len(), mesh.nodes());
    let view = View {
        dimension: mesh.dimension,
        points: &mesh.points,
        lines: &mesh.lines,
        triangles: &mesh.triangles,
        tetrahedra: &mesh.tetrahedra,
        ..View::default()
    };
    let mut out = Vec::new();
    let written = write_obj(&mut out, &view).and_then(|()| write_ply(&mut out, &view));
    let written = written.and_then(|()| write_vtk(&mut out, &view, "fuzz", VtkEncoding::Binary));
    assert!(written.is_ok());
    let kinds = [&mesh.lines.is_empty(), &mesh.triangles.is_empty(), &mesh.tetrahedra.is_empty()];
    format!("read: {format}, a mesh {kinds:?} {loops} {}", mesh.report().is_clean())
}
