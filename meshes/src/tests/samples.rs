//! Small valid files: a square of two triangles, or a tetrahedron with one of its faces and edges.

use super::Format;

/// Bytes of numbers, one after another.
pub(super) struct Bytes {
    pub out: Vec<u8>,
    pub big: bool,
}

impl Bytes {
    pub fn new(text: &str, big: bool) -> Bytes {
        Bytes { out: text.as_bytes().to_vec(), big }
    }

    fn put<const N: usize>(mut self, mut little: [u8; N]) -> Bytes {
        if self.big {
            little.reverse();
        }
        self.out.extend(little);
        self
    }

    pub fn u8(self, v: u8) -> Bytes {
        self.put([v])
    }

    pub fn text(mut self, text: &str) -> Bytes {
        self.out.extend(text.as_bytes());
        self
    }

    pub fn i32s(self, all: &[i32]) -> Bytes {
        all.iter().fold(self, |b, v| b.put(v.to_le_bytes()))
    }

    pub fn i64s(self, all: &[i64]) -> Bytes {
        all.iter().fold(self, |b, v| b.put(v.to_le_bytes()))
    }

    pub fn f32s(self, all: &[f32]) -> Bytes {
        all.iter().fold(self, |b, v| b.put(v.to_le_bytes()))
    }

    pub fn f64s(self, all: &[f64]) -> Bytes {
        all.iter().fold(self, |b, v| b.put(v.to_le_bytes()))
    }
}

/// The corners of a tetrahedron of volume 1/6, or of a bent square.
pub(super) const POINTS: [f64; 12] = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];

pub(super) const OBJ: &str = "# square\nmtllib a.mtl\no square\nv 0 0 0\nv 1 0 0 1.0\nv 1 1 0 .5 .5 .5\nv 0 1 0\n\
vt 0 0\nvn 0 0 1\nusemtl m\ns off\nf 1/1/1 2//1 3/1 \\\n  -1\nl 1 2 3\n";
pub(super) const OFF: &str = "COFF # colours\n4 2 0\n0 0 0 1 0 0 1\n1 0 0 1 0 0 1\n\n1 1 0 1 0 0 1\n0 1 0 1 0 0 1\n\
4 0 1 2 3 0.5 0.5 0.5\n2 0 1\n";
pub(super) const PLY: &str = "ply\nformat ascii 1.0\ncomment a square\nelement vertex 4\nproperty float x\n\
property float y\nproperty double z\nproperty uchar red\nelement face 1\nproperty list uchar int vertex_index\n\
element edge 1\nproperty int vertex1\nproperty int vertex2\nend_header\n0 0 0 255\n1 0 0 255\n1 1 0 255\n0 1 0 255\n\
4 0 1 2 3\n0 2\n";
pub(super) const STL: &str = "solid\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 1 0\nendloop\n\
endfacet\nendsolid\nSOLID b c\n FACET NORMAL nan nan nan OUTER LOOP VERTEX -0 0 0 VERTEX 1 1 0 VERTEX 0.1 1 0 ENDLOOP\n\
ENDFACET\nENDSOLID b c\n";
pub(super) const NODE: &str = "# points\n4 3 1 1\n1 0 0 0  9 1\n2 1 0 0  9 1\n3 0 1 0  9 1\n4 0 0 1  9 0\n# end\n";
pub(super) const ELE: &str = "1 4 1\n1 1 2 3 4 7\n";
pub(super) const MSH2: &str = "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Comments\nanything $ goes\n$EndComments\n$Nodes\n4\n\
10 0 0 0\n20 1 0 0\n5 0 1 0\n7 0 0 1\n$EndNodes\n$Elements\n5\n1 15 2 0 1 10\n2 1 2 0 1 10 20\n3 2 2 0 1 10 20 5\n\
4 3 0 10 20 5 7\n5 4 2 0 1 10 20 5 7\n$EndElements\n";
pub(super) const MSH4: &str = "$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Entities\n0 0 0 0\n$EndEntities\n$Nodes\n2 4 5 20\n\
1 1 1 1\n10\n0 0 0 0.25\n3 1 0 3\n20\n5\n7\n1 0 0\n0 1 0\n0 0 1\n$EndNodes\n$Elements\n5 5 1 5\n0 1 15 1\n1 10\n1 1 1 1\n\
2 10 20\n2 1 2 1\n3 10 20 5\n2 1 3 1\n4 10 20 5 7\n3 1 4 1\n5 10 20 5 7\n$EndElements\n";
pub(super) const VTK_POLY: &str = "# vtk DataFile Version 3.0\na title\nASCII\nDATASET POLYDATA\nFIELD FieldData 1\n\
time 1 1 double\n0.5\nPOINTS 4 float\n0 0 0 1 0 0\n1 1 0 0 1 0\nVERTICES 1 2\n1 0\nLINES 1 4\n3 0 1 2\n\
POLYGONS 1 5\n4 0 1 2 3\nTRIANGLE_STRIPS 1 5\n4 0 1 3 2\nPOINT_DATA 4\nSCALARS s float\nLOOKUP_TABLE default\n1 2 3 4\n";
pub(super) const VTK_GRID: &str = "# vtk DataFile Version 5.1\nvtk output\nASCII\nDATASET UNSTRUCTURED_GRID\n\
POINTS 4 double\n0 0 0 1 0 0\n0 1 0 0 0 1\nMETADATA\nCOMPONENT_NAMES\nX%20Y\n\nCELLS 8 22\nOFFSETS vtktypeint64\n\
0 1 3 6 10 14 18 22\nCONNECTIVITY vtktypeint64\n0\n0 1\n0 1 2\n0 1 2 3\n0 1 2 3\n0 1 2 3\n0 1 2 3\nCELL_TYPES 7\n1\n3\n5\n8\n\
9\n7\n10\n";

pub(super) fn ply_binary(big: bool) -> Vec<u8> {
    let order = if big { "big" } else { "little" };
    let header = format!(
        "ply\nformat binary_{order}_endian 1.0\nelement vertex 4\nproperty float x\nproperty double y\nproperty short z\n\
         element face 1\nproperty uchar flags\nproperty list uchar uint vertex_indices\nelement edge 1\n\
         property int vertex1\nproperty int vertex2\nend_header\n"
    );
    let mut b = Bytes::new(&header, big);
    for [x, y] in [[0, 0], [1, 0], [1, 1], [0, 1]] {
        b = b.f32s(&[x as f32]).f64s(&[f64::from(y)]).u8(0).u8(0);
    }
    b.u8(7).u8(4).i32s(&[0, 1, 2, 3]).i32s(&[0, 2]).out
}

pub(super) fn stl_binary() -> Vec<u8> {
    let mut b = Bytes::new(&format!("{:80}", "solid though binary"), false).i32s(&[2]);
    for third in [[1.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.1, 1.0]] {
        b = b.f32s(&[f32::NAN; 3]).f32s(&[0.0, 0.0, -0.0]);
        b = if third[2] == 0.0 {
            b.f32s(&[1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
        } else {
            b.f32s(&[1.0, 1.0, 0.0, 0.1, 1.0, 0.0])
        };
        b = b.u8(1).u8(2);
    }
    b.out
}

pub(super) fn msh2_binary(big: bool) -> Vec<u8> {
    let mut b = Bytes::new("$MeshFormat\n2.2 1 8\n", big).i32s(&[1]).text("\n$EndMeshFormat\n$Nodes\n4\n");
    for (tag, p) in [10, 20, 5, 7].into_iter().zip(POINTS.chunks(3)) {
        b = b.i32s(&[tag]).f64s(p);
    }
    b = b.text("\n$EndNodes\n$Elements\n5\n").i32s(&[15, 1, 1, 1, 0, 10]).i32s(&[1, 1, 2, 2, 0, 0, 10, 20]);
    b = b.i32s(&[2, 1, 0, 3, 10, 20, 5]).i32s(&[3, 1, 0, 4, 10, 20, 5, 7]).i32s(&[4, 1, 0, 5, 10, 20, 5, 7]);
    b.text("\n$EndElements\n").out
}

pub(super) fn msh4_binary(big: bool) -> Vec<u8> {
    let mut b = Bytes::new("$MeshFormat\n4.1 1 8\n", big).i32s(&[1]).text("\n$EndMeshFormat\n$Nodes\n");
    b = b.i64s(&[2, 4, 5, 20]).i32s(&[1, 1, 1]).i64s(&[1, 10]).f64s(&POINTS[..3]).f64s(&[0.25]);
    b = b.i32s(&[3, 1, 0]).i64s(&[3, 20, 5, 7]).f64s(&POINTS[3..]).text("\n$EndNodes\n$Elements\n").i64s(&[5, 5, 1, 5]);
    b = b.i32s(&[0, 1, 15]).i64s(&[1, 1, 10]).i32s(&[1, 1, 1]).i64s(&[1, 2, 10, 20]);
    b = b.i32s(&[2, 1, 2]).i64s(&[1, 3, 10, 20, 5]).i32s(&[2, 1, 3]).i64s(&[1, 4, 10, 20, 5, 7]);
    b.i32s(&[3, 1, 4]).i64s(&[1, 5, 10, 20, 5, 7]).text("\n$EndElements\n").out
}

pub(super) fn vtk_poly_binary() -> Vec<u8> {
    let text = "# vtk DataFile Version 4.2\nt\nBINARY\nDATASET POLYDATA\nFIELD FieldData 1\ntime 1 1 double\n";
    let b = Bytes::new(text, true).f64s(&[0.5]).text("\nPOINTS 4 float\n");
    let b = b.f32s(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    let b = b.text("\nVERTICES 1 2\n").i32s(&[1, 0]).text("\nLINES 1 4\n").i32s(&[3, 0, 1, 2]);
    let b = b.text("\nPOLYGONS 1 5\n").i32s(&[4, 0, 1, 2, 3]).text("\nTRIANGLE_STRIPS 1 5\n").i32s(&[4, 0, 1, 3, 2]);
    b.text("\nPOINT_DATA 4\nSCALARS s float\nLOOKUP_TABLE default\n").f32s(&[1.0; 4]).out
}

pub(super) fn vtk_grid_binary() -> Vec<u8> {
    let text = "# vtk DataFile Version 5.1\nt\nBINARY\nDATASET UNSTRUCTURED_GRID\nPOINTS 4 double\n";
    let b = Bytes::new(text, true).f64s(&POINTS).text("\nMETADATA\nINFORMATION 0\n\n");
    let b = b.text("CELLS 8 22\nOFFSETS vtktypeint64\n").i64s(&[0, 1, 3, 6, 10, 14, 18, 22]);
    let b = b.text("\nCONNECTIVITY vtktypeint64\n").i64s(&[0, 0, 1, 0, 1, 2]);
    let b = (0..4).fold(b, |b, _| b.i64s(&[0, 1, 2, 3]));
    b.text("\nCELL_TYPES 7\n").i32s(&[1, 3, 5, 8, 9, 7, 10]).text("\n").out
}

pub(super) const OFF_PACKED: &str = "OFF4\n2 0 0 0 0 1 0 0 1 1 0\r\n0 1 0x0p1 3 0 1\r2 3 0 2 3";
pub(super) const MSH_NOTES: &str = "\u{feff}$Comments\rx\r$EndComments\r$MeshFormat\r2.2 0 8\r$EndMeshFormat\r$Nodes\r3\r\
1 0 0 0\r2 1. .0 0\r3 0 1 0\r$EndNodes\r$New\r$EndNew\rword\r$Elements\r1\r1 2 0 1 2 3\r$EndElements\r\0";
pub(super) const VTK_FIELDS: &str = "# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nFIELD FieldData 2\n\
s 1 1 string\na b\nb 1 3 bit\n0 1 0\nPOINTS 3 float\n0 0 0 1 0 0 0 1 0\nPOLYGONS 1 4\n3 0 1 2\n";

pub(super) fn vtk_fields_binary() -> Vec<u8> {
    let b =
        Bytes::new("# vtk DataFile Version 3.0\nt\nBINARY\nDATASET POLYDATA\nFIELD FieldData 2\ns 1 2 string\n", true);
    let b = b.u8(0xc0 | 3).text("abc").u8(0x80).u8(1).text("d").text("\nb 1 9 bit\n").u8(255).u8(1);
    b.text("\nPOINTS 1 float\n").f32s(&[0.0, 1.0, 2.0]).text("\n").out
}

/// A valid file of every format and variant.
pub(super) fn all() -> Vec<(Format, Vec<u8>)> {
    let text = |format, text: &str| (format, text.as_bytes().to_vec());
    vec![
        text("obj", OBJ),
        text("off", OFF),
        text("ply", PLY),
        text("stl", STL),
        text("node", NODE),
        text("msh", MSH2),
        text("msh", MSH4),
        text("vtk", VTK_POLY),
        text("vtk", VTK_GRID),
        text("off", OFF_PACKED),
        text("msh", MSH_NOTES),
        text("vtk", VTK_FIELDS),
        ("vtk", vtk_fields_binary()),
        ("ply", ply_binary(false)),
        ("ply", ply_binary(true)),
        ("stl", stl_binary()),
        ("msh", msh2_binary(false)),
        ("msh", msh2_binary(true)),
        ("msh", msh4_binary(false)),
        ("msh", msh4_binary(true)),
        ("vtk", vtk_poly_binary()),
        ("vtk", vtk_grid_binary()),
    ]
}
