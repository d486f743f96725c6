//! Functions that WGSL lacks and energies call nevertheless.

use spadina_core::frontend::{Frontend, Module};

/// The program of an energy, or the message of what is wrong with it.
fn program(text: &str) -> Result<String, String> {
    let lowered = Module::parse("f", text).and_then(|m| m.lower(&m.default_roles(None)));
    lowered.map(|p| p.to_string()).map_err(|e| e.render("f", text))
}

/// The program of an energy of `x: array<vec3f, 1>` and `k: f32`.
fn of_body(body: &str) -> Result<String, String> {
    program(&format!("fn energy(x: array<vec3f, 1>, k: f32) -> f32 {{ {body} }}"))
}

#[test]
fn reciprocals_of_scalars_and_vectors() {
    assert_eq!(of_body("return recip(k) * x[0].x;"), of_body("return (1.0 / k) * x[0].x;"));
    assert_eq!(of_body("let r = recip(x[0]); return r.y * r.z;"), of_body("let r = 1.0 / x[0]; return r.y * r.z;"));
    assert_eq!(of_body("return recip(recip(k)) * x[0].x;"), of_body("return 1.0 / (1.0 / k) * x[0].x;"));
    // An integer literal is a real, as in the functions of WGSL.
    assert_eq!(of_body("return recip(3) * x[0].x;"), of_body("return (1.0 / 3.0) * x[0].x;"));
}

#[test]
fn error_functions_and_their_derivatives() {
    let found = of_body("return erf(k) * x[0].x + erfc(2.0 * x[0].y);").unwrap();
    assert!(found.contains("erf(k[0]) * x[3 * stencil[e]] + erfc(2 * x["), "{found}");
    assert_eq!(of_body("let e = erf(x[0]); return e.x;"), of_body("return erf(x[0].x);"));
    // Oddness folds; a constant is computed at load.
    assert_eq!(of_body("return erf(-x[0].x);"), of_body("return -erf(x[0].x);"));
    assert_eq!(
        of_body("return erf(0.5) * x[0].x;"),
        of_body(&format!("return {:?} * x[0].x;", 0.520_499_877_813_046_5))
    );
}

#[test]
fn constants_keep_double_precision() {
    let with = |third: &str| {
        program(&format!(
            "const third = {third}; const two = third + third;
             fn energy(x: array<f32, 1>) -> f32 {{ const one = two + third; return one * x[0]; }}"
        ))
    };
    let found = with("recip(3.0)");
    assert_eq!(found, with("1.0 / 3.0"));
    assert!(found.is_ok_and(|text| text.contains("x[")), "the energy is a multiple of `x`");
}

#[test]
fn a_name_of_the_text_keeps_its_meaning() {
    let own = program(
        "fn recip(a: f32) -> f32 { return 5.0 * a; }
         fn energy(x: array<f32, 1>) -> f32 { return recip(x[0]); }",
    );
    assert_eq!(own, program("fn energy(x: array<f32, 1>) -> f32 { return 5.0 * x[0]; }"));
    let generic = program(
        "struct recip { a: f32, b: f32 }
         fn energy(x: array<f32, 1>) -> f32 { let r = recip(x[0], 2.0); return r.a * r.b; }",
    );
    assert_eq!(generic, program("fn energy(x: array<f32, 1>) -> f32 { return x[0] * 2.0; }"));
    // A name that is not called is any name.
    assert_eq!(of_body("let recip = k; return recip * (recip) * x[0].x;"), of_body("return k * k * x[0].x;"));
}

#[test]
fn messages_name_the_function() {
    let message = of_body("return recip(true) * x[0].x;").unwrap_err();
    assert!(message.contains("recip") && !message.contains("quantize"), "{message}");
    let message = of_body("return quantizeToF16(k) * x[0].x;").unwrap_err();
    assert!(message.contains("`quantizeToF16` has no place in an energy"), "{message}");
    let message = of_body("return erfcx(k);").unwrap_err();
    assert!(message.contains("erfcx"), "{message}");
}

/// Squares of roots are found in time however much is shared below the root.
#[test]
fn a_root_of_many_shared_sums() {
    let doubled: String = (0..60).map(|k| format!("s = s * exp(k) + s * exp({k}.5 * k); ")).collect();
    let body = format!("var s = k * k; {doubled} let r = sqrt(s); return r * r * x[0].x;");
    assert!(of_body(&body).is_ok());
}
