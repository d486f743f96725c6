//! Numbers that can be changed while an animation runs.

use spadina::Problem;
use spadina::Tensor;

/// A number that can be changed while an animation runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
    /// True if equal ways of the slider are equal factors. Both ends are then above zero.
    pub logarithmic: bool,
}

impl Parameter {
    /// A slider around a value: from a tenth to ten times what it is, or from -1 to 1 around zero.
    pub fn around(name: impl Into<String>, value: f64) -> Parameter {
        let (low, high) = match value {
            _ if value > 0.0 => (0.1 * value, 10.0 * value),
            _ if value < 0.0 => (10.0 * value, 0.0),
            _ => (-1.0, 1.0),
        };
        Parameter { name: name.into(), value, low, high, logarithmic: value > 0.0 }
    }
}

/// Sliders for the arrays of one number.
pub(super) fn parameters(problem: &Problem) -> Vec<Parameter> {
    let single = problem.arrays.iter().filter(|(_, tensor)| tensor.shape.is_empty());
    let parameter =
        |(name, tensor): &(String, Tensor<f64>)| Some(Parameter::around(name, tensor.data.first().copied()?));
    single.filter_map(parameter).collect()
}
