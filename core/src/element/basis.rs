//! The directions that an element's energy sees: moves of its unknowns that change no linear combination it reads
//! (translations, where it reads edge vectors) are in the null space of its Hessian, which need not be searched for there.

use crate::program::Entry;

/// A part of a combination that is shorter than this, relative to the combination, is rounding.
const INDEPENDENT: f64 = 1e-14;

/// An orthonormal basis of the directions that matter, as sparse columns over the local unknowns; all of these, in order, if
/// every direction matters.
#[derive(Clone, PartialEq, Debug)]
pub struct Basis {
    /// By basis vector, the local unknowns in which it differs from zero with its components.
    pub columns: Vec<Vec<(usize, f64)>>,
}

impl Basis {
    /// The span of the combinations, each a list of unknowns with coefficients. An unknown that no combination has is
    /// a direction of its own.
    pub fn of(unknowns: &[Entry], combinations: &[Vec<(Entry, f64)>]) -> Self {
        let place = |entry: &Entry| unknowns.binary_search(entry).ok();
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let mut covered = vec![false; unknowns.len()];
        for combination in combinations {
            let mut vector = vec![0.0; unknowns.len()];
            let places: Option<Vec<_>> = combination.iter().map(|(e, c)| Some((place(e)?, *c))).collect();
            // A combination that reaches beyond the unknowns is another element's.
            for (at, c) in places.into_iter().flatten() {
                vector[at] += c;
                covered[at] = true;
            }
            extend(&mut basis, vector);
        }
        for at in (0..unknowns.len()).filter(|&at| !covered[at]) {
            extend(&mut basis, (0..unknowns.len()).map(|k| f64::from(u8::from(k == at))).collect());
        }
        if basis.len() == unknowns.len() {
            return Self { columns: (0..unknowns.len()).map(|k| vec![(k, 1.0)]).collect() };
        }
        let sparse = |v: Vec<f64>| v.into_iter().enumerate().filter(|(_, c)| *c != 0.0).collect();
        Self { columns: basis.into_iter().map(sparse).collect() }
    }

    /// Returns true if there are as many directions as unknowns: each is one of the unknowns then.
    pub fn is_whole(&self, unknowns: usize) -> bool {
        self.columns.len() == unknowns
    }
}

/// Adds what of a vector is orthogonal to the basis, by the Gram-Schmidt process, twice for accuracy.
fn extend(basis: &mut Vec<Vec<f64>>, mut vector: Vec<f64>) {
    let before = norm(&vector);
    for _ in 0..2 {
        for other in basis.iter() {
            let along: f64 = other.iter().zip(&vector).map(|(a, b)| a * b).sum();
            vector.iter_mut().zip(other).for_each(|(v, o)| *v -= along * o);
        }
    }
    let length = norm(&vector);
    if length > INDEPENDENT * before {
        // What is left of a component that cancels exactly is rounding.
        vector.iter_mut().filter(|v| v.abs() < 1e-15 * before).for_each(|v| *v = 0.0);
        vector.iter_mut().for_each(|v| *v /= length);
        basis.push(vector);
    }
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|v| v * v).sum::<f64>().sqrt()
}
