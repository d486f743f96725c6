// A spring between two nodes, as long at rest as the nodes lie apart in X.
fn energy(x: array<vec3f, 2>, X: array<vec3f, 2>, stiffness: f32) -> f32 {
  let rest = length(X[1] - X[0]);
  let stretch = length(x[1] - x[0]) - rest;
  return 0.5 * stiffness / rest * stretch * stretch;
}
