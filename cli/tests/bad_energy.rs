//! Energies that are refused, on the command line: exit status 1, a message with the place and the rule, and nothing
//! written. One row of a table for each mistake; beside some of them, what makes the same accesses legal.

mod common;

use common::{spadina, stderr};
use std::path::Path;

/// What stands before every program: 3 lines, and the fourth begins with the body of the energy.
const HEAD: &str = "override n: u32; @group(0) @binding(0) var<storage, read> x: array<f32>;\n\
    @group(0) @binding(1) var<storage, read> t: array<u32>;\n\
    fn energy() -> f32 {\n";

/// Four unknowns, a table of four entries, a size.
const DATA: &str = "[unknowns]\nx = [1.0, 2.0, 4.0, 8.0]\n[indices]\nn = 4\nt = [0, 1, 3, 4]\n";

const TERM: &str = "[[terms]]\nenergy = \"e.wgsl\"\n";

/// Runs a problem and its energy on a device; the status, the message, and whether anything was written.
fn run(energy: &str, problem: &str, device: &str) -> (Option<i32>, String, bool) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("e.wgsl"), energy).unwrap();
    std::fs::write(path("p.toml"), problem).unwrap();
    let (file, out) = (path("p.toml"), path("out"));
    let arguments: [&Path; 6] = ["eval".as_ref(), &file, "--out".as_ref(), &out, "--device".as_ref(), device.as_ref()];
    let output = spadina(arguments);
    // File names without their folder.
    let message = stderr(&output).replace(&format!("{}/", folder.path().display()), "");
    (output.status.code(), message, out.exists() || !output.stdout.is_empty())
}

/// What is wrong with a refusal, if anything.
fn refusal(energy: &str, problem: &str, wanted: &[&str]) -> Result<(), String> {
    for device in ["cpu", "interpreter"] {
        let (status, message, written) = run(energy, problem, device);
        if status != Some(1) || written || !message.starts_with("error: ") || message.contains("panicked") {
            return Err(format!("{device}: status {status:?}, written: {written}, {message}"));
        }
        if let Some(missing) = wanted.iter().find(|w| !message.contains(**w)) {
            return Err(format!("{device}: `{}` should contain `{missing}`", message.trim_end()));
        }
    }
    Ok(())
}

/// One mistake: energy, problem, and what the message must contain.
type Row<'a> = (String, String, Vec<&'a str>);

fn check(table: &[Row]) {
    let failures = table.iter().filter_map(|(energy, problem, wanted)| {
        refusal(energy, problem, wanted).err().map(|e| format!("{problem}{energy}\n=> {e}"))
    });
    let failures: Vec<String> = failures.collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Bodies of programs over the usual data.
fn check_bodies(table: &[(&str, &[&str])]) {
    let problem = format!("{DATA}{TERM}");
    let rows: Vec<Row> =
        table.iter().map(|(body, wanted)| (format!("{HEAD}{body}\n}}\n"), problem.clone(), wanted.to_vec())).collect();
    check(&rows);
}

fn accepted(energy: &str, problem: &str) {
    for device in ["cpu", "interpreter"] {
        let (status, message, written) = run(energy, problem, device);
        assert!(status == Some(0) && written && message.is_empty(), "{device}: {message}\n{problem}{energy}");
    }
}

#[test]
fn texts() {
    check_bodies(&[
        ("return x[0] +;", &["e.wgsl:4:14: "]),
        ("return x[0] + y;", &["e.wgsl:4:15: ", "y"]),
        ("return sqroot(x[0]);", &["e.wgsl:4:8: ", "sqroot"]),
        ("return x[0] + 1u;", &["e.wgsl:4:"]),
        ("return x[0] * true;", &["e.wgsl:4:"]),
        ("return vec2f(x[0], 1.0);", &["e.wgsl:4:8: ", "type"]),
        ("let a = x[0];", &["e.wgsl:", "type"]),
        ("return energy();", &["e.wgsl:"]),
        ("return 0.1", &["e.wgsl:5:1: "]),
    ]);
    let problem = format!("{DATA}{TERM}");
    let file = |text: &str, wanted| (text.to_string(), problem.clone(), wanted);
    check(&[
        file("", vec!["e.wgsl:1:1: ", "fn energy"]),
        file("fn energie() -> f32 { return 0.0; }", vec!["e.wgsl:1:1: ", "fn energy"]),
        file(
            "fn f(a: f32) -> f32 { return g(a); }\nfn g(a: f32) -> f32 { return f(a); }\nfn energy() -> f32 { return f(1.0); }",
            vec!["e.wgsl:"],
        ),
        file("fn residual(x: array<f32, 1>) -> f32 { return x[0]; }", vec!["p.toml:6:1: e.wgsl has `fn residual`"]),
        file("\u{feff}\u{0}", vec!["e.wgsl:1:"]),
    ]);
}

/// Of a long line a window is shown.
#[test]
fn long_lines() {
    let deep = format!("{HEAD}return {}x[0]{};\n}}\n", "(".repeat(100_000), ")".repeat(100_000));
    let long = format!("{HEAD}return {}y{};\n}}\n", "x[0] + ".repeat(3000), " + x[0]".repeat(3000));
    for (text, place) in [(deep, "e.wgsl:4:100009: blocks or expressions nest"), (long, "e.wgsl:4:21008: ")] {
        let (status, message, _) = run(&text, &format!("{DATA}{TERM}"), "interpreter");
        assert!(status == Some(1) && message.contains(place), "{message}");
        assert!(message.contains('…') && message.len() < 1000, "{} bytes: {message}", message.len());
    }
}

#[test]
fn integers_from_reals() {
    check_bodies(&[
        ("return x[u32(x[0])];", &["e.wgsl:4:10: ", "real"]),
        ("var s = 0.0; for (var i = 0u; i < u32(x[1]); i++) { s += x[i]; } return s;", &["e.wgsl:4:", "real"]),
        ("var i = 0u; if (x[0] > 1.0) { i = 1u; } return x[i];", &["e.wgsl:4:"]),
        ("var s = 0.0; while (s < 10.0) { s += x[0]; } return s;", &["e.wgsl:4:"]),
        (
            "var s = 0.0; for (var i = 0u; i < n; i++) { if (x[i] > 1.0) { break; } s += x[i]; } return s;",
            &["e.wgsl:4:14: "],
        ),
        ("return x[t[u32(floor(x[0]))]];", &["e.wgsl:4:", "real"]),
        ("return f32(t[0] << u32(x[0])) * x[0];", &["e.wgsl:4:"]),
    ]);
}

#[test]
fn loops() {
    check_bodies(&[
        (
            "var s = 0.0; for (var i = 0u; i < n; i++) { s = 0.5 * s + x[i]; } return s;",
            &["e.wgsl:4:45: ", "a loop may carry"],
        ),
        ("var s = 1.0; for (var i = 0u; i < n; i++) { s *= x[i]; } return s;", &["e.wgsl:4:45: ", "a loop may carry"]),
        ("var s = 0.0; var p = 0.0; for (var i = 0u; i < n; i++) { s += x[i] * p; p += s; } return s;", &["e.wgsl:4:"]),
        ("var s = 0.0; for (var i = 0u; i < n; i++) { s += max(s, x[i]); } return s;", &["e.wgsl:4:45: "]),
        ("var s = 0.0; loop { s += x[0]; } return s;", &["e.wgsl:4:"]),
        ("var s = 0.0; for (var i = t[0]; i != n; i--) { s += x[i]; } return s;", &["e.wgsl:4:14: "]),
        ("var s = 0.0; for (var i = t[0] - 1u; i > 0u; i--) { s += x[0]; } return s;", &["e.wgsl:4:14: ", "-1"]),
        ("var s = 0.0; for (var i = 0u; i != n; i += 2u) { s += x[i]; } return s;", &["e.wgsl:4:"]),
        ("var s = 0.0; for (var i = 1u; i < n; i *= 3u) { s += x[i]; } return s;", &["e.wgsl:4:14: "]),
        ("var s = 0.0; var i = 0u; while (i < n) { s += x[i]; } return s;", &["e.wgsl:4:"]),
    ]);
}

#[test]
fn writes() {
    check_bodies(&[
        ("x[0] = 1.0; return x[0];", &["e.wgsl:4:1: ", "inputs are read only"]),
        ("t[0] = 1u; return x[0];", &["e.wgsl:4:1: ", "inputs are read only"]),
        ("return x[0] * vec2i(1, 2).x;", &["e.wgsl:4:8: `*` does not take f32 and i32"]),
        ("n = 1u; return x[0];", &["e.wgsl:4:1: "]),
    ]);
    let mutable = "@group(0) @binding(0) var<storage, read_write> x: array<f32>;\n\
                   fn energy() -> f32 { x[0] = 2.0; return x[0]; }";
    let twice = "@group(0) @binding(0) var<storage, read> x: array<f32>;\n\
                 @group(0) @binding(1) var<storage, read_write> r: array<f32>;\n\
                 override n: u32; fn residual() { for (var i = 0u; i < n; i++) { r[i / 2u] = x[i]; } }";
    let negative = "@group(0) @binding(0) var<storage, read> x: array<f32>;\n\
                    @group(0) @binding(1) var<storage, read_write> r: array<f32>;\n\
                    fn residual() { for (var i = 0; i < 4; i++) { r[i - 1] += x[i]; } }";
    let large = negative.replace("r[i - 1]", "r[i + 2000000000]");
    let residual = format!("{DATA}[[terms]]\nresidual = \"e.wgsl\"\n");
    check(&[
        (mutable.into(), format!("{DATA}{TERM}"), vec!["e.wgsl:1:"]),
        (twice.into(), residual.clone(), vec!["e.wgsl:3:", "r[0] is written with = after another write"]),
        (negative.into(), residual.clone(), vec!["e.wgsl", "r[-1] is written, but rows begin at 0"]),
        (large, residual.clone(), vec!["e.wgsl", "r[2000000000] is written, but a residual has at most 2^28 rows"]),
    ]);
    accepted(&twice.replace("r[i / 2u] =", "r[i / 2u] +="), &residual);
    accepted(&negative.replace("r[i - 1]", "r[i]"), &residual);
}

#[test]
fn indices_out_of_range() {
    check_bodies(&[
        (
            "var s = 0.0; for (var i = 0u; i < n; i++) { s += x[i] * x[i + 1u]; } return s;",
            &["e.wgsl:4:", "index 4 is out of range of `x` of shape (4,)", "i = 3"],
        ),
        ("var s = 0.0; for (var i = 0u; i < n; i++) { s += x[i] * x[i - 1u]; } return s;", &["e.wgsl:4:", "i = 0"]),
        (
            "var s = 0.0; for (var i = 0u; i < n; i++) { s += x[t[i]]; } return s;",
            &["e.wgsl:4:50: ", "index 4 is out of range of `x`", "`t` row 3 has the value 4"],
        ),
        ("return x[t[n]];", &["e.wgsl:4:", "index 4 is out of range of `t` of shape (4,)"]),
        ("return x[4];", &["e.wgsl:4:", "index 4 is out of range of `x`"]),
        (
            "var s = 0.0; for (var j = t[0]; j < t[5]; j++) { s += x[j]; } return s;",
            &["e.wgsl:4:", "index 5 is out of range of `t`"],
        ),
        ("return x[n / (t[0] - 0u)];", &["e.wgsl:4:", "integer division or remainder by zero"]),
        ("return x[n % t[0]];", &["e.wgsl:4:", "integer division or remainder by zero"]),
        ("return x[t[3] * 1000000000u * n];", &["e.wgsl:4:"]),
    ]);
    let program = |body: &str| format!("{HEAD}{body}\n}}\n");
    let problem = format!("{DATA}{TERM}");
    for body in [
        "var s = 0.0; for (var i = 0u; i < n; i++) { if (i + 1u < n) { s += x[i] * x[i + 1u]; } } return s;",
        "var s = 0.0; for (var i = 0u; i < n; i++) { if (i > 0u) { s += x[i] * x[i - 1u]; } } return s;",
        "var s = 0.0; for (var i = 0u; i < n; i++) { if (t[i] < n) { s += x[t[i]]; } } return s;",
        "if (t[0] == 0u) { return x[0]; } return x[n / t[0]];",
        "return select(x[0] * x[0], x[0], t[0] > 0u);",
    ] {
        accepted(&program(body), &problem);
    }
}

/// Element form: stencils, shapes, `over` and `bind`.
#[test]
fn elements() {
    const SPRING: &str = "fn energy(x: array<vec2f, 2>, k: f32) -> f32 { return k * distance(x[0], x[1]); }";
    let problem = |lines: &str, term: &str| {
        format!(
            "[unknowns]\nx = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]\n[arrays]\nk = 2.0\n{lines}[[terms]]\nenergy = \"e.wgsl\"\n{term}"
        )
    };
    let edges = |rows: &str| problem(&format!("[indices]\ne = {rows}\n"), "over = \"e\"\n");
    let bound = |extra: &str, bind: &str| {
        problem(&format!("{extra}[indices]\ne = [[0, 1]]\n"), &format!("over = \"e\"\nbind = {{ {bind} }}\n"))
    };
    let spring = |problem: String, wanted: Vec<&'static str>| (SPRING.to_string(), problem, wanted);
    check(&[
        spring(
            edges("[[0, 1], [1, 3]]"),
            vec!["e.wgsl:1:", "is out of range of `x` of shape (3, 2)", "`e` row 1, column 1 has the value 3"],
        ),
        spring(edges("[[0, 1], [-1, 2]]"), vec!["e.wgsl:1:", "`e` row 1, column 0 has the value -1"]),
        spring(
            edges("[[0, 1, 2]]"),
            vec![
                "p.toml:7:",
                "`x` of e.wgsl gathers 2 nodes, but the index array `e` has 3 columns: shape (1, 3), (m, 2) wanted",
            ],
        ),
        spring(edges("[0, 1]"), vec!["gathers 2 nodes", "has 1 columns: shape (2,), (m, 2) wanted"]),
        spring(
            problem("[indices]\ne = [[0, 1]]\n", ""),
            vec!["p.toml:7:1: ", "e.wgsl is in element form and needs over"],
        ),
        spring(bound("", "kk = \"k\""), vec!["p.toml:10:", "e.wgsl has no parameter `kk`; it has `x`, `k`"]),
        spring(
            bound("", "k = \"x\""),
            vec!["`x` of shape (3, 2) binds to `k` of e.wgsl, which wants () for the term or (1,)"],
        ),
        spring(bound("", "k = \"k@e\""), vec!["`k` of e.wgsl is not gathered"]),
        spring(bound("", "k = \"e\""), vec!["`e` of shape (1, 2)", "wants reals"]),
        spring(bound("m = [1.0, 2.0]\n", "k = \"m\""), vec!["`m` of shape (2,) binds to `k`", "(1,) for its elements"]),
        (
            SPRING.replace("vec2f", "vec3f"),
            edges("[[0, 1]]"),
            vec!["`x` of shape (3, 2) binds to `x` of e.wgsl, which wants the shape (rows, 3)"],
        ),
        (
            SPRING.replace("k: f32", "mu: f32").replace("k *", "mu *"),
            edges("[[0, 1]]"),
            vec!["nothing binds to `mu` of e.wgsl"],
        ),
        ("fn energy(k: f32) -> f32 { return k; }".into(), edges("[[0, 1]]"), vec!["no term uses an unknown"]),
        (
            format!("{HEAD}return x[0];\n}}\n"),
            format!("{DATA}{TERM}over = \"t\"\n"),
            vec!["e.wgsl is in program form", "remove `over`"],
        ),
    ]);
    accepted(SPRING, &edges("[[0, 1], [1, 2]]"));
    accepted(SPRING, &bound("m = [1.0]\n", "k = \"m\""));
}

/// Integers of elements: types, shapes and signs.
#[test]
fn integers_of_elements() {
    let energy = |ty: &str, value: &str| {
        format!("fn energy(x: array<f32, 2>, k: {ty}) -> f32 {{ return x[0] * x[1] * f32({value}); }}")
    };
    let problem = |arrays: &str, k: &str| {
        format!("[unknowns]\nx = [1.0, 2.0, 3.0]\n{arrays}[indices]\ne = [[0, 1], [1, 2]]\n{k}\n{TERM}over = \"e\"\n")
    };
    let with = |k: &str| problem("", &format!("k = {k}"));
    let bound = |k: &str, bind: &str| format!("{}bind = {{ k = \"{bind}\" }}\n", with(k));
    let row = |ty: &str, value: &str, problem: String, wanted: Vec<&'static str>| (energy(ty, value), problem, wanted);
    check(&[
        row("u32", "k", problem("", ""), vec!["p.toml:6:1: nothing binds to `k` of e.wgsl: give `k` in [indices]"]),
        row(
            "u32",
            "k",
            problem("[arrays]\nk = 2.0\n", ""),
            vec!["`k` of shape () binds to `k` of e.wgsl, which wants integers: give it in [indices]"],
        ),
        row("vec2i", "k.x", bound("[1, 2]", "x"), vec!["`x` of shape (3,)", "wants integers, and those cannot be unk"]),
        row("f32", "k", with("3"), vec!["`k` of shape () binds to `k` of e.wgsl, which wants reals: give it in"]),
        row("array<f32, 2>", "k[0]", with("[3, 4, 5]"), vec!["`k` of shape (3,)", "wants reals"]),
        row("u32", "k", with("[1, 2, 3]"), vec!["`k` of shape (3,)", "wants () for the term or (2,) for its elements"]),
        row("vec3u", "k.x", with("[1, 2]"), vec!["`k` of shape (2,)", "(3,) for the term or (2, 3) for its elements"]),
        row("vec2u", "k.x", with("[[1, 2]]"), vec!["`k` of shape (1, 2)", "(2,) for the term or (2, 2) for its"]),
        row("array<u32, 2>", "k[0]", with("3"), vec!["`k` of shape ()", "wants the shape (rows,) or (rows, 1)"]),
        row("array<vec2u, 2>", "k[0].x", with("[3]"), vec!["`k` of shape (1,)", "wants the shape (rows, 2)"]),
        row("array<u32, 3>", "k[0]", with("[3]"), vec!["`k` of e.wgsl gathers 3 nodes", "`e` has 2 columns"]),
        row("array<u32, 2>", "k[0]", with("[3]"), vec!["e.wgsl:1:", "index 1 is out of range of `k` of shape (1,)"]),
        row("u32", "k", bound("[1, 2]", "k@e"), vec!["`k` of e.wgsl is not gathered"]),
        row(
            "array<u32, 2>",
            "k[0]",
            bound("[1, 2]", "k@k"),
            vec!["gathers 2 nodes", "`k` has 1 columns: shape (2,), (m, 2)"],
        ),
        row("u32", "k", with("[1, -2]"), vec!["p.toml:6:1: ", "`k` row 1 has the value -2", "k` of e.wgsl is u32"]),
        row("vec2u", "k.x", with("[[1, 2], [1, -2]]"), vec!["`k` row 1 has the value -2", "declare it as i32"]),
        row("array<u32, 2>", "k[1]", with("[1, 1, -2]"), vec!["`k` row 2 has the value -2"]),
        row("u32", "x[k]", with("[0, 2]"), vec!["e.wgsl:1:", "index 2 is out of range", "`k` row 1 has the value 2"]),
        row("u32", "1u / k", with("[1, 0]"), vec!["e.wgsl:1:", "division or remainder by zero", "`k` row 1"]),
    ]);
    for (ty, value, k) in [
        ("u32", "k", "[1, 2]"),
        ("u32", "x[k]", "[0, 1]"),
        ("i32", "k", "-4"),
        ("vec3i", "k.z", "[1, -2, 3]"),
        ("vec2i", "k.x / k.y", "[[1, -2], [3, 1]]"),
        ("array<i32, 2>", "k[0]", "[[1], [-1], [7]]"),
        ("array<vec2u, 2>", "k[1].y", "[[1, 2], [1, 2], [3, 4]]"),
    ] {
        accepted(&energy(ty, value), &with(k));
    }
}

#[test]
fn programs() {
    let data = |x: &str, n: &str, t: &str| format!("[unknowns]\nx = {x}\n[indices]\nn = {n}\nt = {t}\n{TERM}");
    let sum = format!("{HEAD}var s = 0.0; for (var i = 0u; i < n; i++) {{ s += x[t[i]]; }} return s;\n}}\n");
    let row = |problem: String, wanted: Vec<&'static str>| (sum.clone(), problem, wanted);
    check(&[
        row(data("1.0", "1", "[0]"), vec!["`x` of shape () binds to `x` of e.wgsl, which wants the shape (rows,)"]),
        row(data("[1.0]", "[1]", "[0]"), vec!["`n` of shape (1,) binds to `n` of e.wgsl, which wants a number"]),
        row(data("[1.0]", "1", "0"), vec!["`t` of shape () binds to `t` of e.wgsl"]),
        row(
            format!("[unknowns]\nx = [1.0]\n[indices]\nn = 1\n{TERM}"),
            vec!["nothing binds to `t` of e.wgsl", "[indices]"],
        ),
        row(
            format!("[unknowns]\nx = [1.0]\n[arrays]\nt = [0.0]\n[indices]\nn = 1\n{TERM}"),
            vec!["`t` of shape (1,)", "integers"],
        ),
        row(data("[1.0]", "2", "[0]"), vec!["e.wgsl:4:", "index 1 is out of range of `t` of shape (1,)"]),
        row(data("[1.0]", "1", "[-1]"), vec!["p.toml:6:1: ", "`t` row 0 has the value -1", "is u32"]),
        row(
            format!("[unknowns]\ny = [1.0]\n[arrays]\nx = [1.0]\n[indices]\nn = 1\nt = [0]\n{TERM}"),
            vec!["no term uses an unknown"],
        ),
    ]);
}

/// Numbers that come out as NaN or infinity.
#[test]
fn results() {
    let elements = "fn energy(x: array<f32, 1>) -> f32 { return BODY; }";
    let problem = |x: &str| format!("[unknowns]\nx = {x}\n[indices]\ne = [0, 1, 2]\n{TERM}over = \"e\"\n");
    let row = |body: &str, x: &str, wanted: Vec<&'static str>| (elements.replace("BODY", body), problem(x), wanted);
    check(&[
        row(
            "log(x[0])",
            "[1.0, -1.0, -2.0]",
            vec!["the energy is not finite: term 0", "e.wgsl", "first at element 1", "; not finite: 1, 2"],
        ),
        row("sqrt(x[0])", "[1.0, 1.0, 0.0]", vec!["the gradient is not finite: term 0", "first at element 2"]),
        row("x[0] * sqrt(x[0])", "[0.0, 1.0, 1.0]", vec!["is not finite: term 0", "first at element 0"]),
        row("1.0 / x[0]", "[1.0, 0.0, 0.0]", vec!["the energy is not finite", "first at element 1"]),
        row("exp(x[0])", "[1.0, 1.0, 1000.0]", vec!["the energy is not finite", "first at element 2"]),
        row("x[0] * 1e308", "[1.0, 1.0, 1.0]", vec!["the energy is not finite: term 0"]),
    ]);
    let program =
        format!("{HEAD}var s = 0.0; for (var i = 0u; i < n; i++) {{ s += log(x[i] - 3.0); }} return s;\n}}\n");
    let reversed = format!("{DATA}{TERM}").replace("[1.0, 2.0, 4.0, 8.0]", "[8.0, 4.0, 2.0, 1.0]");
    check(&[
        (program.clone(), format!("{DATA}{TERM}"), vec!["the energy is not finite: term 0", "first at i = 0"]),
        (program, reversed, vec!["the energy is not finite: term 0", "first at i = 2"]),
        (elements.replace("BODY", "x[0] / 0.0"), problem("[1.0, 1.0, 1.0]"), vec!["e.wgsl"]),
    ]);
    // The place is that of the operation which first has no finite value.
    let place = |body: &str, at: &str| {
        let text = elements.replace("BODY", body);
        let column = text.find(at).unwrap() + 1;
        let wanted = format!(", first at element 1, from the operation at e.wgsl:1:{column}");
        let refused = refusal(&text, &problem("[1.0, -1.0, -2.0]"), &[&wanted]);
        assert!(refused.is_ok(), "{text}\n=> {refused:?}");
    };
    place("x[0] * 3.0 + log(x[0])", "log");
    place("2.0 * exp(1000.0 - 1000.0 * x[0]) * x[0]", "exp");
    place("1.0 / (x[0] + 1.0) + 1.0", "1.0 /");
    place("select(log(x[0]), x[0] * sqrt(x[0]), x[0] < 2.0)", "sqrt");
    place("select(log(x[0]), x[0] * sqrt(x[0]), x[0] > 0.0)", "log");
    // Only the derivative is infinite.
    place("sqrt((x[0] + 1.0) * (x[0] + 1.0))", "sqrt");
    check_bodies(&[
        ("return x[1] * x[0] + log(x[1] - x[2]);", &["the energy is not finite: term 0", "operation at e.wgsl:4:22"]),
        (
            "var s = 0.0; for (var i = 0u; i < 4u; i++) { s += sqrt(2.5 - x[i]); } return s;",
            &["the energy is not finite: term 0", "operation at e.wgsl:4:51"],
        ),
        (
            "var s = 0.0; for (var i = 0u; i < n; i++) { s += x[i] / (x[i] - 2.0); } return s * s;",
            &["the energy is not finite: term 0", "operation at e.wgsl:4:50"],
        ),
        (
            "var s = 0.0; for (var i = 0u; i < n; i++) { s += x[i] / (x[i] - 2.0); } return s;",
            &["the energy is not finite: term 0", "first at i = 1, from the operation at e.wgsl:4:50"],
        ),
    ]);
    // The side of a branch that is not taken is not looked at.
    accepted(&elements.replace("BODY", "select(0.0, log(x[0]), x[0] > 0.0)"), &problem("[1.0, -1.0, -2.0]"));
    accepted(&elements.replace("BODY", "select(x[0], sqrt(x[0]), x[0] > 0.0)"), &problem("[1.0, 1.0, 0.0]"));
}
