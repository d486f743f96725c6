//! Upper bounds of the operations for value, gradient and Hessian, with the static part hoisted and products fused:
//! whoever makes them fewer lowers the bounds, nothing may raise them in silence.

use spadina_core::frontend::{Frontend, Module};
use spadina_core::hoist::hoist;
use spadina_core::kernel::{Outputs, build};
use spadina_core::pipeline;
use std::path::Path;

/// File under the root of the project, and the most operations.
const BOUNDS: [(&str, usize); 10] = [
    ("benches/problems/dirichlet.wgsl", 228),
    ("benches/problems/hinges.wgsl", 1221),
    ("benches/problems/springs.wgsl", 54),
    ("tests/conformance/neo_hookean/energy.wgsl", 601),
    ("tests/conformance/chain/energy.wgsl", 4),
    ("tests/conformance/ring3d/energy.wgsl", 49),
    ("tests/conformance/grid/energy.wgsl", 26),
    ("tests/conformance/diagonal/energy.wgsl", 4),
    ("tests/conformance/axis_springs/energy.wgsl", 28),
    ("tests/conformance/one_ring/energy.wgsl", 17),
];

/// The operations of all kernels of an energy.
fn operations(file: &str) -> usize {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)).unwrap();
    let module = Module::parse(file, &text).unwrap_or_else(|e| panic!("{file}: {e}"));
    let program = module.lower(&module.default_roles(None)).unwrap_or_else(|e| panic!("{file}: {e}"));
    let main = hoist(&pipeline::run(program).solved, &[]).program;
    let outputs = Outputs { energy: true, gradient: true, hessian: true, ..Outputs::default() };
    let kernels = build(&main, outputs).into_iter().map(|mut kernel| {
        kernel.fuse();
        kernel.counts().total()
    });
    kernels.sum()
}

#[test]
fn no_energy_takes_more_operations() {
    let found = BOUNDS.map(|(file, most)| (file, operations(file), most));
    let list: Vec<String> =
        found.iter().map(|(file, count, most)| format!("{file}: {count}, at most {most}")).collect();
    assert!(found.iter().all(|(_, count, most)| count <= most), "\n{}", list.join("\n"));
}
