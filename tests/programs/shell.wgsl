// A discrete shell: stretched edges and areas of the faces, and bending across hinges by the change of their angles.
override k_edge: f32;
override k_area: f32;
override k_bend: f32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> X: array<vec3f>;
@group(0) @binding(2) var<storage, read> faces: array<vec3u>;
@group(0) @binding(3) var<storage, read> hinges: array<vec4u>;

fn vertex(v: u32) -> vec3f { return vec3f(x[3u * v], x[3u * v + 1u], x[3u * v + 2u]); }

fn area(a: vec3f, b: vec3f, c: vec3f) -> f32 { return 0.5 * length(cross(b - a, c - a)); }

// The angle between the faces (a, b, c) and (b, a, d).
fn angle(a: vec3f, b: vec3f, c: vec3f, d: vec3f) -> f32 {
  let m = cross(b - a, c - a);
  let n = cross(d - a, b - a);
  return atan2(dot(cross(m, n), normalize(b - a)), dot(m, n));
}

fn membrane() -> f32 {
  var sum = 0.0;
  for (var f = 0u; f < arrayLength(&faces); f++) {
    let t = faces[f];
    for (var k = 0u; k < 3u; k++) {
      let i = t[k];
      let j = t[(k + 1u) % 3u];
      let rest = distance(X[i], X[j]);
      let strain = distance(vertex(i), vertex(j)) / rest - 1.0;
      sum += k_edge * rest * strain * strain;
    }
    let rest = area(X[t.x], X[t.y], X[t.z]);
    let change = area(vertex(t.x), vertex(t.y), vertex(t.z)) / rest - 1.0;
    sum += k_area * rest * change * change;
  }
  return sum;
}

fn bending() -> f32 {
  var sum = 0.0;
  for (var h = 0u; h < arrayLength(&hinges); h++) {
    let t = hinges[h];
    let rest = angle(X[t.x], X[t.y], X[t.z], X[t.w]);
    let change = angle(vertex(t.x), vertex(t.y), vertex(t.z), vertex(t.w)) - rest;
    sum += k_bend * distance(X[t.x], X[t.y]) * change * change;
  }
  return sum;
}

fn energy() -> f32 { return membrane() + bending(); }
