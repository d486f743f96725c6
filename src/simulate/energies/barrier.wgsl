// The energy at a distance from a surface: nothing from the distance `reach` on, infinite at the surface, smooth in between.
fn barrier(distance: f32, reach: f32, stiffness: f32) -> f32 {
  let share = distance / reach;
  if share >= 1.0 { return 0.0; }
  return -stiffness * (share - 1.0) * (share - 1.0) * log(share);
}
