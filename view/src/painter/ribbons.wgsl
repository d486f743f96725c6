// Lines of the same width in pixels near and far, which look like round bars, and points, which look like balls.

@group(0) @binding(4) var<storage, read> lines: array<u32>;

// How lines lie before surfaces of the same depth.
const LIFT = 1.002;

struct Ribbon {
  @builtin(position) clip: vec4f,
  // The place in pixels, of each sample by itself.
  @location(0) @interpolate(linear, sample) place: vec2f,
  // The two ends in pixels.
  @location(1) @interpolate(flat) ends: vec4f,
  @location(2) @interpolate(flat) depth: vec2f,
  // Where the ends are on the whole line.
  @location(3) @interpolate(flat) span: vec2f,
  @location(4) @interpolate(flat) radius: f32,
  // Where the two nodes are on the colour map.
  @location(5) @interpolate(flat) numbers: vec2f,
  // Whether one of them has no number.
  @location(6) @interpolate(flat) lacks: f32,
}

fn pixel(clip: vec4f) -> vec2f {
  return (vec2f(0.5, 0.5) + vec2f(0.5, -0.5) * clip.xy / clip.w) * globals.size;
}

fn ribbon(nodes: vec2u, radius: f32, vertex: u32) -> Ribbon {
  var out: Ribbon;
  out.clip = nowhere();
  if nodes.x >= look.nodes || nodes.y >= look.nodes { return out; }
  var from_end = globals.matrix * vec4f(position(nodes.x), 1.0);
  var to_end = globals.matrix * vec4f(position(nodes.y), 1.0);
  if !are_finite(from_end.xyw) || !are_finite(to_end.xyw) { return out; }
  // How far behind the near plane the ends are; what lies before is cut off.
  let behind = vec2f(from_end.w - globals.near, to_end.w - globals.near);
  if behind.x < 0.0 && behind.y < 0.0 { return out; }
  out.span = vec2f(0.0, 1.0);
  let cut = behind.x / (behind.x - behind.y);
  if behind.y < 0.0 {
    to_end = mix(from_end, to_end, cut);
    out.span.y = cut;
  } else if behind.x < 0.0 {
    from_end = mix(from_end, to_end, cut);
    out.span.x = cut;
  }
  let p = pixel(from_end);
  let q = pixel(to_end);
  out.ends = vec4f(p, q);
  out.depth = vec2f(globals.near / from_end.w, globals.near / to_end.w);
  out.radius = radius;
  let a = number_of(nodes.x);
  let b = number_of(nodes.y);
  out.numbers = vec2f(a.x, b.x);
  out.lacks = max(a.y, b.y);
  let way = q - p;
  let size = length(way);
  let along = select(vec2f(1.0, 0.0), way / max(size, 1e-20), size > 0.0);
  let across = vec2f(-along.y, along.x);
  let at_end = vertex == 1u || vertex == 2u || vertex == 4u;
  let left = vertex == 2u || vertex == 4u || vertex == 5u;
  // A pixel more than the radius, for samples on the border.
  let reach = radius + 1.0;
  out.place = select(p - along * reach, q + along * reach, at_end) + across * select(-reach, reach, left);
  out.clip = vec4f((out.place / globals.size - vec2f(0.5, 0.5)) * vec2f(2.0, -2.0), 0.5, 1.0);
  return out;
}

@vertex
fn place_line(@builtin(vertex_index) vertex: u32, @builtin(instance_index) line: u32) -> Ribbon {
  return ribbon(vec2u(lines[2u * line], lines[2u * line + 1u]), look.radius.x, vertex);
}

@vertex
fn place_point(@builtin(vertex_index) vertex: u32, @builtin(instance_index) node: u32) -> Ribbon {
  return ribbon(vec2u(node, node), look.radius.y, vertex);
}

struct Lit {
  @location(0) color: vec4f,
  @builtin(frag_depth) depth: f32,
}

@fragment
fn light_ribbon(at: Ribbon) -> Lit {
  let p = at.ends.xy;
  let way = at.ends.zw - p;
  let square = dot(way, way);
  let part = select(0.0, clamp(dot(way, at.place - p) / max(square, 1e-20), 0.0, 1.0), square > 0.0);
  let across = at.place - p - part * way;
  if dot(across, across) > at.radius * at.radius { discard; }
  // What is halfway in the picture is nearer to the far end.
  let far = part * at.depth.y / max((1.0 - part) * at.depth.x + part * at.depth.y, 1e-30);
  let t = mix(at.span.x, at.span.y, far);
  // Bars turn only across their length, also at their ends.
  let lengthwise = select(0.0, dot(across, way) / max(square, 1e-20), square > 0.0);
  let turned = (across - lengthwise * way) / at.radius;
  let out_of = sqrt(max(1.0 - dot(turned, turned), 0.0));
  let normal = unit(globals.right.xyz * turned.x - globals.up.xyz * turned.y + globals.toward.xyz * out_of);
  var color = look.color.xyz;
  if has(NUMBERS) {
    color = mapped(mix(at.numbers.x, at.numbers.y, t));
    if at.lacks > 0.0 { color = NO_VALUE; }
  }
  let depth = min(mix(at.depth.x, at.depth.y, part) * LIFT, 1.0);
  return Lit(written(shade(color, normal, globals.toward.xyz)), depth);
}
