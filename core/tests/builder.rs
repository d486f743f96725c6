//! Energies written in Rust.

mod energies;

use spadina_core::frontend::Frontend;

#[test]
fn print() {
    for energy in [
        energies::chain(),
        energies::ring(),
        energies::grid(),
        energies::axis_springs(),
        energies::symmetric_dirichlet(),
        energies::neo_hookean(),
        energies::edge_residual(),
        energies::one_ring(),
    ] {
        let energy = energy.unwrap();
        println!("{}", energy.lower(&energy.default_roles(None)).unwrap());
    }
}
