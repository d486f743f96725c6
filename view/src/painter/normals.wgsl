// Normals at the corners of triangles: smooth where the surface is and sharp at its creases.

// Of each triangle the normal, and one if it can be drawn.
@group(0) @binding(4) var<storage, read_write> faces: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> normals: array<f32>;
// Where the corners at a node begin in `around`, which holds four times the triangle plus the corner.
@group(0) @binding(6) var<storage, read> starts: array<u32>;
@group(0) @binding(7) var<storage, read> around: array<u32>;

// The cosine of the angle beyond which two faces meet at a crease.
const CREASE = 0.766;
// Where more faces than this meet, each keeps its own normal.
const MOST_FACES = 256u;
// Invocations in a row of workgroups.
const ROW = 4194240u;

fn corner(triangle: u32, k: u32) -> u32 {
  return triangles[3u * triangle + k];
}

@compute @workgroup_size(64)
fn find_faces(@builtin(global_invocation_id) id: vec3u) {
  let triangle = id.x + ROW * id.y;
  if triangle >= look.triangles { return; }
  let a = position(corner(triangle, 0u));
  let b = position(corner(triangle, 1u));
  let c = position(corner(triangle, 2u));
  if are_finite(a) && are_finite(b) && are_finite(c) {
    faces[triangle] = vec4f(unit(cross(unit(b - a), unit(c - a))), 1.0);
  } else {
    faces[triangle] = vec4f();
  }
}

fn angle(triangle: u32, k: u32) -> f32 {
  let here = position(corner(triangle, k));
  let to = unit(position(corner(triangle, (k + 1u) % 3u)) - here);
  let other = unit(position(corner(triangle, (k + 2u) % 3u)) - here);
  return acos(clamp(dot(to, other), -1.0, 1.0));
}

fn normal(triangle: u32, k: u32) -> vec3f {
  let own = faces[triangle].xyz;
  let node = corner(triangle, k);
  let first = starts[node];
  let end = starts[node + 1u];
  if has(FLAT) || end - first > MOST_FACES { return own; }
  var sum = vec3f();
  for (var i = first; i < end; i++) {
    let other = faces[around[i] / 4u].xyz;
    let cosine = dot(own, other);
    if abs(cosine) > CREASE {
      sum += other * sign(cosine) * angle(around[i] / 4u, around[i] % 4u);
    }
  }
  let smoothed = unit(sum);
  return select(smoothed, own, all(smoothed == vec3f()));
}

@compute @workgroup_size(64)
fn find_normals(@builtin(global_invocation_id) id: vec3u) {
  let triangle = id.x + ROW * id.y;
  if triangle >= look.triangles { return; }
  for (var k = 0u; k < 3u; k++) {
    let found = normal(triangle, k);
    let at = 9u * triangle + 3u * k;
    normals[at] = found.x;
    normals[at + 1u] = found.y;
    normals[at + 2u] = found.z;
  }
}
