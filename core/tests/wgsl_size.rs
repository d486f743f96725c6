//! Large files: the stack does not overflow, and what would take too long is refused.

use spadina_core::frontend::{Frontend, Module};
use std::fmt::Write;

fn run(name: &str, text: &str) {
    let module = match Module::parse(name, text) {
        Ok(module) => module,
        Err(e) => panic!("{name}: {}", e.message),
    };
    let lowered = module.lower(&module.default_roles(None));
    if let Err(e) = lowered {
        panic!("{name}: {}", e.message);
    }
}

#[test]
fn a_long_sum() {
    let terms = vec!["y"; 100_000].join(" + ");
    run("sum", &format!("fn energy(y: f32, x: array<f32, 1>) -> f32 {{ return x[0] * ({terms}); }}"));
}

#[test]
fn an_endless_function_is_refused_at_once() {
    let terms = vec!["x[0]"; 100_000].join(" + ");
    let text = format!("fn energy(x: array<f32, 1>) -> f32 {{\n  return {terms};\n}}");
    let error = Module::parse("sum", &text).expect_err("too long");
    assert_eq!(error.position(&text), (1, 36));
    assert!(error.message.contains("split it into several functions"), "{}", error.message);
}

/// So many functions, each of which calls the one before it twice.
fn doubling(count: usize, call: impl Fn(usize) -> String) -> String {
    let mut text = String::from("fn g0(a: f32) -> f32 { return sin(a); }\n");
    for k in 1..=count {
        let _ = writeln!(text, "fn g{k}(a: f32) -> f32 {{ return {}; }}", call(k - 1));
    }
    text + &format!("fn energy(x: array<f32, 1>) -> f32 {{\n  return g{count}(x[0]);\n}}")
}

/// What a function gave for the same arguments is not computed again.
#[test]
fn functions_that_call_each_other_twice_with_few_arguments() {
    let mut structs = String::from("struct S { a: f32, b: array<f32, 2> }\nfn g0(s: S) -> S { return s; }\n");
    for k in 0..40 {
        let _ = writeln!(structs, "fn g{}(s: S) -> S {{ let t = g{k}(s); return S(t.a + g{k}(s).b[1], t.b); }}", k + 1);
    }
    structs += "fn energy(x: array<f32, 1>) -> f32 { return g40(S(x[0], array<f32, 2>(1.0, x[0]))).a; }";
    for text in
        [doubling(60, |k| format!("g{k}(a) + g{k}(a * 1.5)")), doubling(60, |k| format!("g{k}(a) * g{k}(a)")), structs]
    {
        let module = Module::parse("doubling", &text).unwrap_or_else(|e| panic!("{}", e.message));
        let program = module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{}", e.message));
        assert!(program.graph.len() < 20_000, "{}", program.graph.len());
    }
}

#[test]
fn functions_that_grow_without_bound_are_refused_with_their_size() {
    let text = doubling(39, |k| format!("g{k}(a * 1.5) + g{k}(a + 0.3)"));
    let module = Module::parse("doubling", &text).unwrap_or_else(|e| panic!("{}", e.message));
    let error = module.lower(&module.default_roles(None)).expect_err("too large");
    assert_eq!(error.position(&text), (42, 10), "{}", error.message);
    let wanted = "`g39` becomes 5.5e12 operations once the functions that it calls are expanded, more than the 1048576";
    assert!(error.message.starts_with(wanted), "{}", error.message);
    // Loops that are unrolled in functions that are not large.
    let text = "fn f(a: f32, k: u32) -> f32 { var e = a; for (var i = 0u; i < 60u; i++) { e = sin(e + f32(i * k)); } return e; }\n\
                fn g(a: f32, k: u32) -> f32 { var e = a; for (var i = 0u; i < 60u; i++) { e = f(e, i + k); } return e; }\n\
                fn energy(x: array<f32, 1>) -> f32 {\n  var e = x[0];\n  \
                for (var i = 0u; i < 60u; i++) { e = g(e, i); }\n  return e;\n}";
    let module = Module::parse("loops", text).unwrap_or_else(|e| panic!("{}", e.message));
    let error = module.lower(&module.default_roles(None)).expect_err("too large");
    assert!(error.message.starts_with("the program is too large"), "{}", error.message);
    assert!(error.span != Default::default());
}

/// A type holds no more numbers than a program may have.
#[test]
fn types_that_grow_without_bound_are_refused() {
    let mut text = String::from("struct S0 { a: f32 }\n");
    for k in 1..26 {
        let _ = writeln!(text, "struct S{k} {{ a: S{0}, b: S{0} }}", k - 1);
    }
    text += "fn energy(x: array<f32, 1>) -> f32 {\n  var s: S25;\n  return x[0] * s.a.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.a;\n}";
    let error = Module::parse("types", &text).expect_err("too large");
    assert_eq!(error.position(&text), (22, 1), "{}", error.message);
    assert!(error.message.starts_with("`S21` has 2097152 numbers, and a type at most 1048576"), "{}", error.message);
    let text =
        "fn energy(x: array<f32, 1>) -> f32 {\n  var a: array<array<f32, 60000>, 60000>;\n  return a[0][0] * x[0];\n}";
    assert!(Module::parse("arrays", text).is_err());
}

/// The inner loop moves the counter of the outer one: every iteration of the one between makes its bounds longer.
#[test]
fn bounds_that_grow_are_refused_at_once() {
    let text = "override n: u32;\n@group(0) @binding(0) var<storage, read> x: array<f32>;\n\
                fn energy() -> f32 {\n  var e = 0.0;\n  for (var i = 7u; i < n; i++) {\n    \
                for (var c = 1u; c < 4000u; c++) {\n      while (i < n) { i++; }\n      \
                e += x[i + c] * x[i];\n    }\n  }\n  return e;\n}";
    let module = Module::parse("grows", text).unwrap_or_else(|e| panic!("{}", e.message));
    let error = module.lower(&module.default_roles(None)).expect_err("too long");
    assert_eq!(error.position(text), (6, 5), "{}", error.message);
    assert!(error.message.contains("too long to be unrolled"), "{}", error.message);
}

#[test]
fn a_sum_of_many_literals() {
    let mut terms = String::from("x[0]");
    for k in 0..5_000 {
        let _ = write!(terms, " + {k}.5 * x[1]");
    }
    run("literals", &format!("fn energy(x: array<f32, 2>) -> f32 {{ return {terms}; }}"));
}

#[test]
fn many_statements() {
    let mut body = String::from("var e = 0.0;\n");
    for k in 0..3_000 {
        let _ = writeln!(body, "let t{k} = x[0] * {k}.0; e += t{k} * t{k};");
    }
    run("statements", &format!("fn energy(x: array<f32, 1>) -> f32 {{ {body} return e; }}"));
}

#[test]
fn many_early_returns() {
    let mut body = String::new();
    for k in 0..2_000 {
        let _ = writeln!(body, "if (x[0] > {k}.0) {{ return {k}.5 * x[1]; }}");
    }
    run("returns", &format!("fn energy(x: array<f32, 2>) -> f32 {{ {body} return 0.0; }}"));
}

#[test]
fn deep_parentheses_do_not_overflow() {
    let text =
        format!("fn energy(x: array<f32, 1>) -> f32 {{ return {}x[0]{}; }}", "(".repeat(5_000), ")".repeat(5_000));
    let _ = Module::parse("parentheses", &text);
    let text = format!("fn energy(x: array<f32, 1>) -> f32 {{ return {}x[0]; }}", "-".repeat(20_001));
    let _ = Module::parse("minus", &text);
    let text = format!("fn energy(x: array<f32, 1>) -> f32 {{ {} return 1.0; }}", "{".repeat(3_000));
    assert!(Module::parse("braces", &text).is_err());
}

/// Files with tokens left out, doubled or exchanged are lowered or refused; the lowering itself never panics.
#[test]
fn damaged_files() {
    let files = [
        include_str!("../../tests/conformance/neo_hookean/energy.wgsl"),
        include_str!("../../tests/conformance/one_ring/energy.wgsl"),
        include_str!("../../tests/conformance/grid/energy.wgsl"),
        include_str!("../../tests/conformance/branches/energy.wgsl"),
        include_str!("../../tests/conformance/table_program/energy.wgsl"),
        include_str!("../../tests/conformance/edge_residual/residual.wgsl"),
    ];
    let mut state = 1u64;
    let mut random = |n: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % n.max(1)
    };
    for round in 0..600 {
        let mut words: Vec<&str> =
            files[round % files.len()].split_inclusive([' ', '(', ')', ';', '[', '\n']).collect();
        for _ in 0..1 + random(3) {
            let (a, b) = (random(words.len()), random(words.len()));
            match random(3) {
                0 => drop(words.remove(a)),
                1 => words.insert(a, words[b]),
                _ => words.swap(a, b),
            }
        }
        let text = words.concat();
        let Ok(module) = Module::parse("damaged", &text) else { continue };
        if let Err(e) = module.lower(&module.default_roles(None)) {
            assert!(e.message != "the lowering failed on this file", "{text}");
            let _ = e.render("damaged", &text);
        }
    }
}
