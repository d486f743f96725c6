// Neo-Hookean elasticity on triquadratic hexahedra, 27 Gauss points. Node 9 i + 3 j + k lies at (i, j, k) - 1 of the cube.

// By Gauss point and node of a line: the quadratic functions and their derivatives.
const N = array<f32, 9>(
  0.6872983346207417, 0.4, -0.0872983346207417,
  0.0, 1.0, 0.0,
  -0.0872983346207417, 0.4, 0.6872983346207417,
);
const D = array<f32, 9>(
  -1.2745966692414834, 1.5491933384829668, -0.2745966692414834,
  -0.5, 0.0, 0.5,
  0.2745966692414834, -1.5491933384829668, 1.2745966692414834,
);
const weight = array<f32, 3>(5.0 / 9.0, 8.0 / 9.0, 5.0 / 9.0);

fn inverse(m: mat3x3f) -> mat3x3f {
  let r = mat3x3f(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1]));
  return transpose(r) * (1.0 / dot(r[2], m[2]));
}

fn energy(x: array<vec3f, 27>, X: array<vec3f, 27>, mu: f32, lambda: f32) -> f32 {
  var sum = 0.0;
  for (var q = 0u; q < 27u; q++) {
    let p = vec3u(q / 9u, q / 3u % 3u, q % 3u);
    var G = mat3x3f();
    var J = mat3x3f();
    for (var a = 0u; a < 27u; a++) {
      let n = 3u * p + vec3u(a / 9u, a / 3u % 3u, a % 3u);
      let d = vec3f(D[n.x] * N[n.y] * N[n.z], N[n.x] * D[n.y] * N[n.z], N[n.x] * N[n.y] * D[n.z]);
      G += mat3x3f(x[a] * d.x, x[a] * d.y, x[a] * d.z);
      J += mat3x3f(X[a] * d.x, X[a] * d.y, X[a] * d.z);
    }
    let F = G * inverse(J);
    let log_det = log(determinant(F));
    let density = 0.5 * mu * (dot(F[0], F[0]) + dot(F[1], F[1]) + dot(F[2], F[2]) - 3.0) - mu * log_det
      + 0.5 * lambda * log_det * log_det;
    sum += weight[p.x] * weight[p.y] * weight[p.z] * determinant(J) * density;
  }
  return sum;
}
