// The potential energy of a triangle whose weight pulls along -z.
fn energy(x: array<vec3f, 3>, X: array<vec3f, 3>, weight: f32) -> f32 {
  let area = 0.5 * length(cross(X[1] - X[0], X[2] - X[0]));
  return weight * area * (x[0].z + x[1].z + x[2].z) / 3.0;
}
