// Dirichlet energy of a scalar field on faces, the cotangent weights from rest positions.
@group(0) @binding(0) var<storage, read> u: array<f32>;
@group(0) @binding(1) var<storage, read> X: array<vec3f>;
@group(0) @binding(2) var<storage, read> faces: array<vec3u>;

fn cotangent(a: vec3f, b: vec3f) -> f32 { return dot(a, b) / length(cross(a, b)); }

fn energy() -> f32 {
  var sum = 0.0;
  for (var f = 0u; f < arrayLength(&faces); f++) {
    for (var k = 0u; k < 3u; k++) {
      let i = faces[f][k];
      let j = faces[f][(k + 1u) % 3u];
      let o = faces[f][(k + 2u) % 3u];
      let d = u[i] - u[j];
      sum += 0.25 * cotangent(X[i] - X[o], X[j] - X[o]) * d * d;
    }
  }
  return sum;
}
