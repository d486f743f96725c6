// The barrier by the distance alone: its derivative is the force by which friction is measured.
fn energy(distance: array<f32, 1>, reach: f32, stiffness: f32) -> f32 {
  return barrier(distance[0], reach, stiffness);
}
