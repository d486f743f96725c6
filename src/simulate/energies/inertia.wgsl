// Inertia and weight of a node. Where it would go without forces is `coasting`; its acceleration is the distance from
// there times `rate`, one over the square of the time step.
fn energy(x: array<VEC, 1>, coasting: array<VEC, 1>, mass: array<f32, 1>, gravity: VEC, rate: f32) -> f32 {
  let d = x[0] - coasting[0];
  return mass[0] * (0.5 * rate * dot(d, d) - dot(gravity, x[0]));
}
