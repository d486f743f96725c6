// Bending of a hinge away from the angle that it has in X. The hinge is the edge from the first node to the second and the
// two nodes opposite to it. As in discrete shells (Grinspun and others, 2003), but with 2 - 2 cos for the square of the
// difference of angles: that has no jump where a hinge is folded all the way.
fn turn(x: array<vec3f, 4>) -> vec2f {
  let edge = x[1] - x[0];
  let a = cross(edge, x[2] - x[0]);
  let b = cross(x[3] - x[0], edge);
  // Cosine and sine of the angle between the normals.
  return vec2f(dot(a, b), dot(cross(a, b), edge) / length(edge)) / (length(a) * length(b));
}

fn energy(x: array<vec3f, 4>, X: array<vec3f, 4>, bending: f32) -> f32 {
  let edge = X[1] - X[0];
  let areas = 0.5 * (length(cross(edge, X[2] - X[0])) + length(cross(X[3] - X[0], edge)));
  return bending * (2.0 - 2.0 * dot(turn(x), turn(X))) * 3.0 * dot(edge, edge) / areas;
}
