// A triangle of a balloon: Saint Venant and Kirchhoff's membrane, and the gas inside, of which the triangle sees the volume
// of the tetrahedron between it and the origin. The surface must be closed and face outward.
fn energy(x: array<vec3f, 3>, X: array<vec3f, 3>, stiffness: f32, pressure: f32) -> f32 {
  let a = X[1] - X[0];
  let b = X[2] - X[0];
  let u = normalize(a);
  let v = normalize(b - dot(b, u) * u);
  let twice_area = length(cross(a, b));
  let F = mat2x3f(x[1] - x[0], x[2] - x[0]) * mat2x2f(dot(b, v), 0.0, -dot(b, u), length(a)) * (1.0 / twice_area);
  // Green's strain.
  let strain = 0.5 * vec3f(dot(F[0], F[0]) - 1.0, dot(F[1], F[1]) - 1.0, 2.0 * dot(F[0], F[1]));
  let stretch = strain.x * strain.x + strain.y * strain.y + 0.5 * strain.z * strain.z;
  let volume = dot(x[0], cross(x[1], x[2])) / 6.0;
  return 0.5 * twice_area * stiffness * stretch - pressure * volume;
}
