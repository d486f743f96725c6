// A barrier around a ball: nothing from the distance `reach` on, infinite at its surface, smooth in between.
fn energy(x: array<VEC, 1>, center: VEC, radius: f32, reach: f32, stiffness: f32) -> f32 {
  let share = (length(x[0] - center) - radius) / reach;
  if share >= 1.0 { return 0.0; }
  return -stiffness * (share - 1.0) * (share - 1.0) * log(share);
}
