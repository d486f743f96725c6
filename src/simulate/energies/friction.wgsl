// Friction of a node that touches an obstacle: what it takes to slide from where it was, `before`, against the force
// `grip`. Below the distance `slip` the force is smooth, s (3 - s²) / 2 of `grip` at the share `s` of that distance; from
// there on it is all of `grip`.
fn energy(x: array<VEC, 1>, before: array<VEC, 1>, normal: VEC, grip: f32, slip: f32) -> f32 {
  let moved = x[0] - before[0];
  let along = moved - dot(moved, normal) * normal;
  let square = dot(along, along) / (slip * slip);
  if square >= 1.0 { return grip * slip * (sqrt(square) - 0.375); }
  return grip * slip * square * (0.75 - 0.125 * square);
}
