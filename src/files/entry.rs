//! Names and their values.

use crate::problem::Place;
use crate::tensor::Tensor;

/// A named value.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key.
    pub name: String,
    /// Its value.
    pub value: EntryValue,
    /// Where the key stands.
    pub place: Place,
    /// Where the value stands.
    pub value_place: Place,
}

/// What a name can be given as.
#[derive(Clone, PartialEq, Debug)]
pub enum EntryValue {
    /// A `.npy` file, relative to the problem file.
    File(String),
    /// The name of another array.
    Name(String),
    /// Numbers, at least one with a decimal point or an exponent.
    Real(Tensor<f64>),
    /// Whole numbers.
    Integer(Tensor<i64>),
}
