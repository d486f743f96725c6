//! Integer parameters of elements: conditions, loop bounds, indices, factors; uniform, of elements, of nodes.

use crate::{build, everything};
use spadina::builder::{self, Int};
use spadina::system::Device;
use spadina::{Error, Options, Problem, System, Tensor, Term};

/// Energy, and row and column of every entry of the Hessian with its value, the same on both devices.
fn evaluate(problem: &Problem) -> (f64, Vec<(usize, usize, f64)>) {
    let on = |device| {
        let options = Options::default().device(device);
        let mut system = System::build(problem.clone(), options).unwrap_or_else(|e| panic!("{e}"));
        let at = system.evaluate().unwrap_or_else(|e| panic!("{e}"));
        (at.energy, at.hessian.coordinates().unwrap().collect::<Vec<_>>())
    };
    let found = on(Device::Cpu);
    assert_eq!(found, on(Device::Interpreter));
    found
}

/// The entries of the lower triangle.
fn lower(entries: &[(usize, usize, f64)]) -> Vec<(usize, usize, f64)> {
    entries.iter().copied().filter(|(row, col, _)| row >= col).collect()
}

const KINDS: &str = "fn energy(x: array<f32, 3>, kind: u32) -> f32 {
  if (kind == 1u) { return x[0] * x[1]; }
  return f32(kind) * x[1] * x[2];
}";

fn kinds(kind: impl Into<Tensor<i32>>) -> Problem {
    Problem::new()
        .unknown("x", vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
        .indices("triangles", vec![[0, 1, 2], [3, 4, 5]])
        .indices("kind", kind)
        .term(Term::energy("kinds.wgsl", KINDS).over("triangles"))
}

#[test]
fn conditions_are_exact() {
    let (energy, entries) = evaluate(&kinds(vec![1, 7]));
    assert_eq!((energy, lower(&entries)), (2.0 + 7.0 * 30.0, vec![(1, 0, 1.0), (5, 4, 7.0)]));
    let (energy, entries) = evaluate(&kinds(1));
    assert_eq!((energy, lower(&entries)), (2.0 + 20.0, vec![(1, 0, 1.0), (4, 3, 1.0)]));
}

#[test]
fn new_integers_are_those_of_a_fresh_system() {
    let mut system = build(kinds(vec![1, 7]));
    let compile = system.seconds().compile;
    for kind in [vec![7, 1], vec![1, 1], vec![3, 4]] {
        system.set_indices("kind", kind.clone()).unwrap();
        assert_eq!(everything(&mut system), everything(&mut build(kinds(kind))));
    }
    // Another number of elements, in two steps.
    system.set_indices("kind", vec![1]).unwrap();
    let refused = system.evaluate().unwrap_err().to_string();
    assert!(refused.contains("`kind` of shape (1,) binds to `kind`"), "{refused}");
    system.set_indices("triangles", vec![[0, 1, 2]]).unwrap();
    assert_eq!(system.evaluate().unwrap().hessian.nonzeros(), 2);
    assert_eq!(system.seconds().compile, compile);
    let mut system = build(kinds(1));
    system.set_indices("kind", 2).unwrap();
    assert_eq!(everything(&mut system), everything(&mut build(kinds(2))));
    system.set_indices("kind", -1).unwrap();
    assert!(matches!(system.evaluate(), Err(Error::Term { .. })));
    assert!(matches!(system.set_indices("kind", vec![1, 2]), Err(Error::Reshape { .. })));
}

#[test]
fn bounds_and_indices() {
    let text = "fn energy(x: array<f32, 3>, degree: u32, at: vec2u, shift: i32) -> f32 {
  var sum = x[at.x] * x[at.y];
  for (var k = 0u; k < degree; k++) { sum += x[k] * x[k] * f32(i32(k) + shift); }
  return sum;
}";
    let problem = |degree: Vec<i32>| {
        Problem::new()
            .unknown("x", vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
            .indices("triangles", vec![[0, 1, 2], [3, 4, 5]])
            .indices("degree", degree)
            .indices("at", vec![[0, 2], [1, 1]])
            .indices("shift", -3)
            .term(Term::energy("bounds.wgsl", text).over("triangles"))
    };
    let (energy, entries) = evaluate(&problem(vec![2, 0]));
    assert_eq!(energy, 3.0 - 3.0 - 2.0 * 4.0 + 25.0);
    assert_eq!(lower(&entries), [(0, 0, -6.0), (1, 1, -4.0), (2, 0, 1.0), (4, 4, 2.0)]);
    let refused = System::build(problem(vec![2, 4]), Options::default()).err().unwrap().to_string();
    assert!(refused.contains("bounds.wgsl:3:") && refused.contains("index 3 is out of range"), "{refused}");
}

#[test]
fn nodes() {
    let text = "fn energy(x: array<f32, 2>, part: array<u32, 2>, cell: array<vec2i, 1>, k: u32) -> f32 {
  let parts = part;
  if (parts[0] == part[k]) { return f32(cell[0].x + cell[0].y) * x[0] * x[0]; }
  return x[0] * x[1];
}";
    let problem = Problem::new()
        .unknown("x", vec![1.0, 2.0, 3.0])
        .indices("edges", vec![[0, 1], [1, 2], [2, 0]])
        .indices("part", vec![5, 5, 8])
        .indices("cells", vec![[10, 1], [-20, 2]])
        .indices("own", vec![1, 0, 0])
        .indices("k", 1)
        .term(Term::energy("nodes.wgsl", text).over("edges").bind("cell", "cells@own"));
    let (energy, entries) = evaluate(&problem);
    assert_eq!(energy, -18.0 + 6.0 + 3.0);
    assert_eq!(lower(&entries), [(0, 0, -36.0), (2, 0, 1.0), (2, 1, 1.0)]);
}

/// One element over all nodes, with integers of every kind.
#[test]
fn wherever_integers_may_stand() {
    let x = [0.5, 2.0, 3.0, 5.0];
    let helper = "fn pick(p: array<u32, 4>, k: u32) -> u32 { return p[k]; }
fn bump(p: ptr<function, vec2i>) { (*p).x += 1; }";
    let check = |body: &str, expected: f64| {
        let text = format!(
            "{helper}\nfn energy(x: array<f32, 4>, perm: array<u32, 4>, id: u32, s: i32, v: vec2i, w: vec3u) -> f32 {{ {body} }}"
        );
        let problem = Problem::new()
            .unknown("x", x.to_vec())
            .indices("e", vec![[0, 1, 2, 3]])
            .indices("perm", vec![3, 0, 1, 2])
            .indices("id", vec![2])
            .indices("s", -3)
            .indices("v", vec![[1, -2]])
            .indices("w", vec![1, 3, 2])
            .term(Term::energy("any.wgsl", text).over("e"));
        let (energy, _) = evaluate(&problem);
        assert_eq!(energy, expected, "{body}");
    };
    check("return x[perm[0]] * x[perm[id]];", x[3] * x[1]);
    check("return x[perm[perm[0]]];", x[2]);
    check(
        "var e = 0.0; for (var k = 0u; k < 4u; k++) { e += x[perm[k]] * f32(k); } return e;",
        x[0] + 2.0 * x[1] + 3.0 * x[2],
    );
    check(
        "var e = 0.0; for (var k = w.x; k < w.y; k++) { e += x[perm[k]] * x[k]; } return e;",
        x[0] * x[1] + x[1] * x[2],
    );
    check("var e = 0.0; var k = id; while (k > 0u) { e += x[k]; k--; } return e;", x[1] + x[2]);
    check("var e = 0.0; for (var k = s; k < v.x; k++) { e += x[k + 3]; } return e;", x.iter().sum());
    check("switch (id) { case 0u: { return x[0]; } case 2u, 3u: { return x[1]; } default: { return x[2]; } }", x[1]);
    check("switch (v.y) { case -2: { return x[0] * x[0]; } default: { return x[2]; } }", x[0] * x[0]);
    check("return select(x[0], x[1], all(v == vec2i(1, -2))) * f32(any(w.xy > vec2u(2u)));", x[1]);
    check("return x[pick(perm, id)] + x[pick(perm, 3u)];", x[1] + x[2]);
    check("var q = v; bump(&q); return x[q.x] * f32(v.x);", x[2]);
    check("var q = perm; q[id] = 0u; q[0] += 0u; return x[q[2]] + x[q[0]];", x[0] + x[3]);
    check("let d = id - 3u; return x[0] * f32(d > 5u);", x[0]);
    check("return x[0] * f32(s / 2) + x[1] * f32(s % 2) + x[2] * f32(abs(s));", 9.0 - 2.0 - 0.5);
    check("return x[(id << 1u) & 3u] * x[max(w.x, w.z)] * x[u32(v.x - v.y)];", x[0] * x[2] * x[3]);
    check("let m = array<u32, 3>(w.x, w.y, w.z); return x[m[id]] * x[m[v.x]];", x[2] * x[3]);
    check("return x[dot(v, vec2i(1, 0))] * x[clamp(s, 0, 3)] * f32(min(s, v.y));", -3.0 * x[1] * x[0]);
}

/// Stencils of different widths in one table, filled up with -1: a node that is not there is not read.
#[test]
fn stencils_with_gaps() {
    let text = "fn energy(x: array<f32, 3>, nodes: vec3i) -> f32 {
  var sum = x[0] * x[1];
  if (nodes.z >= 0) { sum += x[1] * x[2]; }
  return sum;
}";
    let problem = Problem::new()
        .unknown("x", vec![1.0, 2.0, 3.0])
        .indices("cells", vec![[0, 1, 2], [2, 0, -1]])
        .term(Term::energy("gaps.wgsl", text).over("cells").bind("nodes", "cells"));
    let (energy, entries) = evaluate(&problem);
    assert_eq!((energy, lower(&entries)), (11.0, vec![(1, 0, 1.0), (2, 0, 1.0), (2, 1, 1.0)]));
}

#[test]
fn residuals() {
    let text = "fn residual(x: array<f32, 2>, sign: i32, on: u32) -> vec2f {
  return vec2f(f32(sign) * (x[1] - x[0]), select(0.0, x[0], on > 0u));
}";
    let problem = Problem::new()
        .unknown("x", vec![1.0, 3.0, 7.0])
        .indices("edges", vec![[0, 1], [1, 2]])
        .indices("sign", vec![-1, 2])
        .indices("on", vec![1, 0])
        .term(Term::residual("signs.wgsl", text).over("edges"));
    let mut system = build(problem);
    let at = system.evaluate().unwrap();
    assert_eq!(at.residual, Some(&[-2.0, 1.0, 8.0, 0.0][..]));
    let jacobian: Vec<_> = at.jacobian.unwrap().coordinates().unwrap().collect();
    assert_eq!(jacobian, [(0, 0, 1.0), (0, 1, -1.0), (1, 0, 1.0), (2, 1, -2.0), (2, 2, 2.0)]);
}

#[test]
fn built_in_rust() {
    let energy = builder::energy("kinds", |e| {
        let (x, kind) = (e.node_scalars("x", 3), e.integer("kind"));
        builder::select(kind.eq(1), x[0] * x[1], kind.real() * x[1] * x[2])
    });
    let built = |kind: Tensor<i32>| {
        let mut problem = kinds(kind);
        problem.terms = vec![Term::built("kinds", energy.clone().unwrap()).over("triangles")];
        evaluate(&problem)
    };
    assert_eq!(built(vec![1, 7].into()), evaluate(&kinds(vec![1, 7])));
    assert_eq!(built(1.into()), evaluate(&kinds(1)));
    let rows = builder::energy("rows", |e| {
        let (x, cells) = (e.node_scalars("x", 2), e.signed_node_integer_rows::<2>("cells", 2));
        let [[a, _], [_, b]] = [cells[0], cells[1]];
        let sign: Int = e.signed_integer("sign");
        let [first, last] = e.integer_vector::<2>("ends");
        builder::when(a.lt(b), || builder::at(&x, first) * builder::at(&x, last) * (sign * a).real())
    });
    let problem = Problem::new()
        .unknown("x", vec![1.0, 2.0, 3.0])
        .indices("edges", vec![[0, 1], [1, 2], [2, 0]])
        .indices("cells", vec![[-1, 7], [7, 4], [4, -1]])
        .indices("sign", vec![2, 3, 4])
        .indices("ends", vec![1, 1])
        .term(Term::built("rows", rows.unwrap()).over("edges"));
    let (energy, entries) = evaluate(&problem);
    assert_eq!((energy, lower(&entries)), (8.0, vec![(0, 0, 32.0), (1, 1, -4.0)]));
}
