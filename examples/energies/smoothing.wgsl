// Each vertex against the mean of its one-ring and against its measured place. The neighbours of vertex v are
// neighbours[row_ptr[v]..row_ptr[v + 1]].
override hold: f32;
@group(0) @binding(0) var<storage, read> x: array<vec3f>;
@group(0) @binding(1) var<storage, read> measured: array<vec3f>;
@group(0) @binding(2) var<storage, read> row_ptr: array<u32>;
@group(0) @binding(3) var<storage, read> neighbours: array<u32>;

fn energy() -> f32 {
  var sum = 0.0;
  for (var v = 0u; v < arrayLength(&x); v++) {
    var mean = vec3f(0.0);
    for (var k = row_ptr[v]; k < row_ptr[v + 1u]; k++) { mean += x[neighbours[k]]; }
    let bend = x[v] - mean / f32(row_ptr[v + 1u] - row_ptr[v]);
    let moved = x[v] - measured[v];
    sum += 0.5 * dot(bend, bend) + 0.5 * hold * dot(moved, moved);
  }
  return sum;
}
