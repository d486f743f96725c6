// Lumped mass: a third of each face's area at each of its corners, areas from the unknown positions.
override density: f32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> faces: array<u32>;

fn vertex(v: u32) -> vec3f { return vec3f(x[3u * v], x[3u * v + 1u], x[3u * v + 2u]); }

fn energy() -> f32 {
  var sum = 0.0;
  for (var f = 0u; f < arrayLength(&faces) / 3u; f++) {
    let a = vertex(faces[3u * f]);
    let b = vertex(faces[3u * f + 1u]);
    let c = vertex(faces[3u * f + 2u]);
    let area = 0.5 * length(cross(b - a, c - a));
    sum += density * area / 3.0 * (dot(a, a) + dot(b, b) + dot(c, c));
  }
  return sum;
}
