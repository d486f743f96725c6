// Springs around a ring in any number of dimensions, which is not known before the data are: the squared length is a
// sum that is used nonlinearly.
override n: u32;
override dim: u32;
override rest: f32;
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < n; i++) {
    var d2 = 0.0;
    for (var c = 0u; c < dim; c++) {
      let d = x[dim * ((i + 1u) % n) + c] - x[dim * i + c];
      d2 += d * d;
    }
    let stretch = sqrt(d2) - rest;
    sum += 0.5 * stretch * stretch;
  }
  return sum;
}
