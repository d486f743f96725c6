//! Boundaries, edges, hinges, loops, neighbours, reports.

use super::*;

#[test]
fn the_boundary_of_a_tetrahedron_faces_outward() {
    assert_eq!(boundary(&[[0, 1, 2, 3]]), [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]);
    // Two that share the face 1 2 3.
    let both = boundary(&[[0, 1, 2, 3], [4, 1, 3, 2]]);
    assert_eq!(both.len(), 6);
    assert!(hinges(&both).inconsistent == 0 && boundary_edges(&both).is_empty());
    assert!(boundary(&[]).is_empty());
}

#[test]
fn edges_come_once() {
    assert_eq!(edges_of_triangles(&[[2, 1, 0], [1, 2, 3]]), [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]]);
    assert_eq!(edges_of_tetrahedra(&[[3, 1, 2, 0]]).len(), 6);
    assert_eq!(edges_of_triangles(&[[1, 1, 0]]), [[0, 1]]);
    let mesh = Mesh { dimension: 2, points: vec![0.0; 6], lines: vec![[2, 0], [0, 2], [1, 1]], ..Mesh::default() };
    assert_eq!(mesh.edges(), [[0, 2]]);
}

#[test]
fn hinges_run_with_the_first_triangle() {
    let found = hinges(&[[2, 1, 0], [1, 2, 3]]);
    assert_eq!(found, Hinges { hinges: vec![[2, 1, 0, 3]], non_manifold: 0, inconsistent: 0 });
    let found = hinges(&[[2, 1, 0], [2, 1, 3]]);
    assert_eq!(found, Hinges { hinges: vec![[2, 1, 0, 3]], non_manifold: 0, inconsistent: 1 });
    let found = hinges(&[[0, 1, 2], [1, 0, 3], [0, 1, 4], [1, 1, 2]]);
    assert_eq!(found, Hinges { hinges: vec![], non_manifold: 1, inconsistent: 0 });
}

#[test]
fn loops_follow_the_triangles() {
    assert_eq!(boundary_edges(&[[2, 1, 0]]), [[1, 0], [0, 2], [2, 1]]);
    assert_eq!(boundary_loops(&[[2, 1, 0], [5, 3, 4]]).unwrap(), [[0, 2, 1], [3, 4, 5]]);
    // Two triangles that meet in a node, and two that face opposite sides.
    let message = boundary_loops(&[[0, 1, 2], [0, 3, 4]]).unwrap_err().to_string();
    assert_eq!(message, "the boundary is not made of closed loops: 2 edges end in node 0, 2 start there");
    assert!(boundary_loops(&[[0, 1, 2], [1, 3, 2], [0, 1, 5], [7, 1, 0]]).is_err());
    assert!(boundary_loops(&[[0, 1, 2], [0, 1, 3]]).is_err());
}

#[test]
fn rings() {
    let (row_ptr, neighbours) = one_rings(4, &[[0, 2], [2, 3], [0, 3], [0, 9]]);
    assert_eq!(row_ptr, [0, 2, 2, 4, 6]);
    assert_eq!(neighbours, [2, 3, 0, 3, 0, 2]);
    assert_eq!(one_rings(0, &[]), (vec![0], vec![]));
}

#[test]
fn results_do_not_depend_on_chance() {
    let mesh = Mesh::generate(&Shape::Ball { cells: 4, radius: 1.0 }).unwrap();
    let again = Mesh::generate(&Shape::Ball { cells: 4, radius: 1.0 }).unwrap();
    assert_eq!((mesh.surface(), mesh.hinges()), (again.surface(), again.hinges()));
    let edges = mesh.edges();
    assert!(edges.is_sorted() && edges.iter().all(|[a, b]| a < b));
}

#[test]
fn reports_name_every_problem() {
    let mut mesh = Mesh { dimension: 3, points: samples::POINTS.to_vec(), ..Mesh::default() };
    mesh.points.extend([2.0, 2.0, 0.0, 1.0, 1.0, 0.0, 9.0, 9.0, 9.0]);
    mesh.lines = vec![[0, 1], [1, 0], [2, 2], [0, 77]];
    mesh.triangles = vec![[0, 1, 2], [0, 5, 4], [2, 2, 1], [0, 2, 3], [2, 0, 1], [0, 2, 5], [1, 2, 5]];
    mesh.tetrahedra = vec![[0, 1, 2, 3], [1, 0, 2, 3], [0, 1, 2, 4], [0, 0, 1, 2], [0, 0, 1, 2]];
    let report = mesh.report();
    assert_eq!((report.nodes, report.lines.count, report.triangles.count, report.tetrahedra.count), (7, 4, 7, 5));
    let wanted = "Of 5 tetrahedra, 1 is inverted: tetrahedron 1.
Of 5 tetrahedra, 1 has no volume: tetrahedron 2.
Of 5 tetrahedra, 2 use a node twice, first tetrahedron 3.
Of 5 tetrahedra, 2 repeat an earlier one, first tetrahedron 1.
Of 7 triangles, 1 has no area: triangle 1.
Of 7 triangles, 1 uses a node twice: triangle 2.
Of 7 triangles, 1 repeats an earlier one: triangle 4.
Of 4 lines, 1 uses a node that does not exist: line 3.
Of 4 lines, 1 uses a node twice: line 2.
Of 4 lines, 1 repeats an earlier one: line 1.
Of the edges, 2 belong to more than two triangles, first the one between nodes 0 and 2.
Of the edges, 2 lie between triangles that face opposite sides, first the one between nodes 0 and 1.
Of 7 nodes, 1 belongs to no element: node 6.";
    assert_eq!(report.to_string(), wanted);
    assert!(!report.is_clean());
    let mut flat = Mesh::generate(&Shape::Grid { cells: [2, 1], size: [1.0, 1.0] }).unwrap();
    flat.triangles[2] = [5, 4, 3];
    assert_eq!(flat.report().triangles.inverted, Finding { count: 1, first: Some(2) });
    assert_eq!(Mesh::default().report().to_string(), "");
}
