//! Motions that the energy does not feel: translations and rotations of what nothing holds.
//!
//! Along a translation `t` the Hessian is zero, `H t = 0`. A rotation with the generator `R` moves `x` by `r = R (x - c)`; where
//! the energy does not feel it, the derivative of `g·r = 0` by `x` says that `H r = R g`, which is zero at a minimum only. Both
//! are tested entry by entry on the matrix at hand, so that nothing needs to be declared. A spring on one entry of the diagonal
//! for each motion then makes the matrix definite: of what the energy does not feel, `H d = -g` leaves the choice, and the
//! spring takes the one in which that entry does not move. The decrement is the same for all of them.

mod motions;
mod parts;
#[cfg(test)]
mod tests;

use super::linear::FreeHessian;
use crate::problem::Problem;
use crate::system::Csr;
pub use motions::At;
use motions::Motions;

/// The motions that the energy does not feel, as far as is known.
#[derive(Debug)]
pub enum Gauge {
    /// Nothing was tested yet; these are pairs of an unknown that is held and a free one that share an entry of the Hessian.
    Unknown(Vec<[u32; 2]>),
    /// The energy feels all of them.
    Felt,
    /// Some are not felt.
    Free(Box<Motions>),
}

impl Gauge {
    /// Nothing is known of a pattern but what is held.
    pub fn new(pattern: &Csr, held: &[bool]) -> Self {
        Self::Unknown(touched(pattern, held))
    }

    /// Takes another pattern of the same unknowns. What felt all motions is not looked at again: contacts come and go, and a
    /// body that is let go there is rare.
    pub fn rebind(&mut self, pattern: &Csr, held: &[bool]) {
        if !matches!(self, Self::Felt) {
            *self = Self::new(pattern, held);
        }
    }

    /// Looks for motions that the energy does not feel, with the Hessian as it is or, where `projected`, with projected elements;
    /// returns the rows on whose diagonals springs hold them.
    pub fn pins(&mut self, problem: &Problem, matrix: &FreeHessian, at: At<'_>, projected: bool) -> Vec<usize> {
        if let Gauge::Unknown(touched) = self {
            *self = Gauge::Free(Box::new(Motions::new(problem, matrix, touched)));
        }
        let Gauge::Free(motions) = self else { return Vec::new() };
        motions.find(matrix, at, projected);
        let pins = motions.pins(at.x);
        if !motions.any() {
            *self = Gauge::Felt;
        }
        pins
    }

    /// Takes the motions from a direction: of all directions of the same decrement, the shortest one.
    pub fn remove(&self, direction: &mut [f64], x: &[f64]) {
        if let Gauge::Free(motions) = self {
            motions.remove(direction, x);
        }
    }
}

/// Pairs of an unknown that is held and a free one that share an entry of the Hessian.
fn touched(pattern: &Csr, held: &[bool]) -> Vec<[u32; 2]> {
    let rows = (0..held.len()).filter(|&row| held[row]);
    let entries = |row: usize| pattern.row_ptr[row]..pattern.row_ptr[row + 1];
    let pairs = rows.flat_map(|row| pattern.col_idx[entries(row)].iter().map(move |&col| [row as u32, col]));
    pairs.filter(|pair| !held[pair[1] as usize]).collect()
}
