//! Arithmetic of 64 bits with words of 32.

/// Sums and products modulo 2⁶⁴ of pairs of words, the low one first.
pub(super) const FUNCTIONS: &str = "\
fn wide_add(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn wide_mul(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let a0 = a.x & 65535u;
  let a1 = a.x >> 16u;
  let b0 = b.x & 65535u;
  let b1 = b.x >> 16u;
  let low = a0 * b0;
  let middle = a1 * b0 + (low >> 16u);
  let more = a0 * b1 + (middle & 65535u);
  let high = a1 * b1 + (middle >> 16u) + (more >> 16u);
  return vec2<u32>(a.x * b.x, high + a.x * b.y + a.y * b.x);
}

";
