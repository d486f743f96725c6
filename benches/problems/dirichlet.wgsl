// Symmetric Dirichlet energy of a map of triangles (Smith and Schaefer, Bijective parameterization with free
// boundaries, 2015): half the rest area's twice times |J|² + |J⁻¹|².
fn inverted(m: mat2x2f) -> mat2x2f {
  return mat2x2f(m[1].y, -m[0].y, -m[1].x, m[0].x) * (1.0 / determinant(m));
}

fn square(m: mat2x2f) -> f32 {
  return dot(m[0], m[0]) + dot(m[1], m[1]);
}

fn energy(x: array<vec2f, 3>, X: array<vec2f, 3>) -> f32 {
  let rest = mat2x2f(X[1] - X[0], X[2] - X[0]);
  let jacobian = mat2x2f(x[1] - x[0], x[2] - x[0]) * inverted(rest);
  return 0.5 * determinant(rest) * (square(jacobian) + square(inverted(jacobian)));
}
