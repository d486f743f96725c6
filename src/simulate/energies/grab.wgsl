// A spring without length, between a node and the place that it is pulled to.
fn energy(x: array<VEC, 1>, place: VEC, pull: f32) -> f32 {
  let d = x[0] - place;
  return 0.5 * pull * dot(d, d);
}
