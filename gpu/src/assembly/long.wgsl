// One workgroup for each entry that many numbers contribute to: every invocation sums numbers that are a workgroup apart,
// then the invocations' sums are added by a fixed tree.

struct Params {
  // How many such entries there are.
  count: u32,
  // Workgroups in a row of the grid.
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
// The entries.
@group(0) @binding(5) var<storage, read> chosen: array<u32>;

var<workgroup> partial: array<real, 256>;

@compute @workgroup_size(256)
fn gather_long(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3<u32>,
) {
  let number = group.y * params.grid + group.x;
  let entry = chosen[min(number, params.count - 1u)];
  let end = starts[entry + 1u];
  var sum: real;
  for (var k = starts[entry] + local; k < end; k += 256u) {
    sum += staging[positions[k]];
  }
  partial[local] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half = half / 2u) {
    if local < half {
      partial[local] += partial[local + half];
    }
    workgroupBarrier();
  }
  if local == 0u && number < params.count {
    var total = partial[0];
    if params.adds != 0u {
      total += entries[entry];
    }
    entries[entry] = total;
  }
}
