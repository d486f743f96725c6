//! The energies of the cases, written once more: in Rust, over jets.
//!
//! A case is a line of [`CASES`] and a function, in `elements` if its energy is that of an element, in `programs` if it is
//! a program.

mod elements;
mod programs;

use super::data::Data;
use super::jet::Jet;

/// The function of a case.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// The energy.
    Energy(fn(&Data) -> Result<Jet, String>),
    /// The residuals, in the order of their rows. The energy is half the sum of their squares.
    Residual(fn(&Data) -> Result<Vec<Jet>, String>),
}

use Form::{Energy, Residual};

/// The cases, by the names of their folders.
pub const CASES: &[(&str, Form)] = &[
    ("axis_springs", Energy(elements::axis_springs)),
    ("branches", Energy(elements::branches)),
    ("chain", Energy(programs::chain)),
    ("diagonal", Energy(programs::diagonal)),
    ("edge_residual", Residual(elements::edge_residual)),
    ("error_function", Energy(elements::error_function)),
    ("grid", Energy(programs::grid)),
    ("neo_hookean", Energy(elements::neo_hookean)),
    ("one_ring", Energy(programs::one_ring)),
    ("ring", Energy(programs::ring)),
    ("ring3d", Energy(programs::ring3d)),
    ("sqrt_chain", Energy(programs::sqrt_chain)),
    ("symmetric_dirichlet", Energy(elements::symmetric_dirichlet)),
    ("table_program", Energy(programs::table_program)),
    ("two_unknowns", Energy(elements::two_unknowns)),
];

/// The function of a case; an error that says how to write it if there is none.
pub fn of(case: &str) -> Result<Form, String> {
    let found = CASES.iter().find(|(name, _)| *name == case);
    found.map(|&(_, form)| form).ok_or_else(|| {
        format!(
            "the case `{case}` has no energy in Rust: write it in conformance/src/reference/energies, add its line to \
             `CASES` in mod.rs there, and run `cargo run -p spadina-conformance --bin expected -- {case}`"
        )
    })
}
