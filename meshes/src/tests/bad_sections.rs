//! Bad files of the formats that have sections, Gmsh and VTK.

use super::bad::{expect, with};
use super::samples::*;

#[test]
fn gmsh_text() {
    expect(
        "msh",
        &[
            (b"".to_vec(), "m:1: `$MeshFormat` is wanted, but the file ends"),
            (b"$NOD\n".to_vec(), "m:1: `$MeshFormat` is wanted, found `$NOD`"),
            (with(MSH2, "2.2 0 8", "4 0 8"), "m:2: version `4` of .msh cannot be read; 2 to 2.2 and 4.1 can"),
            (with(MSH2, "2.2 0 8", "2.2 2 8"), "m:2: the file type, 0 or 1, is wanted, found `2`"),
            (with(MSH2, "2.2 0 8", "2.2 0 16"), "m:2: the size of numbers, 4 or 8, is wanted, found `16`"),
            (with(MSH2, "$EndComments", "$EndComment"), "m:4: `$EndComments` is wanted, but the file ends"),
            (with(MSH2, "$Nodes\n4", "$Nodes\n-4"), "m:8: the number of nodes is wanted, found `-4`"),
            (with(MSH2, "$Nodes\n4", "$Nodes\n4000"), "m:8: 4000 nodes are announced, but there is only room for 19"),
            (with(MSH2, "$Nodes\n4", "$Nodes\n3"), "m:12: `$EndNodes` is wanted, found `7`"),
            (with(MSH2, "$Nodes\n4", "$Nodes\n5"), "m:13: the number of a node is wanted, found `$EndNodes`"),
            (with(MSH2, "20 1 0 0", "10 1 0 0"), "m:10: a new node number is wanted, found 10 again"),
            (with(MSH2, "20 1 0 0", "20 1 NaN 0"), "m:10: a finite coordinate is wanted, found `NaN`"),
            (with(MSH2, "20 1 0 0", "20 1 x 0"), "m:10: a coordinate is wanted, found `x`"),
            (with(MSH2, "10 20 5 7", "10 20 5 8"), "m:19: node 8 does not exist; $Nodes does not list it"),
            (
                with(MSH2, "4 3 0 10 20 5 7", "4 5 0 1 2 3 4 5 6 7 8"),
                "m:19: a hexahedron (type 5) cannot be read; points, lines, triangles, quads and tetrahedra of first order can",
            ),
            (
                with(MSH2, "4 3 0 10 20 5 7", "4 11 0 1 2 3 4 5 6 7 8"),
                "m:19: a tetrahedron of second order (type 11) cannot be read; points, lines, triangles, quads and tetrahedra of first order can",
            ),
            (
                with(MSH2, "4 3 0 10 20 5 7", "4 999 0 1 2 3 4 5 6 7 8"),
                "m:19: an element (type 999) cannot be read; points, lines, triangles, quads and tetrahedra of first order can",
            ),
            (with(MSH2, "4 3 0 10 20 5 7", "4 3 -1 10 20 5 7"), "m:19: the number of tags is wanted, found `-1`"),
            (with(MSH2, "$Elements", "$Nodes"), "m:14: a single section $Nodes is wanted, found another"),
            (with(MSH2, "$Elements\n5", "$Elements\n4"), "m:20: `$EndElements` is wanted, found `5`"),
            (with(MSH2, "$EndElements\n", ""), "m:21: `$EndElements` is wanted, but the file ends"),
            (MSH2.as_bytes()[..90].to_vec(), "m:8: 4 nodes are announced, but there is only room for 1"),
            (with(MSH4, "2 4 5 20", "2 5 5 20"), "m:18: 5 nodes in all blocks are wanted, found 4"),
            (with(MSH4, "5 5 1 5", "5 6 1 5"), "m:31: 6 elements in all blocks are wanted, found 5"),
            (
                with(MSH4, "3 1 0 3", "3 1 0 300"),
                "m:12: 300 nodes of a block are announced, but there is only room for 19",
            ),
            (
                with(MSH4, "3 1 4 1", "3 1 5 1"),
                "m:30: a hexahedron (type 5) cannot be read; points, lines, triangles, quads and tetrahedra of first order can",
            ),
            (with(MSH4, "5 10 20 5 7", "5 10 20 5 6"), "m:31: node 6 does not exist; $Nodes does not list it"),
            (with(MSH4, "0.25", "a"), "m:11: a parameter of a node is wanted, found `a`"),
        ],
    );
}

#[test]
fn gmsh_binary() {
    let edit = |good: Vec<u8>, from: &[u8], to: &[u8]| {
        let mut bytes = good;
        let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
        bytes.splice(at..at + from.len(), to.iter().copied());
        bytes
    };
    let node = |tag: i64| [tag.to_le_bytes(), 20i64.to_le_bytes(), 5i64.to_le_bytes()].concat();
    expect(
        "msh",
        &[
            (
                edit(msh2_binary(false), &[1, 0, 0, 0, b'\n'], &[1, 1, 0, 0, b'\n']),
                "m, byte 24: the number 1 as 4 bytes is wanted, found `\u{fffd}\u{fffd}\u{fffd}\u{fffd}`",
            ),
            (edit(msh2_binary(false), b"2.2 1 8\n", b"2.2 1 8 9\n"), "m:2: the end of the line is wanted, found ` 9`"),
            (
                edit(msh2_binary(false), &1f64.to_le_bytes(), &f64::NAN.to_le_bytes()),
                "m, byte 81: a finite coordinate is wanted, found `NaN`",
            ),
            (
                edit(msh2_binary(false), b"$Nodes\n4", b"$Nodes\n5"),
                "m, byte 204: `$EndNodes` is wanted, found `\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}`",
            ),
            (
                edit(msh2_binary(false), b"$Elements\n5", b"$Elements\n4"),
                "m, byte 316: `$EndElements` is wanted, found `\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}`",
            ),
            (
                edit(msh2_binary(false), &[15, 0, 0, 0, 1], &[5, 0, 0, 0, 1]),
                "m, byte 188: a hexahedron (type 5) cannot be read; points, lines, triangles, quads and tetrahedra of first order can",
            ),
            (msh2_binary(false)[..100].to_vec(), "m, byte 49: 4 nodes are announced, but there is only room for 1"),
            (
                edit(msh4_binary(false), &node(10), &node(11)),
                "m, byte 416: node 11 does not exist; $Nodes does not list it",
            ),
            (
                edit(msh4_binary(false), &4u64.to_le_bytes(), &[255; 8]),
                "m, byte 55: the number of nodes is wanted, found `18446744073709551615`",
            ),
            (
                edit(msh4_binary(false), &4u64.to_le_bytes(), &3u64.to_le_bytes()),
                "m, byte 255: 3 nodes in all blocks are wanted, found 4",
            ),
        ],
    );
}

#[test]
fn vtk_text() {
    expect(
        "vtk",
        &[
            (b"".to_vec(), "m:1: `# vtk DataFile Version` and a number is wanted, found ``"),
            (
                b"<VTKFile type=\"PolyData\">".to_vec(),
                "m:1: `# vtk DataFile Version` and a number is wanted, found `<VTKFile type=\"PolyData\">`",
            ),
            (with(VTK_POLY, "3.0", "6.0"), "m:1: file version 6 cannot be read; versions up to 5.1 can"),
            (with(VTK_POLY, "ASCII", "TEXT"), "m:3: `ASCII` or `BINARY` is wanted, found `TEXT`"),
            (
                with(VTK_POLY, "POLYDATA", "STRUCTURED_GRID"),
                "m:4: a dataset `STRUCTURED_GRID` cannot be read; POLYDATA and UNSTRUCTURED_GRID can",
            ),
            (
                with(VTK_POLY, "float", "complex"),
                "m:8: a type of numbers (int, float, double, vtktypeint64, ...) is wanted, found `complex`",
            ),
            (
                with(VTK_POLY, "POINTS 4", "POINTS 4000"),
                "m:8: 4000 points are announced, but there is only room for 28",
            ),
            (with(VTK_POLY, "POINTS 4", "POINTS -4"), "m:8: the number of points is wanted, found `-4`"),
            (
                with(VTK_POLY, "POINTS 4", "POINTS 3"),
                "m:10: a section of the dataset (POINTS, CELLS, POLYGONS, ...) is wanted, found `0`",
            ),
            (with(VTK_POLY, "POINTS 4", "POINTS 5"), "m:11: a coordinate is wanted, found `VERTICES`"),
            (with(VTK_POLY, "1 1 0 0", "1 nan 0 0"), "m:10: a finite coordinate is wanted, found `NaN`"),
            (with(VTK_POLY, "4 0 1 2 3", "4 0 1 2 4"), "m:16: node 4 does not exist; nodes 0 to 3 do"),
            (with(VTK_POLY, "4 0 1 2 3", "-4 0 1 2 3"), "m:16: the number of nodes of a cell is wanted, found `-4`"),
            (
                with(VTK_POLY, "4 0 1 2 3", "5 0 1 2 3"),
                "m:16: 5 nodes of a cell are announced, but there is only room for 4",
            ),
            (with(VTK_POLY, "4 0 1 2 3", "3 0 1 2 3"), "m:16: 5 numbers in 1 cells are wanted, found 4"),
            (
                with(VTK_POLY, "POLYGONS 1 5\n4 0 1 2 3", "POLYGONS 1 3\n2 0 1"),
                "m:16: a polygon of at least 3 nodes is wanted, found 2 nodes",
            ),
            (
                with(VTK_POLY, "TRIANGLE_STRIPS 1 5\n4 0 1 3 2", "TRIANGLE_STRIPS 1 3\n2 0 1"),
                "m:18: a strip of at least 3 nodes is wanted, found 2 nodes",
            ),
            (
                with(VTK_POLY, "POLYGONS", "CELLS"),
                "m:15: a section of the dataset (POINTS, CELLS, POLYGONS, ...) is wanted, found `CELLS`",
            ),
            (
                with(VTK_POLY, "time 1 1 double\n0.5", "name 1 1 bits\nfoo"),
                "m:6: a type of numbers (int, float, double, vtktypeint64, ...) is wanted, found `bits`",
            ),
            (with(VTK_POLY, "POINTS 4", "POLYGONS 1 4 3 0 1 2 POINTS 4"), "m:8: node 0 does not exist; there are none"),
            (with(VTK_GRID, "0 1 3 6", "1 1 3 6"), "m:14: offsets ascending from 0 to 22 are wanted, found 1"),
            (with(VTK_GRID, "0 1 3 6", "0 4 3 6"), "m:14: offsets ascending from 0 to 22 are wanted, found 3"),
            (with(VTK_GRID, "18 22", "18 21"), "m:14: offsets ascending from 0 to 22 are wanted, found 21"),
            (with(VTK_GRID, "0 1 2 3", "0 1 2 9"), "m:19: node 9 does not exist; nodes 0 to 3 do"),
            (
                with(VTK_GRID, "\n3\n5", "\n12\n5"),
                "m:25: a hexahedron (type 12) cannot be read; points, lines, triangles, strips, quads, polygons and tetrahedra of first order can",
            ),
            (with(VTK_GRID, "\n3\n5", "\n5\n5"), "m:25: a triangle (type 5) of 3 nodes is wanted, found 2 nodes"),
            (
                with(VTK_GRID, "\n3\n5", "\n24\n5"),
                "m:25: a tetrahedron of second order (type 24) cannot be read; points, lines, triangles, strips, quads, polygons and tetrahedra of first order can",
            ),
            (with(VTK_GRID, "CELL_TYPES 7", "CELL_TYPES 6"), "m:23: 7 types of cells are wanted, found 6"),
            (
                VTK_GRID.split("CELL_TYPES").next().unwrap().as_bytes().to_vec(),
                "m:23: `CELL_TYPES` is wanted, but the file ends",
            ),
            (
                VTK_GRID.split("\n7\n10").next().unwrap().as_bytes().to_vec(),
                "m:23: 7 types of cells are announced, but there is only room for 5",
            ),
            (
                VTK_GRID.split("CONN").next().unwrap().as_bytes().to_vec(),
                "m:12: 22 numbers of cells are announced, but there is only room for 21",
            ),
        ],
    );
}

#[test]
fn vtk_binary() {
    let mut infinite = vtk_grid_binary();
    let at = infinite.windows(7).position(|w| w == b"double\n").unwrap() + 7;
    infinite[at..at + 8].copy_from_slice(&f64::INFINITY.to_be_bytes());
    let mut kind = vtk_grid_binary();
    let at = kind.len() - 2;
    kind[at] = 12;
    let mut node = vtk_poly_binary();
    let at = node.windows(8).position(|w| w == b"POLYGONS").unwrap() - 2;
    node[at] = 4;
    expect(
        "vtk",
        &[
            (infinite, "m, byte 78: a finite coordinate is wanted, found `inf`"),
            (
                kind,
                "m, byte 536: a hexahedron (type 12) cannot be read; points, lines, triangles, strips, quads, polygons and tetrahedra of first order can",
            ),
            (node, "m, byte 204: node 4 does not exist; nodes 0 to 3 do"),
            (vtk_grid_binary()[..170].to_vec(), "m, byte 78: 4 points are announced, but there is only room for 3"),
            (
                vtk_grid_binary()[..vtk_grid_binary().len() - 3].to_vec(),
                "m, byte 512: 7 types of cells are announced, but there is only room for 6",
            ),
        ],
    );
}
