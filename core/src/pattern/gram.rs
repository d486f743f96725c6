//! JᵀJ from the rows of J: every row adds the outer product with itself.

use super::Csr;
use crate::bind::NO_SLOT;

/// The slots of the products of each row in the storage of JᵀJ.
#[derive(Clone, Default, Debug)]
pub struct Gram {
    slots: Vec<u32>,
}

impl Gram {
    /// The pattern of JᵀJ.
    pub fn pattern(jacobian: &Csr) -> Csr {
        Csr::build(jacobian.cols, jacobian.cols, |add| Self::visit(jacobian, add))
    }

    /// Calls `add` with every entry of JᵀJ, with repetitions.
    fn visit(jacobian: &Csr, add: &mut dyn FnMut(u32, u32)) {
        for row in 0..jacobian.rows() {
            for &a in jacobian.row(row) {
                jacobian.row(row).iter().for_each(|&b| add(a, b));
            }
        }
    }

    /// Finds the slots; `slots` gives them by the numbers of the Hessian pattern's entries, which they
    /// are themselves if there are none.
    pub fn new(jacobian: &Csr, hessian: &Csr, slots: Option<&[u32]>) -> Self {
        let mut all = Vec::new();
        Self::visit(jacobian, &mut |a, b| {
            all.push(hessian.position(a, b).map_or(NO_SLOT, |at| slots.map_or(at as u32, |slots| slots[at])));
        });
        Self { slots: all }
    }

    /// Adds JᵀJ to the Hessian's values, row by row.
    pub fn add(&self, jacobian: &Csr, values: &[f64], hessian: &mut [f64]) {
        let mut slots = self.slots.iter();
        for row in 0..jacobian.rows() {
            let row = &values[jacobian.row_ptr[row]..jacobian.row_ptr[row + 1]];
            for a in row {
                for (b, &slot) in row.iter().zip(&mut slots) {
                    if slot != NO_SLOT {
                        hessian[slot as usize] += a * b;
                    }
                }
            }
        }
    }
}
