//! The meshes of valid files.

use super::samples::*;
use super::*;

const SQUARE: [f64; 12] = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0];

fn square(lines: &[[u32; 2]]) -> Mesh {
    let triangles = vec![[0, 1, 2], [0, 2, 3]];
    let (lines, quads) = (lines.to_vec(), vec![[0, 1, 2, 3]]);
    Mesh { dimension: 3, points: SQUARE.to_vec(), lines, triangles, quads, ..Mesh::default() }
}

fn ok(format: Format, bytes: &[u8]) -> Mesh {
    read_bytes(format, bytes).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn squares() {
    assert_eq!(ok("obj", OBJ.as_bytes()), square(&[[0, 1], [1, 2]]));
    assert_eq!(ok("obj", OBJ.replace('\n', "\r\n").as_bytes()), square(&[[0, 1], [1, 2]]));
    assert_eq!(ok("off", OFF.as_bytes()), square(&[[0, 1]]));
    assert_eq!(ok("ply", PLY.as_bytes()), square(&[[0, 2]]));
    assert_eq!(ok("ply", PLY.replace('\n', "\r\n").as_bytes()), square(&[[0, 2]]));
    assert_eq!(ok("ply", &ply_binary(false)), square(&[[0, 2]]));
    assert_eq!(ok("ply", &ply_binary(true)), square(&[[0, 2]]));
    let mut strip = square(&[[0, 1], [1, 2]]);
    strip.triangles.extend([[0, 1, 3], [3, 1, 2]]);
    assert_eq!(ok("vtk", VTK_POLY.as_bytes()), strip);
    assert_eq!(ok("vtk", &vtk_poly_binary()), strip);
}

#[test]
fn equal_points_of_stl_are_merged() {
    let mesh = ok("stl", STL.as_bytes());
    assert_eq!(mesh.triangles, [[0, 1, 2], [0, 2, 3]]);
    assert_eq!(mesh.points[9], 0.1);
    let binary = ok("stl", &stl_binary());
    assert_eq!((binary.triangles, binary.points[9]), (mesh.triangles, f64::from(0.1f32)));
}

#[test]
fn tetrahedra() {
    let lines = vec![[0, 1]];
    let triangles = vec![[0, 1, 2], [0, 1, 2], [0, 2, 3]];
    let tetrahedra = vec![[0, 1, 2, 3]];
    let wanted = Mesh {
        dimension: 3,
        points: POINTS.to_vec(),
        lines,
        triangles,
        quads: vec![[0, 1, 2, 3]],
        tetrahedra,
        ..Mesh::default()
    };
    for bytes in [MSH2.as_bytes(), MSH4.as_bytes(), MSH2.replace('\n', "\r\n").as_bytes()] {
        assert_eq!(ok("msh", bytes), wanted);
    }
    for bytes in [msh2_binary(false), msh2_binary(true), msh4_binary(false), msh4_binary(true)] {
        assert_eq!(ok("msh", &bytes), wanted);
    }
    let mut pixel = wanted.clone();
    pixel.triangles = vec![[0, 1, 2], [0, 1, 3], [0, 3, 2], [0, 1, 2], [0, 2, 3], [0, 1, 2], [0, 2, 3]];
    pixel.quads = vec![[0, 1, 3, 2], [0, 1, 2, 3], [0, 1, 2, 3]];
    assert_eq!(ok("vtk", VTK_GRID.as_bytes()), pixel);
    assert_eq!(ok("vtk", &vtk_grid_binary()), pixel);
}

#[test]
fn older_grids_count_their_cells() {
    let text = VTK_GRID.split("METADATA").next().unwrap().replace("5.1", "2.0");
    let text = text + "CELLS 2 8\n4 0 1 2 3\n2 3 0\nCELL_TYPES 2\n10 3\nCELL_DATA 2\n";
    let mesh = ok("vtk", text.as_bytes());
    assert_eq!((mesh.lines, mesh.tetrahedra), (vec![[3, 0]], vec![[0, 1, 2, 3]]));
}

#[test]
fn either_file_of_tetgen_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let [node, ele] = ["t.node", "t.ele"].map(|name| folder.path().join(name));
    std::fs::write(&node, NODE).unwrap();
    let points = Mesh::read(&node).unwrap();
    assert_eq!((points.nodes(), points.tetrahedra.len()), (4, 0));
    std::fs::write(&ele, ELE).unwrap();
    let mesh = Mesh::read(&ele).unwrap();
    assert_eq!(mesh, Mesh::read(&node).unwrap());
    assert_eq!((mesh.points.as_slice(), mesh.tetrahedra.as_slice()), (&POINTS[..], &[[0, 1, 2, 3]][..]));
    // From zero, in two dimensions, as Triangle writes them; and with elements that are wrong.
    std::fs::write(&node, "3 2 0 0\n0 0 0\n1 1 0\n2 0 1\n").unwrap();
    std::fs::write(&ele, "1 3 0\n0 0 1 2\n").unwrap();
    let mesh = Mesh::read(&ele).unwrap();
    assert_eq!((mesh.dimension, mesh.triangles), (2, vec![[0, 1, 2]]));
    for (text, wanted) in [
        ("1 4 0\n0 0 1 2 2\n", ":1: elements of 4 nodes in 2 dimensions cannot be read; "),
        ("1 6 0\n0 0 1 2 2 1 1\n", ":1: elements of 6 nodes in 2 dimensions cannot be read; "),
        ("1 3 0\n0 0 1 3\n", ":2: node 3 does not exist; nodes 0 to 2 do"),
        ("1 3 0\n0 0 1\n", ":2: a node number is wanted, but the line ends"),
        ("1 3 0\n5 0 1 2\n", ":2: number 0, in order from 0 or 1, is wanted, found `5`"),
        ("2 3 0\n1 0 1 2\n# nothing more\n", ":4: an element is wanted, but the file ends"),
        ("-2 3 0\n1 0 1 2\n", ":1: the number of elements is wanted, found `-2`"),
        ("1 3 0\n1 0 1 2\n9", ":3: the end of the file is wanted, found `9`"),
        ("999999999 3 0\n1 0 1 2\n", ":1: 999999999 elements are announced, but there is only room for "),
    ] {
        std::fs::write(&ele, text).unwrap();
        let message = Mesh::read(&node).unwrap_err().to_string();
        assert!(message.contains(wanted) && message.contains("t.ele:"), "`{message}` should contain `{wanted}`");
    }
    std::fs::remove_file(&node).unwrap();
    assert!(Mesh::read(&ele).unwrap_err().to_string().contains("t.node: cannot be read: "));
}

#[test]
fn the_extension_says_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Mesh::read(&path)
    };
    assert_eq!(put("a.OBJ", OBJ).unwrap().nodes(), 4);
    assert_eq!(put("a.Stl", STL).unwrap().nodes(), 4);
    put("A.NODE", NODE).unwrap();
    assert_eq!(put("A.ELE", ELE).unwrap().tetrahedra.len(), 1);
    let message = put("a.step", "").unwrap_err().to_string();
    assert!(
        message.ends_with("a.step: one of the extensions .obj, .ply, .stl, .off, .msh, .vtk, .node, .ele is wanted")
    );
    let message = Mesh::read(folder.path().join("none.obj")).unwrap_err().to_string();
    assert!(message.contains("none.obj: cannot be read: "), "{message}");
    std::fs::create_dir(folder.path().join("f.ply")).unwrap();
    let message = Mesh::read(folder.path().join("f.ply")).unwrap_err().to_string();
    assert!(message.ends_with("f.ply: is not a regular file"), "{message}");
}

#[test]
fn small_variants() {
    let planar = "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nend_header\n1 2\n";
    let mesh = ok("ply", planar.as_bytes());
    assert_eq!((mesh.dimension, mesh.points), (2, vec![1.0, 2.0]));
    let ahead = ok("obj", b"f 1 2 3\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1");
    assert_eq!(ahead.triangles, [[0, 1, 2], [0, 1, 2]]);
    let off = ok("off", b"OFF 3 1\n0 0 0 # first\n1 0 0\n0 1 0\n3 0 1 2");
    assert_eq!(off.triangles, [[0, 1, 2]]);
    assert_eq!(ok("obj", b"v 1 2 3").nodes(), 1);
}
