//! The time that a minimisation still takes, as far as its decrements tell.

use spadina::minimize::Iteration;

/// So many of the last iterations tell how fast decrements fall.
const LOOKED_AT: usize = 6;

/// The decrements of the last iterations.
#[derive(Default, Debug)]
pub struct Trend {
    /// Logarithms of decrements, and seconds.
    last: Vec<(f64, f64)>,
    /// The decrement, and the one that ends iterations.
    at: (f64, Option<f64>),
}

impl Trend {
    /// Takes an iteration. Another step of a load begins anew.
    pub fn add(&mut self, iteration: &Iteration) {
        if iteration.decrement > 0.0 {
            self.last.push((iteration.decrement.log10(), iteration.seconds));
        }
        if self.last.len() > LOOKED_AT {
            self.last.remove(0);
        }
        self.at = (iteration.decrement, iteration.decrement_limit);
    }

    /// The seconds until the decrement is small, if it becomes smaller.
    pub fn left(&self) -> Option<f64> {
        let limit = self.at.1.filter(|limit| *limit > 0.0)?.log10();
        let (&(first, _), &(last, _)) = (self.last.first()?, self.last.last()?);
        let steps = self.last.len() - 1;
        let before = self.last.get(steps.checked_sub(1)?)?.0;
        // Near a minimum Newton's method is faster from step to step.
        let fall = ((first - last) / steps as f64).max(before - last);
        let mean = self.last.iter().map(|(_, seconds)| seconds).sum::<f64>() / self.last.len() as f64;
        (fall > 0.0).then(|| ((last - limit) / fall).ceil().max(1.0) * mean)
    }

    /// The text beside the bar.
    pub fn text(&self) -> String {
        let (decrement, limit) = self.at;
        let of = limit.map(|limit| format!(" of {limit:.1e}")).unwrap_or_default();
        let left = self.left().map(|left| format!(", about {left:.0} s left")).unwrap_or_default();
        format!("decrement {decrement:.1e}{of}{left}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(decrements: &[f64]) -> Trend {
        let mut trend = Trend::default();
        for &decrement in decrements {
            let mut iteration = Iteration::default();
            (iteration.decrement, iteration.decrement_limit, iteration.seconds) = (decrement, Some(1e-9), 2.0);
            trend.add(&iteration);
        }
        trend
    }

    #[test]
    fn time_comes_from_convergence() {
        assert_eq!(trend(&[1.0]).left(), None);
        assert_eq!(trend(&[1.0, 2.0]).left(), None);
        assert!((trend(&[1e-1, 1e-2, 1e-3]).left().unwrap() - 12.0).abs() < 1e-9);
        // Four digits in the last step, five and a little more to go.
        assert!((trend(&[1.0, 0.9, 0.9e-4]).left().unwrap() - 4.0).abs() < 1e-9);
        assert_eq!(trend(&[1e-3, 1e-4]).text(), "decrement 1.0e-4 of 1.0e-9, about 10 s left");
    }
}
