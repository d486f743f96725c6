//! What energies evaluate to, against the same formula in Rust. The evaluator is independent of the interpreter.

#[path = "common/evaluate.rs"]
mod evaluate;

use evaluate::Data;
use spadina_core::frontend::{Frontend, Module};

fn program(text: &str) -> spadina_core::program::Program {
    let module = Module::parse("test", text).unwrap_or_else(|e| panic!("{}", e.render("test", text)));
    module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{}", e.render("test", text)))
}

fn energy(text: &str, data: &Data) -> f64 {
    evaluate::energy(&program(text), data)
}

fn residual(text: &str, data: &Data) -> Vec<f64> {
    evaluate::residual(&program(text), data)
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-13 * expected.abs().max(1.0), "{found} instead of {expected}");
}

const X: [f64; 7] = [0.3, -1.2, 2.5, 0.7, 1.1, -0.4, 0.9];

fn sample() -> Data {
    Data {
        reals: vec![("x", X.to_vec()), ("k", vec![1.5])],
        integers: vec![("t", vec![2, 0, 3, 1, 2, 5]), ("row_ptr", vec![0, 2, 2, 5, 6])],
        sizes: vec![("n", 7), ("m", 100), ("w", 3)],
    }
}

const HEAD: &str = "override n: u32; override m: u32; override w: i32; override k: f32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> t: array<u32>;
@group(0) @binding(2) var<storage, read> row_ptr: array<u32>;
";

/// Checks a body of `fn energy() -> f32`.
fn check(body: &str, expected: f64) {
    close(energy(&format!("{HEAD}fn energy() -> f32 {{ {body} }}"), &sample()), expected);
}

fn sum(of: impl Iterator<Item = usize>, f: impl Fn(usize) -> f64) -> f64 {
    of.map(f).sum()
}

#[test]
fn counting_loops() {
    check("var e = 0.0; for (var i = 0u; i < n; i++) { e += x[i]; } return e;", sum(0..7, |i| X[i]));
    check("var e = 1.0; for (var i = 2u; i <= n - 1u; i += 1u) { e -= x[i]; } return e;", 1.0 - sum(2..7, |i| X[i]));
    check("var e = 0.0; for (var i = 0u; i < n; i += 3u) { e += x[i] * f32(i); } return e;", {
        sum((0..7).step_by(3), |i| X[i] * i as f64)
    });
    check("var e = 0.0; for (var i = 1u; i < n; i += 2u) { e += x[i]; } return e;", sum((1..7).step_by(2), |i| X[i]));
    check("var e = 0.0; for (var i = i32(n) - 1; i >= 0; i--) { e += x[i] * f32(i); } return e;", {
        sum(0..7, |i| X[i] * i as f64)
    });
    check("var e = 0.0; for (var i = n; i > 0u; i--) { e += x[i - 1u]; } return e;", sum(0..7, |i| X[i]));
    check("var e = 0.0; for (var i = 0u; i != n; i++) { e += x[i]; } return e;", sum(0..7, |i| X[i]));
    check("var e = 0.0; for (var i = 0u; n > i; i++) { e += x[i]; } return e;", sum(0..7, |i| X[i]));
    check("var e = 0.0; var i = 0u; while (i + 1u < n) { e += x[i]; i++; } return e;", sum(0..6, |i| X[i]));
    check("var e = 0.0; var i = 0u; loop { if (i >= n) { break; } e += x[i]; i++; } return e;", sum(0..7, |i| X[i]));
    check("var e = 0.0; var i = 0u; loop { e += x[i]; continuing { i++; break if i >= n; } } return e;", {
        sum(0..7, |i| X[i])
    });
    check(
        "var e = 0.0; var j = 1u; for (var i = 0u; i < n / 2u; i++) { e += x[i] * x[j]; j += 2u; } return e + f32(j);",
        sum(0..3, |i| X[i] * X[2 * i + 1]) + 7.0,
    );
    check("var e = 0.0; for (var i = -w; i < 3; i++) { e += x[i + 3]; } return e;", sum(0..6, |i| X[i]));
    check("var e = 0.0; for (var i = 0u; i < arrayLength(&x); i++) { e += x[i]; } return e;", sum(0..7, |i| X[i]));
}

#[test]
fn loops_with_several_exits() {
    let all = sum(0..7, |i| X[i]);
    let first = |k: usize| sum(0..k, |i| X[i]);
    check("var e = 0.0; for (var i = 0u; i < n && i < 3u; i++) { e += x[i]; } return e;", first(3));
    check("var e = 0.0; for (var i = 0u; i < n && t[i] != 1u; i++) { e += x[i]; } return e;", first(3));
    check("var e = 0.0; for (var i = 0u; i < n; i++) { if (t[i] == 1u) { break; } e += x[i]; } return e;", first(3));
    check("var e = 0.0; for (var i = 0u; i < n; i++) { e += x[i]; if (t[i] == 1u) { break; } } return e;", first(4));
    check(
        "var e = 0.0; var i = 0u; for (; i < n; i++) { if (t[i] == 1u) { break; } } return x[i] * f32(i);",
        X[3] * 3.0,
    );
    check(
        "var e = 0.0; var i = 0u; for (; i < 6u; i++) { if (t[i] == 7u) { break; } } return x[i] * f32(i);",
        X[6] * 6.0,
    );
    check(
        "var k = 0u; var i = 0u; loop { if (k == 0u) { break; } continuing { i++; break if i >= n; } } return x[i];",
        X[0],
    );
    check("var e = 0.0; var i = 0u; while (true) { if (i >= n) { break; } e += x[i]; i++; } return e;", all);
    check("var e = 0.0; var i = 0u; for (;;) { if (i == n) { break; } e += x[i]; i++; } return e;", all);
    check("var e = 0.0; var i = 0u; loop { e += x[i]; i++; if (i > n - 1u) { break; } } return e * f32(i);", all * 7.0);
    check(
        "var e = 0.0; var i = 0u; loop { e += x[i]; if (i + 1u >= n) { break; } i++; } return e * f32(i);",
        all * 6.0,
    );
    check(
        "var e = 0.0; var i = 0u; loop { if (i >= n) { break; } e += x[i]; continuing { i++; break if i > 3u; } } return e;",
        first(4),
    );
    check(
        "var e = 0.0; for (var i = 0u; i < m; i++) { if (i == 5u) { break; } if (t[i] == 3u) { break; } e += x[i]; } return e;",
        first(2),
    );
    check("var e = 0.0; for (var i = 0u; i < n || i < 3u; i++) { if (i >= n) { break; } e += x[i]; } return e;", all);
    // An exit that depends on the outer loop; exits of loops inside of each other.
    check(
        "var e = 0.0; for (var v = 0u; v < 6u; v++) { for (var j = 0u; j < n; j++) { if (t[j % 6u] == v) { break; } e += x[j]; } } return e;",
        [1, 3, 0, 2, 7, 5].iter().map(|&k| first(k)).sum(),
    );
    check(
        "var e = 0.0; for (var v = 0u; v < n; v++) { if (v == t[2]) { break; } \
         for (var j = v; j < n; j++) { if (j > v + 1u) { break; } e += x[j] * x[v]; } } return e;",
        sum(0..3, |v| X[v] * (X[v] + X[v + 1])),
    );
}

#[test]
fn returns_from_loops() {
    let all = sum(0..7, |i| X[i]);
    let first = |k: usize| sum(0..k, |i| X[i]);
    check("var e = 0.0; for (var i = 0u; i < n; i++) { if (i == 4u) { return e; } e += x[i]; } return 9.0;", first(4));
    check("var e = 0.0; for (var i = 0u; i < n; i++) { e += x[i]; if (t[i] == 3u) { return e * e; } } return 9.0;", {
        first(3) * first(3)
    });
    check("var e = 0.0; for (var i = 0u; i < 6u; i++) { e += x[i]; if (t[i] == 9u) { return e; } } return e + 1.0;", {
        first(6) + 1.0
    });
    check("var e = 0.0; var i = 0u; loop { if (i >= n) { return e; } e += x[i]; i++; } return 0.0;", all);
    check(
        "var e = 0.0; var i = 0u; loop { e += x[i]; i++; if (i == n) { return e * f32(i); } } return 0.0;",
        all * 7.0,
    );
    check(
        "var e = 0.0; for (var i = 0u; i < n; i++) { if (t[i] == 3u) { return e; } if (t[i] == 0u) { break; } e += x[i]; } return 5.0 + e;",
        5.0 + X[0],
    );
    check(
        "var e = 0.0; for (var i = 0u; i < n; i++) { if (t[i] == 0u) { return e; } if (t[i] == 3u) { break; } e += x[i]; } return 5.0 + e;",
        X[0],
    );
    close(
        energy(
            &format!(
                "{HEAD}fn find(v: u32) -> u32 {{ for (var i = 0u; i < arrayLength(&t); i++) {{ if (t[i] == v) {{ return i; }} }} return 6u; }}
                 fn energy() -> f32 {{ var e = 0.0; for (var v = 0u; v < n; v++) {{ e += x[v] * x[find(v)]; }} return e; }}"
            ),
            &sample(),
        ),
        [1, 3, 0, 2, 6, 5, 6].iter().enumerate().map(|(v, &at)| X[v] * X[at]).sum(),
    );
}

#[test]
fn counters_of_other_kinds() {
    check("var e = 0.0; for (var i = 0u; i < n; i += m / 50u) { e += x[i]; } return e;", X[0] + X[2] + X[4] + X[6]);
    check("var e = 0.0; for (var i = t[3]; i < n; i += t[0]) { e += x[i]; } return e;", X[1] + X[3] + X[5]);
    check("var k = 1u; var h = n; for (var i = 0u; i < n + 27u; i++) { k *= 2u; h /= 2u; } return f32(k + h);", 0.0);
    check("var c = 0.0; for (var i = n + 3000000000u; i > 0u; i = i >> 5u) { c += 1.0; } return c;", 7.0);
    let all = sum(0..7, |i| X[i]);
    check(
        "var e = 0.0; for (var i = n - 1u; i < n; i--) { e += x[i] * f32(i); } return e;",
        sum(0..7, |i| X[i] * i as f64),
    );
    check("var e = 0.0; for (var i = 0u; i < n; i--) { e += x[i]; } return e;", X[0]);
    check("var e = 0.0; for (var i = 1u; i < n; i *= 2u) { e += x[i]; } return e * 2.0;", 2.0 * (X[1] + X[2] + X[4]));
    check("var e = 0.0; for (var i = 1u; i < n; i = i << 1u) { e += x[i]; } return e;", X[1] + X[2] + X[4]);
    check("var e = 0.0; for (var i = n - 1u; i > 0u; i /= 2u) { e += x[i]; } return e;", X[6] + X[3] + X[1]);
    check("var e = 0.0; for (var i = n; i > 0u; i >>= 1u) { e += x[i - 1u]; } return e;", X[6] + X[2] + X[0]);
    check("var e = 0.0; for (var i = 0u; i * i < n; i++) { e += x[i * i]; } return e;", X[0] + X[1] + X[4]);
    check("var e = 0.0; var i = 0u; var k = 0u; while (k < n) { e += x[i]; k++; i = k; } return e;", all);
}

#[test]
fn what_the_iteration_before_assigned() {
    let ring = sum(0..7, |i| X[i] * X[(i + 6) % 7]);
    check("var e = 0.0; var p = n - 1u; for (var i = 0u; i < n; i++) { e += x[p] * x[i]; p = i; } return e;", ring);
    check(
        "var e = 0.0; var p = x[n - 1u]; for (var i = 0u; i < n; i++) { let q = x[i]; e += p * q; p = q; } return e;",
        ring,
    );
    check(
        "var e = 0.0; var p = vec2f(x[6], 1.0); for (var i = 0u; i < n; i++) { let q = vec2f(x[i], 1.0); e += dot(p, q); p = q; } return e;",
        ring + 7.0,
    );
}

#[test]
fn loops_that_end_at_once() {
    check("var e = 0.0; for (var i = 0u; i < n; i++) { e += x[i]; return e; } return e;", X[0]);
    check("var e = 0.0; var i = 3u; for (; i < n; i++) { e += x[i]; break; } return e * f32(i);", X[3] * 3.0);
    check(
        "var e = 0.0; var i = 3u; loop { if (true) { break; } continuing { i++; e += x[i]; break if i >= n; } } return e + f32(i);",
        3.0,
    );
    check("var e = 0.0; for (var i = n; i < n; i++) { e += x[i]; return e; } return 2.0;", 2.0);
    check(
        "var e = 0.0; var i = 0u; loop { if (i == n) { break; } e += x[i]; i++; if (i >= 3u) { break; } } return e * f32(i);",
        3.0 * sum(0..3, |i| X[i]),
    );
}

/// A literal count that holds for mathematical integers only says nothing of a `u32` that wraps.
#[test]
fn counters_that_wrap_in_short_loops() {
    check(
        "var e = 0.0; var i = 0u; loop { e += 1.0; if (i % 4u == 2u) { return e; } continuing { i--; break if !(i > 2u); } } return 9.0;",
        3.0,
    );
}

#[test]
fn loops_under_guards() {
    check(
        "var e = 1.0; if (n > 9u) { for (var i = 0u; i < n - 9u; i++) { if (i * i == n) { break; } e += x[i]; } } return e;",
        1.0,
    );
    check(
        "var e = 1.0; if (n > 9u) { var s = 0.0; for (var i = 0u; i < n - 9u; i++) { s += x[i]; } e += s * s; } return e;",
        1.0,
    );
    check(
        "var e = 1.0; if (n > 5u) { var s = 0.0; for (var i = 0u; i < n - 5u; i++) { s += x[i]; } e += s * s; } return e;",
        1.0 + (X[0] + X[1]) * (X[0] + X[1]),
    );
    check(
        "var e = 0.0; var i = 0u; loop { if (i + 3u == t[1]) { break; } e += x[i]; i++; if (!(i < 3u)) { break; } } return e;",
        X[0] + X[1] + X[2],
    );
}

#[test]
fn values_after_a_loop() {
    check("var e = 5.0; for (var i = 0u; i < n; i++) { e = x[i]; } return e;", X[6]);
    check("var e = 5.0; for (var i = n; i < n; i++) { e = x[i]; } return e;", 5.0);
    check("var k = 0u; for (var i = 0u; i < n; i += 2u) { k = i; } return x[k] * f32(k);", X[6] * 6.0);
    check(
        "var c = 0u; for (var i = 0u; i < n; i++) { if (i % 2u == 1u) { c += 1u; } } return x[c] * f32(c);",
        X[3] * 3.0,
    );
    check("var c = 0u; for (var i = 0u; i < 6u; i++) { c += t[i]; } return f32(c) + x[c % 7u];", 13.0 + X[6]);
    check(
        "var c = 0u; for (var v = 0u; v < 4u; v++) { for (var j = row_ptr[v]; j < row_ptr[v + 1u]; j++) { c += t[j]; } } return f32(c);",
        13.0,
    );
    check(
        "var c = 1; for (var i = 0u; i < n; i++) { if (i < 2u) { c -= 1; } else { if (i == 5u) { c += 10; } } } return f32(c);",
        9.0,
    );
    check(
        "var e = 0.0; var c = 0u; for (var i = 0u; i < m; i++) { if (i < n) { c++; } } for (var i = 0u; i < c; i++) { e += x[i]; } return e;",
        sum(0..7, |i| X[i]),
    );
}

#[test]
fn nested_loops_and_guards() {
    check(
        "var e = 0.0; for (var i = 0u; i < n; i++) { for (var j = 0u; j < i; j++) { e += x[i] * x[j]; } } return e;",
        sum(0..7, |i| sum(0..i, |j| X[i] * X[j])),
    );
    check("var e = 0.0; for (var i = 0u; i < n; i++) { if (i % 2u == 0u) { continue; } e += x[i]; } return e;", {
        sum((1..7).step_by(2), |i| X[i])
    });
    check(
        "var e = 0.0; for (var i = 0u; i < n; i++) { if (x[i] > 0.5) { e += x[i]; } else { e -= 1.0; } } return e;",
        sum(0..7, |i| if X[i] > 0.5 { X[i] } else { -1.0 }),
    );
    check(
        "var e = 0.0; for (var v = 0u; v < 4u; v++) { var a = 0.0; \
         for (var j = row_ptr[v]; j < row_ptr[v + 1u]; j++) { a += x[t[j]]; } e += a * a; } return e;",
        [X[2] + X[0], 0.0, X[3] + X[1] + X[2], X[5]].iter().map(|a| a * a).sum(),
    );
    check("var a = vec2f(); for (var i = 0u; i < n; i++) { a += vec2f(x[i], 1.0); } return a.x * a.y;", {
        7.0 * sum(0..7, |i| X[i])
    });
    check("var a: array<f32, 3>; for (var i = 0u; i < n; i++) { a[i % 3u] += x[i]; } return a[0] * a[1] + a[2];", {
        let part = |k: usize| sum((k..7).step_by(3), |i| X[i]);
        part(0) * part(1) + part(2)
    });
    check("var e = 0.0; for (var i = 0u; i < m; i++) { e += 0.5; } return e;", 50.0);
    check("var e = 0.0; for (var i = 0u; i < 1000u; i++) { e += f32(i); } return e;", 499500.0);
}

#[test]
fn nested_while_loops() {
    check(
        "var e = 0.0; var i = 0u; while (i < n) { var j = i; while (j < n) { e += x[i] * x[j]; j++; } i++; } return e;",
        sum(0..7, |i| sum(i..7, |j| X[i] * X[j])),
    );
    check(
        "var e = 0.0; var c = 0u; for (var i = 0u; i < n; i++) { for (var j = 0u; j < 2u; j++) { e += x[i] * f32(c); c++; } } return e;",
        sum(0..7, |i| X[i] * (4 * i + 1) as f64),
    );
}

#[test]
fn short_loops_unroll() {
    check("var e = x[0]; for (var i = 0u; i < 5u; i++) { e = 0.5 * e + x[i]; } return e;", {
        (0..5).fold(X[0], |e, i| 0.5 * e + X[i])
    });
    check("var e = x[0]; for (var i = 0; i < 100; i++) { e = 0.5 * e + 1.0; } return e;", {
        (0..100).fold(X[0], |e, _| 0.5 * e + 1.0)
    });
    check(
        "var e = 0.0; for (var i = 0u; i < 7u; i++) { if (x[i] > 2.0) { break; } e += x[i]; } return e;",
        X[0] + X[1],
    );
    check("for (var i = 0u; i < 7u; i++) { if (x[i] > 2.0) { return x[i]; } } return 0.0;", X[2]);
    check("var i = 1u; var e = 0.0; while (i < 7u) { e += x[i]; i *= 2u; } return e;", X[1] + X[2] + X[4]);
    check(
        "let a = array<f32, 4>(1.0, 2.0, 4.0, 8.0); var e = 0.0; for (var i = 0u; i < n; i++) { e += a[i % 4u] * x[i]; } return e;",
        sum(0..7, |i| [1.0, 2.0, 4.0, 8.0][i % 4] * X[i]),
    );
}

#[test]
fn control_flow() {
    check("if (x[0] > 0.0) { if (x[1] > 0.0) { return 1.0; } return 2.0; } return 3.0;", 2.0);
    check(
        "var e = 0.0; switch (n) { case 1u, 7u: { e = 1.0; } case 2u { e = 2.0; } default { e = 3.0; } } return e;",
        1.0,
    );
    check(
        "var e = 0.0; switch (w) { case 1: { e = 1.0; } default: { if (x[0] > 0.0) { break; } e = 3.0; } } return e + 0.5;",
        0.5,
    );
    check("var e = 0.0; switch (2) { case 1: { e = 1.0; } case 2, default: { e = x[1]; } } return e;", X[1]);
    check("let b = x[0] > 0.0 && x[1] < 0.0; return select(0.0, k, b);", 1.5);
    check("let b = x[0] < 0.0 || n == 7u; return select(x[0], x[1], b);", X[1]);
    check("let b = (x[0] > 0.0) == (x[1] > 0.0); return select(2.0, 1.0, b);", 2.0);
    let text = format!(
        "{HEAD}fn bump(p: ptr<function, f32>, by: f32) {{ *p += by; }}
         fn pick(a: ptr<function, array<f32, 3>>, i: u32) -> f32 {{ (*a)[i] = 5.0; return (*a)[i + 1u]; }}
         fn energy() -> f32 {{ var a = array<f32, 3>(1.0, 2.0, 3.0); var b = 1.0; bump(&b, x[0]); bump(&a[1], 10.0);
         for (var i = 0u; i < n; i++) {{ bump(&b, x[i]); }}
         return pick(&a, 0u) + a[0] * b; }}"
    );
    close(energy(&text, &sample()), 12.0 + 5.0 * (1.0 + X[0] + sum(0..7, |i| X[i])));
}

#[test]
fn built_ins() {
    check("return clamp(x[2], 0.0, 1.0) + saturate(x[1]) + mix(x[0], x[1], 0.25) + step(0.5, x[0]) + sign(x[1]);", {
        1.0 + 0.0 + (0.75 * X[0] + 0.25 * X[1]) + 0.0 - 1.0
    });
    check("return smoothstep(0.0, 2.0, x[4]) + fract(x[1]) + fma(x[0], x[1], x[2]) + radians(x[0]);", {
        let t: f64 = 1.1 / 2.0;
        t * t * (3.0 - 2.0 * t) + (X[1] - X[1].floor()) + X[0] * X[1] + X[2] + X[0].to_radians()
    });
    check(
        "let a = vec3f(x[0], x[1], x[2]); let b = vec3f(x[3], x[4], x[5]); return length(cross(a, b)) + distance(a, b);",
        {
            let (a, b) = ([X[0], X[1], X[2]], [X[3], X[4], X[5]]);
            let c = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
            let norm = |v: [f64; 3]| (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
            norm(c) + norm([a[0] - b[0], a[1] - b[1], a[2] - b[2]])
        },
    );
    check("let m = mat4x4f(1, 2, 0, x[0], 0, 3, 1, 2, x[1], 1, 4, 0, 2, 0, 1, 5); return determinant(m);", {
        let m =
            nalgebra::Matrix4::new(1.0, 2.0, 0.0, X[0], 0.0, 3.0, 1.0, 2.0, X[1], 1.0, 4.0, 0.0, 2.0, 0.0, 1.0, 5.0);
        m.determinant()
    });
    check(
        "let m = mat2x3f(1, 2, 3, 4, 5, x[0]); let v = m * vec2f(x[1], 1); let w = vec3f(1, 2, x[2]) * m; return v.z + w.y;",
        3.0 * X[1] + X[0] + (4.0 + 10.0 + X[2] * X[0]),
    );
    check(
        "let m = mat2x2f(1, 2, 3, x[0]) * mat2x2f(x[1], 0, 1, 1); return m[1].y + transpose(m)[0][1] + (2.0 * m)[0].x;",
        (2.0 + X[0]) + 4.0 + 2.0 * X[1],
    );
    check(
        "let v = vec3f(x[0], x[1], x[2]); return dot(v.zyx, v.xxy) + max(v, vec3f(0.5)).y + (v * 2.0 - 1.0).z + (-v).x;",
        X[2] * X[0] + X[1] * X[0] + X[0] * X[1] + 0.5 + 4.0 - X[0],
    );
    check(
        "let v = vec2f(x[0], x[1]); let b = all(v > vec2f()) || any(v < vec2f()); return select(x[1] % 0.5, 1.0, !b);",
        X[1] % 0.5,
    );
}

#[test]
fn integers() {
    check(
        "let s = -w; return f32(abs(s)) + f32(max(s, 2)) + f32(clamp(s, -1, 1)) + f32(sign(s)) + f32(s / 2) + f32(s % 2);",
        3.0 + 2.0 - 1.0 - 1.0 - 1.0 - 1.0,
    );
    check(
        "return f32((n << 2u) >> 1u) + f32(n & 3u) + f32(n | 8u) + f32(n ^ 1u) + f32(~(-w));",
        14.0 + 3.0 + 15.0 + 6.0 + 2.0,
    );
    check("let d = 3u - n; return f32(d);", 4294967292.0);
    check("return x[vec2u(1u, 2u).y] + f32(dot(vec2i(1, -w), vec2i(2, 3))) + f32(u32(true)) + f32(t[1] == 0u);", {
        X[2] + 2.0 - 9.0 + 1.0 + 1.0
    });
}

#[test]
fn integers_that_wrap() {
    check("return f32(i32(n - 9u)) + f32(i32(3u) - 4);", -3.0);
    check("return f32(0xffffffffu) + f32(n + 0xffffffffu);", 4294967295.0 + 6.0);
    check("return select(0.0, 1.0, n - 8u > 100u) + select(0.0, 2.0, u32(i32(n) - 8) == 0xffffffffu);", 3.0);
    check("var e = 0.0; for (var i = 0u; i < n; i++) { if (i + 0xffffffffu < 3u) { e += x[i]; } } return e;", {
        sum(1..4, |i| X[i])
    });
    check(
        "var e = 0.0; for (var i = i32(n) - 2; i > -2; i -= 2) { e += x[i + 1]; } return e;",
        X[6] + X[4] + X[2] + X[0],
    );
    check("switch (n - 8u) { case 0xffffffffu: { return 1.0; } default: { return 2.0; } }", 1.0);
}

#[test]
fn residuals() {
    let head = HEAD.to_string() + "@group(0) @binding(9) var<storage, read_write> r: array<f32>;\n";
    let rows = residual(
        &format!(
            "{head}fn residual() {{ for (var i = 0u; i + 1u < n; i++) {{ r[i] += x[i]; r[i + 1u] -= 2.0 * x[i]; }} r[7] = k; if (n == 7u) {{ r[8] = 1.0; }} }}"
        ),
        &sample(),
    );
    let mut expected = vec![0.0; 9];
    for i in 0..6 {
        expected[i] += X[i];
        expected[i + 1] -= 2.0 * X[i];
    }
    expected[7] = 1.5;
    expected[8] = 1.0;
    rows.iter().zip(&expected).for_each(|(a, b)| close(*a, *b));
    assert_eq!(rows.len(), 9);
    let text = "fn residual(x: array<f32, 2>, k: f32) -> array<f32, 2> { return array<f32, 2>(x[0] * k, x[1]); }";
    let data = Data { reals: sample().reals, integers: vec![("stencil", vec![0, 1, 2, 3])], sizes: vec![] };
    assert_eq!(residual(text, &data), [X[0] * 1.5, X[1], X[2] * 1.5, X[3]]);
}
