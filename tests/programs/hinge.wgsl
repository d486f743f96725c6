// Bending of one hinge, in element form: the shared edge's two nodes, then the two opposite ones.
fn angle(x: array<vec3f, 4>) -> f32 {
  let e = x[1] - x[0];
  let m = cross(e, x[2] - x[0]);
  let n = cross(x[3] - x[0], e);
  return atan2(dot(cross(m, n), normalize(e)), dot(m, n));
}

fn energy(x: array<vec3f, 4>, X: array<vec3f, 4>, k_bend: f32) -> f32 {
  let change = angle(x) - angle(X);
  return k_bend * distance(X[0], X[1]) * change * change;
}
