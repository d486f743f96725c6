//! Times of repeated runs.

use std::time::Instant;

/// The times of several runs, in seconds.
pub fn times<E>(repeat: usize, mut run: impl FnMut() -> Result<(), E>) -> Result<Vec<f64>, E> {
    let mut times = Vec::new();
    for _ in 0..repeat {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_secs_f64());
    }
    Ok(times)
}

/// The median; zero of nothing.
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    match times.len() {
        0 => 0.0,
        n if n % 2 == 1 => times[n / 2],
        n => 0.5 * (times[n / 2 - 1] + times[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::{median, times};

    #[test]
    fn runs_are_as_many_as_asked() {
        let mut count = 0;
        let runs = times::<()>(4, || {
            count += 1;
            Ok(())
        });
        assert_eq!((runs.map(|t| t.len()), count), (Ok(4), 4));
        assert_eq!(times(3, || Err("no")), Err("no"));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(vec![]), 0.0);
    }
}
