//! Round numbers along an axis, and how they are written.

/// A marked place on an axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Tick {
    /// The number there. On logarithmic axes it is the power of ten: 3 stands for 1000.
    pub value: f64,
    /// Its text: `0.25`, `1.5e7`; on logarithmic axes `1e3`. Empty for ticks without a number.
    pub label: String,
}

/// The step of 1, 2 or 5 times a power of ten by which a span has about this many ticks, and not many more.
pub(super) fn step(span: f64, about: usize) -> f64 {
    let raw = span / about.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| f * power >= raw * 0.8).unwrap_or(10.0);
    factor * power
}

/// About `about` ticks, at most 50, at multiples of 1, 2 or 5 times a power of ten, from `low` to `high`. Both ends
/// themselves if there are no round numbers to be had, one tick if they are the same, none if an end is not finite or
/// they are the wrong way round.
pub fn linear_ticks(low: f64, high: f64, about: usize) -> Vec<Tick> {
    if !(low.is_finite() && high.is_finite() && low <= high) {
        return Vec::new();
    }
    if low == high {
        return vec![Tick { value: low, label: plain(low) }];
    }
    multiples(low, high, step(high - low, about.clamp(1, 25)))
}

/// Ticks at the multiples of a step.
pub(super) fn multiples(low: f64, high: f64, step: f64) -> Vec<Tick> {
    let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
    let exact = step.is_normal() && first.abs().max(last.abs()) < 1e15;
    if !exact || last < first {
        return [low, high].map(|value| Tick { value, label: plain(value) }).to_vec();
    }
    let count = (last - first) as usize + 1;
    let values = (0..count.min(50)).map(|i| (first + i as f64) * step);
    let largest = low.abs().max(high.abs());
    values.map(|value| Tick { value, label: label(value, step, largest) }).collect()
}

/// A number on an axis with this step and this largest number.
fn label(value: f64, step: f64, largest: f64) -> String {
    // The power of ten of the step; it may be a little off, as in 0.1 + 0.2.
    let power = (step.log10() + 1e-9).floor() as i32;
    let top = (largest.log10() + 1e-9).floor() as i32;
    if value.abs() < 0.5 * step {
        return "0".to_owned();
    }
    if (-5..6).contains(&top) && power >= -5 || (power >= 0 && top < 6) {
        let digits = usize::try_from(-power).unwrap_or(0);
        return format!("{value:.digits$}");
    }
    // The mantissa has as many digits as tell this number from the next.
    let own = (value.abs().log10() + 1e-9).floor() as i32;
    let digits = usize::try_from(own - power).unwrap_or(0).min(16);
    format!("{value:.digits$e}")
}

/// A number on its own, to five digits or so.
fn plain(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-4..1e6).contains(&size) {
        let digits = usize::try_from(4 - size.log10().floor() as i32).unwrap_or(0);
        let text = format!("{value:.digits$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    } else {
        let text = format!("{value:.4e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        format!("{}e{exponent}", mantissa.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Ticks of a logarithmic axis, from one power of ten to another: at most about `about` of them with numbers, at
/// powers of ten and, where there is room, at their double and fivefold. Where the powers are few, ticks without
/// numbers divide them.
pub fn log_ticks(low: f64, high: f64, about: usize) -> Vec<Tick> {
    if !(low.is_finite() && high.is_finite() && low <= high) || low.abs().max(high.abs()) > 400.0 {
        return Vec::new();
    }
    powers(low, high, stride(high - low, about))
}

/// Ticks with numbers at the powers that are multiples of a stride.
pub(super) fn powers(low: f64, high: f64, stride: i32) -> Vec<Tick> {
    let (first, last) = ((low - 1e-9).ceil() as i32, (high + 1e-9).floor() as i32);
    let decades = last - first;
    // Multiples of the stride stay where they are when the axis grows.
    let mut ticks: Vec<Tick> = (first..=last)
        .filter(|p| p.rem_euclid(stride) == 0)
        .map(|p| Tick { value: f64::from(p), label: format!("1e{p}") })
        .collect();
    if decades <= 8 {
        for power in first - 1..=last {
            for digit in 2..10 {
                let value = f64::from(power) + f64::from(digit).log10();
                let named = (digit == 2 || digit == 5) && decades <= 2;
                let label = if named { format!("{digit}e{power}") } else { String::new() };
                if value > low && value < high {
                    ticks.push(Tick { value, label });
                }
            }
        }
    } else if stride > 1 && decades <= 40 {
        let between = (first..=last).filter(|p| p.rem_euclid(stride) != 0);
        ticks.extend(between.map(|p| Tick { value: f64::from(p), label: String::new() }));
    }
    ticks.sort_by(|a, b| a.value.total_cmp(&b.value));
    ticks
}

/// The difference of the exponents of successive powers of ten with numbers.
pub(super) fn stride(decades: f64, about: usize) -> i32 {
    let about = about.max(2) as f64;
    let strides = [1, 2, 3, 5, 10, 20, 50, 100];
    strides.into_iter().find(|&s| decades / f64::from(s) <= about).unwrap_or(200)
}
