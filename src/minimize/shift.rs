//! The shift of a Hessian's diagonal.

/// The largest shift, in terms of the diagonal's own entries and their median. Newton's step is then that of scaled steepest
/// descent to eight digits.
const LARGEST: f64 = 1e8;

/// The first shift of a matrix that is not positive definite; smaller ones are dropped: they are below the rounding errors of
/// factors.
const FIRST: f64 = 1e-10;

/// The shift grows so many times until the matrix is positive definite (Nocedal and Wright, *Numerical Optimization*, Algorithm
/// 3.3).
const GROWTH: f64 = 10.0;

/// After a short step, where the step before was short already, the shift grows so many times; after whole ones it becomes
/// less by it. With 4 `chain.toml` takes 32 iterations instead of 44, with 64 it takes 46; the other example problems take the
/// same but for two.
const LESSON: f64 = 16.0;

/// The smallest shift after short steps. From 1e-10 to 1e-4 only `chain.toml` changes by more than two iterations, which takes 24
/// to 44.
const AFTER_SHORT: f64 = 1e-8;

/// Steps from this share on are whole: backtracking makes steps of one, or of a half and less. From 0.6 to 0.99, the example
/// problems take the same iterations.
const WHOLE: f64 = 0.9;

/// The most iterations for which a matrix is not tried without a shift, after it has failed again and again.
const MOST_PATIENCE: usize = 15;

/// True if a shift is more than the smallest one, which is about the rounding errors of factors.
pub fn counts(shift: f64) -> bool {
    shift > FIRST
}

/// A shift of the diagonal, in terms of its own entries and their median, that a minimisation remembers.
#[derive(Clone, Copy, Default, Debug)]
pub struct Shift {
    size: f64,
    /// The shift to begin with next time.
    next: f64,
    /// The number of short steps in a row.
    short: usize,
    /// True if the matrix at hand was tried without a shift, and was not positive definite.
    failed: bool,
    /// Iterations for which a matrix without a shift is not tried again.
    patience: usize,
    /// Iterations since one was tried.
    waited: usize,
}

impl Shift {
    /// The shift of the matrix at hand.
    pub fn size(&self) -> f64 {
        self.size
    }

    /// Begins with a new matrix; returns how much is added to it.
    pub fn begin(&mut self) -> f64 {
        self.size = self.next;
        self.failed = false;
        self.size
    }

    /// Begins without a shift, whatever was learned.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Grows, as the matrix is not positive definite; returns how much more is added to it. `None`: no shift makes it
    /// definite.
    pub fn grow(&mut self) -> Option<f64> {
        let before = self.size;
        self.failed |= before == 0.0;
        if before > LARGEST {
            return None;
        }
        self.size = (GROWTH * before).max(FIRST);
        Some(self.size - before)
    }

    /// Chooses the shift to begin with next time, after a step of a length. Short steps, which near singular Hessians lead
    /// too far along directions of hardly any stiffness, make it larger.
    pub fn learn(&mut self, step: f64, short: bool) {
        self.short = if short { self.short + 1 } else { 0 };
        self.next = match step {
            _ if self.short > 1 => (LESSON * self.size).clamp(AFTER_SHORT, LARGEST),
            WHOLE.. if self.size > FIRST => self.size / LESSON,
            WHOLE.. => self.smallest(),
            _ => self.size,
        };
    }

    /// None, or the smallest shift where a matrix without one has just failed, so that not every iteration factors it in vain.
    fn smallest(&mut self) -> f64 {
        if self.failed {
            (self.patience, self.waited) = ((2 * self.patience + 1).min(MOST_PATIENCE), 0);
        } else if self.size == 0.0 {
            self.patience = 0;
        }
        self.waited += 1;
        if self.waited <= self.patience { FIRST } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_grow_to_an_end() {
        let mut shift = Shift::default();
        assert_eq!((shift.begin(), shift.grow()), (0.0, Some(FIRST)));
        let added: f64 = std::iter::from_fn(|| shift.grow()).sum();
        assert!((LARGEST..=11.0 * LARGEST).contains(&shift.size()));
        assert!((added + FIRST - shift.size()).abs() < 1e-6 * shift.size());
    }

    #[test]
    fn what_fails_is_tried_more_and_more_seldom() {
        let mut shift = Shift::default();
        let tried = |_| {
            let first = shift.begin();
            if first == 0.0 {
                shift.grow();
            }
            shift.learn(1.0, false);
            first == 0.0
        };
        let tried: Vec<bool> = (0..40).map(tried).collect();
        let tried: Vec<usize> = (0..40).filter(|&k| tried[k]).collect();
        assert_eq!(tried, [0, 2, 6, 14, 30]);
        shift.forget();
        assert_eq!(shift.begin(), 0.0);
    }

    #[test]
    fn steps_teach() {
        let mut shift = Shift { size: 1e-3, ..Shift::default() };
        shift.learn(0.5, false);
        assert_eq!(shift.begin(), 1e-3);
        shift.learn(1.0, false);
        assert_eq!(shift.begin(), 1e-3 / 16.0);
        shift.learn(0.1, true);
        assert_eq!(shift.begin(), 1e-3 / 16.0);
        shift.learn(0.1, true);
        assert_eq!(shift.begin(), 1e-3);
        shift.learn(0.1, false);
        assert_eq!(shift.begin(), 1e-3);
        shift.size = 1e-11;
        shift.learn(1.0, false);
        assert_eq!(shift.begin(), 0.0);
    }
}
