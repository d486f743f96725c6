// A barrier before a plane.
fn energy(x: array<VEC, 1>, point: VEC, normal: VEC, reach: f32, stiffness: f32) -> f32 {
  return barrier(dot(x[0] - point, normal), reach, stiffness);
}
