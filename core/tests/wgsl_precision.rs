//! Literals and constants keep double precision.

use spadina_core::frontend::{Fallback, Frontend, Module};
use spadina_core::program::Program;
use spadina_core::real::Node;

fn program(text: &str) -> Program {
    let module = Module::parse("test", text).unwrap_or_else(|e| panic!("{}", e.render("test", text)));
    module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{}", e.render("test", text)))
}

/// The energy is this constant, to the bit.
fn check(prelude: &str, body: &str, expected: f64) {
    let text = format!("{prelude}\nfn energy(x: array<f32, 1>) -> f32 {{ {body} }}");
    let program = program(&text);
    let found = match program.graph.node(program.updates[0].value) {
        Node::Const(bits) => f64::from_bits(*bits),
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(found.to_bits(), expected.to_bits(), "{text}: {found:e} instead of {expected:e}");
}

#[test]
fn literals() {
    check("", "return 0.1;", 0.1);
    check("", "return 0.1f;", 0.1);
    check("", "return 1e-3;", 1e-3);
    check("", "return 0x1.8p-2;", 0.375);
    check("", "return 0x1.921fb54442d18p+1;", std::f64::consts::PI);
    check("", "return .1 + 1.;", 0.1 + 1.0);
    check("", "return 3.1234567890123;", 3.1234567890123);
    check("", "return -0.1;", -0.1);
    check("", "return 1e300 * 1e-300;", 1e300 * 1e-300);
}

#[test]
fn constant_expressions() {
    check("", "return 1.0 / 3.0;", 1.0 / 3.0);
    check("", "return 1.0 / 3;", 1.0 / 3.0);
    check("", "return 1 / 3.0;", 1.0 / 3.0);
    check("", "return sqrt(2.0);", 2f64.sqrt());
    check("", "return sqrt(2);", 2f64.sqrt());
    check("", "return f32(1) / f32(3);", 1.0 / 3.0);
    check("", "return f32(1u) / 3;", 1.0 / 3.0);
    check("", "return f32(16777217);", 16777217.0);
    check("", "var a = 16777217.0; return a * 16777217;", 16777217.0 * 16777217.0);
    check("", "return pow(0.1, 2.5);", 0.1f64.powf(2.5));
    check("", "return vec3f(0.1, 0, -1).x + vec2(0.3).y;", 0.1 + 0.3);
    check("", "return dot(vec3f(1, 2, 3), vec3f(0.1));", 0.1 + 2.0 * 0.1 + 3.0 * 0.1);
    check("", "let m = mat2x2f(1, 0.1, 3, 4); return m[0][1];", 0.1);
    check("", "let a = array<f32, 2>(1, 0.1); return a[1];", 0.1);
    check("", "let a = array(1.0, 0.1); return a[1];", 0.1);
}

#[test]
fn constants() {
    check("const third = 1.0 / 3.0;", "return third;", 1.0 / 3.0);
    check("const third: f32 = 1 / 3.0; const two_thirds = 2.0 * third;", "return two_thirds;", 2.0 * (1.0 / 3.0));
    check("const b = a * 3.0; const a = 0.1;", "return b;", 0.1 * 3.0);
    check("const v = vec3f(0.1, 0.2, 0.3);", "return v.y;", 0.2);
    check("const a = 0.1; const v = vec2(a, -a);", "return v.y;", -0.1);
    check("const N = 3u; const h = 1.0 / f32(N);", "return h;", 1.0 / 3.0);
    check("", "const third = 1.0 / 3.0; return third;", 1.0 / 3.0);
    check("", "const a = 0.1; const b = a * 3; return b;", 0.1 * 3.0);
    check("", "var e = 0.0; e += 0.1; return e;", 0.1);
    check("", "var e = 0.1; { var f = e; return f; }", 0.1);
    check("fn third() -> f32 { return 1.0 / 3.0; }", "return third();", 1.0 / 3.0);
    check("var<private> p: f32 = 0.1;", "p = p + 0.2; return p;", 0.1 + 0.2);
    check("const N = 4; const w = array<f32, N>(0.1, 0.2, 0.3, 0.4);", "return w[2];", 0.3);
    check("/* 0.5 /* nested */ */ const c = 0.1; // const c = 0.2;", "return c;", 0.1);
}

#[test]
fn defaults_and_places() {
    let text = "override k: f32 = 0.1;\noverride n: u32 = 4;\noverride m: i32;\nfn energy(x: array<f32, 1>) -> f32 { return k * x[0]; }";
    let module = Module::parse("test", text).unwrap();
    let defaults: Vec<_> = module.parameters().iter().map(|p| (p.name.as_str(), p.default)).collect();
    let number = |value| Some(Fallback::Number(value));
    assert_eq!(defaults, [("x", None), ("k", number(0.1)), ("n", number(4.0)), ("m", None)]);
    let place = module.parameters()[1].span;
    assert!(text[place.start as usize..place.end as usize].contains('k'));
}

/// Defaults that depend on each other are computed in double precision, too.
#[test]
fn defaults_of_defaults() {
    let text = "override c: f32 = b * third; override b: f32 = 0.1 * a; override a = 0.7; const third = 1.0 / 3.0;\n\
                fn energy(x: array<f32, 1>) -> f32 { return c; }";
    let module = Module::parse("test", text).unwrap();
    assert_eq!(module.parameters()[1].default, Some(Fallback::Computed));
    let mut roles = module.default_roles(None);
    roles.unbound = ["a", "b", "c"].map(String::from).into_iter().collect();
    let program = module.lower(&roles).unwrap();
    let found = program.graph.as_const(program.updates[0].value);
    assert_eq!(found, Some((0.1 * 0.7) * (1.0 / 3.0)));
    // What is bound wins.
    roles.unbound.remove("b");
    let text = module.lower(&roles).unwrap().to_string();
    assert!(text.contains("b[0]") && !text.contains("a[0]"), "{text}");
}
