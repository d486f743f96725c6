//! Projection on demand: levels from no element to all of them.
//!
//! The constants were measured on the example problems and on sixty bad starts (`tests/solve/starts.rs`), in iterations of
//! Newton's method.

use super::settings::ProjectionPolicy;
use crate::system::ProjectedElements;

/// Thresholds of the gradient, as shares of its largest entry, of the levels between none and all: elements around unknowns
/// with larger entries are projected. With a quarter of them, `arap.toml` takes more than 300 iterations instead of 18; with four
/// times as much it takes 23, and `flatten.toml` 15 instead of 12.
const SHARES: [f64; 3] = [0.25, 0.05, 0.005];

/// The level on which all elements are projected, above those of [`SHARES`]; on level zero none is.
const ALL: usize = SHARES.len() + 1;

/// The most iterations for which a level that failed again and again is not tried. Without any patience `arap.toml` takes 50
/// iterations instead of 18; with 3 to 31 all problems take the same.
const MOST_PATIENCE: usize = 7;

/// A decrement below this share of the one before is fast: the level below is tried at once. Less changes nothing; with a half
/// `flatten.toml` takes 16 iterations instead of 12.
const FAST: f64 = 0.2;

/// The level of projection of a minimisation, and what is known of the levels below.
#[derive(Debug)]
pub struct Levels {
    projecting: ProjectionPolicy,
    level: usize,
    /// Iterations for which a level that failed is not tried again.
    patience: usize,
    /// Iterations since a lower level was tried last.
    waited: usize,
    /// True if the decrement has become much smaller.
    fast: bool,
    /// The state of a lower level in this iteration.
    trial: Trial,
}

/// A lower level in an iteration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Trial {
    /// It is not tried.
    None,
    /// It is tried.
    Tried,
    /// It was tried, and the Hessian was not definite.
    Failed,
}

impl Levels {
    /// The levels of a minimisation at its begin.
    pub fn new(projecting: ProjectionPolicy) -> Self {
        let level = if projecting == ProjectionPolicy::Always { ALL } else { 0 };
        Self { projecting, level, patience: 0, waited: 0, fast: false, trial: Trial::None }
    }

    /// Begins an iteration: tries one level less, which may be enough now, but not if it has just failed and little has
    /// changed.
    pub fn begin(&mut self) {
        self.trial = Trial::None;
        if self.projecting != ProjectionPolicy::OnDemand || self.level == 0 {
            return;
        }
        self.waited += 1;
        if self.waited > self.patience || self.fast {
            self.level -= 1;
            self.trial = Trial::Tried;
        }
    }

    /// True if the gradient says which elements are projected.
    pub fn needs_gradient(&self) -> bool {
        (1..ALL).contains(&self.level)
    }

    /// The elements to project on the level; the gradient counts where it is not `held`.
    pub fn projected(&self, gradient: &[f64], held: &[bool]) -> ProjectedElements {
        match (self.projecting, self.level) {
            (ProjectionPolicy::Never, _) | (ProjectionPolicy::OnDemand, 0) => ProjectedElements::None,
            (ProjectionPolicy::OnDemand, level @ 1..ALL) => {
                let most = gradient.iter().zip(held).filter(|(_, held)| !**held);
                let most = most.map(|(g, _)| g.abs()).fold(0.0, f64::max);
                let bound = SHARES[level - 1] * most;
                ProjectedElements::Around(gradient.iter().map(|g| g.abs() >= bound).collect())
            }
            _ => ProjectedElements::All,
        }
    }

    /// True if more elements can be projected.
    pub fn can_rise(&self) -> bool {
        self.projecting == ProjectionPolicy::OnDemand && self.level < ALL
    }

    /// Projects all elements, in the same iteration: the Hessian was not definite.
    pub fn rise(&mut self) {
        self.level = ALL;
        if self.trial == Trial::Tried {
            self.trial = Trial::Failed;
        }
    }

    /// Ends the iteration's search for a definite Hessian.
    pub fn found(&mut self) {
        match self.trial {
            Trial::None => return,
            Trial::Tried => self.patience = 0,
            Trial::Failed => self.patience = (2 * self.patience + 1).min(MOST_PATIENCE),
        }
        self.waited = 0;
    }

    /// Takes the decrements of an iteration and of the one before.
    pub fn compare(&mut self, decrement: f64, before: f64) {
        self.fast = decrement < FAST * before;
    }

    /// Projects no element from the next iteration on: the Hessian as it is is positive definite.
    pub fn trust(&mut self) {
        if self.projecting == ProjectionPolicy::OnDemand {
            (self.level, self.waited, self.patience) = (0, 0, 0);
        }
    }

    /// Projects all elements from the next iteration on: the step was short.
    pub fn distrust(&mut self) {
        if self.can_rise() {
            (self.level, self.waited) = (ALL, 0);
            self.patience = self.patience.max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes iterations; `definite` says from which level on the Hessian is definite. Returns their levels.
    fn iterate(levels: &mut Levels, definite: impl Fn(usize) -> usize, count: usize) -> Vec<(usize, Trial)> {
        let iteration = |k: usize| {
            levels.begin();
            if levels.level < definite(k) {
                levels.rise();
            }
            levels.found();
            (levels.level, levels.trial)
        };
        (0..count).map(iteration).collect()
    }

    #[test]
    fn levels_fall_one_by_one() {
        let mut own = Levels::new(ProjectionPolicy::OnDemand);
        let found = iterate(&mut own, |k| [0, 0, 4, 2, 2, 2, 2, 2, 2, 2, 0, 0][k], 12);
        let levels: Vec<usize> = found.into_iter().map(|(level, _)| level).collect();
        // After a failure, all are projected for an iteration.
        assert_eq!(levels, [0, 0, 4, 3, 2, 4, 4, 3, 2, 4, 4, 3]);
    }

    #[test]
    fn what_fails_is_tried_more_and_more_seldom() {
        let mut own = Levels::new(ProjectionPolicy::OnDemand);
        own.rise();
        let found = iterate(&mut own, |_| ALL, 24);
        assert!(found.iter().all(|(level, _)| *level == ALL));
        let tried: Vec<usize> = (0..24).filter(|&k| found[k].1 == Trial::Failed).collect();
        assert_eq!(tried, [0, 2, 6, 14, 22]);
    }

    #[test]
    fn fast_iterations_do_not_wait() {
        let mut own = Levels::new(ProjectionPolicy::OnDemand);
        own.distrust();
        assert_eq!((own.level, own.patience), (ALL, 1));
        own.begin();
        assert_eq!(own.level, ALL);
        own.compare(0.1, 1.0);
        own.begin();
        assert_eq!(own.level, ALL - 1);
    }

    #[test]
    fn the_gradient_chooses_between_none_and_all() {
        let mut own = Levels::new(ProjectionPolicy::OnDemand);
        let (gradient, held) = ([100.0, -4.0, 0.1, 1.0, 0.01], [true, false, false, false, false]);
        assert_eq!(own.projected(&gradient, &held), ProjectedElements::None);
        own.level = 1;
        assert!(own.needs_gradient());
        assert_eq!(own.projected(&gradient, &held), ProjectedElements::Around(vec![true, true, false, true, false]));
        own.level = ALL;
        assert_eq!(own.projected(&gradient, &held), ProjectedElements::All);
        assert!(!own.needs_gradient() && !own.can_rise());
        for (projecting, wanted) in
            [(ProjectionPolicy::Never, ProjectedElements::None), (ProjectionPolicy::Always, ProjectedElements::All)]
        {
            let mut own = Levels::new(projecting);
            own.begin();
            own.distrust();
            assert_eq!(own.projected(&gradient, &held), wanted);
            assert!(!own.can_rise());
        }
    }
}
