// As-rigid-as-possible energy of a triangle in space: the least of |F - R|² over the rotations R, where F is the (3, 2)
// deformation gradient. With the singular values s and t of F that is (s - 1)² + (t - 1)² = |F|² - 2 (s + t) + 2, and
// (s + t)² = |F|² + 2 s t, where s t is the share of the area: no decomposition is needed.
fn energy(x: array<vec3f, 3>, X: array<vec3f, 3>, stiffness: f32) -> f32 {
  let a = X[1] - X[0];
  let b = X[2] - X[0];
  let u = normalize(a);
  let v = normalize(b - dot(b, u) * u);
  let twice_area = length(cross(a, b));
  // F takes u and v to space; the rest shape has the columns (|a|, 0) and (b·u, b·v).
  let F = mat2x3f(x[1] - x[0], x[2] - x[0]) * mat2x2f(dot(b, v), 0.0, -dot(b, u), length(a)) * (1.0 / twice_area);
  let square = dot(F[0], F[0]) + dot(F[1], F[1]);
  let share = length(cross(F[0], F[1]));
  return 0.5 * stiffness * twice_area * (square - 2.0 * sqrt(square + 2.0 * share) + 2.0);
}
