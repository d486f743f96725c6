//! Comparisons.

use spadina_core::real::Compare;

/// A comparison; false where an operand is NaN, but for [`Compare::NotEqual`], for which a shader's `!=` might be.
pub(super) fn compare(op: Compare, a: &str, b: &str) -> String {
    match op {
        Compare::Less | Compare::LessEqual | Compare::Equal => format!("{a} {} {b}", op.name()),
        Compare::NotEqual => format!("!({a} == {b})"),
    }
}
