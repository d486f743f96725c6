// Springs of one rest length around a ring in the plane, the points in a flat array.
override n: u32;
override rest: f32;
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn point(i: u32) -> vec2f { return vec2f(x[2u * i], x[2u * i + 1u]); }

fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) {
    let stretch = distance(point(i), point((i + 1u) % n)) - rest;
    sum += 0.5 * stretch * stretch;
  }
  return sum;
}
