//! Problem B written by hand, as an expert would: the element's derivatives in closed form, rest data computed once,
//! blocks added at slots found once. On one thread.

use spadina::Tensor;
use spadina::system::Matrix;

type Point = [f64; 3];

/// Rest data, stencils and slots.
pub struct Hand {
    stencils: Vec<[u32; 4]>,
    /// By element, the gradients of the four linear functions by rest position.
    slopes: Vec<[Point; 4]>,
    volumes: Vec<f64>,
    /// By element, the slots of the rows of its 16 blocks: block by block, three rows each.
    slots: Vec<[u32; 48]>,
    mu: f64,
    lambda: f64,
}

/// The results of one evaluation.
pub struct Sums {
    /// The energy.
    pub energy: f64,
    /// By unknown.
    pub gradient: Vec<f64>,
    /// By entry of the pattern.
    pub hessian: Vec<f64>,
}

fn sub(a: Point, b: Point) -> Point {
    std::array::from_fn(|c| a[c] - b[c])
}

fn dot(a: Point, b: Point) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Point, b: Point) -> Point {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn scaled(a: Point, s: f64) -> Point {
    a.map(|c| c * s)
}

fn position(x: &[f64], v: u32) -> Point {
    std::array::from_fn(|c| x[3 * v as usize + c])
}

impl Hand {
    /// Prepares stencils over rest positions, for a matrix with the pattern of `matrix`.
    pub fn new(stencils: &Tensor<i32>, rest: &[f64], [mu, lambda]: [f64; 2], matrix: Matrix<'_>) -> Self {
        let stencils: Vec<[u32; 4]> = stencils.data.as_chunks().0.iter().map(|s| s.map(|v| v as u32)).collect();
        let mut hand = Self { stencils, slopes: vec![], volumes: vec![], slots: vec![], mu, lambda };
        for stencil in &hand.stencils {
            let [a, b, c, d] = stencil.map(|v| position(rest, v));
            let edges = [sub(b, a), sub(c, a), sub(d, a)];
            let det = dot(edges[0], cross(edges[1], edges[2]));
            let slopes: [Point; 3] =
                std::array::from_fn(|k| scaled(cross(edges[(k + 1) % 3], edges[(k + 2) % 3]), 1.0 / det));
            let first = std::array::from_fn(|c| -slopes[0][c] - slopes[1][c] - slopes[2][c]);
            hand.slopes.push([first, slopes[0], slopes[1], slopes[2]]);
            hand.volumes.push(det / 6.0);
            hand.slots.push(std::array::from_fn(|k| {
                let (row, col) = (3 * stencil[k / 12] as usize + k % 3, 3 * stencil[k / 3 % 4]);
                let entries = matrix.row_ptr[row]..matrix.row_ptr[row + 1];
                let found = matrix.col_idx[entries.clone()].binary_search(&col);
                (entries.start + found.expect("the pattern has every block")) as u32
            }));
        }
        hand
    }

    /// Evaluates energy, gradient and Hessian.
    pub fn evaluate(&self, x: &[f64], sums: &mut Sums) {
        sums.energy = 0.0;
        sums.gradient.fill(0.0);
        sums.hessian.fill(0.0);
        for (e, stencil) in self.stencils.iter().enumerate() {
            self.element(e, stencil.map(|v| position(x, v)), sums);
        }
    }

    #[inline(always)]
    fn element(&self, e: usize, x: [Point; 4], sums: &mut Sums) {
        let (slopes, volume, mu, lambda) = (&self.slopes[e], self.volumes[e], self.mu, self.lambda);
        // Columns of the deformation gradient: f[c] = Σ x_a slope_a[c].
        let edges = [sub(x[1], x[0]), sub(x[2], x[0]), sub(x[3], x[0])];
        let f: [Point; 3] = std::array::from_fn(|c| {
            std::array::from_fn(|r| {
                edges[0][r] * slopes[1][c] + edges[1][r] * slopes[2][c] + edges[2][r] * slopes[3][c]
            })
        });
        let cofactors = [cross(f[1], f[2]), cross(f[2], f[0]), cross(f[0], f[1])];
        let det = dot(f[0], cofactors[0]);
        let log = det.ln();
        let squares = dot(f[0], f[0]) + dot(f[1], f[1]) + dot(f[2], f[2]);
        sums.energy += volume * (0.5 * mu * (squares - 3.0) - mu * log + 0.5 * lambda * log * log);
        let over = 1.0 / det;
        // h_a = F⁻ᵀ slope_a and p_a = F slope_a.
        let carry = |m: &[Point; 3], s: Point| -> Point {
            std::array::from_fn(|r| m[0][r] * s[0] + m[1][r] * s[1] + m[2][r] * s[2])
        };
        let h: [Point; 4] = std::array::from_fn(|a| scaled(carry(&cofactors, slopes[a]), over));
        let p: [Point; 4] = std::array::from_fn(|a| carry(&f, slopes[a]));
        let pull = lambda * log - mu;
        let stencil = self.stencils[e];
        for a in 0..4 {
            let entry = &mut sums.gradient[3 * stencil[a] as usize..3 * stencil[a] as usize + 3];
            (0..3).for_each(|r| entry[r] += volume * (mu * p[a][r] + pull * h[a][r]));
        }
        let slots = &self.slots[e];
        for a in 0..4 {
            for b in 0..=a {
                let diagonal = volume * mu * dot(slopes[a], slopes[b]);
                let (outer, inner) = (volume * lambda, volume * pull);
                let block: [Point; 3] = std::array::from_fn(|r| {
                    std::array::from_fn(|c| {
                        let product = outer * h[a][r] * h[b][c] - inner * h[b][r] * h[a][c];
                        if r == c { diagonal + product } else { product }
                    })
                });
                for r in 0..3 {
                    let slot = slots[12 * a + 3 * b + r] as usize;
                    let row = &mut sums.hessian[slot..slot + 3];
                    (0..3).for_each(|c| row[c] += block[r][c]);
                }
                if a != b {
                    for r in 0..3 {
                        let slot = slots[12 * b + 3 * a + r] as usize;
                        let row = &mut sums.hessian[slot..slot + 3];
                        (0..3).for_each(|c| row[c] += block[c][r]);
                    }
                }
            }
        }
    }
}
