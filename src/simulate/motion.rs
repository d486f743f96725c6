//! Motions by key frames.

/// Entries of the global vector that are displaced from where they began, linearly between key frames.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Motion {
    /// The entries.
    pub entries: Vec<usize>,
    /// The times of the key frames, ascending, in seconds.
    pub times: Vec<f64>,
    /// For each key frame the displacement of each entry.
    pub by: Vec<Vec<f64>>,
}

impl Motion {
    /// A motion of entries, with their displacements at ascending times.
    pub fn new(entries: Vec<usize>, times: Vec<f64>, by: Vec<Vec<f64>>) -> Motion {
        Motion { entries, times, by }
    }

    /// The displacement of each entry at a time: before the first key frame that of the first, after the last that of the
    /// last.
    pub fn at(&self, time: f64) -> Vec<f64> {
        let next = self.times.partition_point(|&t| t <= time);
        match (next.checked_sub(1), next < self.times.len()) {
            (None, _) => self.by.first().cloned().unwrap_or_default(),
            (Some(before), false) => self.by[before].clone(),
            (Some(before), true) => {
                let share = (time - self.times[before]) / (self.times[next] - self.times[before]);
                let mix = |(a, b): (&f64, &f64)| a + share * (b - a);
                self.by[before].iter().zip(&self.by[next]).map(mix).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_key_frames_it_is_linear() {
        let motion =
            Motion { entries: vec![0], times: vec![1.0, 2.0, 4.0], by: vec![vec![0.0], vec![1.0], vec![-1.0]] };
        let found = [0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 9.0].map(|t| motion.at(t)[0]);
        assert_eq!(found, [0.0, 0.0, 0.5, 1.0, 0.0, -1.0, -1.0]);
    }
}
