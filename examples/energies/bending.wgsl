// Bending of a hinge: the edge from x[0] to x[1] and the two nodes opposite to it. Discrete shells (Grinspun and others,
// 2003) with the angle between the normals at rest zero.
fn energy(x: array<vec3f, 4>, X: array<vec3f, 4>, bending: f32) -> f32 {
  let edge = x[1] - x[0];
  let a = cross(edge, x[2] - x[0]);
  let b = cross(x[3] - x[0], edge);
  let angle = atan2(dot(cross(a, b), edge) / length(edge), dot(a, b));
  let rest = X[1] - X[0];
  let areas = 0.5 * (length(cross(rest, X[2] - X[0])) + length(cross(X[3] - X[0], rest)));
  return bending * angle * angle * 3.0 * dot(rest, rest) / areas;
}
