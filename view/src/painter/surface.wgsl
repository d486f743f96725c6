// Triangles. Each corner is a vertex, so that each has its own normal.

@group(0) @binding(4) var<storage, read> faces: array<vec4f>;
@group(0) @binding(5) var<storage, read> normals: array<f32>;

struct Corner {
  @builtin(position) clip: vec4f,
  @location(0) world: vec3f,
  @location(1) normal: vec3f,
  @location(2) @interpolate(flat) face: vec3f,
  // The shares of the three corners.
  @location(3) shares: vec3f,
  // Where on the colour map, and whether there is no number.
  @location(4) number: vec2f,
}

@vertex
fn place_corner(@builtin(vertex_index) vertex: u32) -> Corner {
  let triangle = vertex / 3u;
  let k = vertex % 3u;
  let face = faces[triangle];
  let node = triangles[vertex];
  var out: Corner;
  out.clip = nowhere();
  if face.w == 0.0 { return out; }
  out.world = position(node);
  let clip = globals.matrix * vec4f(out.world, 1.0);
  if !are_finite(clip.xyw) { return out; }
  out.clip = clip;
  out.normal = vec3f(normals[3u * vertex], normals[3u * vertex + 1u], normals[3u * vertex + 2u]);
  out.face = face.xyz;
  out.shares = vec3f(f32(k == 0u), f32(k == 1u), f32(k == 2u));
  out.number = number_of(node);
  return out;
}

fn smooth_rise(low: f32, high: f32, x: f32) -> f32 {
  let t = clamp((x - low) / (high - low), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

// How strongly an edge darkens: from the distance to it and the height of the triangle, in pixels.
fn edge_strength(distance: f32, height: f32) -> f32 {
  let cover = clamp(0.55 + 0.5 - distance, 0.0, 1.0);
  return 0.72 * cover * smooth_rise(2.5, 12.0, height);
}

@fragment
fn light_surface(at: Corner) -> @location(0) vec4f {
  // Shares times depth are linear in the picture, so that their slopes give distances in pixels.
  let weights = at.shares * at.clip.z;
  let to_right = dpdx(weights);
  let down = dpdy(weights);
  let slopes = 1.0 / max(sqrt(to_right * to_right + down * down), vec3f(1e-30));
  let view = unit(globals.eye.xyz - at.world);
  var normal = unit(at.normal);
  if dot(at.face, view) < 0.0 { normal = -normal; }
  var color = look.color.xyz;
  if has(NUMBERS) {
    color = mapped(at.number.x);
    if at.number.y > 0.0 { color = NO_VALUE; }
  }
  var light = shade(color, normal, view);
  if has(EDGES) {
    let distances = max(weights, vec3f()) * slopes;
    let distance = min(min(distances.x, distances.y), distances.z);
    let height = at.clip.z * min(min(slopes.x, slopes.y), slopes.z);
    light = mix(light, vec3f(0.004, 0.006, 0.010), edge_strength(distance, height));
  }
  return written(light);
}
