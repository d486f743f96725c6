//! `[solve]`: how to minimise, what is held, and what is written.

use super::entry::EntryValue;
use super::keys::{Key, Value, count, found, positive, string, unknown_key, word};
use super::selection::{Selection, selection};
use super::text::ProblemText;
use super::values::{entry_value, wrong_type};
use crate::minimize::{Method, PRECONDITIONERS, Preconditioning};
use crate::problem::{Place, ProblemError};
use toml::de::{DeTable, DeValue};

/// Which elements are projected, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SolveProjection {
    /// None.
    Never,
    /// Those that need it, by clamping, where the Hessian is not positive definite.
    OnDemand,
    /// All, by clamping.
    Clamp,
    /// All, by absolute values.
    Abs,
    /// All, by clamping the derivatives by linear combinations.
    Reduced,
}

/// `[solve]` as it stands; what is `None` has its default.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct SolveSection {
    /// `method`.
    pub method: Option<Method>,
    /// `iterations`: the most.
    pub iterations: Option<usize>,
    /// `tolerance`, relative to the scales of the problem.
    pub tolerance: Option<f64>,
    /// `decrement`: an absolute threshold of the Newton decrement.
    pub decrement: Option<f64>,
    /// `gradient`: an absolute threshold of the gradient's norm.
    pub gradient: Option<f64>,
    /// `projection`.
    pub projection: Option<SolveProjection>,
    /// `solver`: whether linear systems are solved iteratively.
    pub iterative: Option<bool>,
    /// `preconditioner` of the iterative solver.
    pub preconditioner: Option<Preconditioning>,
    /// `linear_tolerance` of the iterative solver.
    pub linear_tolerance: Option<f64>,
    /// `linear_iterations`: the most of the iterative solver.
    pub linear_iterations: Option<usize>,
    /// `memory`: the number of pairs that L-BFGS keeps.
    pub memory: Option<usize>,
    /// `fix`: what is held.
    pub fix: Vec<FixEntry>,
    /// `[[solve.move]]`: prescribed displacements.
    pub moves: Vec<MoveEntry>,
    /// `steps`: into how many the prescribed displacements are divided.
    pub steps: Option<usize>,
    /// `output`: the folder of the results.
    pub output: Option<String>,
}

/// One entry of `fix`.
#[derive(Clone, PartialEq, Debug)]
pub struct FixEntry {
    /// The unknown.
    pub unknown: String,
    /// The part of it that is held.
    pub nodes: Selection,
    /// Its place.
    pub place: Place,
}

/// A prescribed displacement of some nodes.
#[derive(Clone, PartialEq, Debug)]
pub struct MoveEntry {
    /// The unknown.
    pub unknown: String,
    /// The part of it that moves.
    pub nodes: Selection,
    /// By how much: the same for all nodes, or one row for each; in a simulation one for each of `times`.
    pub by: EntryValue,
    /// Key frames: when they are displaced by so much. Empty: at once.
    pub times: Vec<f64>,
    /// Its place.
    pub place: Place,
}

const KEYS: &str = "method, iterations, tolerance, decrement, gradient, projection, solver, preconditioner, \
                    linear_tolerance, linear_iterations, memory, fix, move, steps, output";
const METHODS: &[(&str, Method)] = &[
    ("newton", Method::Newton),
    ("exact-newton", Method::Exact),
    ("levenberg-marquardt", Method::LevenbergMarquardt),
    ("lbfgs", Method::Lbfgs),
];
const WANT_METHOD: &str = "newton, exact-newton, levenberg-marquardt or lbfgs";
const PROJECTIONS: &[(&str, SolveProjection)] = &[
    ("none", SolveProjection::Never),
    ("on-demand", SolveProjection::OnDemand),
    ("clamp", SolveProjection::Clamp),
    ("abs", SolveProjection::Abs),
    ("reduced", SolveProjection::Reduced),
];
const WANT_PROJECTION: &str = "none, on-demand, clamp, abs or reduced";
const SOLVERS: &[(&str, bool)] = &[("direct", false), ("iterative", true)];
const WANT_PRECONDITIONER: &str = "incomplete-cholesky";

/// Reads `[solve]`.
pub(super) fn solve(source: &ProblemText<'_>, section: &DeTable<'_>) -> Result<SolveSection, ProblemError> {
    let mut solve = SolveSection::default();
    for (key, value) in section.iter() {
        match key.get_ref().as_ref() {
            "method" => solve.method = Some(word(source, key, value, METHODS, WANT_METHOD)?),
            "iterations" => solve.iterations = Some(count(source, key, value, 1)?),
            "tolerance" => solve.tolerance = Some(positive(source, key, value)?),
            "decrement" => solve.decrement = Some(positive(source, key, value)?),
            "gradient" => solve.gradient = Some(positive(source, key, value)?),
            "projection" => solve.projection = Some(word(source, key, value, PROJECTIONS, WANT_PROJECTION)?),
            "solver" => solve.iterative = Some(word(source, key, value, SOLVERS, "direct or iterative")?),
            "preconditioner" => {
                let all: Vec<_> = PRECONDITIONERS.iter().map(|own| (own.name(), *own)).collect();
                solve.preconditioner = Some(word(source, key, value, &all, WANT_PRECONDITIONER)?);
            }
            "linear_tolerance" => solve.linear_tolerance = Some(positive(source, key, value)?),
            "linear_iterations" => solve.linear_iterations = Some(count(source, key, value, 1)?),
            "memory" => solve.memory = Some(count(source, key, value, 1)?),
            "fix" => solve.fix = fix(source, key, value)?,
            "move" => solve.moves = moves(source, value, false)?,
            "steps" => solve.steps = Some(count(source, key, value, 1)?),
            "output" => solve.output = Some(string(source, key, value, "the name of a folder")?),
            _ => return Err(unknown_key(source, key, "[solve]", KEYS)),
        }
    }
    Ok(solve)
}

/// Reads `fix = { x = … }`.
pub(super) fn fix(
    source: &ProblemText<'_>,
    section: &Key<'_>,
    value: &Value<'_>,
) -> Result<Vec<FixEntry>, ProblemError> {
    let DeValue::Table(entries) = value.get_ref() else {
        return Err(wrong_type(
            source,
            section.get_ref(),
            value,
            "what is held of which unknown, such as { x = [0, 1] }",
        ));
    };
    let entry = |(key, value): (&Key<'_>, &Value<'_>)| {
        let unknown = key.get_ref().to_string();
        let nodes = selection(source, key, value)?;
        Ok(FixEntry { unknown, nodes, place: source.place(key.span().start) })
    };
    entries.iter().map(entry).collect()
}

/// Reads the list of prescribed displacements; `timed` ones have key frames.
pub(super) fn moves(source: &ProblemText<'_>, value: &Value<'_>, timed: bool) -> Result<Vec<MoveEntry>, ProblemError> {
    const WANTED: &str = "a list of displacements, each headed [[solve.move]] or [[simulate.move]]";
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong_type(source, "move", value, WANTED)) };
    items.iter().map(|item| one_move(source, item, timed)).collect()
}

fn one_move(source: &ProblemText<'_>, value: &Value<'_>, timed: bool) -> Result<MoveEntry, ProblemError> {
    let DeValue::Table(section) = value.get_ref() else {
        return Err(wrong_type(source, "move", value, "a table with unknown, nodes and by"));
    };
    let (mut unknown, mut nodes, mut by, mut times) = (None, None, None, Vec::new());
    for (key, value) in section.iter() {
        match key.get_ref().as_ref() {
            "unknown" => unknown = Some(string(source, key, value, "the name of an unknown")?),
            "nodes" => nodes = Some(selection(source, key, value)?),
            "by" => by = Some(entry_value(source, "by", value, "a .npy file or a list of numbers")?),
            "times" if timed => times = increasing(source, key, value)?,
            _ => {
                let (section, known) = match timed {
                    true => ("[[simulate.move]]", "unknown, nodes, by, times"),
                    false => ("[[solve.move]]", "unknown, nodes, by"),
                };
                return Err(unknown_key(source, key, section, known));
            }
        }
    }
    let place = source.place(value.span().start);
    let missing = |what: &str, hint| ProblemError::Missing { place: place.clone(), what: what.into(), hint };
    Ok(MoveEntry {
        unknown: unknown.ok_or_else(|| missing("`unknown`", "name the unknown whose nodes move"))?,
        nodes: nodes.ok_or_else(|| missing("`nodes`", "give a .npy file, a list or a box of the nodes that move"))?,
        by: by.ok_or_else(|| missing("`by`", "give the displacement, such as by = [0.1, 0.0, 0.0]"))?,
        times,
        place,
    })
}

fn increasing(source: &ProblemText<'_>, key: &Key<'_>, value: &Value<'_>) -> Result<Vec<f64>, ProblemError> {
    const WANTED: &str = "a list of ascending times";
    let times = match entry_value(source, "times", value, WANTED)? {
        EntryValue::Real(t) => t.data,
        EntryValue::Integer(t) => t.data.iter().map(|&t| t as f64).collect(),
        _ => return Err(wrong_type(source, "times", value, WANTED)),
    };
    match times.is_sorted_by(|a, b| a < b) && !times.is_empty() {
        true => Ok(times),
        false => Err(found(source, key, value, WANTED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_every_preconditioner() {
        assert!(PRECONDITIONERS.iter().all(|own| WANT_PRECONDITIONER.contains(own.name())));
    }
}
