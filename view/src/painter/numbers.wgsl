// The numbers at the nodes, and their colours.

@group(0) @binding(6) var<storage, read> values: array<f32>;
@group(1) @binding(1) var<storage, read> colors: array<vec4f>;

// Where there is no number to show.
const NO_VALUE = vec3f(0.45, 0.45, 0.45);
// Steps of a colour map.
const STEPS = 256u;

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

// The linear colour for a number between the ends of the colour map.
fn mapped(t: f32) -> vec3f {
  let at = clamp(t, 0.0, 1.0) * f32(STEPS);
  let first = min(u32(at), STEPS - 1u);
  return mix(colors[look.map + first].xyz, colors[look.map + first + 1u].xyz, at - f32(first));
}
