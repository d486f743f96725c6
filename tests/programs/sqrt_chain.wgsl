// Springs on a line whose force law is a square root, between x[i] and x[i + 1].
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i + 1u < arrayLength(&x); i++) {
    let root = sqrt(x[i + 1u] - x[i]) + sqrt(2.0);
    sum += root * root * root;
  }
  return sum;
}
