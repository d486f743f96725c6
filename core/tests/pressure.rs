//! How many values a kernel keeps at once, counted by hand for small ones.

use spadina_core::frontend::{Frontend, Module};
use spadina_core::kernel::{Outputs, build};

fn peak(body: &str) -> usize {
    let text = format!("fn energy(x: array<f32, 4>) -> f32 {{ {body} }}");
    let module = Module::parse("test", &text).unwrap();
    let program = module.lower(&module.default_roles(None)).unwrap();
    build(&program, Outputs { energy: true, ..Outputs::default() })[0].peak()
}

#[test]
fn values_at_once() {
    assert_eq!(peak("return x[0];"), 1);
    // Two loads; their sum takes the place of one of them only after it is there.
    assert_eq!(peak("return x[0] + x[1];"), 3);
    assert_eq!(peak("return sin(sin(sin(x[0])));"), 2);
    assert_eq!(peak("return (x[0] + x[1]) * (x[2] + x[3]);"), 4);
    // A sum and what its loop reads from outside live through the loop.
    let sum =
        "let a = sin(x[0]); var s = 0.0; for (var k = 0u; k < 5000u; k++) { s += a * f32(k % 7u); } return s * s;";
    assert_eq!(peak(sum), 4);
}
