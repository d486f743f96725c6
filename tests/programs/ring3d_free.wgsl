// Springs without rest length around a ring in space: coordinates do not meet.
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) {
    for (var c = 0u; c < 3u; c++) {
      let d = x[3u * ((i + 1u) % n) + c] - x[3u * i + c];
      sum += 0.5 * d * d;
    }
  }
  return sum;
}
