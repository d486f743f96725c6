//! Results as the files of a folder `expected`.

use crate::expected::{Entries, Results};
use spadina::npy;
use std::fmt::Write as _;
use std::io;

/// A file by its name and content.
pub type File = (&'static str, Vec<u8>);

/// The numbers of `result.json`, in their order.
const KEYS: [&str; 6] = ["energy", "gradient_norm", "hessian_norm", "unknowns", "nonzeros", "jacobian_nonzeros"];

/// The files of results; an error if a number is not finite.
pub fn files(results: &Results) -> io::Result<Vec<File>> {
    let unknowns = results.gradient.len();
    let mut files = vec![
        ("result.json", summary(&results.summary)?),
        ("gradient.npy", vector(&results.gradient)?),
        ("hessian.mtx", matrix(&results.hessian, [unknowns, unknowns])?),
    ];
    if let (Some(residual), Some(jacobian)) = (&results.residual, &results.jacobian) {
        files.push(("residual.npy", vector(residual)?));
        files.push(("jacobian.mtx", matrix(jacobian, [residual.len(), unknowns])?));
    }
    Ok(files)
}

fn summary(numbers: &serde_json::Value) -> io::Result<Vec<u8>> {
    let lines = KEYS.iter().filter_map(|&key| numbers.get(key).map(|number| format!(" \"{key}\": {number}")));
    Ok(format!("{{\n{}\n}}", lines.collect::<Vec<_>>().join(",\n")).into_bytes())
}

fn vector(numbers: &[f64]) -> io::Result<Vec<u8>> {
    numbers.iter().copied().try_for_each(finite)?;
    let mut bytes = Vec::new();
    npy::write(&mut bytes, &[numbers.len()], numbers)?;
    Ok(bytes)
}

/// Matrix Market, every entry, row by row.
fn matrix(entries: &Entries, [rows, cols]: [usize; 2]) -> io::Result<Vec<u8>> {
    entries.values().copied().try_for_each(finite)?;
    let mut text = format!("%%MatrixMarket matrix coordinate real general\n%\n{rows} {cols} {}\n", entries.len());
    for (&(row, col), &value) in entries {
        writeln!(text, "{} {} {}", row + 1, col + 1, scientific(value)).map_err(io::Error::other)?;
    }
    Ok(text.into_bytes())
}

/// Seventeen digits and an exponent of at least two, as C prints it.
fn scientific(value: f64) -> String {
    let text = format!("{value:.16e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

fn finite(value: f64) -> io::Result<()> {
    let error = || io::Error::new(io::ErrorKind::InvalidData, format!("a derivative is {value}"));
    if value.is_finite() { Ok(()) } else { Err(error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_in_c() {
        assert_eq!(scientific(0.0), "0.0000000000000000e+00");
        assert_eq!(scientific(-0.1), "-1.0000000000000001e-01");
        assert_eq!(scientific(1e10 / 3.0), "3.3333333333333335e+09");
        assert_eq!(scientific(2e-123), "2.0000000000000001e-123");
    }
}
