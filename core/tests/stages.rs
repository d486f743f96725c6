//! The printed text of every stage, for energies that between them have every kind of node and loop.

use spadina_core::frontend::{Frontend, Module};
use spadina_core::kernel::{Outputs, build};
use spadina_core::pipeline;
use spadina_core::program::Target;
use spadina_core::sparsity::{gather, gather_text};

/// Every stage of an energy or residual, one after another.
fn stages(name: &str) -> String {
    let path = format!("{}/../tests/conformance/{name}/{}.wgsl", env!("CARGO_MANIFEST_DIR"), file(name));
    let text = std::fs::read_to_string(&path).expect("the energy is there");
    let module = Module::parse(name, &text).unwrap_or_else(|e| panic!("{}", e.render(name, &text)));
    let program = module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{}", e.render(name, &text)));
    let stages = pipeline::run(program);
    let product = |t: &Target| matches!(t, Target::Product(_) | Target::ResidualProduct(_));
    let entry = |t: &Target| matches!(t, Target::Hessian { .. } | Target::Jacobian { .. });
    let mut solved = stages.solved.only(entry);
    let gathers = gather(&mut solved);
    let outputs =
        Outputs { energy: true, gradient: true, hessian: true, residual: true, jacobian: true, ..Outputs::default() };
    let kernels: Vec<String> = build(&stages.solved, outputs).iter().map(ToString::to_string).collect();
    let parts = [
        ("program", stages.program.to_string()),
        ("gradient", stages.gradient.only(|t| matches!(t, Target::Gradient(_))).to_string()),
        ("tangent", stages.tangent.only(product).to_string()),
        ("sparse", stages.sparse.to_string()),
        ("solved", solved.to_string()),
        ("rows", gather_text(&solved, &gathers)),
        ("kernel", kernels.join("\n")),
    ];
    parts.map(|(title, text)| format!("--- {title}\n{text}")).join("\n")
}

/// One snapshot for each energy.
macro_rules! snapshots {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), stages(stringify!($name)));
        })*
    };
}

snapshots! { axis_springs branches chain diagonal edge_residual grid one_ring ring }

/// What the file of a conformance case is called.
fn file(name: &str) -> &'static str {
    if name == "edge_residual" { "residual" } else { "energy" }
}
