//! Elements of higher order, written with quadrature loops over tables: quadratic tetrahedra, linear and quadratic
//! hexahedra. One element against second-order dual numbers over shape functions that are written here from their
//! definition, and patches of elements under a homogeneous deformation.

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "common/dual.rs"]
mod dual;

use dual::{Dual, Real};
use spadina::system::Device;
use spadina::{Options, Problem, System, Tensor, Term};

const MU: f64 = 1.3;
const LAMBDA: f64 = 2.1;

type Point = [f64; 3];

/// A kind of element.
struct Kind {
    text: &'static str,
    /// The nodes in the reference element.
    nodes: Vec<Point>,
    /// Quadrature points with weights, and for each the gradients of the nodes' functions.
    quadrature: Vec<(f64, Vec<Point>)>,
}

/// The polynomial that is one at node `k` of the line and zero at the others, with its derivative.
fn lagrange(nodes: &[f64], k: usize, t: f64) -> (f64, f64) {
    let others = || (0..nodes.len()).filter(move |&j| j != k);
    let factor = |j: usize| (t - nodes[j]) / (nodes[k] - nodes[j]);
    let value = others().map(factor).product();
    let slope = |j: usize| others().filter(|&i| i != j).map(factor).product::<f64>() / (nodes[k] - nodes[j]);
    (value, others().map(slope).sum())
}

/// Hexahedra of nodes on the lines `nodes`, with a rule of points and weights.
fn hexahedron(text: &'static str, nodes: &[f64], rule: &[(f64, f64)]) -> Kind {
    let n = nodes.len();
    let triple = |k: usize| [k / (n * n), k / n % n, k % n];
    let gradient = |a: usize, t: Point| {
        let at: [(f64, f64); 3] = std::array::from_fn(|c| lagrange(nodes, triple(a)[c], t[c]));
        [at[0].1 * at[1].0 * at[2].0, at[0].0 * at[1].1 * at[2].0, at[0].0 * at[1].0 * at[2].1]
    };
    let point = |q: usize| {
        let t = triple(q).map(|k| rule[k].0);
        let weight = triple(q).iter().map(|&k| rule[k].1).product();
        (weight, (0..n * n * n).map(|a| gradient(a, t)).collect())
    };
    let quadrature = (0..n * n * n).map(point).collect();
    Kind { text, nodes: (0..n * n * n).map(|a| triple(a).map(|k| nodes[k])).collect(), quadrature }
}

/// Quadratic tetrahedra; gradients by differences, which are exact but for rounding for quadratic functions.
fn tetrahedron() -> Kind {
    let corners: [Point; 4] = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let edges = [[0, 1], [1, 2], [0, 2], [0, 3], [1, 3], [2, 3]];
    let middle = |[a, b]: [usize; 2]| std::array::from_fn(|c| 0.5 * (corners[a][c] + corners[b][c]));
    let nodes: Vec<Point> = corners.into_iter().chain(edges.map(middle)).collect();
    let value = |a: usize, p: Point| {
        let l = [1.0 - p[0] - p[1] - p[2], p[0], p[1], p[2]];
        if a < 4 { l[a] * (2.0 * l[a] - 1.0) } else { 4.0 * l[edges[a - 4][0]] * l[edges[a - 4][1]] }
    };
    let gradient = |a: usize, p: Point| {
        std::array::from_fn(|c| {
            let moved = |by: f64| {
                let mut p = p;
                p[c] += by;
                value(a, p)
            };
            moved(0.5) - moved(-0.5)
        })
    };
    let (near, far) = ((5.0 + 3.0 * 5f64.sqrt()) / 20.0, (5.0 - 5f64.sqrt()) / 20.0);
    let point = |q: usize| {
        let p = std::array::from_fn(|c| if q == c + 1 { near } else { far });
        (1.0 / 24.0, (0..10).map(|a| gradient(a, p)).collect())
    };
    Kind { text: include_str!("high_order/tet10.wgsl"), nodes, quadrature: (0..4).map(point).collect() }
}

fn kinds() -> [Kind; 3] {
    let (g, h) = (1.0 / 3f64.sqrt(), 0.6f64.sqrt());
    [
        tetrahedron(),
        hexahedron(include_str!("high_order/hex8.wgsl"), &[-1.0, 1.0], &[(-g, 1.0), (g, 1.0)]),
        hexahedron(
            include_str!("high_order/hex27.wgsl"),
            &[-1.0, 0.0, 1.0],
            &[(-h, 5.0 / 9.0), (0.0, 8.0 / 9.0), (h, 5.0 / 9.0)],
        ),
    ]
}

fn determinant<R: Real>(m: &[[R; 3]; 3]) -> R {
    let minor = |a: usize, b: usize| m[1][a].clone() * m[2][b].clone() - m[1][b].clone() * m[2][a].clone();
    m[0][0].clone() * minor(1, 2) - m[0][1].clone() * minor(0, 2) + m[0][2].clone() * minor(0, 1)
}

/// Σ over nodes of position times gradient.
fn jacobian<R: Real>(x: impl Fn(usize, usize) -> R, gradients: &[Point]) -> [[R; 3]; 3] {
    std::array::from_fn(|r| {
        std::array::from_fn(|c| {
            (0..gradients.len()).fold(R::from(0.0), |sum, a| sum + x(a, r) * R::from(gradients[a][c]))
        })
    })
}

fn density<R: Real>(f: &[[R; 3]; 3]) -> R {
    let squares = f.iter().flatten().fold(R::from(-3.0), |sum, e| sum + e.clone().squared());
    let log = determinant(f).ln();
    R::from(0.5 * MU) * squares - R::from(MU) * log.clone() + R::from(0.5 * LAMBDA) * log.squared()
}

/// The energy of one element with the nodes' rest positions.
fn energy<R: Real>(kind: &Kind, rest: &[Point], x: &[R]) -> R {
    kind.quadrature.iter().fold(R::from(0.0), |sum, (weight, gradients)| {
        let j = jacobian(|a, r| rest[a][r], gradients);
        let det = determinant(&j);
        let cofactor = |r: usize, c: usize| {
            let [r1, r2, c1, c2] = [(r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3];
            j[r1][c1] * j[r2][c2] - j[r1][c2] * j[r2][c1]
        };
        // Gradients by rest positions: those by reference positions times the inverse.
        let by_rest: Vec<Point> = (gradients.iter())
            .map(|g| std::array::from_fn(|c| (0..3).map(|k| g[k] * cofactor(c, k)).sum::<f64>() / det))
            .collect();
        let f = jacobian(|a, r| x[3 * a + r].clone(), &by_rest);
        sum + R::from(weight * det) * density(&f)
    })
}

fn noise(k: usize) -> f64 {
    let z = (k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

fn problem(kind: &Kind, rest: &[Point], x: Vec<Point>, elements: Vec<i32>) -> Problem {
    let width = kind.nodes.len();
    let table = Tensor::new(vec![elements.len() / width, width], elements).unwrap();
    Problem::new()
        .unknown("x", x)
        .array("X", rest.to_vec())
        .array("mu", MU)
        .array("lambda", LAMBDA)
        .indices("cells", table)
        .term(Term::energy("element.wgsl", kind.text).over("cells"))
}

fn close(what: &str, got: &[f64], wanted: &[f64]) {
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|d| d * d).sum::<f64>().sqrt();
    let error = norm(&mut got.iter().zip(wanted).map(|(g, w)| g - w));
    let scale = norm(&mut wanted.iter().copied());
    assert!(got.len() == wanted.len() && error <= 1e-11 * scale, "{what}: off by {:e}", error / scale);
}

#[test]
fn one_element() {
    for kind in kinds() {
        let n = kind.nodes.len();
        let bent = |amount: f64, first: usize| {
            let moved = |(a, p): (usize, &Point)| std::array::from_fn(|c| p[c] + amount * noise(first + 3 * a + c));
            kind.nodes.iter().enumerate().map(moved).collect::<Vec<Point>>()
        };
        let (rest, x) = (bent(0.03, 0), bent(0.05, 1000));
        let flat = x.as_flattened().to_vec();
        let wanted = energy(&kind, &rest, &Dual::unknowns(&flat));
        for device in [Device::Cpu, Device::Interpreter] {
            let problem = problem(&kind, &rest, x.clone(), (0..n as i32).collect());
            let mut system = System::build(problem, Options::default().device(device)).unwrap();
            let at = system.evaluate().unwrap();
            assert_eq!(at.hessian.nonzeros(), 9 * n * n);
            close("energy", &[at.energy], &[wanted.value]);
            close("gradient", at.gradient, &wanted.gradient);
            close("Hessian", at.hessian.values, &wanted.hessian);
        }
    }
}

/// A patch of elements with nodes inside: for each element the positions of its nodes.
fn patch(kind: &Kind) -> Vec<Vec<Point>> {
    if kind.nodes.len() != 10 {
        // Eight hexahedra.
        let offsets = (0..8).map(|k| [k / 4, k / 2 % 2, k % 2].map(|c| 2.0 * f64::from(c)));
        return offsets.map(|o| kind.nodes.iter().map(|p| std::array::from_fn(|c| p[c] + o[c])).collect()).collect();
    }
    // A tetrahedron cut into four at a point inside.
    let inside = [0.3, 0.2, 0.27];
    let cut = |k: usize| {
        let mut corners: [Point; 4] = std::array::from_fn(|a| kind.nodes[a]);
        corners[k] = inside;
        let from = |p: &Point| {
            let l = [1.0 - p[0] - p[1] - p[2], p[0], p[1], p[2]];
            std::array::from_fn(|c| (0..4).map(|a| l[a] * corners[a][c]).sum())
        };
        kind.nodes.iter().map(from).collect()
    };
    (0..4).map(cut).collect()
}

/// Under a homogeneous deformation the nodes inside of a patch are at rest, also where it is bent inside, and the energy is
/// that of the deformation times the volume.
#[test]
fn patches() {
    let f = [[1.1, 0.2, -0.1], [0.05, 0.9, 0.15], [-0.2, 0.1, 1.05]];
    for kind in kinds() {
        let hexahedra = kind.nodes.len() != 10;
        let inside = |p: &Point| match hexahedra {
            true => p.iter().all(|c| *c > -0.999 && *c < 2.999),
            false => p.iter().all(|c| *c > 1e-9) && p.iter().sum::<f64>() < 0.999,
        };
        let mut nodes: Vec<Point> = Vec::new();
        let mut elements = Vec::new();
        for point in patch(&kind).into_iter().flatten() {
            let near = |q: &Point| (0..3).all(|c| (point[c] - q[c]).abs() < 1e-12);
            let found = nodes.iter().position(near).unwrap_or_else(|| {
                nodes.push(point);
                nodes.len() - 1
            });
            elements.push(found as i32);
        }
        let within: Vec<bool> = nodes.iter().map(inside).collect();
        assert_eq!(within.iter().filter(|w| **w).count(), [5, 1, 27][usize::from(hexahedra) + kind.nodes.len() / 27]);
        for (v, p) in nodes.iter_mut().enumerate().filter(|(v, _)| within[*v] && hexahedra) {
            (0..3).for_each(|c| p[c] += 0.1 * noise(3 * v + c));
        }
        let volume = if hexahedra { 64.0 } else { 1.0 / 6.0 };
        let x: Vec<Point> =
            nodes.iter().map(|p| std::array::from_fn(|r| (0..3).map(|c| f[r][c] * p[c]).sum::<f64>())).collect();
        let mut system = System::build(problem(&kind, &nodes, x, elements), Options::default()).unwrap();
        let (value, gradient) = system.gradient().unwrap();
        assert!((value - volume * density(&f)).abs() <= 1e-11 * value.abs(), "{value}");
        let scale = gradient.iter().fold(0.0f64, |m, g| m.max(g.abs()));
        for (v, p) in nodes.iter().enumerate().filter(|(v, _)| within[*v]) {
            let force = &gradient[3 * v..3 * v + 3];
            assert!(force.iter().all(|g| g.abs() < 1e-11 * scale), "{p:?}: {force:?}");
        }
    }
}
