// Symmetric Dirichlet energy of the map from a triangle in space to the plane: |J|² + |J⁻¹|², by area. Where the
// triangle is folded over it is not finite, which a line search refuses.
fn energy(x: array<vec2f, 3>, X: array<vec3f, 3>) -> f32 {
  let a = X[1] - X[0];
  let b = X[2] - X[0];
  let u = normalize(a);
  let v = normalize(b - dot(b, u) * u);
  let area = 0.5 * length(cross(a, b));
  // Columns of the inverse of the rest shape (|a|, 0; b·u, b·v).
  let rest = mat2x2f(dot(b, v), 0.0, -dot(b, u), length(a)) * (0.5 / area);
  let J = mat2x2f(x[1] - x[0], x[2] - x[0]) * rest;
  let det = determinant(J);
  let norm = dot(J[0], J[0]) + dot(J[1], J[1]);
  return area * select(norm * (1.0 + 1.0 / (det * det)), log(det), det <= 0.0);
}
