//! An implementation that shares nothing with Spadina's, for the expected values of the conformance cases.
//!
//! It is slow and short: [`jet`] has reals with sparse first and second derivatives, [`functions`] their functions,
//! [`energies`] the energy of every case in Rust. [`results`] evaluates a case, [`mod@files`] turns that into the files of its
//! folder `expected`. `cargo run -p spadina-conformance --bin expected -- CASE` does both.
//!
//! Of Spadina it may use what reads and writes `.npy`, and nothing else.

pub mod data;
pub mod energies;
pub mod erf;
pub mod files;
pub mod functions;
pub mod jet;
pub mod vector;

use crate::expected::{Entries, Results};
use data::Data;
use energies::Form;
use jet::Jet;
use std::path::Path;

pub use files::files;

/// The expected results of the case in a folder.
pub fn results(folder: &Path) -> Result<Results, String> {
    let case = folder.file_name().unwrap_or_default().to_string_lossy();
    if !folder.join("problem.toml").exists() {
        return Err(format!("there is no case `{case}`: tests/conformance/{case}/problem.toml is missing"));
    }
    let form = energies::of(&case)?;
    Data::read(folder).and_then(|data| evaluate(form, &data)).map_err(|e| format!("the case `{case}`: {e}"))
}

fn evaluate(form: Form, data: &Data) -> Result<Results, String> {
    let rows = match form {
        Form::Energy(_) => None,
        Form::Residual(residual) => Some(residual(data)?),
    };
    let energy = match (form, &rows) {
        (Form::Energy(energy), _) => energy(data)?,
        (_, rows) => rows.iter().flatten().map(|row| 0.5 * row.square()).sum(),
    };
    let gradient: Vec<f64> =
        (0..data.unknowns()).map(|number| energy.gradient().get(&number).copied().unwrap_or(0.0)).collect();
    let hessian: Entries =
        energy.hessian().iter().flat_map(|(&(row, col), &h)| [((row, col), h), ((col, row), h)]).collect();
    let mut summary = serde_json::json!({
        "energy": energy.value(),
        "gradient_norm": norm(gradient.iter()),
        "hessian_norm": norm(hessian.values()),
        "unknowns": data.unknowns(),
        "nonzeros": hessian.len(),
    });
    let jacobian = rows.as_deref().map(jacobian);
    if let Some(jacobian) = &jacobian {
        summary["jacobian_nonzeros"] = jacobian.len().into();
    }
    let residual = rows.map(|rows| rows.iter().map(Jet::value).collect());
    Ok(Results { summary, gradient, hessian, residual, jacobian })
}

/// The first derivatives of residuals, a row for each.
fn jacobian(rows: &[Jet]) -> Entries {
    let entries = |(row, jet): (usize, &Jet)| jet.gradient().iter().map(move |(&col, &g)| ((row, col), g)).collect();
    rows.iter().enumerate().flat_map::<Entries, _>(entries).collect()
}

fn norm<'a>(numbers: impl Iterator<Item = &'a f64>) -> f64 {
    numbers.map(|x| x * x).sum::<f64>().sqrt()
}
