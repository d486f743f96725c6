//! Nodes by number, by flag, or in a box.

use super::entry::EntryValue;
use super::keys::{Key, Value, found};
use super::text::ProblemText;
use super::values::{entry_value, wrong_type};
use crate::problem::ProblemError;
use toml::de::DeValue;

/// Which nodes.
#[derive(Clone, PartialEq, Debug)]
pub enum Selection {
    /// A list. Of integers: the numbers of nodes, of shape (p,), or pairs of a node and a component, (p, 2). Of booleans: a
    /// flag for each node, or for each entry of the unknown; also zeros and ones of the unknown's own shape.
    Listed(EntryValue),
    /// The nodes that begin in a box: its lower and upper corner, which belong to it.
    Box(Vec<f64>, Vec<f64>),
}

const WANTED: &str = "a .npy file, a list of nodes, the name of an index array, or { box = [[x, y, z], [x, y, z]] }";

/// Reads a selection.
pub(super) fn selection(source: &ProblemText<'_>, key: &Key<'_>, value: &Value<'_>) -> Result<Selection, ProblemError> {
    let DeValue::Table(table) = value.get_ref() else {
        return Ok(Selection::Listed(entry_value(source, key.get_ref(), value, WANTED)?));
    };
    let mut corners = table.iter().map(|(key, value)| (key, value, key.get_ref().as_ref() == "box"));
    let (Some((key, value, true)), None) = (corners.next(), corners.next()) else {
        return Err(wrong_type(source, key.get_ref(), value, WANTED));
    };
    let both = match value.get_ref() {
        DeValue::Array(both) if both.len() == 2 => both,
        _ => return Err(wrong_type(source, key.get_ref(), value, "two corners, [[x, y, z], [x, y, z]]")),
    };
    let mut corners = both.iter().map(|value| corner(source, key, value));
    match (corners.next(), corners.next()) {
        (Some(low), Some(high)) => {
            let (low, high) = (low?, high?);
            match low.len() == high.len() {
                true => Ok(Selection::Box(low, high)),
                false => Err(wrong_type(source, key.get_ref(), value, "corners with as many coordinates")),
            }
        }
        _ => Err(wrong_type(source, key.get_ref(), value, WANTED)),
    }
}

/// A corner, whose coordinates may be infinite.
fn corner(source: &ProblemText<'_>, key: &Key<'_>, value: &Value<'_>) -> Result<Vec<f64>, ProblemError> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err(wrong_type(source, key.get_ref(), value, "a corner, [x, y, z]"));
    };
    let number = |value: &Value<'_>| {
        let parsed = match value.get_ref() {
            DeValue::Integer(text) => text.as_str().parse().ok(),
            DeValue::Float(text) => text.as_str().parse::<f64>().ok(),
            _ => None,
        };
        parsed.filter(|x| !x.is_nan()).ok_or_else(|| found(source, key, value, "a number, inf or -inf"))
    };
    items.iter().map(number).collect()
}
