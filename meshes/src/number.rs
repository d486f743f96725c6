//! Numbers in a text, as C's `strtod` reads them.

use std::str::from_utf8;

/// A word as a whole number.
pub(super) fn whole(word: &[u8]) -> Option<i64> {
    from_utf8(word).ok()?.parse().ok()
}

/// A word as a number: decimal, with or without digits on either side of the point; hexadecimal after `0x`; infinite
/// or not a number by name.
pub(super) fn real(word: &[u8]) -> Option<f64> {
    let decimal = from_utf8(word).ok()?.parse().ok();
    decimal.or_else(|| hexadecimal(word)).or_else(|| not_a_number(word))
}

/// The sign of a number, and what follows.
fn signed(word: &[u8]) -> (f64, &[u8]) {
    match word {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        rest => (1.0, rest),
    }
}

/// `0x1.8p-3`: hexadecimal digits times a power of two.
fn hexadecimal(word: &[u8]) -> Option<f64> {
    let (sign, rest) = signed(word);
    let [b'0', b'x' | b'X', rest @ ..] = rest else { return None };
    let end = rest.iter().position(|byte| matches!(byte, b'p' | b'P')).unwrap_or(rest.len());
    let (digits, power) = rest.split_at(end);
    let mut exponent = match power {
        [] => 0,
        [_, power @ ..] => whole(power)?.clamp(-9999, 9999),
    };
    let (mut mantissa, mut behind, mut found) = (0u64, false, false);
    for &byte in digits {
        if byte == b'.' && !behind {
            behind = true;
            continue;
        }
        let digit = u64::from(char::from(byte).to_digit(16)?);
        found = true;
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | digit;
            exponent -= if behind { 4 } else { 0 };
        } else {
            // Only that there is more counts for the rounding.
            mantissa |= u64::from(digit != 0);
            exponent += if behind { 0 } else { 4 };
        }
    }
    let scaled = |value: f64| {
        // Neither half overflows where the product does not.
        let power = exponent.clamp(-2400, 2400) as i32;
        value * 2f64.powi(power / 2) * 2f64.powi(power - power / 2)
    };
    match mantissa {
        _ if !found => None,
        0 => Some(0.0 * sign),
        some => Some(sign * scaled(some as f64)),
    }
}

/// `nan(…)`.
fn not_a_number(word: &[u8]) -> Option<f64> {
    let (_, rest) = signed(word);
    let named = rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"nan("));
    (named && rest.ends_with(b")")).then_some(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_c() {
        let table: [(&str, f64); 16] = [
            ("1.", 1.0),
            (".5", 0.5),
            ("-.5", -0.5),
            ("1e5", 1e5),
            ("1.e+5", 1e5),
            ("+1", 1.0),
            ("1E-3", 1e-3),
            ("0x10", 16.0),
            ("-0X1.8p1", -3.0),
            ("0x.8", 0.5),
            ("0x1p-1074", f64::from_bits(1)),
            ("0x1.fffffffffffffp+1023", f64::MAX),
            ("0x1.00000000000008000001", 1.0 + f64::EPSILON),
            ("0x100000000000000000", 2f64.powi(68)),
            ("infinity", f64::INFINITY),
            ("0x1p9999999", f64::INFINITY),
        ];
        for (text, wanted) in table {
            assert_eq!(real(text.as_bytes()), Some(wanted), "{text}");
        }
        for text in ["nan", "-NAN", "nan(0x1)"] {
            assert!(real(text.as_bytes()).is_some_and(f64::is_nan), "{text}");
        }
        for text in ["", ".", "-", "1d0", "1,5", "1.0f", "0x", "0x.", "0x1p", "0x1.1.1", "1_0", "nan(", "--1", "e5"] {
            assert_eq!(real(text.as_bytes()), None, "{text}");
        }
        assert!(real(b"-0x0").is_some_and(f64::is_sign_negative));
    }
}
