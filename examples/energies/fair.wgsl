// The two triangles of a hinge should be a flat parallelogram: the middle of their common edge should be that of the two
// opposite nodes. The hinge is the edge from the first node to the second and the two nodes opposite to it.
fn residual(x: array<vec3f, 4>, smoothness: f32) -> vec3f {
  return sqrt(smoothness) * (x[0] + x[1] - x[2] - x[3]);
}
