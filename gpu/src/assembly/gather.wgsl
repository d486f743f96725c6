// One invocation for each entry: the sum of the numbers that contribute to it, always in the same order. Entries to which
// more than `LONG` contribute are left to another shader.

struct Params {
  count: u32,
  // Invocations in a row of the grid.
  grid: u32,
  // Whether the sum is added to what is there.
  adds: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> staging: array<real>;
// For each entry the number of its first contribution; at the end their number.
@group(0) @binding(2) var<storage, read> starts: array<u32>;
// Positions in the staging buffer.
@group(0) @binding(3) var<storage, read> positions: array<u32>;
@group(0) @binding(4) var<storage, read_write> entries: array<real>;

@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3<u32>) {
  let entry = id.y * params.grid + id.x;
  if entry >= params.count {
    return;
  }
  let begin = starts[entry];
  let end = starts[entry + 1u];
  if end - begin > LONG {
    return;
  }
  var sum: real;
  if params.adds != 0u {
    sum = entries[entry];
  }
  for (var k = begin; k < end; k++) {
    sum += staging[positions[k]];
  }
  entries[entry] = sum;
}
