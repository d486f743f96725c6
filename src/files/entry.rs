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
    /// The place of the key.
    pub place: Place,
    /// The place of the value.
    pub value_place: Place,
}

/// The value that is given to a name.
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
