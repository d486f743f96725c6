//! Stencils of four nodes: tetrahedra, quads, or the hinges between two triangles.

use std::collections::HashSet;

/// The shape of an element of four nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Four {
    /// A tetrahedron.
    Tetrahedron,
    /// A surface with four corners, which follow each other around it.
    Quad,
    /// Two triangles: the nodes of their edge, then the two opposite ones.
    Hinge,
}

impl Four {
    /// The shape of the rows of a table, by its name; else by where the nodes are: `at` are the points in three coordinates.
    pub fn of(name: &str, rows: &[[u32; 4]], at: &[[f32; 3]]) -> Four {
        let name = name.to_lowercase();
        let named = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if named(&["tet"]) {
            return Four::Tetrahedron;
        }
        if named(&["quad", "face", "patch"]) {
            return Four::Quad;
        }
        if named(&["hinge", "bend"]) {
            return Four::Hinge;
        }
        let corners = |row: &[u32; 4]| row.map(|node| at[node as usize].map(f64::from));
        // Tetrahedra of a mesh share faces, and are not flat; quads share no more than edges.
        let solid = rows.iter().any(|row| thickness(corners(row)) > 1e-3);
        if solid && (rows.len() == 1 || share_faces(rows)) && !rows.iter().all(|row| opposite(corners(row))) {
            return Four::Tetrahedron;
        }
        match rows.iter().filter(|row| opposite(corners(row))).count() * 2 > rows.len() {
            true => Four::Hinge,
            false => Four::Quad,
        }
    }

    /// The triangles that an element shows; those of a tetrahedron are on the boundary of all alone.
    pub fn triangles(self, [a, b, c, d]: [u32; 4]) -> Vec<[u32; 3]> {
        match self {
            Four::Tetrahedron => vec![],
            Four::Quad => vec![[a, b, c], [a, c, d]],
            Four::Hinge => vec![[a, b, c], [b, a, d]],
        }
    }
}

fn sub(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Six times the volume, in terms of the cube of the longest edge from the first node.
fn thickness([a, b, c, d]: [[f64; 3]; 4]) -> f64 {
    let [u, v, w] = [sub(b, a), sub(c, a), sub(d, a)];
    let longest = [u, v, w].map(|e| dot(e, e)).into_iter().fold(0.0, f64::max);
    (dot(cross(u, v), w) / longest.powf(1.5)).abs()
}

/// True if the last two nodes lie on different sides of the line through the first two, as those of a hinge do.
fn opposite([a, b, c, d]: [[f64; 3]; 4]) -> bool {
    let u = sub(b, a);
    dot(cross(u, sub(c, a)), cross(u, sub(d, a))) < 0.0
}

/// True if two rows have three nodes in common.
fn share_faces(rows: &[[u32; 4]]) -> bool {
    let mut seen = HashSet::new();
    rows.iter().any(|row| {
        (0..4).any(|left_out| {
            let mut face: Vec<u32> = (0..4).filter(|&k| k != left_out).map(|k| row[k]).collect();
            face.sort_unstable();
            !seen.insert(face)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_are_and_places_where_names_do_not() {
        let flat = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 0.0], [2.0, 0.1, 0.4]];
        let quad = [[0, 1, 2, 3]];
        assert_eq!(Four::of("my_tets", &quad, &flat), Four::Tetrahedron);
        assert_eq!(Four::of("Quads", &quad, &flat), Four::Quad);
        assert_eq!(Four::of("hinges", &quad, &flat), Four::Hinge);
        assert_eq!(Four::of("cells", &quad, &flat), Four::Quad);
        // The edge from 0 to 2 lies between 1 and 3.
        assert_eq!(Four::of("cells", &[[0, 2, 1, 3]], &flat), Four::Hinge);
        assert_eq!(Four::of("cells", &[[0, 1, 3, 4]], &flat), Four::Tetrahedron);
        assert_eq!(Four::Hinge.triangles([0, 2, 1, 3]), [[0, 2, 1], [2, 0, 3]]);
        assert_eq!(Four::Quad.triangles(quad[0]), [[0, 1, 2], [0, 2, 3]]);
    }
}
