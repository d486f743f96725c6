// The numbers at the nodes.

@group(0) @binding(6) var<storage, read> values: array<f32>;

// Where a node is on the colour map, and one if it has no number.
fn number_of(node: u32) -> vec2f {
  if !has(NUMBERS) { return vec2f(); }
  if node >= look.values { return vec2f(0.0, 1.0); }
  let value = values[node];
  // Not a number has bits beyond those of infinity.
  if (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u { return vec2f(0.0, 1.0); }
  let above = value - look.range.x;
  if look.range.x == look.range.y { return vec2f(0.5 + above, 0.0); }
  return vec2f(clamp(above / (look.range.y - look.range.x), -1e6, 1e6), 0.0);
}
