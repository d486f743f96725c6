//! Files as programs write them: every line end and way of writing numbers, values over lines, parts that are not read.

use super::samples::*;
use super::*;

fn ok(format: Format, bytes: &[u8]) -> Mesh {
    read_bytes(format, bytes).unwrap_or_else(|error| panic!("{format}: {error}"))
}

/// The samples that are text.
fn texts() -> Vec<(Format, &'static str)> {
    let texts = [OBJ, OFF, PLY, STL, NODE, MSH2, MSH4, VTK_POLY, VTK_GRID];
    let formats = ["obj", "off", "ply", "stl", "node", "msh", "msh", "vtk", "vtk"];
    formats.into_iter().zip(texts).collect()
}

#[test]
fn marks_line_ends_and_filler_change_nothing() {
    for (format, text) in texts() {
        let mesh = ok(format, text.as_bytes());
        for end in ["\r\n", "\r", "\n\n"] {
            // An empty line has a meaning in VTK's metadata and title, and an end at a backslash in OBJ.
            if end != "\n\n" || !matches!(format, "vtk" | "obj") {
                assert_eq!(ok(format, text.replace('\n', end).as_bytes()), mesh, "{format} {end:?}");
            }
        }
        assert_eq!(ok(format, format!("\u{feff}{text}").as_bytes()), mesh, "{format}");
        assert_eq!(ok(format, format!("{text}\n \t\u{b}\u{1a}\0\0").as_bytes()), mesh, "{format}");
        assert_eq!(ok(format, format!("{text}\u{1a}").as_bytes()), mesh, "{format}");
        let wide: Vec<u8> = b"\xff\xfe".iter().copied().chain(text.bytes().flat_map(|byte| [byte, 0])).collect();
        let message = message(format, &wide);
        // Such bytes may begin the free text of a binary file.
        if format != "stl" {
            assert_eq!(message, "m:1: text in UTF-16 cannot be read; UTF-8 can: save the file in that encoding");
        }
    }
}

#[test]
fn lines_of_a_text_before_binary_numbers_end_in_any_way() {
    for (format, bytes) in [("ply", ply_binary(false)), ("vtk", vtk_grid_binary()), ("msh", msh4_binary(true))] {
        let mesh = ok(format, &bytes);
        if format == "ply" {
            let at = bytes.windows(11).position(|w| w == b"end_header\n").unwrap() + 11;
            let header = String::from_utf8(bytes[..at].to_vec()).unwrap();
            for end in ["\r\n", "\r"] {
                let changed = [header.replace('\n', end).as_bytes(), &bytes[at..]].concat();
                assert_eq!(ok(format, &changed), mesh);
            }
        }
        let marked = [b"\xef\xbb\xbf", &bytes[..]].concat();
        assert_eq!(ok(format, &marked), mesh, "{format}");
    }
    // The first number begins with the byte of a line feed.
    let text = "ply\rformat binary_little_endian 1.0\relement vertex 1\rproperty char x\rproperty char y\rend_header\r";
    assert_eq!(ok("ply", &[text.as_bytes(), &[10, 13]].concat()).points, [10.0, 13.0]);
}

#[test]
fn numbers_are_written_in_every_way() {
    let point = "1. .5 +1e0";
    let wanted = [1.0, 0.5, 1.0, -0.25, 16.0, 0.0];
    let other = "-.25 0x1p4 -0.0e-5";
    let files = [
        ("obj", format!("v {point}\nv {other}\n")),
        ("off", format!("OFF\n2 0 0\n{point}\n{other}\n")),
        (
            "ply",
            format!(
                "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty double z\nend_header\n{point}\n{other}\n"
            ),
        ),
        ("node", format!("2 3 0 0\n0 {point}\n1 {other}\n")),
        ("msh", format!("$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n2\n1 {point}\n2 {other}\n$EndNodes\n")),
        ("vtk", format!("# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS 2 float\n{point}\n{other}\n")),
        (
            "stl",
            format!(
                "solid\nfacet normal 1.#QNAN x,y ?\nouter loop\nvertex {point}\nvertex {other}\nvertex {point}\nendloop\nendfacet\nendsolid\n"
            ),
        ),
    ];
    for (format, text) in &files {
        assert_eq!(ok(format, text.as_bytes()).points, wanted, "{format}");
        for bad in ["1d0", "1,5", "one"] {
            let text = text.replacen("1. .5", &format!("{bad} .5"), 1);
            assert!(
                message(format, text.as_bytes()).contains(&format!("a coordinate is wanted, found `{bad}`")),
                "{format}"
            );
        }
        for bad in ["nan", "-inf", "1e999", "nan(0x1)"] {
            let text = text.replacen("1. .5", &format!("{bad} .5"), 1);
            assert!(
                message(format, text.as_bytes()).contains("a finite coordinate is wanted, found `"),
                "{format} {bad}"
            );
        }
    }
}

#[test]
fn off_spreads_and_packs_its_numbers() {
    let mesh = ok("off", b"OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n");
    assert_eq!((mesh.nodes(), mesh.triangles.as_slice()), (4, &[[0, 1, 2], [0, 2, 3]][..]));
    for text in [
        "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 \n1 \n2 \n3\n0 2 3",
        "OFF\n4\n2\n0\n0 0\n0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2 0.5 0.5 0.5\n3\n0 2 3 # red\n",
        "OFF 4 2 0 0 0 0 1 0 0 1 1 0 0 1 0 3 0 1 2 3 0 2 3",
        "OFF\n4 2 0\n0 0 0  1 0 0\n1 1 0  0 1 0\n3 0 1 2  3 0 2 3\n",
        "OFF4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n",
        "# first\n4 2 0 # no name\n\n0 0 0\n1 0 0\n# between\n1 1 0\n0 1 0\n3 0 1 2 1 0 0 1\n3 0 2 3 7\n",
        "off\n4 2\n0 0 0 1 1 1\n1 0 0 1 1 1\n1 1 0 1 1 1\n0 1 0 1 1 1\n3 0 1 2\n3 0 2 3\n",
    ] {
        assert_eq!(ok("off", text.as_bytes()), mesh, "{text}");
    }
    let twice = "OFF\n4 1 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n";
    assert_eq!(message("off", twice.as_bytes()), "m:8: the end of the file is wanted, found `3`");
}

#[test]
fn sections_may_stand_before_the_format() {
    let mesh = ok("msh", MSH2.as_bytes());
    for text in [
        format!("$Comments\nwritten by a program\n$EndComments\n{MSH2}"),
        format!("$Comments\n$Nodes\n$EndComments\n\n$Other\n1\n$EndOther\n{MSH2}"),
        MSH2.replace("$Nodes", "$PhysicalNames\n1\n2 1 \"top\"\n$EndPhysicalNames\n$Nodes"),
    ] {
        assert_eq!(ok("msh", text.as_bytes()), mesh);
    }
    let other = ok("msh", MSH2.replace("$Nodes", "$Extra\n1\n$EndExtra\n// a word\n$Nodes").as_bytes());
    assert_eq!(
        other.notes,
        ["m:7: the section $Extra is left out.", "m:10: the line of `//` is in no section: left out."]
    );
    assert_eq!(other.remarks().len(), 3);
    let nodes = MSH2.replace("$Nodes", "$ParametricNodes").replace("$EndNodes", "$EndParametricNodes");
    assert_eq!(message("msh", nodes.as_bytes()), "m:7: a section $ParametricNodes cannot be read; $Nodes can");
}

#[test]
fn ply_reads_words_where_lines_do_not_fit() {
    let mesh = ok("ply", PLY.as_bytes());
    let packed = PLY.split("end_header\n").next().unwrap().to_string()
        + "end_header\n0 0 0 255 1 0 0\n255 1 1 0 255 0 1 0 255 4 0 1\n2 3 0 2";
    assert_eq!(ok("ply", packed.as_bytes()), mesh);
    let any = PLY.replace("1 1 0 255", "1 1 0 0xff?").replace("comment a square", "obj_info \u{fc} ,;\n\ncomment");
    assert_eq!(ok("ply", any.as_bytes()), mesh);
    let other = PLY.replace("element edge 1", "element cell 1\nproperty list uchar int nodes\nelement edge 1");
    let other = ok("ply", other.replace("4 0 1 2 3\n", "4 0 1 2 3\n4 0 1 2 3\n").as_bytes());
    assert_eq!(other.notes, ["m:21: 1 elements `cell` are left out: not of a known kind."]);
    let longer = ok("ply", &[&ply_binary(false)[..], &[1, 2]].concat());
    assert_eq!(longer.notes, ["m, byte 331: 2 more bytes follow the 6 elements of the header: left out."]);
}

#[test]
fn obj_names_what_it_does_not_know() {
    let base = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvn 0 0 1\n";
    let mesh = ok("obj", format!("{base}f 1/1/1 2/1/1 3/1/1 4/1/1\nfo 1 2 3\nl 1/1 2/1\nl -1 -2\np 1\n").as_bytes());
    assert_eq!((mesh.quads.len(), mesh.triangles.len(), mesh.lines.len()), (1, 3, 2));
    assert_eq!(mesh.remarks(), ["A quad is in `quads`, and cut into two triangles each in `triangles`."]);
    let five = ok("obj", format!("{base}v 2 2 0\nf 1 2 3 4 5\nf 1 2 3 4\nf 1 2 3 4\n").as_bytes());
    assert_eq!((five.polygons, five.triangles.len(), five.quads.len()), (1, 7, 2));
    assert_eq!(five.remarks().len(), 2);
    for (line, wanted) in [
        (
            "\u{feff}v 0 0 1",
            "m:7: a keyword of OBJ (v, vt, vn, f, l, g, o, ...), or # before a comment, is wanted, found `\u{feff}v`",
        ),
        ("V 0 0 1", "found `V`"),
        (
            "call other.obj",
            "m:7: what another file or program adds (`call`) cannot be read; points, lines and faces of this file can",
        ),
        ("v 0 0 1 red", "m:7: a weight or a colour in numbers is wanted, found `red`"),
        ("f 1/x 2 3", "m:7: a corner (v, v/vt, v//vn or v/vt/vn) is wanted, found `1/x`"),
        ("f 1/1/1/1 2 3", "is wanted, found `1/1/1/1`"),
        ("f 1.0 2 3", "m:7: a node number from 1 is wanted, found `1.0`"),
    ] {
        let message = message("obj", format!("{base}{line}\n").as_bytes());
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn fields_of_vtk_hold_anything() {
    let mesh = ok("vtk", VTK_POLY.as_bytes());
    let field = "FIELD FieldData 3\nname 1 2 string\na%20text\nPOINTS 9\nflags 1 9 bit\n0 1 0 1 0 1 0 1 1\nodd 1 1 double\n1.#IND\n";
    let text = VTK_POLY.replace("FIELD FieldData 1\ntime 1 1 double\n0.5\n", field).replace("POINTS 4", "points 4");
    assert_eq!(ok("vtk", text.as_bytes()), mesh);
    let behind = VTK_POLY.to_string() + "LINES 1 3\n2 0 1\n";
    let message = message("vtk", behind.as_bytes());
    assert_eq!(message, "m:23: `LINES` is wanted before POINT_DATA and CELL_DATA, found behind");
    let binary = vtk_poly_binary();
    let at = binary.windows(5).position(|w| w == b"FIELD").unwrap();
    let points = binary.windows(6).position(|w| w == b"POINTS").unwrap();
    let strings =
        Bytes::new("FIELD FieldData 2\nname 1 2 string\n", true).u8(0xc0 | 3).text("abc").u8(0x80).u8(1).text("d");
    let strings = strings.text("\nflags 1 9 bit\n").u8(255).u8(1).text("\n").out;
    assert_eq!(ok("vtk", &[&binary[..at], &strings, &binary[points..]].concat()), ok("vtk", &binary));
}

#[test]
fn bytes_behind_a_binary_stl_are_named() {
    let mesh = ok("stl", &[&stl_binary()[..], b"abc"].concat());
    assert_eq!(mesh.notes, ["m, byte 184: 3 more bytes follow the 2 triangles of the header: left out."]);
    assert_eq!(Mesh { notes: vec![], ..mesh }, ok("stl", &stl_binary()));
}

#[test]
fn every_sample_is_valid() {
    for (format, bytes) in all() {
        assert!(ok(format, &bytes).nodes() > 0);
    }
}
