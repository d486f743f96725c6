//! New data for a system that has been compiled.

use super::handle::{Arrays, Indices, Key, Unknowns};
use super::{Error, System};
use crate::tensor::{Shape, Tensor, entries};

impl System {
    /// Gives an unknown, by its name or handle, new values, in C order.
    ///
    /// Values of another length change the leading dimension (the nodes); the next evaluation then checks all shapes and
    /// indices and builds the pattern again.
    pub fn set_unknown(&mut self, unknown: impl Key<Unknowns>, values: &[f64]) -> Result<(), Error> {
        let number = unknown.find(self)?;
        let (name, tensor) = &mut self.problem.unknowns[number];
        if set(name, tensor, values)? {
            let name = name.clone();
            self.unbind(&name);
        }
        Ok(())
    }

    /// Gives all unknowns new values: the global vector, as gradients have it.
    pub fn set_unknowns(&mut self, values: &[f64]) -> Result<(), Error> {
        let wanted = self.unknowns();
        if values.len() != wanted {
            return Err(Error::VectorLength { found: values.len(), wanted });
        }
        // All are looked at before the first is changed.
        let mut rest = values;
        for (name, tensor) in &self.problem.unknowns {
            let (own, others) = rest.split_at(tensor.data.len());
            check_finite(name, &tensor.shape, own)?;
            rest = others;
        }
        let mut rest = values;
        for (_, tensor) in &mut self.problem.unknowns {
            let (own, others) = rest.split_at(tensor.data.len());
            tensor.data.copy_from_slice(own);
            rest = others;
        }
        Ok(())
    }

    /// The values of all unknowns: the global vector.
    pub fn vector(&self) -> Vec<f64> {
        self.problem.unknowns.iter().flat_map(|(_, tensor)| &tensor.data).copied().collect()
    }

    /// Gives an array or parameter, by its name or handle, new values, in C order.
    ///
    /// Values of another length change the leading dimension (the elements or nodes); the next evaluation then checks all
    /// shapes and indices and builds the pattern again. So data of elements and the table of their stencils can be
    /// changed one after the other, in any order.
    pub fn set_array(&mut self, array: impl Key<Arrays>, values: &[f64]) -> Result<(), Error> {
        let number = array.find(self)?;
        let (name, tensor) = &mut self.problem.arrays[number];
        let longer = set(name, tensor, values)?;
        let name = name.clone();
        match longer {
            true => self.unbind(&name),
            false => self.touch(&name),
        }
        Ok(())
    }

    /// Gives an index array, by its name or handle, other entries, or a size another value; the number of rows may change.
    ///
    /// Nothing is compiled again. The next evaluation checks shapes and indices of the terms that depend on it and builds the
    /// pattern; that of the other terms is kept, so that a change of few elements (what touches what) costs little. The
    /// first change takes as long as building.
    pub fn set_indices(&mut self, indices: impl Key<Indices>, table: impl Into<Tensor<i32>>) -> Result<(), Error> {
        let table = table.into();
        let number = indices.find(self)?;
        let (name, tensor) = &mut self.problem.indices[number];
        let same_rows = tensor.shape.len() == table.shape.len() && tensor.shape.get(1..) == table.shape.get(1..);
        if !same_rows || entries(&table.shape) != Some(table.data.len()) {
            return Err(reshape(name, &tensor.shape, format!("data of shape {}", Shape(&table.shape))));
        }
        *tensor = table;
        let name = name.clone();
        self.unbind(&name);
        Ok(())
    }
}

/// Sets the values of a tensor; returns true if their number has changed.
fn set(name: &str, tensor: &mut Tensor<f64>, values: &[f64]) -> Result<bool, Error> {
    let same = values.len() == tensor.data.len();
    let row: usize = tensor.shape.iter().skip(1).product();
    if !same && (tensor.shape.is_empty() || row == 0 || !values.len().is_multiple_of(row)) {
        return Err(reshape(name, &tensor.shape, format!("{} numbers", values.len())));
    }
    check_finite(name, &tensor.shape, values)?;
    if same {
        tensor.data.copy_from_slice(values);
    } else {
        tensor.data = values.to_vec();
        tensor.shape[0] = values.len() / row;
    }
    Ok(!same)
}

/// Refuses a NaN or infinity.
fn check_finite(name: &str, shape: &[usize], values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(at) => Err(Error::NotFinite { name: name.into(), at: position(at, shape), value: values[at] }),
        None => Ok(()),
    }
}

/// The index of a flat position; the leading dimension is as long as need be.
fn position(flat: usize, shape: &[usize]) -> Vec<usize> {
    let mut rest = flat;
    let mut at = vec![0; shape.len()];
    for (index, &extent) in at.iter_mut().zip(shape).skip(1).rev() {
        *index = rest % extent.max(1);
        rest /= extent.max(1);
    }
    if let Some(first) = at.first_mut() {
        *first = rest;
    }
    at
}

fn reshape(name: &str, shape: &[usize], found: String) -> Error {
    Error::Reshape { name: name.into(), found, wanted: Shape(shape).to_string() }
}
