// Springs around polygons of three or four corners, between nodes of one part. The stencils of triangles are filled up
// with -1, which is never read.
fn energy(x: array<vec2f, 4>, corners: u32, part: array<u32, 4>, nodes: vec4i) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < corners; k++) {
    let next = (k + 1u) % corners;
    if (part[k] == part[next]) {
      let d = x[next] - x[k];
      let s = dot(d, d) - 1.0;
      sum += s * s;
    }
  }
  if (nodes.w >= 0) { sum += x[3].x * x[1].x; }
  return sum;
}
