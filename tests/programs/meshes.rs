//! Small meshes.

/// A sheet of `w` by `h` nodes, gently curved.
pub fn sheet(w: usize, h: usize) -> Vec<[f64; 3]> {
    let node = |v: usize| {
        let (i, j) = ((v % w) as f64, (v / w) as f64);
        [i, j, 0.2 * (0.9 * i + 0.3).sin() * (0.7 * j + 0.1).cos()]
    };
    (0..w * h).map(node).collect()
}

/// Two triangles for each square of the sheet.
pub fn faces(w: usize, h: usize) -> Vec<[i32; 3]> {
    let squares = (0..h - 1).flat_map(|j| (0..w - 1).map(move |i| (j * w + i) as i32));
    let w = w as i32;
    squares.flat_map(|v| [[v, v + 1, v + w + 1], [v, v + w + 1, v + w]]).collect()
}

/// The edges shared by two faces, each with the nodes opposite.
pub fn hinges(faces: &[[i32; 3]]) -> Vec<[i32; 4]> {
    let sides = || faces.iter().flat_map(|f| (0..3).map(|k| [f[k], f[(k + 1) % 3], f[(k + 2) % 3]]));
    let mut hinges = Vec::new();
    for [a, b, c] in sides() {
        let other = sides().find(|s| s[0] == b && s[1] == a && a < b);
        hinges.extend(other.map(|[_, _, d]| [a, b, c, d]));
    }
    hinges
}

/// A column of `cells` cubes.
pub fn column(cells: usize) -> Vec<[f64; 3]> {
    (0..4 * (cells + 1)).map(|v| [(v % 2) as f64, (v / 2 % 2) as f64, (v / 4) as f64]).collect()
}

/// Six tetrahedra for each cube: the paths from one corner to the opposite one.
pub fn tetrahedra(cells: usize) -> Vec<[i32; 4]> {
    let orders = [[1, 2, 4], [2, 4, 1], [4, 1, 2], [1, 4, 2], [4, 2, 1], [2, 1, 4]];
    let mut all = Vec::new();
    for cell in 0..cells as i32 {
        for (k, [p, q, _]) in orders.into_iter().enumerate() {
            let a = 4 * cell;
            let (b, c, d) = (a + p, a + p + q, a + 7);
            all.push(if k < 3 { [a, b, c, d] } else { [a, c, b, d] });
        }
    }
    all
}
