// Friction of a node that touches an obstacle: what it takes to slide from where it was, `before`, against the force
// `grip`. Below the distance `slip` it is smooth.
fn energy(x: array<VEC, 1>, before: array<VEC, 1>, normal: VEC, grip: f32, slip: f32) -> f32 {
  let moved = x[0] - before[0];
  let along = moved - dot(moved, normal) * normal;
  return grip * (sqrt(dot(along, along) + slip * slip) - slip);
}
