//! The distortion of elements: how far they are from a shape at rest, whatever their size and place.

/// Positions of nodes, with their number of coordinates.
#[derive(Clone, Copy, Debug)]
pub struct Positions<'a> {
    /// The coordinates of a node.
    pub dimension: usize,
    /// The numbers, node by node.
    pub numbers: &'a [f64],
}

/// Square matrices of the edges of an element, of which the first rows and columns count.
type Square = [[f64; 3]; 3];

/// The symmetric Dirichlet energy of the map from an element at rest to where it is, in terms of that of the identity:
/// `(|F|² + |F⁻¹|²) / 2d`, with `F` the deformation gradient and `d` one for a line, two for a triangle and three for a
/// tetrahedron. It is one where only place and direction differ, and infinite where the element is flat, or turned inside
/// out where there is no room to turn it back.
pub fn distortion<const K: usize>(rest: Positions<'_>, now: Positions<'_>, nodes: &[u32; K]) -> f64 {
    let d = K - 1;
    let (before, after) = (gram(rest, nodes), gram(now, nodes));
    let (Some(there), Some(back)) = (trace(&before, &after, d), trace(&after, &before, d)) else {
        return f64::INFINITY;
    };
    let turned = rest.dimension == d && now.dimension == d && size(rest, nodes) * size(now, nodes) <= 0.0;
    if turned { f64::INFINITY } else { (there + back) / (2 * d) as f64 }
}

/// An edge from the first node of an element.
fn edge<const K: usize>(at: Positions<'_>, nodes: &[u32; K], number: usize) -> [f64; 3] {
    let place = |node: u32| &at.numbers[node as usize * at.dimension..][..at.dimension];
    let (from, to) = (place(nodes[0]), place(nodes[number + 1]));
    std::array::from_fn(|k| if k < at.dimension { to[k] - from[k] } else { 0.0 })
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The products of the edges with each other.
fn gram<const K: usize>(at: Positions<'_>, nodes: &[u32; K]) -> Square {
    let edges: [[f64; 3]; 3] = std::array::from_fn(|i| if i + 1 < K { edge(at, nodes, i) } else { [0.0; 3] });
    std::array::from_fn(|i| std::array::from_fn(|j| dot(edges[i], edges[j])))
}

/// The trace of `a⁻¹ b`; `None` if `a` is not positive definite.
fn trace(a: &Square, b: &Square, d: usize) -> Option<f64> {
    let (mut a, mut b) = (*a, *b);
    let largest = (0..d).map(|i| a[i][i]).fold(0.0, f64::max);
    for i in 0..d {
        let pivot = a[i][i];
        if pivot.is_nan() || pivot <= 1e-14 * largest {
            return None;
        }
        for row in (0..d).filter(|&row| row != i) {
            let factor = a[row][i] / pivot;
            for k in 0..d {
                a[row][k] -= factor * a[i][k];
                b[row][k] -= factor * b[i][k];
            }
        }
    }
    Some((0..d).map(|i| b[i][i] / a[i][i]).sum())
}

/// The determinant of the edges, where they are as many as coordinates.
fn size<const K: usize>(at: Positions<'_>, nodes: &[u32; K]) -> f64 {
    let e: [[f64; 3]; 3] = std::array::from_fn(|i| if i + 1 < K { edge(at, nodes, i) } else { [0.0; 3] });
    match K {
        2 => e[0][0],
        3 => e[0][0] * e[1][1] - e[0][1] * e[1][0],
        _ => {
            let [a, b, c] = e;
            a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(numbers: &[f64]) -> Positions<'_> {
        Positions { dimension: 2, numbers }
    }

    #[test]
    fn distortion_is_that_of_singular_values() {
        let rest = [0.0, 0.0, 2.0, 0.0, 0.5, 1.5];
        let map = |m: [[f64; 2]; 2]| {
            let to = |p: &[f64]| [m[0][0] * p[0] + m[0][1] * p[1] + 3.0, m[1][0] * p[0] + m[1][1] * p[1] - 1.0];
            rest.chunks(2).flat_map(to).collect::<Vec<f64>>()
        };
        let of = |now: &[f64]| distortion(flat(&rest), flat(now), &[0, 1, 2]);
        assert!((of(&map([[0.6, -0.8], [0.8, 0.6]])) - 1.0).abs() < 1e-12);
        // Singular values 2 and 1/2, turned: twice 4 + 1/4, over four.
        assert!((of(&map([[1.2, -0.4], [1.6, 0.3]])) - 2.125).abs() < 1e-12);
        assert_eq!(of(&map([[1.0, 0.0], [0.0, -1.0]])), f64::INFINITY);
        assert_eq!(of(&map([[1.0, 1.0], [0.0, 0.0]])), f64::INFINITY);
        // In space a triangle can be turned over.
        let space: Vec<f64> = rest.chunks(2).flat_map(|p| [p[0], -p[1], 0.0]).collect();
        let now = Positions { dimension: 3, numbers: &space };
        assert!((distortion(flat(&rest), now, &[0, 1, 2]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn lines_and_tetrahedra_have_one_too() {
        let rest = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        let twice = rest.map(|x| 2.0 * x);
        let mirrored: Vec<f64> = rest.chunks(3).flat_map(|p| [p[0], p[1], -p[2]]).collect();
        let space = |numbers| Positions { dimension: 3, numbers };
        assert!((distortion(space(&rest), space(&twice), &[0, 1, 2, 3]) - 2.125).abs() < 1e-12);
        assert!((distortion(space(&rest), space(&twice), &[0, 1]) - 2.125).abs() < 1e-12);
        assert_eq!(distortion(space(&rest), space(&mirrored), &[0, 1, 2, 3]), f64::INFINITY);
    }
}
