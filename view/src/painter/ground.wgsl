// A ground with a grid, on which objects cast a soft shadow straight down: the same as in `render`.

struct Ground {
  middle: vec2f,
  // The corner of the square with the shadow, and the side of its cells.
  corner: vec2f,
  cell: f32,
  cells: u32,
  level: f32,
  // The index of the axis upwards.
  axis: u32,
  radius: f32,
  spacing: f32,
  // What a pixel adds to the direction of sight.
  step: f32,
  rest: f32,
  // The centre of the view in pixels.
  centre: vec2f,
}

@group(0) @binding(0) var<uniform> ground: Ground;
@group(0) @binding(1) var<storage, read> shadow: array<f32>;

const LINES = 0.16;
const SHADOW = 0.50;

// The two coordinates along the ground, and the one upwards.
fn along_ground(v: vec3f) -> vec2f {
  return select(v.xy, v.xz, ground.axis == 1u);
}

fn upwards(v: vec3f) -> f32 {
  return select(v.z, v.y, ground.axis == 1u);
}

fn smooth_rise(low: f32, high: f32, x: f32) -> f32 {
  let t = clamp((x - low) / (high - low), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

// How much of the sky is hidden, between the middles of cells; nothing outside.
fn hidden(at: vec2f) -> f32 {
  let place = (at - ground.corner) / ground.cell - 0.5;
  if !(all(place >= vec2f()) && all(place < vec2f(f32(ground.cells - 1u)))) { return 0.0; }
  let x = u32(place.x);
  let y = u32(place.y);
  let first = y * ground.cells + x;
  let part = place - floor(place);
  let low = mix(shadow[first], shadow[first + 1u], part.x);
  let high = mix(shadow[first + ground.cells], shadow[first + ground.cells + 1u], part.x);
  return mix(low, high, part.y);
}

struct Lit {
  @location(0) color: vec4f,
  @builtin(frag_depth) depth: f32,
}

@vertex
fn place_ground(@builtin(vertex_index) vertex: u32) -> @builtin(position) vec4f {
  // One triangle that is larger than the picture.
  let corner = vec2f(f32(vertex & 1u), f32(vertex >> 1u));
  return vec4f(4.0 * corner - 1.0, 0.5, 1.0);
}

// How dark the line of the grid is that is nearest along one axis, where a pixel is so large.
fn grid_line(place: f32, pixel: f32) -> f32 {
  let off = abs(place / ground.spacing - round(place / ground.spacing)) * ground.spacing;
  return clamp(1.1 - off / pixel, 0.0, 1.0) * smooth_rise(3.0, 12.0, ground.spacing / pixel);
}

@fragment
fn light_ground(@builtin(position) pixel: vec4f) -> Lit {
  let right = globals.right.xyz * ground.step;
  let down = globals.up.xyz * -ground.step;
  let off = pixel.xy - ground.centre;
  let sight = right * off.x + down * off.y - globals.toward.xyz;
  let away = (ground.level - upwards(globals.eye.xyz)) / upwards(sight);
  if !(away > globals.near) { discard; }
  let at = along_ground(globals.eye.xyz + sight * away);
  let solid = 1.0 - smooth_rise(1.2, 3.4, length(at - ground.middle) / ground.radius);
  if !(solid > 0.0) { discard; }
  // How far the hit moves with a pixel to the right, and one down.
  let to_right = along_ground((right - sight * (upwards(right) / upwards(sight))) * away);
  let to_down = along_ground((down - sight * (upwards(down) / upwards(sight))) * away);
  let size = max(sqrt(to_right * to_right + to_down * to_down), vec2f(1e-30));
  let line = max(grid_line(at.x, size.x), grid_line(at.y, size.y));
  let bright = mix(over_background(pixel.y), vec3f(1.0), 0.22);
  let light = bright * (1.0 - LINES * line) * (1.0 - SHADOW * hidden(at));
  return Lit(vec4f(written(light).xyz, solid), globals.near / away);
}
