// What is behind everything: from one colour at the top to another at the bottom.

@vertex
fn place_background(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
  // One triangle that is larger than the picture.
  let corner = vec2f(f32(vertex & 1u), f32(vertex >> 1u));
  return vec4f(4.0 * corner - 1.0, 0.0, 1.0);
}

@fragment
fn light_background(@builtin(position) at: vec4f) -> @location(0) vec4f {
  return written(over_background(at.y));
}
