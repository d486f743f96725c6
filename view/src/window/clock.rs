//! The times that pictures take.

use std::collections::VecDeque;
use std::time::Instant;

/// So many are kept.
const KEPT: usize = 200;
/// Over so many the mean is taken.
const AVERAGED: usize = 30;

#[derive(Default)]
pub(super) struct Clock {
    last: Option<Instant>,
    /// In seconds, the latest at the end.
    times: VecDeque<f32>,
}

impl Clock {
    /// Begins a picture.
    pub(super) fn tick(&mut self) {
        let now = Instant::now();
        if let Some(last) = self.last.replace(now) {
            self.push((now - last).as_secs_f32());
        }
    }

    fn push(&mut self, seconds: f32) {
        if self.times.len() == KEPT {
            self.times.pop_front();
        }
        self.times.push_back(seconds);
    }

    /// After a pause, in which nothing was to be drawn, the time until the next picture says nothing.
    pub(super) fn rest(&mut self) {
        self.last = None;
    }

    /// The times of the last pictures, in seconds.
    pub(super) fn times(&self) -> impl ExactSizeIterator<Item = f32> + '_ {
        self.times.iter().copied()
    }

    /// The mean of the latest, if there are any.
    pub(super) fn mean(&self) -> Option<f32> {
        let count = self.times.len().min(AVERAGED);
        let sum: f32 = self.times.iter().rev().take(count).sum();
        (count > 0).then(|| sum / count as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_times_are_kept() {
        let mut clock = Clock::default();
        assert_eq!(clock.mean(), None);
        (0..500).for_each(|i| clock.push(i as f32));
        assert_eq!(clock.times().len(), KEPT);
        assert_eq!(clock.mean(), Some(484.5));
        clock.tick();
        clock.rest();
        clock.tick();
        assert_eq!(clock.times().next(), Some(300.0));
    }
}
