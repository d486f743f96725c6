//! Numbers as WGSL writes them.

use spadina_core::real::Precision;

/// The WGSL type of the reals.
pub(crate) fn real_type(precision: Precision) -> &'static str {
    match precision {
        Precision::F32 => "f32",
        Precision::F64 => "f64",
    }
}

/// A real, rounded to the precision. What WGSL has no literal for stands in the uniform.
pub(super) fn real(precision: Precision, number: f64) -> String {
    let (rounded, text) = match precision {
        Precision::F32 => (f64::from(number as f32), format!("{:e}f", number as f32)),
        Precision::F64 => (number, format!("{number:e}lf")),
    };
    if rounded.is_nan() {
        "params.numbers.y".into()
    } else if rounded.is_infinite() {
        if rounded > 0.0 { "params.numbers.x".into() } else { "(-params.numbers.x)".into() }
    } else if rounded.is_sign_negative() {
        format!("({text})")
    } else {
        text
    }
}

/// An integer modulo 2³², as 32 bits with a sign.
pub(super) fn integer(number: i64) -> String {
    match number as i32 {
        i32::MIN => format!("i32({})", i32::MIN),
        negative @ ..0 => format!("({negative}i)"),
        number => format!("{number}i"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_numbers_of_their_type() {
        assert_eq!(real(Precision::F64, 0.1), "1e-1lf");
        assert_eq!(real(Precision::F32, -1.0 / 3.0), "(-3.3333334e-1f)");
        assert_eq!(real(Precision::F32, 1e300), "params.numbers.x");
        assert_eq!(real(Precision::F64, -0.0), "(-0e0lf)");
        assert_eq!(real(Precision::F64, f64::NEG_INFINITY), "(-params.numbers.x)");
        assert_eq!(real(Precision::F64, f64::NAN), "params.numbers.y");
        assert_eq!([integer(7), integer(-7), integer(1 << 31)], ["7i", "(-7i)", "i32(-2147483648)"]);
    }
}
