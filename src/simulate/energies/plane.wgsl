// A barrier before a plane: nothing from the distance `reach` on, infinite at the plane, smooth in between.
fn energy(x: array<VEC, 1>, point: VEC, normal: VEC, reach: f32, stiffness: f32) -> f32 {
  let share = dot(x[0] - point, normal) / reach;
  if share >= 1.0 { return 0.0; }
  return -stiffness * (share - 1.0) * (share - 1.0) * log(share);
}
