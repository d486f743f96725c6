//! Structs in energies: as parameters and results of functions, in arrays and in each other, assigned member by member; and
//! functions that are called again.

#[path = "common/evaluate.rs"]
mod evaluate;

use evaluate::Data;
use spadina_core::frontend::{Frontend, Module};

const X: [f64; 4] = [0.3, -1.2, 2.5, 0.7];

fn check(text: &str, expected: f64) {
    let text = format!("override n: u32;\n@group(0) @binding(0) var<storage, read> x: array<f32>;\n{text}");
    let module = Module::parse("test", &text).unwrap_or_else(|e| panic!("{}", e.render("test", &text)));
    let program = module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{}", e.render("test", &text)));
    let data = Data { reals: vec![("x", X.to_vec())], integers: vec![], sizes: vec![("n", 100)] };
    let found = evaluate::energy(&program, &data);
    assert!((found - expected).abs() <= 1e-13 * expected.abs().max(1.0), "{found} instead of {expected}\n{text}");
}

const SPRING: &str = "
struct Spring { a: vec2f, b: vec2f, k: f32, rest: f32 }
struct Pair { s: Spring, w: array<f32, 3>, n: u32, ok: bool }
fn stretch(s: Spring) -> f32 { return distance(s.b, s.a) - s.rest; }
fn make(k: f32) -> Spring { return Spring(vec2f(x[0], x[1]), vec2f(x[2], x[3]), k, 0.5); }
";

fn stretch(rest: f64) -> f64 {
    (X[2] - X[0]).hypot(X[3] - X[1]) - rest
}

#[test]
fn parameters_and_results() {
    check(
        &format!("{SPRING} fn energy() -> f32 {{ let s = make(3.0); return s.k * stretch(s); }}"),
        3.0 * stretch(0.5),
    );
    let text = "
fn pair(s: Spring) -> Pair { var p: Pair; p.s = s; p.w[1] = 2.0; p.w[2] += 0.5; p.n = 3u; p.ok = true; return p; }
fn energy() -> f32 { let p = pair(make(2.0)); return stretch(p.s) * p.w[2] + p.w[1] + p.w[0] + select(9.0, f32(p.n), p.ok); }";
    check(&format!("{SPRING}{text}"), stretch(0.5) * 0.5 + 5.0);
}

#[test]
fn members_through_pointers_and_in_arrays() {
    let text = "
fn scale(p: ptr<function, Pair>, f: f32) { (*p).s.k *= f; (*p).w[0] = f; }
fn all(list: array<Spring, 3>) -> f32 { var e = 0.0; for (var i = 0u; i < 3u; i++) { e += list[i].k * stretch(list[i]); } return e; }
fn energy() -> f32 {
  var p: Pair;
  p.s = make(2.0);
  scale(&p, 4.0);
  var list = array<Spring, 3>(p.s, make(1.0), Spring());
  list[1].rest = 0.25;
  list[2].a.x = x[2];
  if (x[0] > 0.0) { list[1].k = 5.0; } else { list[1].rest = 7.0; }
  return all(list) + p.w[0] + list[2].a.x;
}";
    check(&format!("{SPRING}{text}"), 8.0 * stretch(0.5) + 5.0 * stretch(0.25) + 4.0 + X[2]);
}

#[test]
fn constants_and_indices_that_are_not_known() {
    let text = "
struct M { mu: f32, la: vec2f }
const m = M(1.5, vec2f(2.5, 0.5));
const ms = array<M, 2>(M(1.0, vec2f(2.0)), M(3.0, vec2f(4.0, 6.0)));
fn w(m: M, l: f32) -> f32 { return m.mu * l + m.la.y * l * l; }
fn energy() -> f32 {
  var local = ms;
  local[n % 2u].la.y += x[0];
  var e = w(m, x[1]);
  for (var i = 0u; i < n; i++) { e += w(ms[i % 2u], x[2]); }
  return e + w(local[(n + 1u) % 2u], 2.0) + w(local[0], 3.0);
}";
    let w = |mu: f64, la: f64, l: f64| mu * l + la * l * l;
    let many = 50.0 * (w(1.0, 2.0, X[2]) + w(3.0, 6.0, X[2]));
    check(text, w(1.5, 0.5, X[1]) + many + w(3.0, 6.0, 2.0) + w(1.0, 2.0 + X[0], 3.0));
}

#[test]
fn branches_and_loops_carry_members() {
    let text = "
struct A { sum: f32, count: u32, last: f32, m: mat2x2f }
fn step(a: A, i: u32) -> A { return A(a.sum + x[1] * f32(i), a.count + 1u, x[2] * f32(i), a.m); }
fn pick(a: A, b: A, c: f32) -> A { if (c > 0.0) { return a; } var r = b; r.m[1].x = 9.0; r.m[0] = vec2f(c, 1.0); return r; }
fn energy() -> f32 {
  var a = A(0.0, 0u, 0.0, mat2x2f(1.0, 2.0, 3.0, 4.0));
  for (var i = 0u; i < n; i++) { a = step(a, i); }
  let p = pick(a, A(1.0, 0u, 2.0, mat2x2f(x[0], x[1], x[2], x[3])), x[1]);
  return a.sum + f32(a.count) * a.last + determinant(p.m) + p.sum;
}";
    let expected = 4950.0 * X[1] + 100.0 * 99.0 * X[2] + (X[1] * X[3] - 9.0) + 1.0;
    check(text, expected);
}

/// A call is only left out if it has no effect.
#[test]
fn functions_with_effects_run_each_time() {
    let text = "
var<private> count: f32;
var<private> seen: array<f32, 2>;
fn tick(a: f32) -> f32 { count += 1.0; return count * a; }
fn twice(a: f32) -> f32 { return tick(a) + tick(a); }
fn put(p: ptr<function, f32>, a: f32) -> f32 { *p += a; return *p; }
fn entry(k: u32) -> f32 { return seen[k]; }
fn same(a: f32) -> f32 { if (a > 0.0) { return sin(a); } return a; }
fn energy() -> f32 {
  var y = 0.0;
  let first = put(&y, x[0]) * put(&y, x[0]);
  let before = entry(1u);
  seen[1] = x[3];
  return twice(x[0]) + twice(x[0]) + first + before + entry(1u) + same(x[2]) * same(x[2]) + same(x[1]) + count;
}";
    let expected = 10.0 * X[0] + 2.0 * X[0] * X[0] + X[3] + X[2].sin().powi(2) + X[1] + 4.0;
    check(text, expected);
}

/// A function that is called in loops and under conditions gives what it gives there.
#[test]
fn functions_are_called_again_in_other_places() {
    let text = "
fn total(a: f32) -> f32 { var e = 0.0; for (var i = 0u; i < n; i++) { e += a * f32(i); } return e; }
fn energy() -> f32 {
  var e = total(x[0]);
  for (var k = 0u; k < n; k++) { e += total(x[0]) * f32(k) + total(x[k % 4u]); }
  if (x[1] > 0.0) { e = total(x[0]); } else { e += total(x[0]); }
  return e;
}";
    let all = 25.0 * X.iter().sum::<f64>() * 4950.0;
    check(text, 4950.0 * X[0] * 2.0 + 4950.0 * X[0] * 4950.0 + all);
}
