//! Scales of a problem: the extent of the unknowns, the stiffness and the size of the energy.

use crate::problem::Problem;
use crate::tensor::Tensor;

/// Unknowns that have moved by so many times their extent are far away.
const FAR: f64 = 1e6;

/// So many steps in a row that lead farther away, none much shorter than the one before, run away. A minimum that is far, as of a pressure
/// in pascal that starts at zero, is reached by a few long steps, of which the last ones are short.
const STEPS_AWAY: usize = 4;

/// The rounding errors of an energy, relative to its size: a sum of n numbers is known to n ε (Higham, *Accuracy and Stability
/// of Numerical Algorithms*, section 4.2), which is 1e-10 for a million elements.
const NOISE: f64 = 1e-10;

/// Differences of energies below this share of their size are not looked at. Rounding errors grow with √n as a rule (Higham,
/// section 4.4): 1e-13 for a million elements, and as much again for what each of them is computed with.
const LOST: f64 = 1e-12;

/// This share of the size stays from one iteration to the next: of a bad start, a thousandth is left after five. Without, two of
/// twenty inverted starts (`tests/solve/starts.rs`) end in no minimum; up to 0.9 all is the same.
const REMEMBERED: f64 = 0.25;

/// The size of energies, by which their rounding errors are measured.
#[derive(Clone, Copy, Default, Debug)]
pub struct Size(f64);

impl Size {
    /// Takes the energy of an iteration. What energies are sums of is larger than they are; what it was at a bad start is
    /// forgotten.
    pub fn follow(&mut self, energy: f64) {
        self.0 = energy.abs().max(REMEMBERED * self.0);
    }

    /// True if a difference of energies may be nothing but rounding errors.
    pub fn is_noise(self, difference: f64) -> bool {
        difference <= NOISE * self.0
    }

    /// True if a difference of energies is lost in rounding errors.
    pub fn is_lost(self, difference: f64) -> bool {
        difference <= LOST * self.0
    }
}

/// The extent of each unknown array, by which lengths are measured.
#[derive(Clone, Debug)]
pub struct Scale {
    /// For each array the number of its first unknown, and the extent of its entries.
    arrays: Vec<(usize, f64)>,
    /// The largest extent of an array with free unknowns.
    pub length: f64,
    start: Vec<f64>,
    /// The steps in a row that led farther away, and the length of the last one.
    away: (usize, f64),
}

/// The median; one of nothing.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    let middle = numbers.len() / 2;
    match numbers.is_empty() {
        true => 1.0,
        false => *numbers.select_nth_unstable_by(middle, f64::total_cmp).1,
    }
}

/// The range of the entries of a component, the largest of the components; one if it is empty.
pub(crate) fn extent(tensor: &Tensor<f64>) -> f64 {
    let width = if tensor.shape.len() > 1 { tensor.shape.iter().skip(1).product() } else { 1 };
    let mut extent = 0.0f64;
    for component in 0..width {
        let own = tensor.data.iter().skip(component).step_by(width.max(1));
        let ends = own.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
        extent = extent.max(ends.1 - ends.0);
    }
    if extent > 0.0 && extent.is_finite() { extent } else { 1.0 }
}

impl Scale {
    /// The extents: how far the entries of a component (x, y or z) lie apart, the largest of the components; one where they
    /// do not lie apart, as those of angles and of scalar fields may at the start.
    pub fn of(problem: &Problem, held: &[bool]) -> Self {
        let mut first = 0;
        let (mut arrays, mut length, mut start) = (Vec::new(), 0.0f64, Vec::new());
        for (_, tensor) in &problem.unknowns {
            let extent = extent(tensor);
            arrays.push((first, extent));
            let end = first + tensor.data.len();
            if held[first..end].contains(&false) {
                length = length.max(extent);
            }
            start.extend_from_slice(&tensor.data);
            first = end;
        }
        Self { arrays, length: if length > 0.0 { length } else { 1.0 }, start, away: (0, 0.0) }
    }

    /// The median size of the entries on the diagonal of the Hessian that are not zero; one for a Hessian of zeros. Unlike
    /// the mean it does not see the few elements that are nearly degenerate, whose entries have no bounds.
    pub fn stiffness(diagonal: impl Iterator<Item = f64>) -> f64 {
        median(diagonal.map(f64::abs).filter(|h| *h > 0.0 && h.is_finite()).collect())
    }

    /// The first unknown that runs away, if there is one: it is far away, and the steps that lead there do not become shorter.
    pub fn runs_away(&mut self, x: &[f64], direction: &[f64], step: f64) -> Option<usize> {
        let Some(unknown) = self.is_far(x, direction, step) else {
            self.away = (0, 0.0);
            return None;
        };
        let (steps, last) = self.away;
        let length = (step * direction[unknown]).abs();
        self.away = (if length >= 0.5 * last { steps + 1 } else { 0 }, length);
        (self.away.0 >= STEPS_AWAY).then_some(unknown)
    }

    fn is_far(&self, x: &[f64], direction: &[f64], step: f64) -> Option<usize> {
        let far = |k: usize, extent: f64| (x[k] + step * direction[k] - self.start[k]).abs() > FAR * extent;
        let ends = self.arrays.iter().skip(1).map(|(first, _)| *first).chain([x.len()]);
        self.arrays.iter().zip(ends).find_map(|(&(first, extent), end)| (first..end).find(|&k| far(k, extent)))
    }
}
