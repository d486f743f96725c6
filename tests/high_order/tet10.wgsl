// Neo-Hookean elasticity on quadratic tetrahedra, 4 quadrature points. Nodes: the corners, then the middles of the edges
// (0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3).

const near = 0.5854101966249685;
const far = 0.13819660112501053;

fn inverse(m: mat3x3f) -> mat3x3f {
  let r = mat3x3f(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1]));
  return transpose(r) * (1.0 / dot(r[2], m[2]));
}

// Gradients of the functions by the last three barycentric coordinates, at the coordinates `l`.
fn slopes(l: vec4f) -> array<vec3f, 10> {
  let o = 1.0 - 4.0 * l.x;
  return array<vec3f, 10>(
    vec3f(o, o, o), vec3f(4.0 * l.y - 1.0, 0.0, 0.0), vec3f(0.0, 4.0 * l.z - 1.0, 0.0), vec3f(0.0, 0.0, 4.0 * l.w - 1.0),
    4.0 * vec3f(l.x - l.y, -l.y, -l.y), 4.0 * vec3f(l.z, l.y, 0.0), 4.0 * vec3f(-l.z, l.x - l.z, -l.z),
    4.0 * vec3f(-l.w, -l.w, l.x - l.w), 4.0 * vec3f(l.w, 0.0, l.y), 4.0 * vec3f(0.0, l.w, l.z),
  );
}

fn energy(x: array<vec3f, 10>, X: array<vec3f, 10>, mu: f32, lambda: f32) -> f32 {
  var sum = 0.0;
  for (var q = 0u; q < 4u; q++) {
    var l = vec4f(far);
    l[q] = near;
    let d = slopes(l);
    var G = mat3x3f();
    var J = mat3x3f();
    for (var a = 0u; a < 10u; a++) {
      G += mat3x3f(x[a] * d[a].x, x[a] * d[a].y, x[a] * d[a].z);
      J += mat3x3f(X[a] * d[a].x, X[a] * d[a].y, X[a] * d[a].z);
    }
    let F = G * inverse(J);
    let log_det = log(determinant(F));
    let density = 0.5 * mu * (dot(F[0], F[0]) + dot(F[1], F[1]) + dot(F[2], F[2]) - 3.0) - mu * log_det
      + 0.5 * lambda * log_det * log_det;
    sum += determinant(J) / 24.0 * density;
  }
  return sum;
}
