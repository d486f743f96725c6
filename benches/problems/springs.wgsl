// Springs of stiffness k per relative stretch.
fn energy(x: array<vec3f, 2>, rest: f32, k: f32) -> f32 {
  let stretch = length(x[0] - x[1]) - rest;
  return 0.5 * k / rest * stretch * stretch;
}
