//! The tokens of WGSL, as far as literals and declarations need them.

/// The kind of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// A keyword or an identifier.
    Word,
    /// An integer literal.
    Integer,
    /// A float literal.
    Float,
    /// One character of punctuation.
    Mark(u8),
}

/// A token and its bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// The kind.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Token {
    /// The characters of the token.
    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.start..self.end).unwrap_or("")
    }
}

/// Splits a text into tokens; comments and blanks are left out. Text that is not WGSL gives tokens too.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut list = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let c = bytes[at];
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        let kind = match c {
            b'/' if next == b'/' => {
                at = line_end(bytes, at);
                continue;
            }
            b'/' if next == b'*' => {
                at = comment_end(bytes, at);
                continue;
            }
            b'0'..=b'9' => number(bytes, &mut at),
            b'.' if next.is_ascii_digit() => number(bytes, &mut at),
            _ if is_word(c) => {
                while at < bytes.len() && is_word(bytes[at]) {
                    at += 1;
                }
                TokenKind::Word
            }
            _ => {
                at += 1;
                if c.is_ascii_whitespace() {
                    continue;
                }
                TokenKind::Mark(c)
            }
        };
        list.push(Token { kind, start, end: at });
    }
    list
}

fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|&c| c == b'\n' || c == b'\r').map_or(bytes.len(), |n| at + n)
}

/// One past a block comment; they nest.
fn comment_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0usize;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 2;
            }
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

fn number(bytes: &[u8], at: &mut usize) -> TokenKind {
    let hex = bytes[*at] == b'0' && matches!(bytes.get(*at + 1), Some(b'x' | b'X'));
    let digit = |c: u8| if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
    let skip = |at: &mut usize| {
        while bytes.get(*at).is_some_and(|&c| digit(c)) {
            *at += 1;
        }
    };
    if hex {
        *at += 2;
    }
    skip(at);
    let mut float = false;
    if bytes.get(*at) == Some(&b'.') {
        float = true;
        *at += 1;
        skip(at);
    }
    let exponent = if hex { b"pP" } else { b"eE" };
    if bytes.get(*at).is_some_and(|c| exponent.contains(c)) {
        let signed = matches!(bytes.get(*at + 1), Some(b'+' | b'-'));
        let first = *at + 1 + usize::from(signed);
        if bytes.get(first).is_some_and(u8::is_ascii_digit) {
            float = true;
            *at = first;
            while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
                *at += 1;
            }
        }
    }
    match bytes.get(*at) {
        Some(b'f' | b'h') => {
            float = true;
            *at += 1;
        }
        Some(b'i' | b'u') if !float => *at += 1,
        _ => {}
    }
    if float { TokenKind::Float } else { TokenKind::Integer }
}

/// The double nearest a literal, whatever its suffix; `None` if the text is not a number.
pub fn literal_value(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        return hex_value(hex);
    }
    let digits = lower.trim_end_matches(['f', 'h', 'i', 'u']);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    digits.parse().ok()
}

/// The value of a hexadecimal literal without its `0x`, rounded once.
fn hex_value(text: &str) -> Option<f64> {
    let (mantissa, exponent) = match text.split_once('p') {
        Some((m, e)) => (m, e.trim_end_matches(['f', 'h']).parse::<i64>().ok()?),
        None => (text.trim_end_matches(['i', 'u']), 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut bits: u128 = 0;
    let mut scale = exponent.clamp(-100_000, 100_000);
    let mut any = false;
    for (k, c) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u128::from(c.to_digit(16)?);
        any = true;
        let fractional = k >= whole.len();
        if bits >> 120 == 0 {
            bits = bits * 16 + digit;
            scale -= if fractional { 4 } else { 0 };
        } else {
            // Digits beyond 120 bits only matter for rounding: one sticky bit stands for them.
            bits |= u128::from(digit != 0);
            scale += if fractional { 0 } else { 4 };
        }
    }
    any.then(|| scaled(bits, scale))
}

/// `bits * 2^scale`, rounded to nearest even once, subnormal results too.
fn scaled(bits: u128, scale: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let length = 128 - i64::from(bits.leading_zeros());
    let top = length + scale;
    if top > 1024 {
        return f64::INFINITY;
    }
    let keep = if top - 53 < -1074 { top + 1074 } else { 53 };
    if keep < 0 {
        return 0.0;
    }
    let drop = length - keep;
    let kept = if drop <= 0 {
        bits
    } else {
        let floor = if drop >= 128 { 0 } else { bits >> drop };
        let rest = if drop >= 128 { bits } else { bits & ((1u128 << drop) - 1) };
        let half = 1u128 << (drop - 1).min(127);
        floor + u128::from(rest > half || (rest == half && floor & 1 == 1))
    };
    let exponent = scale + drop.max(0);
    // Two exact steps: the first stays normal, the second is exact because `kept` was rounded for it.
    let half_way = exponent / 2;
    kept as f64 * 2f64.powi(half_way as i32) * 2f64.powi((exponent - half_way) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_split_from_what_follows() {
        let text = "a[0].x + 1. * .5 /* 1.0 /* */ 2.0 */ - 0x1p-3 // 3.0\n1f 1e3 2u 0x1F v.xy";
        let floats: Vec<&str> =
            tokens(text).iter().filter(|t| t.kind == TokenKind::Float).map(|t| t.text(text)).collect();
        assert_eq!(floats, ["1.", ".5", "0x1p-3", "1f", "1e3"]);
        let integers: Vec<&str> =
            tokens(text).iter().filter(|t| t.kind == TokenKind::Integer).map(|t| t.text(text)).collect();
        assert_eq!(integers, ["0", "2u", "0x1F"]);
    }

    #[test]
    fn values_are_the_nearest_doubles() {
        assert_eq!(literal_value("0.1f"), Some(0.1));
        assert_eq!(literal_value("0x1.8p1"), Some(3.0));
        assert_eq!(literal_value("0x1p-1074"), Some(5e-324));
        assert_eq!(literal_value("0x1p-1075"), Some(0.0));
        assert_eq!(literal_value("0x1.8p-1075"), Some(5e-324));
        assert_eq!(literal_value("0x1p1023"), Some(2f64.powi(1023)));
        assert_eq!(literal_value("0xffu"), Some(255.0));
        assert_eq!(literal_value("1.h"), Some(1.0));
        assert_eq!(literal_value("x"), None);
    }
}
