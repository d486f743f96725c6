// A barrier around a ball.
fn energy(x: array<VEC, 1>, center: VEC, radius: f32, reach: f32, stiffness: f32) -> f32 {
  return barrier(length(x[0] - center) - radius, reach, stiffness);
}
