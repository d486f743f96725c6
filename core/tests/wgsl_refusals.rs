//! What the WGSL front-end refuses, with the place and the rule.

use spadina_core::frontend::{Frontend, Module};

const HEAD: &str = "override n: u32;\n\
    @group(0) @binding(0) var<storage, read> x: array<f32>;\n\
    @group(0) @binding(1) var<storage, read> t: array<u32>;\n";

fn refusal(text: &str) -> String {
    let lowered = Module::parse("test", text).and_then(|m| m.lower(&m.default_roles(None)));
    match lowered {
        Ok(lowered) => format!("accepted:\n{}", lowered),
        Err(e) => {
            let (line, column) = e.position(text);
            format!("{line}:{column}: {}", e.message)
        }
    }
}

/// Checks a body of `fn energy() -> f32` below the three lines of `HEAD`.
fn check(body: &str, expected: &str) {
    let found = refusal(&format!("{HEAD}fn energy() -> f32 {{\n{body}\n}}\n"));
    assert!(found.starts_with(expected), "\n{body}\nexpected {expected}\n   found {found}");
}

fn check_file(text: &str, expected: &str) {
    let found = refusal(text);
    assert!(found.starts_with(expected), "\n{text}\nexpected {expected}\n   found {found}");
}

#[test]
fn loops_carry_sums_only() {
    check("var e = 0.0; for (var i = 0u; i < n; i++) { e = 0.5 * e + x[i]; }\nreturn e;", "5:45: a loop may carry");
    check(
        "var e = 0.0; var p = 0.0; for (var i = 0u; i < n; i++) { e += p * x[i]; p += e; }\nreturn e;",
        "5:58: a loop may carry",
    );
    check(
        "var e = 0.0; for (var i = 0u; i < n; i++) { if (x[i] > 0.0) { e = x[i]; } }\nreturn e;",
        "5:63: a loop may carry",
    );
    check("var k = 1u; for (var i = 0u; i < n; i++) { k = 3u * k; }\nreturn x[k % n];", "5:44: a loop may carry");
    check("var e = 1.0; for (var i = 0u; i < n; i++) { e *= x[i]; }\nreturn e;", "5:45: a loop may carry");
}

#[test]
fn loops_are_bounded_by_integers() {
    check("var e = 0.0; while (e < 1.0) { e += x[0]; }\nreturn e;", "5:");
    check("var e = 0.0; loop { e += x[0]; if (e > 3.0) { break; } }\nreturn e;", "5:");
    check("var e = 0.0; for (var i = t[0]; i > n; i++) { e += x[i]; }\nreturn e;", "5:14: the trip count");
    check("var e = 0.0; var i = 0u; while (t[i] != 9u) { e += x[i]; i++; }\nreturn e;", "5:26: ");
    check("var e = 0.0; var i = 0u; while (i != n) { e += x[i]; i = t[i]; }\nreturn e;", "5:26: ");
    check("var e = 0.0; for (var i = 0u; i % 3u < n; i++) { e += x[i]; }\nreturn e;", "5:14: ");
    check("var e = 0.0; for (var i = 0; i * (i - 1) * (i - 2) + i < i32(n); i++) { e += x[i]; }\nreturn e;", "5:14: ");
    check("var e = 0.0; var i = 1u; while (i < n) { e += x[i]; i *= 3u; }\nreturn e;", "5:26: ");
    check("var e = 0.0; for (var i = n; i >= 0u; i--) { e += x[i]; }\nreturn e;", "5:14: a u32 in the test");
    check(
        "var e = 0.0; for (var i = 0u; i < n; i++) { if (x[i] > 1.0) { break; } e += x[i]; }\nreturn e;",
        "5:14: this loop is left",
    );
    check(
        "var e = 0.0; for (var i = 0u; i < n; i++) { if (x[i] > 4.0) { return e; } e += x[i]; }\nreturn e;",
        "5:14: this loop is left",
    );
}

#[test]
fn data_are_read_only() {
    check("return x;", "5:");
    check("var a = 0u; for (var i = 0u; i < n; i++) { if (x[i] > 0.0) { a += 1u; } }\nreturn f32(a);", "5:");
    check("return f32(3) / f32(7u) + f32(n / 0u);", "5:");
}

#[test]
fn indices_depend_on_integers_only() {
    check("return x[u32(x[0])];", "5:10: an integer made from a real");
    check("var i = 0u; if (x[0] > 1.0) { i = 1u; }\nreturn x[i];", "5:");
    check("return x[t[0] / 0u];", "5:");
    check("return bitcast<f32>(t[0]);", "5:8: the bits of a real");
}

#[test]
fn bounds_are_not_carried() {
    check(
        "var e = 0.0; var k = 0u; for (var i = 0u; i < n; i++) { for (var j = k % 2u; j < n; j++) { e += x[j]; } k = t[k]; }\nreturn e;",
        "5:92: a loop may carry",
    );
}

#[test]
fn endless_loops_are_refused_at_once() {
    for head in ["for (var v = 0u; ; v++)", "loop", "while (true)"] {
        check(
            &format!("var e = 0.0; {head} {{ for (var j = t[0]; j < n; j++) {{ e += x[j]; }} }}\nreturn e;"),
            "5:14: nothing ends",
        );
    }
    check(
        "var e = 0.0; loop { switch n { case 1u: { break; } default: { e += x[0]; } } }\nreturn e;",
        "5:14: nothing ends",
    );
}

#[test]
fn signatures() {
    check_file("fn main() {}", "1:1: the file has no `fn energy");
    check_file("fn energy(x: array<vec3f, 2>) -> vec3f { return x[0]; }", "1:");
    check_file("struct S { a: f32 }\nfn energy(s: array<S, 2>) -> f32 { return s[0].a; }", "2:11: parameter `s`");
    check_file(
        "struct S { a: f32, b: T }\nstruct T { c: bool }\nfn energy(x: array<f32, 2>, s: S) -> f32 { return s.a; }",
        "3:29: parameter `s`: an element energy takes",
    );
    check_file(
        "struct S { a: f32, k: f32 }\nfn energy(x: array<f32, 2>, k: f32, s: S) -> f32 { return s.k; }",
        "2:37: parameter `s`: the name `k` of a member is another parameter's, too: rename one of them",
    );
    check_file(
        "fn energy(k: bool) -> f32 { return f32(k); }",
        "1:11: parameter `k`: an element energy takes f32, u32,",
    );
    check_file("fn energy(k: array<bool, 2>) -> f32 { return f32(k[0]); }", "1:11: parameter `k`: an element");
    check_file("fn energy(k: array<u32, 2>) -> f32 { return f32(k[2]); }", "1:");
    check_file("fn energy(x: array<f32, 2>, k: i32) -> f32 { return x[u32(x[0]) + u32(k)]; }", "1:");
    check_file("fn energy(k: vec2u) -> f32 { var j = k; j.x = 1.0; return f32(j.x); }", "1:");
    check_file("fn energy() -> f32 { return 0.0; }\nfn residual() { }", "2:");
    check_file("fn residual() { }", "1:");
    check_file(
        "@group(0) @binding(0) var<storage, read_write> x: array<f32>;\nfn energy() -> f32 { x[0] = 1.0; return x[0]; }",
        "1:",
    );
    check_file("var<workgroup> w: array<f32, 4>;\nfn energy() -> f32 { return w[0]; }", "1:");
    check_file("@group(0) @binding(0) var s: texture_2d<f32>;\nfn energy() -> f32 { return 0.0; }", "1:");
}

#[test]
fn texts_that_are_not_wgsl() {
    check_file("", "1:1: the file has no");
    check_file("fn energy( -> f32 { return 0.1 }", "1:");
    check_file("fn energy() -> f32 { return 0.1 + y; }", "1:35: ");
    check_file("fn energy() -> f32 { return true; }", "1:");
    check_file("fn energy() -> f32 { return energy(); }", "1:");
    check_file("fn energy() -> f32 { let a = vec2f(0.1); return 0.1 + a; }", "1:");
}
