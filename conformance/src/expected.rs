//! Results on disk, read back and compared.

use spadina::npy::{self, ArrayData};
use std::collections::BTreeMap;
use std::path::Path;

/// A sparse matrix by row and column, from zero.
pub type Entries = BTreeMap<(usize, usize), f64>;

/// A folder of results: what `spadina eval` writes, or what a conformance case expects.
#[derive(Clone, PartialEq, Debug)]
pub struct Results {
    /// `result.json`.
    pub summary: serde_json::Value,
    /// `gradient.npy`.
    pub gradient: Vec<f64>,
    /// `hessian.mtx`, in full.
    pub hessian: Entries,
    /// `residual.npy`.
    pub residual: Option<Vec<f64>>,
    /// `jacobian.mtx`.
    pub jacobian: Option<Entries>,
}

impl Results {
    /// Reads a folder; files that only residual problems have may be missing.
    pub fn read(folder: &Path) -> Result<Results, String> {
        let text = read(&folder.join("result.json"))?;
        let optional = |name: &str| Some(folder.join(name)).filter(|p| p.exists());
        Ok(Results {
            summary: serde_json::from_str(&text).map_err(|e| e.to_string())?,
            gradient: vector(&folder.join("gradient.npy"))?,
            hessian: matrix(&folder.join("hessian.mtx"))?,
            residual: optional("residual.npy").map(|p| vector(&p)).transpose()?,
            jacobian: optional("jacobian.mtx").map(|p| matrix(&p)).transpose()?,
        })
    }
}

/// Everything that differs between the results and those expected; nothing if they agree. Numbers are compared relative
/// to the norm, patterns exactly.
pub fn differences(got: &Results, expected: &Results, tolerance: f64) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in expected.summary.as_object().into_iter().flatten() {
        let (Some(e), Some(g)) = (value.as_f64(), got.summary[key].as_f64()) else {
            found.push(format!("{key}: {} instead of {value}", got.summary[key]));
            continue;
        };
        let allowed = if value.is_f64() { tolerance * e.abs().max(f64::MIN_POSITIVE) } else { 0.0 };
        if g.is_nan() || (g - e).abs() > allowed {
            found.push(format!("{key}: {g:?} instead of {e:?}"));
        }
    }
    found.extend(vectors("gradient", &got.gradient, &expected.gradient, tolerance));
    found.extend(matrices("Hessian", &got.hessian, &expected.hessian, tolerance));
    match (&got.residual, &expected.residual) {
        (Some(g), Some(e)) => found.extend(vectors("residual", g, e, tolerance)),
        (g, e) if g.is_some() != e.is_some() => found.push(format!("residual there: {}", g.is_some())),
        _ => {}
    }
    match (&got.jacobian, &expected.jacobian) {
        (Some(g), Some(e)) => found.extend(matrices("Jacobian", g, e, tolerance)),
        (g, e) if g.is_some() != e.is_some() => found.push(format!("Jacobian there: {}", g.is_some())),
        _ => {}
    }
    found
}

fn vectors(name: &str, got: &[f64], expected: &[f64], tolerance: f64) -> Option<String> {
    if got.len() != expected.len() {
        return Some(format!("{name}: {} entries instead of {}", got.len(), expected.len()));
    }
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|x| x * x).sum::<f64>().sqrt();
    let error = norm(&mut got.iter().zip(expected).map(|(g, e)| g - e));
    let scale = norm(&mut expected.iter().copied());
    let within = error <= tolerance * scale;
    (!within).then(|| format!("{name}: differs by {:e} of its norm", error / scale))
}

fn matrices(name: &str, got: &Entries, expected: &Entries, tolerance: f64) -> Option<String> {
    let missing: Vec<_> = expected.keys().filter(|k| !got.contains_key(k)).take(5).collect();
    let extra: Vec<_> = got.keys().filter(|k| !expected.contains_key(k)).take(5).collect();
    if !missing.is_empty() || !extra.is_empty() {
        return Some(format!("{name}: entries missing {missing:?}, entries too many {extra:?}"));
    }
    let values = |m: &Entries| m.values().copied().collect::<Vec<_>>();
    vectors(name, &values(got), &values(expected), tolerance)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn vector(path: &Path) -> Result<Vec<f64>, String> {
    match npy::read(path).map_err(|e| e.to_string())? {
        ArrayData::Real(t) if t.shape.len() == 1 => Ok(t.data),
        other => Err(format!("{}: shape {:?}", path.display(), other.shape())),
    }
}

/// Reads a Matrix Market file; a symmetric one is filled up. Entries given twice or outside the shape are errors.
pub fn matrix(path: &Path) -> Result<Entries, String> {
    let text = read(path)?;
    parse_matrix(&text).map_err(|e| format!("{}: {e}", path.display()))
}

fn parse_matrix(text: &str) -> Result<Entries, String> {
    let mut lines = text.lines();
    let symmetric = match lines.next() {
        Some("%%MatrixMarket matrix coordinate real general") => false,
        Some("%%MatrixMarket matrix coordinate real symmetric") => true,
        other => return Err(format!("unknown header {other:?}")),
    };
    let mut lines = lines.filter(|l| !l.starts_with('%'));
    let size: Vec<usize> =
        lines.next().unwrap_or("").split(' ').map(|t| t.parse().map_err(|_| "size")).collect::<Result<_, _>>()?;
    let [rows, cols, count] = size[..] else { return Err("size".into()) };
    let mut entries = Entries::new();
    let mut lines_read = 0;
    for line in lines {
        let bad = || format!("entry `{line}`");
        let mut tokens = line.split(' ');
        let mut index = || tokens.next()?.parse::<usize>().ok()?.checked_sub(1);
        let (row, col) = (index().ok_or_else(bad)?, index().ok_or_else(bad)?);
        let value: f64 = tokens.next().and_then(|t| t.parse().ok()).ok_or_else(bad)?;
        if tokens.next().is_some() || row >= rows || col >= cols || (symmetric && col > row) {
            return Err(bad());
        }
        let twice = entries.insert((row, col), value).is_some();
        if twice {
            return Err(bad());
        }
        if symmetric {
            entries.insert((col, row), value);
        }
        lines_read += 1;
    }
    if lines_read == count { Ok(entries) } else { Err(format!("{lines_read} entries instead of {count}")) }
}
