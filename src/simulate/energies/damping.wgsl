// Damping of a node near an obstacle: what it takes to come nearer or to leave against the coefficient `drag`, from where it
// was, `before`.
fn energy(x: array<VEC, 1>, before: array<VEC, 1>, normal: VEC, drag: f32) -> f32 {
  let nearer = dot(x[0] - before[0], normal);
  return 0.5 * drag * nearer * nearer;
}
