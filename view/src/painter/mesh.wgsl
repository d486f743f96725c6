// What of a mesh all shaders see.

struct Look {
  color: vec4f,
  // Of the numbers at the nodes.
  range: vec2f,
  // Of lines and points, in pixels.
  radius: vec2f,
  components: u32,
  first: u32,
  nodes: u32,
  triangles: u32,
  values: u32,
  flags: u32,
  // Where the colour map begins among the colours.
  map: u32,
  rest: u32,
}

const EDGES = 1u;
const FLAT = 2u;
const NUMBERS = 4u;
const REFERENCE = 8u;

@group(0) @binding(0) var<uniform> look: Look;
@group(0) @binding(1) var<storage, read> positions: array<f32>;
@group(0) @binding(2) var<storage, read> references: array<f32>;
@group(0) @binding(3) var<storage, read> triangles: array<u32>;

fn has(flag: u32) -> bool {
  return (look.flags & flag) != 0u;
}

fn position(node: u32) -> vec3f {
  let at = look.first + node * look.components;
  var place = vec3f(positions[at], 0.0, 0.0);
  if look.components > 1u { place.y = positions[at + 1u]; }
  if look.components > 2u { place.z = positions[at + 2u]; }
  if has(REFERENCE) {
    place += vec3f(references[3u * node], references[3u * node + 1u], references[3u * node + 2u]);
  }
  return place;
}

// Asked of the bits, because compilers may take it that all numbers are finite.
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

fn are_finite(v: vec3f) -> bool {
  return is_finite(v.x) && is_finite(v.y) && is_finite(v.z);
}

// The vector at length one, or zero where it has no direction.
fn unit(v: vec3f) -> vec3f {
  // The largest entry is divided out first: squares of very small or large numbers leave the range.
  let largest = max(max(abs(v.x), abs(v.y)), abs(v.z));
  if !(largest > 0.0) || !is_finite(largest) { return vec3f(); }
  return normalize(v / largest);
}
