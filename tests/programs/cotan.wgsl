// Dirichlet energy of the displacement of a surface, the cotangent weights from the unknown positions.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> X: array<vec3f>;
@group(0) @binding(2) var<storage, read> faces: array<u32>;

fn vertex(v: u32) -> vec3f { return vec3f(x[3u * v], x[3u * v + 1u], x[3u * v + 2u]); }

fn cotangent(a: vec3f, b: vec3f) -> f32 { return dot(a, b) / length(cross(a, b)); }

fn energy() -> f32 {
  var sum = 0.0;
  for (var f = 0u; f < arrayLength(&faces) / 3u; f++) {
    for (var k = 0u; k < 3u; k++) {
      let i = faces[3u * f + k];
      let j = faces[3u * f + (k + 1u) % 3u];
      let o = vertex(faces[3u * f + (k + 2u) % 3u]);
      let d = (vertex(i) - X[i]) - (vertex(j) - X[j]);
      sum += 0.25 * cotangent(vertex(i) - o, vertex(j) - o) * dot(d, d);
    }
  }
  return sum;
}
