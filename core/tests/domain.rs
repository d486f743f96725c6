//! Guards stand where something is lost, and only there.

use proptest::prelude::*;
use spadina_core::frontend::{Frontend, Module};
use spadina_core::pipeline;
use spadina_core::program::Target;

/// The program of an energy of `x: array<vec3f, 4>`, `X: array<vec3f, 4>` and `k: f32`.
fn program(body: &str) -> String {
    let text = format!("fn energy(x: array<vec3f, 4>, X: array<vec3f, 4>, k: f32) -> f32 {{ {body} }}");
    let lowered = Module::parse("f", &text).and_then(|m| m.lower(&m.default_roles(None)));
    lowered.unwrap_or_else(|e| panic!("{}", e.render("f", &text))).to_string()
}

/// A deformation gradient, in a plane that is turned, and the determinant of the rest shape.
const GRADIENT: &str = "let R = mat3x3f(X[1] - X[0], X[2] - X[0], X[3] - X[0]);
    let d = determinant(R);
    let I = transpose(mat3x3f(cross(R[1], R[2]), cross(R[2], R[0]), cross(R[0], R[1]))) * (1.0 / d);
    let turn = mat3x3f(cos(k), sin(k), 0.0, -sin(k), cos(k), 0.0, 0.0, 0.0, 1.0);
    let F = turn * mat3x3f(x[1] - x[0], x[2] - x[0], x[3] - x[0]) * I;
    let S = mat3x3f(2.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0) * I;
    let G = mat3x3f(x[1] - x[0], x[2] - x[0], x[3] - x[0]) * S;";

#[test]
fn what_shows_in_the_result_needs_no_guard() {
    for body in [
        "return dot(F[0], F[0]) + dot(F[1], F[1]) + dot(F[2], F[2]) - 2.0 * log(determinant(F));",
        "return dot(G[0], G[0]) + dot(G[1], G[1]) + dot(G[2], G[2]);",
        "let J = determinant(G); if (J <= 0.0) { return 1.0 / 0.0; } return dot(G[0], G[0]) / J + log(J) + 0.0 * log(J);",
        "let l = length(x[1] - x[0]); return k * (l - 1.0) * (l - 1.0) + 0.0 * l;",
        "let l = distance(x[1], x[0]) / distance(X[1], X[0]); return (max(l, 0.5) + l) * 0.0 + sqrt(l) * log(l) + 1.0 / l;",
    ] {
        let text = program(&format!("{GRADIENT} {body}"));
        let dynamic = text.replace("select(NaN, 0, ", "GUARD(");
        // Guards of what no unknown changes are computed once.
        let guards = dynamic.lines().filter(|line| line.contains("GUARD(") && !line.contains("GUARD(t"));
        assert!(!text.contains("abs(") && guards.count() == 0, "{body}\n{text}");
    }
}

#[test]
fn what_is_lost_leaves_a_guard() {
    assert!(program("return dot(x[0], x[0]) + 0.0 * log(k * x[0].x);").contains("select(NaN, 0, abs(log("));
    assert!(program("return normalize(x[1] - x[0]).x;").contains("< inf"));
    // A guard of two is one.
    let twice = program("let g = 0.0 * log(x[0].x); return (x[0].y + g) * (x[0].z + g) + g;");
    assert_eq!(twice.matches("< inf").count(), 1, "{twice}");
    assert_eq!(twice.matches("log(").count(), 1, "{twice}");
    // The sums, differences and products of data are finite.
    let plain =
        program("return 0.0 * (x[0].x * x[0].y - k) + x[1].x + 0.0 * sin(x[0].x) + 0.0 * exp(-x[0].x * x[0].x);");
    assert!(!plain.contains("NaN"), "{plain}");
}

/// An energy that says where it ends costs nothing in its derivatives: linear waists and all else stay.
#[test]
fn the_end_of_an_energy_has_no_derivatives() {
    let derivatives = |end: &str| {
        let body = format!(
            "{GRADIENT} let J = determinant(G); {end}
            return k * (dot(G[0], G[0]) + dot(G[1], G[1]) + dot(G[2], G[2]) - 2.0 * log(J));"
        );
        let text = format!("fn energy(x: array<vec3f, 4>, X: array<vec3f, 4>, k: f32) -> f32 {{ {body} }}");
        let program = Module::parse("f", &text).and_then(|m| m.lower(&m.default_roles(None))).unwrap();
        let solved = pipeline::run(program).solved;
        solved.only(|t| matches!(t, Target::Gradient(_) | Target::Hessian { .. })).to_string()
    };
    let plain = derivatives("");
    assert_eq!(derivatives("if (J <= 0.0) { return 1.0 / 0.0; }").lines().count(), plain.lines().count());
    assert!(!derivatives("if (J <= 0.0 || J > 9.0) { return 1.0 / 0.0; }").contains("select("));
}

/// An expression in WGSL of two reals, some of which have no value.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["a", "b", "0.0", "0.0", "1.0", "2.0", "a", "b"]).prop_map(String::from);
    leaf.prop_recursive(4, 24, 2, |inner| {
        let one = prop::sample::select(vec!["log", "sqrt", "acos", "abs", "sin", "-", "floor", "acosh"]);
        let two = prop::sample::select(vec!["+", "-", "*", "*", "/", "+"]);
        prop_oneof![
            (one, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (inner.clone(), two, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("select({a}, {b}, {c} < a)")),
        ]
    })
}

mod reference {
    //! The same expressions, evaluated as they are written.

    type Named = (&'static str, fn(f64) -> f64);

    const FUNCTIONS: [Named; 8] = [
        ("log(", f64::ln),
        ("sqrt(", f64::sqrt),
        ("acosh(", f64::acosh),
        ("acos(", f64::acos),
        ("abs(", f64::abs),
        ("sin(", f64::sin),
        ("-(", std::ops::Neg::neg),
        ("floor(", f64::floor),
    ];

    /// The value of a whole text. Where rounding decides, nothing.
    pub fn value(text: &str, point: [f64; 2]) -> Option<f64> {
        let mut parser = Parser { rest: text, point };
        parser.value().filter(|_| parser.rest.is_empty())
    }

    struct Parser<'a> {
        rest: &'a str,
        point: [f64; 2],
    }

    impl Parser<'_> {
        fn takes(&mut self, text: &str) -> bool {
            let found = self.rest.strip_prefix(text);
            self.rest = found.unwrap_or(self.rest);
            found.is_some()
        }

        /// A function of one real.
        fn unary(&mut self, name: &str, f: fn(f64) -> f64) -> Option<f64> {
            let a = self.value()?;
            let edge = match name {
                "floor(" => (a - a.round()).abs() < 1e-6,
                "acos(" | "acosh(" => (a.abs() - 1.0).abs() < 1e-6,
                "log(" | "sqrt(" => a.abs() < 1e-6 && a != 0.0,
                _ => false,
            };
            (self.takes(")") && !edge).then(|| f(a))
        }

        fn value(&mut self) -> Option<f64> {
            for (name, f) in FUNCTIONS {
                if self.takes(name) {
                    return self.unary(name, f);
                }
            }
            if self.takes("max(") {
                let (a, b) = self.pair()?;
                self.takes(")");
                return Some(if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) });
            }
            if self.takes("select(") {
                let (off, on) = self.pair()?;
                self.takes(", ");
                let asked = self.value()?;
                self.takes(" < a)");
                return ((asked - self.point[0]).abs() > 1e-6 || asked.is_nan()).then_some(if asked < self.point[0] {
                    on
                } else {
                    off
                });
            }
            if self.takes("(") {
                let a = self.value()?;
                let (op, rest) = (self.rest.get(1..2)?, self.rest.get(3..)?);
                self.rest = rest;
                let b = self.value()?;
                self.takes(")");
                let value = match op {
                    "+" => a + b,
                    "-" => a - b,
                    "*" => a * b,
                    _ => a / b,
                };
                // The sign of a zero is not kept.
                if op == "/" && b == 0.0 && a != 0.0 {
                    return None;
                }
                let cancels = value != 0.0 && value.abs() < 1e-6;
                let large = value.is_finite() && value.abs() > 1e6;
                return (!cancels && !large).then_some(value);
            }
            for (name, value) in [("a", self.point[0]), ("b", self.point[1]), ("0.0", 0.0), ("1.0", 1.0), ("2.0", 2.0)]
            {
                if self.takes(name) {
                    return Some(value);
                }
            }
            None
        }

        fn pair(&mut self) -> Option<(f64, f64)> {
            let a = self.value()?;
            self.takes(", ");
            Some((a, self.value()?))
        }
    }
}

#[path = "common/evaluate.rs"]
mod evaluate;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Where an expression has a value, so has its program, and where it has none, that has none.
    #[test]
    fn domains_are_kept(text in expressions(), a in -1.5f64..1.5, b in -1.5f64..1.5) {
        let source = format!("fn energy(x: array<f32, 1>, y: array<f32, 1>) -> f32 {{ let a = x[0]; let b = y[0]; return {text}; }}");
        let Ok(module) = Module::parse("f", &source) else { return Ok(()) };
        let Ok(program) = module.lower(&module.default_roles(None)) else { return Ok(()) };
        let Some(wanted) = reference::value(&text, [a, b]) else { return Ok(()) };
        let data = evaluate::Data {
            reals: vec![("x", vec![a]), ("y", vec![b])],
            integers: vec![("stencil", vec![0])],
            sizes: vec![],
        };
        let found = evaluate::energy(&program, &data);
        if wanted.is_finite() {
            prop_assert!((found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0), "{}: {} is not {}\n{}", text, found, wanted, program);
        } else {
            prop_assert!(!found.is_finite(), "{}: {} is not {}\n{}", text, found, wanted, program);
        }
    }
}
