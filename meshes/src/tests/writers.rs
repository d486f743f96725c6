//! Files that are written read back as they were.

use super::*;

fn cube() -> Mesh {
    let mut mesh = Mesh::generate(&Shape::Box { cells: [1, 2, 1], size: [1.0 / 3.0, 1e-7, 1e20] }).unwrap();
    mesh.triangles = mesh.surface();
    mesh.lines = vec![[0, 1], [3, 2]];
    mesh
}

fn view(mesh: &Mesh) -> View<'_> {
    let (dimension, points) = (mesh.dimension, mesh.points.as_slice());
    let (lines, triangles, tetrahedra) = (&*mesh.lines, &*mesh.triangles, &*mesh.tetrahedra);
    View { dimension, points, lines, triangles, tetrahedra, ..View::default() }
}

fn written(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    out
}

#[test]
fn round_trips() {
    let mesh = cube();
    let values: Vec<f64> = (0..200).map(|i| f64::from(i) / 7.0).collect();
    let cells = mesh.lines.len() + mesh.triangles.len() + mesh.tetrahedra.len();
    let point_fields = [
        Field { name: "the force", components: 3, values: &values[..3 * mesh.nodes()] },
        Field { name: "x", components: 1, values: &values[..mesh.nodes()] },
        Field { name: "x", components: 1, values: &values[..mesh.nodes()] },
    ];
    let cell_fields = [Field { name: "2 µ", components: 2, values: &values[..2 * cells] }];
    let view = View { point_fields: &point_fields, cell_fields: &cell_fields, ..view(&mesh) };
    for encoding in [VtkEncoding::Ascii, VtkEncoding::Binary] {
        let bytes = written(|out| write_vtk(out, &view, "a\ntitle", encoding));
        assert_eq!(read_bytes("vtk", &bytes).unwrap(), mesh);
    }
    let surface = Mesh { tetrahedra: vec![], ..mesh.clone() };
    let bytes = written(|out| write_ply(out, &view));
    assert_eq!(read_bytes("ply", &bytes).unwrap(), surface);
    let header = String::from_utf8_lossy(&bytes);
    for name in ["the_force_0", "the_force_2", "x_2", "x_3", "field_2___1"] {
        assert!(header.contains(&format!("property double {name}\n")), "{name}");
    }
    let bytes = written(|out| write_obj(out, &view));
    assert_eq!(read_bytes("obj", &bytes).unwrap(), surface);
}

#[test]
fn exact_texts() {
    let points = [0.5, 1.0, 1e-9, 0.0, -3.0, 1.0];
    let values = [1.0, f64::NAN, -f64::INFINITY];
    let view = View {
        dimension: 2,
        points: &points,
        lines: &[[0, 1]],
        triangles: &[[0, 1, 2]],
        point_fields: &[Field { name: "u", components: 1, values: &values }],
        cell_fields: &[Field { name: "c d", components: 2, values: &[1.0, 2.0, 3.0, 4.0] }],
        ..View::default()
    };
    let obj = "v 0.5 1.0 0.0\nv 1e-9 0.0 0.0\nv -3.0 1.0 0.0\nl 1 2\nf 1 2 3\n";
    assert_eq!(String::from_utf8(written(|out| write_obj(out, &view))).unwrap(), obj);
    let vtk = "# vtk DataFile Version 3.0\nt\nASCII\nDATASET UNSTRUCTURED_GRID\nPOINTS 3 double\n0.5 1.0 0.0\n\
               1e-9 0.0 0.0\n-3.0 1.0 0.0\nCELLS 2 7\n2 0 1\n3 0 1 2\nCELL_TYPES 2\n3\n5\nPOINT_DATA 3\n\
               FIELD FieldData 1\nu 1 3 double\n1.0\nnan\n-inf\nCELL_DATA 2\nFIELD FieldData 1\nc_d 2 2 double\n\
               1.0 2.0\n3.0 4.0\n";
    assert_eq!(String::from_utf8(written(|out| write_vtk(out, &view, "t", VtkEncoding::Ascii))).unwrap(), vtk);
    let line = View { dimension: 1, points: &[1.0, 2.0], ..View::default() };
    assert_eq!(written(|out| write_obj(out, &line)), b"v 1.0 0.0 0.0\nv 2.0 0.0 0.0\n");
}

#[test]
fn arrays_have_to_fit() {
    let points = [0.0; 6];
    let good = View { dimension: 3, points: &points, ..View::default() };
    let field = [Field { name: "u", components: 2, values: &[1.0; 3] }];
    for (view, wanted) in [
        (View { dimension: 4, ..good }, "6 numbers are no points of dimension 4"),
        (View { dimension: 0, ..good }, "6 numbers are no points of dimension 0"),
        (View { points: &points[1..], ..good }, "5 numbers are no points of dimension 3"),
        (View { triangles: &[[0, 1, 2]], ..good }, "node 2 is used, there are 2"),
        (View { point_fields: &field, ..good }, "field `u`: 3 values are not 2 for each of 2 points"),
        (View { cell_fields: &field, ..good }, "field `u`: 3 values are not 2 for each of 0 elements"),
    ] {
        let mut out = Vec::new();
        assert_eq!(write_obj(&mut out, &view).unwrap_err().to_string(), wanted);
        assert!(write_ply(&mut out, &view).is_err() && out.is_empty());
        assert!(write_vtk(&mut out, &view, "", VtkEncoding::Binary).is_err() && out.is_empty());
    }
}
