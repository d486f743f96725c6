//! Arrays of reals. What one of them is, is a type; its name only finds the data, and is for print.

use super::Graph;

/// A flat array of reals that the program reads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Array(pub u32);

/// The role of an array: where its numbers come from, and what they are to the derivatives.
#[derive(Clone, PartialEq, Debug)]
pub enum ArrayKind {
    /// Data that bind by name. Derivatives are taken with respect to its entries.
    Unknown,
    /// Read-only data that bind by name.
    Data,
    /// Numbers written in the program.
    Constant(Vec<f64>),
    /// The reference that the displacements in an unknown array are added to ([`crate::waist::displaced`]); of the same
    /// length.
    Reference(Array),
    /// The linear combinations of a waist ([`crate::waist`]): derivatives are taken with respect to them, until they are
    /// expressed by the unknowns again.
    Combinations(usize),
    /// The weights of the rows of a residual ([`crate::ad::weighted`]), others at every evaluation.
    Weights,
    /// The projected matrices of the elements of a loop nest ([`crate::element::reduce`]), others at every evaluation.
    Matrices(usize),
    /// Numbers that no unknown changes, computed once for each binding ([`crate::hoist`]): those of the part of this number.
    Stored(usize),
}

/// An array and what it is called.
#[derive(Clone, PartialEq, Debug)]
pub struct ArrayInfo {
    /// The name: data bind by it, others have it for print.
    pub name: String,
    /// Its role.
    pub kind: ArrayKind,
}

impl ArrayKind {
    /// Returns true if derivatives are taken with respect to the entries.
    pub fn is_unknown(&self) -> bool {
        matches!(self, ArrayKind::Unknown | ArrayKind::Combinations(_))
    }

    /// Returns true if data bind to the array by name.
    fn is_bound(&self) -> bool {
        matches!(self, ArrayKind::Unknown | ArrayKind::Data)
    }
}

impl ArrayInfo {
    /// The name of the data that it comes from.
    pub fn bound_name(&self) -> Option<&str> {
        self.kind.is_bound().then_some(&self.name)
    }
}

impl Graph {
    /// The arrays, in order of declaration.
    pub fn arrays(&self) -> &[ArrayInfo] {
        &self.arrays
    }

    /// One array.
    pub fn array_info(&self, array: Array) -> &ArrayInfo {
        &self.arrays[array.0 as usize]
    }

    /// The number of unknown arrays.
    pub fn unknowns(&self) -> usize {
        self.arrays.iter().filter(|a| a.kind.is_unknown()).count()
    }

    /// Returns true if data of this name bind to an array, a table or a size.
    pub fn binds(&self, name: &str) -> bool {
        let mut arrays = self.arrays.iter().filter_map(ArrayInfo::bound_name);
        let mut tables = self.indices.tables().iter().filter_map(|table| table.bound_name());
        let mut sizes = self.indices.sizes().iter().filter_map(|size| size.bound_name());
        arrays.any(|own| own == name) || tables.any(|own| own == name) || sizes.any(|own| own == name)
    }

    /// Gives all data that bind to arrays, tables and sizes other names; different ones stay different.
    pub(crate) fn rename_data(&mut self, name: &dyn Fn(&str) -> String) {
        for array in self.arrays.iter_mut().filter(|array| array.kind.is_bound()) {
            array.name = name(&array.name);
        }
        self.indices.rename_data(name);
    }

    /// Declares an array, or finds it: what data bind to by its name, where the role of the first declaration stays, and
    /// anything else by its role.
    pub fn array(&mut self, name: &str, kind: ArrayKind) -> Array {
        let same = |a: &ArrayInfo| if kind.is_bound() { a.bound_name() == Some(name) } else { a.kind == kind };
        let at = self.arrays.iter().position(same).unwrap_or_else(|| {
            self.arrays.push(ArrayInfo { name: name.to_string(), kind });
            self.arrays.len() - 1
        });
        Array(at as u32)
    }

    /// Forgets all arrays but the first ones; nothing may read the others.
    pub fn keep_arrays(&mut self, count: usize) {
        self.arrays.truncate(count);
    }

    /// An array of literal numbers; equal ones are shared.
    pub fn constant_array(&mut self, numbers: Vec<f64>) -> Array {
        let same = |a: &ArrayInfo| match &a.kind {
            ArrayKind::Constant(c) => {
                c.len() == numbers.len() && c.iter().zip(&numbers).all(|(x, y)| x.to_bits() == y.to_bits())
            }
            _ => false,
        };
        let at = self.arrays.iter().position(same).unwrap_or_else(|| {
            let ordinal = self.arrays.iter().filter(|a| matches!(a.kind, ArrayKind::Constant(_))).count();
            self.arrays.push(ArrayInfo { name: format!("const{ordinal}"), kind: ArrayKind::Constant(numbers) });
            self.arrays.len() - 1
        });
        Array(at as u32)
    }
}
