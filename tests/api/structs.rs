//! Structs as parameters of energies and as results of residuals: the same as their members.

use crate::{close, points};
use spadina::{Options, Problem, System, Term};

fn problem(term: Term) -> Problem {
    Problem::new()
        .unknown("x", points::<2>(6))
        .array("rest", vec![0.5, 0.75, 1.0])
        .array("k", 2.5)
        .array("axes", vec![[0.5, 0.25], [1.0, 2.0], [0.1, 0.9], [0.3, 0.2], [1.5, 0.5], [0.7, 0.6]])
        .indices("kind", vec![2, 0, 1])
        .indices("edges", vec![[0, 1], [2, 3], [5, 1]])
        .term(term.over("edges"))
}

fn same(a: Term, b: Term) {
    let [a, b] = [a, b].map(|term| {
        let mut system = System::build(problem(term), Options::default()).unwrap();
        system.evaluate().unwrap().into_owned()
    });
    close(&[a.energy], &[b.energy], 1e-14);
    close(&a.gradient, &b.gradient, 1e-14);
    close(&a.hessian.values, &b.hessian.values, 1e-14);
    assert_eq!(a.residual, b.residual);
}

#[test]
fn members_bind_by_their_names() {
    let plain = "
fn energy(x: array<vec2f, 2>, k: f32, rest: f32, kind: u32, axes: array<vec2f, 2>) -> f32 {
  let d = x[1] - x[0];
  return k * (length(d) - rest) * (length(d) - rest) + f32(kind) * dot(axes[kind / 2u], d) * d.x;
}";
    let structs = "
struct Material { k: f32, rest: f32 }
struct Frame { axes: array<vec2f, 2>, material: Material, kind: u32 }
fn stretch(m: Material, d: vec2f) -> f32 { return m.k * (length(d) - m.rest) * (length(d) - m.rest); }
fn energy(x: array<vec2f, 2>, f: Frame) -> f32 {
  var g = f;
  let d = x[1] - x[0];
  g.axes[1] *= 1.0;
  return stretch(g.material, d) + f32(f.kind) * dot(g.axes[f.kind / 2u], d) * d.x;
}";
    same(Term::energy("structs.wgsl", structs), Term::energy("plain.wgsl", plain));
    let bound = structs.replace("rest: f32", "length: f32").replace("m.rest", "m.length");
    same(Term::energy("structs.wgsl", bound).bind("length", "rest"), Term::energy("plain.wgsl", plain));
}

#[test]
fn rows_are_the_reals_of_the_result() {
    let plain = "
fn residual(x: array<vec2f, 2>, k: f32) -> array<f32, 7> {
  let d = x[1] - x[0];
  return array<f32, 7>(k * d.x, d.y * d.y, x[0].x, x[0].y, x[1].x * d.x, x[1].y, k);
}";
    let structs = "
struct Rows { a: vec2f, m: mat2x2f, rest: array<f32, 1> }
fn residual(x: array<vec2f, 2>, k: f32) -> Rows {
  let d = x[1] - x[0];
  return Rows(vec2f(k * d.x, d.y * d.y), mat2x2f(x[0], vec2f(x[1].x * d.x, x[1].y)), array<f32, 1>(k));
}";
    same(Term::residual("structs.wgsl", structs), Term::residual("plain.wgsl", plain));
}
