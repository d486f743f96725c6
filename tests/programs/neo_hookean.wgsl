// Compressible neo-Hookean elasticity as a program over a table of tetrahedra.
override mu: f32;
override lambda: f32;
@group(0) @binding(0) var<storage, read> x: array<vec3f>;
@group(0) @binding(1) var<storage, read> X: array<vec3f>;
@group(0) @binding(2) var<storage, read> tetrahedra: array<vec4u>;

fn inverse(m: mat3x3f) -> mat3x3f {
  let rows = mat3x3f(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1]));
  return transpose(rows) * (1.0 / dot(m[0], rows[0]));
}

fn energy() -> f32 {
  var sum = 0.0;
  for (var e = 0u; e < arrayLength(&tetrahedra); e++) {
    let t = tetrahedra[e];
    let rest = mat3x3f(X[t.y] - X[t.x], X[t.z] - X[t.x], X[t.w] - X[t.x]);
    let F = mat3x3f(x[t.y] - x[t.x], x[t.z] - x[t.x], x[t.w] - x[t.x]) * inverse(rest);
    let log_J = log(determinant(F));
    let I1 = dot(F[0], F[0]) + dot(F[1], F[1]) + dot(F[2], F[2]);
    let density = 0.5 * mu * (I1 - 3.0) - mu * log_J + 0.5 * lambda * log_J * log_J;
    sum += determinant(rest) / 6.0 * density;
  }
  return sum;
}
