//! From numbers to places along an axis.

use super::ticks::{Tick, multiples, powers, step, stride};

/// Powers of ten with numbers on a logarithmic axis, about.
const LOG_TICKS: usize = 9;

/// An axis over a range of numbers, or of powers of ten if it is logarithmic.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// The marks that lie on the axis.
    pub(super) ticks: Vec<Tick>,
}

impl Axis {
    /// An axis that ends where the numbers do.
    pub(super) fn tight(values: impl Iterator<Item = f64>) -> Axis {
        let (low, high, whole) =
            values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY, true), |(low, high, whole), v| {
                (v.min(low), v.max(high), whole && v.fract() == 0.0)
            });
        let (low, high) = widen(low, high);
        let step = step(high - low, 8);
        // There is no half iteration.
        let ticks = multiples(low, high, if whole { step.max(1.0) } else { step });
        Axis { low, high, log: false, ticks }
    }

    /// An axis that ends at round numbers.
    pub(super) fn round(values: impl Iterator<Item = f64>) -> Axis {
        let (low, high) = range(values);
        let (low, high) = widen(low, high);
        let step = step(high - low, 6);
        let (first, last) = ((low / step + 1e-6).floor() * step, (high / step - 1e-6).ceil() * step);
        let (low, high) = if first.is_finite() && last.is_finite() { (first, last) } else { (low, high) };
        Axis { low, high, log: false, ticks: multiples(low, high, step) }
    }

    /// An axis of powers of ten, for the numbers above zero.
    pub(super) fn log(values: impl Iterator<Item = f64>) -> Axis {
        let (low, high) = range(values.map(log10));
        let (low, high) = if low <= high { ((low + 1e-9).floor(), (high - 1e-9).ceil()) } else { (-1.0, 0.0) };
        let (low, high) = if low < high { (low, high) } else { (low - 1.0, low + 1.0) };
        // Both ends get a number.
        let stride = stride(high - low, LOG_TICKS);
        let by = f64::from(stride);
        let (low, high) = ((low / by).floor() * by, (high / by).ceil() * by);
        Axis { low, high, log: true, ticks: powers(low, high, stride) }
    }

    /// The place of a number, from zero to one; none if it cannot be shown.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let value = if self.log { log10(value) } else { value };
        value.is_finite().then(|| self.part(value))
    }

    /// The place of a tick.
    pub(super) fn tick(&self, tick: &Tick) -> f64 {
        self.part(tick.value)
    }

    fn part(&self, value: f64) -> f64 {
        // Halves, for the range itself may be too large for a number.
        (0.5 * value - 0.5 * self.low) / (0.5 * self.high - 0.5 * self.low)
    }
}

/// The power of ten that a number is; NaN if it is not above zero.
fn log10(value: f64) -> f64 {
    if value > 0.0 { value.log10() } else { f64::NAN }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|v| v.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (v.min(low), v.max(high)))
}

/// A range that is not empty, and whose ends differ enough to tell numbers between them apart.
fn widen(low: f64, high: f64) -> (f64, f64) {
    if low > high {
        return (0.0, 1.0);
    }
    let size = low.abs().max(high.abs());
    if 0.5 * high - 0.5 * low > 1e-13 * size && (high - low).is_normal() {
        return (low, high);
    }
    let more = if size > f64::MIN_POSITIVE * 1e6 { 0.05 * size } else { 0.5 };
    ((low - more).max(f64::MIN), (high + more).min(f64::MAX))
}
