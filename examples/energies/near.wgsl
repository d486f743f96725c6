// A node should stay near where it was measured.
fn residual(x: array<vec3f, 1>, measured: array<vec3f, 1>) -> vec3f {
  return x[0] - measured[0];
}
