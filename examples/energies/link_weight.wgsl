// The potential energy of a link of a chain whose weight pulls along -z.
fn energy(x: array<vec3f, 2>, weight: f32) -> f32 {
  return 0.5 * weight * (x[0].z + x[1].z);
}
