//! Bad files of every kind, and exactly what is said about them.

use super::samples::*;
use super::*;

/// Replaces the first occurrence, which has to be there.
pub(super) fn with(text: &str, from: &str, to: &str) -> Vec<u8> {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

pub(super) fn expect(format: Format, table: &[(Vec<u8>, &str)]) {
    let all = table.iter().map(|(bytes, wanted)| (message(format, bytes), *wanted));
    let wrong: Vec<String> =
        all.filter(|(found, wanted)| found != wanted).map(|(f, w)| format!("{w}\n  => {f}")).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn obj() {
    expect(
        "obj",
        &[
            (b"".to_vec(), "m: has no points; at least one is wanted"),
            (
                b"\xff\xfe\x00binary".to_vec(),
                "m:1: text in UTF-16 cannot be read; UTF-8 can: save the file in that encoding",
            ),
            (with(OBJ, "v 0 1 0", "v 0 1"), "m:7: a coordinate is wanted, but the line ends"),
            (with(OBJ, "v 1 0 0", "v 1 zero 0"), "m:5: a coordinate is wanted, found `zero`"),
            (with(OBJ, "v 1 0 0", "v 1 inf 0"), "m:5: a finite coordinate is wanted, found `inf`"),
            (with(OBJ, "f 1/1/1", "f 9/1/1"), "m:12: node 9 does not exist; nodes 1 to 4 do"),
            (with(OBJ, "f 1/1/1", "f -5/1/1"), "m:12: node -5 does not exist; 4 points came before"),
            (with(OBJ, "f 1/1/1", "f 0/1/1"), "m:12: a node number from 1 is wanted, found `0/1/1`"),
            (with(OBJ, "f 1/1/1", "f /1/1"), "m:12: a node number from 1 is wanted, found `/1/1`"),
            (
                with(OBJ, "f 1/1/1", "f 99999999999999999999"),
                "m:12: a node number from 1 is wanted, found `99999999999999999999`",
            ),
            (with(OBJ, "f 1/1/1", "f 5000000000"), "m:12: node 5000000000 does not exist; nodes 1 to 4 do"),
            (with(OBJ, "l 1 2 3", "f 1 2"), "m:14: a face of at least 3 nodes is wanted, but the line ends"),
            (with(OBJ, "l 1 2 3", "l 1"), "m:14: a line of at least 2 nodes is wanted, but the line ends"),
            (
                with(OBJ, "l 1 2 3", "curv 0 1 1 2"),
                "m:14: a free-form curve or surface (`curv`) cannot be read; points, lines and faces can",
            ),
        ],
    );
}

#[test]
fn off() {
    expect(
        "off",
        &[
            (b"".to_vec(), "m:1: `OFF` is wanted, but the file ends"),
            (with(OFF, "COFF", "nOFF"), "m:1: the variant `nOFF` cannot be read; OFF, COFF, NOFF and STOFF can"),
            (with(OFF, "COFF", "FOO"), "m:1: `OFF` is wanted, found `FOO`"),
            (with(OFF, "COFF", "OFF BINARY"), "m:1: binary OFF cannot be read; OFF as text can"),
            (with(OFF, "4 2 0", "-4 2 0"), "m:2: the number of points is wanted, found `-4`"),
            (with(OFF, "4 2 0", "4"), "m:8: the end of the file is wanted, found `4`"),
            (
                with(OFF, "4 2 0", "4000000000 2 0"),
                "m:2: 4000000000 points are announced, but there is only room for 14",
            ),
            (with(OFF, "4 2 0", "4 300 0"), "m:2: 300 faces are announced, but there is only room for 21"),
            (with(OFF, "4 2 0", "4 3 0"), "m:10: a face is wanted, but the file ends"),
            (with(OFF, "4 2 0", "4 1 0"), "m:9: the end of the file is wanted, found `2`"),
            (with(OFF, "1 1 0 1 0 0 1", "1 1"), "m:6: a coordinate is wanted, but the line ends"),
            (with(OFF, "1 1 0 1 0 0 1", "1 nan 1"), "m:6: a finite coordinate is wanted, found `NaN`"),
            (with(OFF, "4 0 1 2 3", "4 0 1 2 4"), "m:8: node 4 does not exist; nodes 0 to 3 do"),
            (with(OFF, "4 0 1 2 3", "4 0 1 2 -1"), "m:8: node -1 does not exist; nodes 0 to 3 do"),
            (
                with(OFF, "4 0 1 2 3 0.5 0.5 0.5", "4 0 1 2"),
                "m:8: 4 nodes of a face are announced, but there is only room for 3",
            ),
            (with(OFF, "4 0 1 2 3", "0"), "m:8: a face of at least 1 node is wanted, found `0`"),
            (
                with(OFF, "4 0 1 2 3", "9999 0 1 2 3"),
                "m:8: 9999 nodes of a face are announced, but there is only room for 10",
            ),
        ],
    );
}

#[test]
fn ply() {
    let cut = ply_binary(false);
    let cut = cut[..cut.len() - 1].to_vec();
    let mut far = ply_binary(false);
    let at = far.len() - 4;
    far[at] = 9;
    let mut infinite = ply_binary(false);
    let at = infinite.windows(10).position(|w| w == b"end_header").unwrap() + 11;
    infinite[at..at + 4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    expect(
        "ply",
        &[
            (b"".to_vec(), "m:1: `end_header` is wanted, but the file ends"),
            (b"solid".to_vec(), "m:1: `ply` is wanted, found `solid`"),
            (
                with(PLY, "format ascii 1.0\n", ""),
                "m:13: `format` with an encoding and version 1.0 is wanted in the header",
            ),
            (
                with(PLY, "ascii 1.0", "ascii one"),
                "m:2: a line of a PLY header (format, comment, element, property, end_header) is wanted, found `format ascii one`",
            ),
            (with(PLY, "element vertex 4", "element vertex -4"), "m:4: a number of elements `vertex` is wanted"),
            (
                with(PLY, "element vertex 4", "element vertex 99999999999999999999"),
                "m:4: a number of elements `vertex` is wanted",
            ),
            (
                with(PLY, "element vertex 4", "element vertex 4000000"),
                "m:15: 4000000 elements `vertex` are announced, but there is only room for 6",
            ),
            (
                with(PLY, "element vertex 4", "element vertex 0"),
                "m:15: `count vertex_index...` of element `face` is wanted, found `0 0 0 255`",
            ),
            (with(PLY, "property float x\n", ""), "m:14: a property `x` of element `vertex` is wanted"),
            (with(PLY, "property float x", "property float y"), "m:6: a new name is wanted, found `y` again"),
            (with(PLY, "element edge", "element face"), "m:11: a new name is wanted, found `face` again"),
            (
                with(PLY, "float x", "list uchar float x"),
                "m:15: coordinates of element `vertex` that are numbers, not lists, are wanted",
            ),
            (
                with(
                    PLY,
                    "element vertex 4",
                    "element tristrips 1\nproperty list int int vertex_indices\nelement vertex 4",
                ),
                "m:17: an element `tristrips` cannot be read; `vertex`, `edge` and `face` can",
            ),
            (
                with(PLY, "end_header", "end"),
                "m:14: a line of a PLY header (format, comment, element, property, end_header) is wanted, found `end`",
            ),
            (
                PLY.split("end_header").next().unwrap().as_bytes().to_vec(),
                "m:14: `end_header` is wanted, but the file ends",
            ),
            (with(PLY, "1 1 0 255", "1 1 0"), "m:17: `x y z red` of element `vertex` is wanted, found `1 1 0`"),
            (with(PLY, "1 1 0 255", "1 nan 0 255"), "m:17: a finite coordinate is wanted, found `NaN`"),
            (with(PLY, "1 1 0 255", "1 1e999 0 255"), "m:17: a finite coordinate is wanted, found `inf`"),
            (with(PLY, "1 1 0 255", ""), "m:19: `x y z red` of element `vertex` is wanted, found `4 0 1 2 3`"),
            (
                with(PLY, "4 0 1 2 3", "4 0 1 2"),
                "m:19: `count vertex_index...` of element `face` is wanted, found `4 0 1 2`",
            ),
            (with(PLY, "4 0 1 2 3", "4 0 1 2 4"), "m:19: node 4 does not exist; nodes 0 to 3 do"),
            (with(PLY, "4 0 1 2 3", "2 0 1"), "m:19: a face of at least 3 nodes is wanted, found `2`"),
            (with(PLY, "vertex_index", "nodes"), "m:19: a property `vertex_indices` of element `face` is wanted"),
            (with(PLY, "vertex2", "other"), "m:20: properties `vertex1` and `vertex2` of element `edge` are wanted"),
            (with(PLY, "\n0 2\n", ""), "m:19: 1 elements `edge` are announced, but there is only room for 0"),
            (with(PLY, "\n0 2\n", "\n0 2\n\n7 7\n"), "m:22: the end of the file is wanted, found `7`"),
            (cut, "m, byte 323: `vertex1 vertex2` of element `edge` is wanted, but the file ends"),
            (far, "m, byte 327: node 9 does not exist; nodes 0 to 3 do"),
            (infinite, "m, byte 249: a finite coordinate is wanted, found `inf`"),
        ],
    );
}

#[test]
fn stl() {
    let edit = |at: usize, value: &[u8]| {
        let mut bytes = stl_binary();
        bytes[at..at + value.len()].copy_from_slice(value);
        bytes
    };
    expect(
        "stl",
        &[
            (b"".to_vec(), "m, byte 0: a header of 80 bytes is wanted, but the file ends"),
            (b"ply".to_vec(), "m, byte 0: a header of 80 bytes is wanted, but the file ends"),
            (b"solid\nendsolid".to_vec(), "m: has no points; at least one is wanted"),
            (with(STL, "facet", "face"), "m:2: `facet` or `endsolid` is wanted, found `face`"),
            (with(STL, "outer loop", "inner loop"), "m:3: `outer` is wanted, found `inner`"),
            (with(STL, "vertex 1 1 0", "vertex 1 1"), "m:7: a coordinate is wanted, found `endloop`"),
            (with(STL, "vertex 1 1 0", "vertex 1 1 inf"), "m:6: a finite coordinate is wanted, found `inf`"),
            (with(STL, "vertex 1 1 0", "vertex 1 1 0 vertex 2 2 2"), "m:6: `endloop` is wanted, found `vertex`"),
            (with(STL, "\nSOLID b c\n", "\nb c\n"), "m:10: `solid` is wanted, found `b`"),
            (STL.as_bytes()[..STL.len() - 15].to_vec(), "m:12: `endfacet` is wanted, found `ENDFACE`"),
            (stl_binary()[..183].to_vec(), "m, byte 80: 2 triangles are announced, but there is only room for 1"),
            (stl_binary()[..82].to_vec(), "m:1: `facet` or `endsolid` is wanted, but the file ends"),
            (edit(80, &[255; 4]), "m, byte 80: 4294967295 triangles are announced, but there is only room for 2"),
            (
                edit(80, &[1]),
                "m, byte 134: the end of the file is wanted behind 1 triangles, but more follow: is their number right?",
            ),
            (edit(96, &f32::NAN.to_le_bytes()), "m, byte 96: a finite coordinate is wanted, found `NaN`"),
        ],
    );
}

#[test]
fn tetgen() {
    expect(
        "node",
        &[
            (b"".to_vec(), "m:1: the number of points is wanted, but the file ends"),
            (with(NODE, "4 3 1 1", "0 3 1 1"), "m:3: the end of the file is wanted, found `1`"),
            (with(NODE, "4 3 1 1", "-1 3 1 1"), "m:2: the number of points is wanted, found `-1`"),
            (with(NODE, "4 3 1 1", "4 4 1 1"), "m:2: the dimension, 2 or 3, is wanted, found `4`"),
            (with(NODE, "4 3 1 1", "4000 3 1 1"), "m:2: 4000 points are announced, but there is only room for 7"),
            (with(NODE, "4 3 1 1", "5 3 1 1"), "m:8: a point is wanted, but the file ends"),
            (with(NODE, "4 3 1 1", "3 3 1 1"), "m:6: the end of the file is wanted, found `4`"),
            (with(NODE, "3 0 1 0", "4 0 1 0"), "m:5: number 3, in order from 0 or 1, is wanted, found `4`"),
            (with(NODE, "1 0 0 0", "2 0 0 0"), "m:3: number 0, in order from 0 or 1, is wanted, found `2`"),
            (with(NODE, "3 0 1 0  9 1", "3 0 1"), "m:5: a coordinate is wanted, but the line ends"),
            (with(NODE, "3 0 1 0", "3 0 1 inf"), "m:5: a finite coordinate is wanted, found `inf`"),
        ],
    );
}
