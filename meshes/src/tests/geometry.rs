//! Generated shapes: orientation, sizes, closedness, shape of the elements.

use super::*;
use std::collections::HashMap;
use std::f64::consts::PI;

fn make(shape: Shape) -> Mesh {
    let mesh = Mesh::generate(&shape).unwrap();
    assert_eq!(mesh.report().to_string(), "", "{shape:?}");
    mesh
}

fn total_volume(mesh: &Mesh) -> f64 {
    mesh.tetrahedra.iter().map(|&t| volume(3, &mesh.points, t)).sum()
}

/// By the divergence theorem, from an outward surface.
fn enclosed(mesh: &Mesh, triangles: &[[u32; 3]]) -> f64 {
    let mut points = mesh.points.clone();
    let origin = points.len() as u32 / 3;
    points.extend([0.3, -0.2, 0.7]);
    triangles.iter().map(|&[a, b, c]| volume(3, &points, [a, c, b, origin])).sum()
}

fn total_area(mesh: &Mesh) -> f64 {
    mesh.surface().iter().map(|&t| area(mesh.dimension, &mesh.points, t)).sum()
}

/// Nodes, edges and faces of a surface, each used.
fn euler(triangles: &[[u32; 3]]) -> i64 {
    let mut nodes: Vec<u32> = triangles.iter().flatten().copied().collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes.len() as i64 - edges_of_triangles(triangles).len() as i64 + triangles.len() as i64
}

fn assert_closed(triangles: &[[u32; 3]]) {
    let found = hinges(triangles);
    assert_eq!((found.non_manifold, found.inconsistent), (0, 0));
    assert_eq!(found.hinges.len(), edges_of_triangles(triangles).len());
    assert_eq!(found.hinges.len() * 2, triangles.len() * 3);
    assert!(boundary_edges(triangles).is_empty() && boundary_loops(triangles).unwrap().is_empty());
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs()
}

#[test]
fn boxes() {
    for cells in [[1, 1, 1], [2, 3, 4], [5, 1, 2]] {
        let mesh = make(Shape::Box { cells, size: [2.0, 3.0, 0.5] });
        let [nx, ny, nz] = cells;
        assert_eq!((mesh.nodes(), mesh.tetrahedra.len()), ((nx + 1) * (ny + 1) * (nz + 1), 6 * nx * ny * nz));
        let each = 3.0 / (6 * nx * ny * nz) as f64;
        assert!(mesh.tetrahedra.iter().all(|&t| close(volume(3, &mesh.points, t), each)));
        let surface = mesh.surface();
        assert_eq!(surface.len(), 4 * (nx * ny + ny * nz + nz * nx));
        assert_closed(&surface);
        assert_eq!(euler(&surface), 2);
        assert!(close(enclosed(&mesh, &surface), total_volume(&mesh)) && close(total_volume(&mesh), 3.0));
        assert!(close(total_area(&mesh), 2.0 * (6.0 + 1.5 + 1.0)));
        assert!(close(mesh.lumped_masses().iter().sum(), 3.0));
        assert_eq!(mesh.points[3..6], [0.0, 0.0, 0.5 / nz as f64]);
        assert_eq!(mesh.points[mesh.points.len() - 3..], [2.0, 3.0, 0.5]);
        assert_conforming(&mesh);
    }
}

/// No face belongs to more than two tetrahedra, and those two lie on its two sides.
fn assert_conforming(mesh: &Mesh) {
    let mut faces: HashMap<[u32; 3], i32> = HashMap::new();
    for &tetrahedron in &mesh.tetrahedra {
        for face in boundary(&[tetrahedron]) {
            let key = super::super::connect::ascending(face);
            let [a, b, c] = key;
            let even = [[a, b, c], [b, c, a], [c, a, b]].contains(&face);
            let sum = faces.entry(key).or_default();
            *sum += if even { 1 } else { 100 };
        }
    }
    assert!(faces.values().all(|&sum| matches!(sum, 1 | 100 | 101)));
}

#[test]
fn grids_and_cloths() {
    let grid = make(Shape::Grid { cells: [3, 4], size: [1.5, 2.0] });
    assert_eq!((grid.dimension, grid.nodes(), grid.triangles.len()), (2, 20, 24));
    assert!(grid.triangles.iter().all(|&t| close(area(2, &grid.points, t), 0.125)));
    assert_eq!(grid.points[2..4], [0.0, 0.5]);
    assert_eq!(euler(&grid.triangles), 1);
    let loops = boundary_loops(&grid.triangles).unwrap();
    assert_eq!(loops, [[0, 5, 10, 15, 16, 17, 18, 19, 14, 9, 4, 3, 2, 1]]);
    let cloth = make(Shape::Cloth { cells: [3, 4], size: [1.5, 2.0] });
    assert_eq!((cloth.dimension, &cloth.triangles), (3, &grid.triangles));
    assert_eq!(cloth.points[..3], [-0.75, -1.0, 0.0]);
    assert_eq!(cloth.points[57..], [0.75, 1.0, 0.0]);
    assert!(close(total_area(&cloth), 3.0));
    // Diagonals alternate: inner nodes have four or eight neighbours.
    let grid = make(Shape::Grid { cells: [2, 2], size: [1.0, 1.0] });
    let (row_ptr, neighbours) = one_rings(grid.nodes(), &grid.edges());
    assert_eq!(neighbours[row_ptr[4] as usize..row_ptr[5] as usize], [0, 1, 2, 3, 5, 6, 7, 8]);
}

#[test]
fn spheres() {
    for (subdivisions, tolerance) in [(0, 0.5), (1, 0.2), (3, 0.02), (5, 0.001)] {
        let mesh = make(Shape::Sphere { subdivisions, radius: 2.0 });
        assert_eq!(mesh.triangles.len(), 20 << (2 * subdivisions));
        assert_closed(&mesh.triangles);
        assert_eq!(euler(&mesh.triangles), 2);
        let (wanted, found) = (32.0 / 3.0 * PI, enclosed(&mesh, &mesh.triangles));
        assert!(found < wanted && found > wanted * (1.0 - tolerance), "{subdivisions}: {found}");
        assert!(total_area(&mesh) < 16.0 * PI && total_area(&mesh) > 16.0 * PI * (1.0 - tolerance));
        assert!(mesh.points.chunks(3).all(|p| close(p[0].hypot(p[1]).hypot(p[2]), 2.0)));
    }
}

#[test]
fn balls() {
    for (cells, tolerance) in [(1, 0.7), (2, 0.5), (3, 0.4), (5, 0.15), (8, 0.05), (16, 0.013)] {
        let mesh = make(Shape::Ball { cells, radius: 2.0 });
        assert_conforming(&mesh);
        let surface = mesh.surface();
        assert_closed(&surface);
        assert_eq!(euler(&surface), 2);
        let (wanted, found) = (32.0 / 3.0 * PI, total_volume(&mesh));
        assert!(close(enclosed(&mesh, &surface), found));
        assert!(found < wanted && found > wanted * (1.0 - tolerance), "{cells}: {}", found / wanted);
        // A regular tetrahedron has about 0.118.
        let shapes = mesh.tetrahedra.iter().map(|&t| {
            let edges = edges_of_tetrahedra(&[t]);
            let longest = edges.iter().map(|&e| length(3, &mesh.points, e)).fold(0.0, f64::max);
            volume(3, &mesh.points, t) / longest.powi(3)
        });
        let worst = shapes.fold(1.0, f64::min);
        assert!(worst > 0.01, "{cells}: {worst}");
    }
}

#[test]
fn tori() {
    let mesh = make(Shape::Torus { around: 96, across: 64, radius: 1.5, tube: 0.5 });
    assert_eq!((mesh.nodes(), mesh.triangles.len()), (96 * 64, 2 * 96 * 64));
    assert_closed(&mesh.triangles);
    assert_eq!(euler(&mesh.triangles), 0);
    let wanted = 2.0 * PI * PI * 1.5 * 0.25;
    let found = enclosed(&mesh, &mesh.triangles);
    assert!(found < wanted && found > 0.99 * wanted, "{found} {wanted}");
    let wanted = 4.0 * PI * PI * 1.5 * 0.5;
    assert!((total_area(&mesh) / wanted - 1.0).abs() < 0.01);
    assert_closed(&make(Shape::Torus { around: 3, across: 3, radius: 1.0, tube: 0.1 }).triangles);
}

#[test]
fn shapes_by_name() {
    for (name, nodes) in [("box", 125), ("grid", 81), ("cloth", 289), ("sphere", 642), ("ball", 729), ("torus", 512)] {
        let shape = Shape::named(name, None, None).unwrap();
        assert_eq!((make(shape.clone()).nodes(), shape.name()), (nodes, name));
    }
    let shape = Shape::named("box", Some(&[1, 2, 3]), Some(&[4.0, 5.0, 6.0])).unwrap();
    assert_eq!(shape, Shape::Box { cells: [1, 2, 3], size: [4.0, 5.0, 6.0] });
    let huge = usize::MAX;
    for (name, cells, size, wanted) in [
        ("cube", None, None, "shape `cube` is not known; one of box, grid, cloth, sphere, ball, torus is wanted"),
        ("box", Some(&[2, 2][..]), None, "shape `box`: `cells`: 3 numbers are wanted, found 2"),
        ("ball", None, Some(&[1.0, 1.0][..]), "shape `ball`: `size`: 1 number is wanted, found 2"),
        ("box", Some(&[2, 0, 1]), None, "shape `box`: cells of at least 1 are wanted, found 0"),
        ("torus", Some(&[8, 2]), None, "shape `torus`: cells of at least 3 are wanted, found 2"),
        (
            "grid",
            None,
            Some(&[1.0, f64::NAN]),
            "shape `grid`: sizes that are positive and finite are wanted, found NaN",
        ),
        ("grid", None, Some(&[-1.0, 1.0]), "shape `grid`: sizes that are positive and finite are wanted, found -1"),
        (
            "torus",
            None,
            Some(&[1.0, 2.0]),
            "shape `torus`: a radius of the tube below the other, 1, is wanted, found 2",
        ),
        ("box", Some(&[2000, 2000, 2000]), None, "shape `box`: at most 2147483647 nodes are wanted: take fewer cells"),
        ("box", Some(&[huge, 1, 1]), None, "shape `box`: at most 2147483647 nodes are wanted: take fewer cells"),
        ("ball", Some(&[1 << 30]), None, "shape `ball`: at most 2147483647 nodes are wanted: take fewer cells"),
        ("sphere", Some(&[40]), None, "shape `sphere`: at most 2147483647 nodes are wanted: take fewer cells"),
        ("sphere", Some(&[huge]), None, "shape `sphere`: at most 2147483647 nodes are wanted: take fewer cells"),
    ] {
        assert_eq!(Shape::named(name, cells, size).unwrap_err().to_string(), wanted);
    }
    assert!(Mesh::generate(&Shape::Ball { cells: 0, radius: 1.0 }).is_err());
}

#[test]
fn measures() {
    let points = [0.0, 0.0, 2.0, 0.0, 0.0, 1.0];
    assert_eq!((area(2, &points, [0, 1, 2]), area(2, &points, [0, 2, 1])), (1.0, -1.0));
    assert_eq!(area_shares(2, &points, &[[0, 2, 1]]), [1.0 / 3.0; 3]);
    assert_eq!(length_shares(2, &points, &[[0, 1], [2, 0]]), [1.5, 1.0, 0.5]);
    assert!(length(2, &points, [0, 3]).is_nan() && volume(3, &points, [0, 1, 2, 3]).is_nan());
    let points = super::samples::POINTS;
    assert_eq!(volume_shares(3, &points, &[[0, 1, 2, 3]]), [1.0 / 24.0; 4]);
    assert_eq!(area(3, &points, [0, 2, 1]), 0.5);
    assert_eq!(length(1, &[1.0, 4.0], [1, 0]), 3.0);
}
