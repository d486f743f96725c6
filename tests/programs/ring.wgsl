// Springs around a ring of numbers: the last one meets the first.
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) {
    let d = x[i] - x[(i + 1u) % n];
    sum += d * d * d * d + 0.1 * d * d;
  }
  return sum;
}
