//! The energies of the test programs, written once more in Rust over any kind of number.

use crate::dual::Real;

/// An energy over a flat vector of unknowns.
pub trait Energy {
    /// The energy at a point.
    fn value<R: Real>(&self, x: &[R]) -> R;
}

type Vec3<R> = [R; 3];

fn zero<R: Real>() -> R {
    R::from(0.0)
}

fn vertex<R: Real>(x: &[R], v: i32) -> Vec3<R> {
    std::array::from_fn(|c| x[3 * v as usize + c].clone())
}

fn rest<R: Real>(x: &[[f64; 3]], v: i32) -> Vec3<R> {
    x[v as usize].map(R::from)
}

fn sub<R: Real>(a: &Vec3<R>, b: &Vec3<R>) -> Vec3<R> {
    std::array::from_fn(|c| a[c].clone() - b[c].clone())
}

fn dot<R: Real>(a: &Vec3<R>, b: &Vec3<R>) -> R {
    (0..3).fold(zero(), |sum, c| sum + a[c].clone() * b[c].clone())
}

fn cross<R: Real>(a: &Vec3<R>, b: &Vec3<R>) -> Vec3<R> {
    std::array::from_fn(|c| {
        let (i, j) = ((c + 1) % 3, (c + 2) % 3);
        a[i].clone() * b[j].clone() - a[j].clone() * b[i].clone()
    })
}

fn length<R: Real>(a: &Vec3<R>) -> R {
    dot(a, a).sqrt()
}

fn area<R: Real>([a, b, c]: &[Vec3<R>; 3]) -> R {
    R::from(0.5) * length(&cross(&sub(b, a), &sub(c, a)))
}

/// (√(x[i+1] − x[i]) + √2)³.
pub struct SqrtChain;

impl Energy for SqrtChain {
    fn value<R: Real>(&self, x: &[R]) -> R {
        x.windows(2).fold(zero(), |sum, pair| {
            let root = (pair[1].clone() - pair[0].clone()).sqrt() + R::from(2f64.sqrt());
            sum + root.clone() * root.squared()
        })
    }
}

/// Springs around polygons of three or four corners, between nodes of one part, and a product across those of four.
pub struct Polygons {
    pub cells: Vec<[i32; 4]>,
    pub corners: Vec<i32>,
    pub part: Vec<i32>,
}

impl Energy for Polygons {
    fn value<R: Real>(&self, x: &[R]) -> R {
        let mut sum = zero();
        for (cell, &corners) in self.cells.iter().zip(&self.corners) {
            for k in 0..corners as usize {
                let [a, b] = [cell[k], cell[(k + 1) % corners as usize]].map(|node| node as usize);
                if self.part[a] == self.part[b] {
                    let [dx, dy] = [0, 1].map(|c| x[2 * b + c].clone() - x[2 * a + c].clone());
                    sum = sum + (dx.squared() + dy.squared() - R::from(1.0)).squared();
                }
            }
            if corners == 4 {
                sum = sum + x[2 * cell[3] as usize].clone() * x[2 * cell[1] as usize].clone();
            }
        }
        sum
    }
}

/// d⁴ + d² / 10 around a ring.
pub struct Ring;

impl Energy for Ring {
    fn value<R: Real>(&self, x: &[R]) -> R {
        (0..x.len()).fold(zero(), |sum, i| {
            let square = (x[i].clone() - x[(i + 1) % x.len()].clone()).squared();
            sum + square.clone().squared() + R::from(0.1) * square
        })
    }
}

/// Springs around a ring of points, with or without a rest length.
pub struct RingSprings {
    pub dim: usize,
    pub rest: Option<f64>,
}

impl Energy for RingSprings {
    fn value<R: Real>(&self, x: &[R]) -> R {
        let (dim, n) = (self.dim, x.len() / self.dim);
        (0..n).fold(zero(), |sum, i| {
            let j = (i + 1) % n;
            let difference = |c: usize| x[dim * j + c].clone() - x[dim * i + c].clone();
            let square = (0..dim).fold(zero(), |s: R, c| s + difference(c).squared());
            let twice = match self.rest {
                Some(rest) => (square.sqrt() - R::from(rest)).squared(),
                None => square,
            };
            sum + R::from(0.5) * twice
        })
    }
}

/// Lumped mass times squared positions.
pub struct Mass {
    pub faces: Vec<[i32; 3]>,
    pub density: f64,
}

impl Energy for Mass {
    fn value<R: Real>(&self, x: &[R]) -> R {
        self.faces.iter().fold(zero(), |sum, face| {
            let corners = face.map(|v| vertex(x, v));
            let squares = corners.iter().fold(zero(), |s: R, p| s + dot(p, p));
            sum + R::from(self.density / 3.0) * area(&corners) * squares
        })
    }
}

fn cotangent<R: Real>(a: &Vec3<R>, b: &Vec3<R>) -> R {
    dot(a, b) / length(&cross(a, b))
}

/// The Dirichlet energy of a scalar field, weights from rest positions.
pub struct CotanRest {
    pub faces: Vec<[i32; 3]>,
    pub rest: Vec<[f64; 3]>,
}

impl Energy for CotanRest {
    fn value<R: Real>(&self, u: &[R]) -> R {
        let edges = self.faces.iter().flat_map(|f| (0..3).map(|k| [f[k], f[(k + 1) % 3], f[(k + 2) % 3]]));
        edges.fold(zero(), |sum, [i, j, o]| {
            let [p, q, r]: [Vec3<f64>; 3] = [i, j, o].map(|v| rest(&self.rest, v));
            let weight = 0.25 * cotangent(&sub(&p, &r), &sub(&q, &r));
            sum + R::from(weight) * (u[i as usize].clone() - u[j as usize].clone()).squared()
        })
    }
}

/// The Dirichlet energy of the displacement, weights from the unknown positions.
pub struct Cotan {
    pub faces: Vec<[i32; 3]>,
    pub rest: Vec<[f64; 3]>,
}

impl Energy for Cotan {
    fn value<R: Real>(&self, x: &[R]) -> R {
        let edges = self.faces.iter().flat_map(|f| (0..3).map(|k| [f[k], f[(k + 1) % 3], f[(k + 2) % 3]]));
        edges.fold(zero(), |sum, [i, j, o]| {
            let [p, q, r]: [Vec3<R>; 3] = [i, j, o].map(|v| vertex(x, v));
            let weight = R::from(0.25) * cotangent(&sub(&p, &r), &sub(&q, &r));
            let d = sub(&sub(&p, &rest(&self.rest, i)), &sub(&q, &rest(&self.rest, j)));
            sum + weight * dot(&d, &d)
        })
    }
}

/// Edges, areas and hinges.
pub struct Shell {
    pub faces: Vec<[i32; 3]>,
    pub hinges: Vec<[i32; 4]>,
    pub rest: Vec<[f64; 3]>,
    pub stiffness: [f64; 3],
}

fn angle<R: Real>([a, b, c, d]: &[Vec3<R>; 4]) -> R {
    let e = sub(b, a);
    let (m, n) = (cross(&e, &sub(c, a)), cross(&sub(d, a), &e));
    (dot(&cross(&m, &n), &e) / length(&e)).atan2(dot(&m, &n))
}

impl Energy for Shell {
    fn value<R: Real>(&self, x: &[R]) -> R {
        let [k_edge, k_area, k_bend] = self.stiffness;
        let mut sum: R = zero();
        for face in &self.faces {
            for k in 0..3 {
                let (i, j) = (face[k], face[(k + 1) % 3]);
                let rest: f64 = length(&sub(&rest::<f64>(&self.rest, i), &rest(&self.rest, j)));
                let strain = length(&sub(&vertex(x, i), &vertex(x, j))) / R::from(rest) - R::from(1.0);
                sum = sum + R::from(k_edge * rest) * strain.squared();
            }
            let rest = area(&face.map(|v| rest::<f64>(&self.rest, v)));
            let change = area(&face.map(|v| vertex(x, v))) / R::from(rest) - R::from(1.0);
            sum = sum + R::from(k_area * rest) * change.squared();
        }
        for hinge in &self.hinges {
            let corners = hinge.map(|v| rest::<f64>(&self.rest, v));
            let edge = length(&sub(&corners[0], &corners[1]));
            let change = angle(&hinge.map(|v| vertex(x, v))) - R::from(angle(&corners));
            sum = sum + R::from(k_bend * edge) * change.squared();
        }
        sum
    }
}

/// Neo-Hookean tetrahedra.
pub struct NeoHookean {
    pub tetrahedra: Vec<[i32; 4]>,
    pub rest: Vec<[f64; 3]>,
    pub mu: f64,
    pub lambda: f64,
}

impl Energy for NeoHookean {
    fn value<R: Real>(&self, x: &[R]) -> R {
        self.tetrahedra.iter().fold(zero(), |sum, tet| {
            let edges = |p: [Vec3<R>; 4]| [sub(&p[1], &p[0]), sub(&p[2], &p[0]), sub(&p[3], &p[0])];
            let e = edges(tet.map(|v| vertex(x, v)));
            let [a, b, c] = edges(tet.map(|v| rest(&self.rest, v)));
            // The rows of the inverse of the matrix with columns a, b, c, times its determinant.
            let rows = [cross(&b, &c), cross(&c, &a), cross(&a, &b)];
            let determinant = dot(&a, &rows[0]);
            let entry = |r: usize, k: usize| {
                (0..3).fold(zero(), |s: R, m| s + e[m][r].clone() * rows[m][k].clone()) / determinant.clone()
            };
            let gradient: [Vec3<R>; 3] = std::array::from_fn(|r| std::array::from_fn(|k| entry(r, k)));
            let i1 = gradient.iter().fold(zero(), |s: R, row| s + dot(row, row));
            let log_j = dot(&gradient[0], &cross(&gradient[1], &gradient[2])).ln();
            let (mu, lambda) = (R::from(self.mu), R::from(self.lambda));
            let half = R::from(0.5);
            let density =
                half.clone() * mu.clone() * (i1 - R::from(3.0)) - mu * log_j.clone() + half * lambda * log_j.squared();
            sum + determinant / R::from(6.0) * density
        })
    }
}

/// Padded lists of neighbours, a closed polygon, and powers of two up to the first mark.
pub struct Padded {
    pub width: usize,
    pub neighbours: Vec<i32>,
    pub mark: Vec<i32>,
}

impl Energy for Padded {
    fn value<R: Real>(&self, x: &[R]) -> R {
        let n = x.len();
        let mut e = zero();
        for (v, row) in self.neighbours.chunks(self.width).enumerate() {
            let near: Vec<R> = row.iter().map_while(|&w| x.get(w as usize).cloned()).collect();
            if !near.is_empty() {
                let count = R::from(near.len() as f64);
                let d = x[v].clone() - near.into_iter().fold(zero(), |a: R, b| a + b) / count;
                e = e + d.clone().squared() * d.squared();
            }
        }
        for i in 0..n {
            let d = x[i].clone() - x[(i + n - 1) % n].clone();
            e = e + d.squared() * R::from((i + 1) as f64);
        }
        for j in (0..n).take_while(|&j| self.mark[j] == 0) {
            for s in (0..).map(|k| 1 << k).take_while(|&s| s <= j) {
                e = e + (x[j].clone() * x[j - s].clone()).squared();
            }
        }
        e
    }
}
