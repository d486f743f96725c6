//! Sizes of literals.

/// Returns true if multiplying by `c` is exact.
pub(super) fn power_of_two(c: f64) -> bool {
    c.is_normal() && c.to_bits() & ((1 << 52) - 1) == 0 && (2f64.powi(-500)..2f64.powi(500)).contains(&c.abs())
}

/// Returns true for numbers of extreme size. Where the inverse is none of single precision's numbers, that has no such number either.
pub(super) fn is_far(c: f64) -> bool {
    let size = c.abs().max(1.0 / c.abs());
    (1e15..1e37).contains(&size) || (1e39..1e300).contains(&size)
}
