// Neo-Hookean elasticity on trilinear hexahedra, 8 Gauss points. Node 4 i + 2 j + k lies at 2 (i, j, k) - 1 of the cube.

// By Gauss point and node of a line: the linear functions and their derivatives.
const N = array<f32, 4>(
  0.7886751345948129, 0.21132486540518708,
  0.21132486540518708, 0.7886751345948129,
);
const D = array<f32, 4>(-0.5, 0.5, -0.5, 0.5);

fn inverse(m: mat3x3f) -> mat3x3f {
  let r = mat3x3f(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1]));
  return transpose(r) * (1.0 / dot(r[2], m[2]));
}

fn energy(x: array<vec3f, 8>, X: array<vec3f, 8>, mu: f32, lambda: f32) -> f32 {
  var sum = 0.0;
  for (var q = 0u; q < 8u; q++) {
    let p = vec3u(q / 4u, q / 2u % 2u, q % 2u);
    var G = mat3x3f();
    var J = mat3x3f();
    for (var a = 0u; a < 8u; a++) {
      let n = 2u * p + vec3u(a / 4u, a / 2u % 2u, a % 2u);
      let d = vec3f(D[n.x] * N[n.y] * N[n.z], N[n.x] * D[n.y] * N[n.z], N[n.x] * N[n.y] * D[n.z]);
      G += mat3x3f(x[a] * d.x, x[a] * d.y, x[a] * d.z);
      J += mat3x3f(X[a] * d.x, X[a] * d.y, X[a] * d.z);
    }
    let F = G * inverse(J);
    let log_det = log(determinant(F));
    let density = 0.5 * mu * (dot(F[0], F[0]) + dot(F[1], F[1]) + dot(F[2], F[2]) - 3.0) - mu * log_det
      + 0.5 * lambda * log_det * log_det;
    sum += determinant(J) * density;
  }
  return sum;
}
