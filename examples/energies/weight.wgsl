// The potential energy of a tetrahedron whose weight pulls along -z.
fn energy(x: array<vec3f, 4>, X: array<vec3f, 4>, weight: f32) -> f32 {
  let volume = dot(X[1] - X[0], cross(X[2] - X[0], X[3] - X[0])) / 6.0;
  return weight * volume * 0.25 * (x[0].z + x[1].z + x[2].z + x[3].z);
}
