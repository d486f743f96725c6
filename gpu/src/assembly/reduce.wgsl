// The sum of numbers, or half the sum of their squares, by a fixed tree: every invocation sums numbers that are a grid
// apart, every workgroup the sums of its invocations, and a second run with one workgroup those of the workgroups.

struct Params {
  // The numbers that are summed.
  first: u32,
  count: u32,
  // Invocations of the grid.
  grid: u32,
  // Whether half the squares are summed.
  squares: u32,
  // Where the sum of the first workgroup goes.
  place: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> numbers: array<real>;
@group(0) @binding(2) var<storage, read_write> sums: array<real>;

var<workgroup> partial: array<real, 256>;

@compute @workgroup_size(256)
fn reduce(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3<u32>,
) {
  var sum: real;
  for (var k = group.x * 256u + local; k < params.count; k += params.grid) {
    let number = numbers[params.first + k];
    if params.squares != 0u {
      let square = number * number;
      sum += real(0.5) * square;
    } else {
      sum += number;
    }
  }
  partial[local] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half = half / 2u) {
    if local < half {
      partial[local] += partial[local + half];
    }
    workgroupBarrier();
  }
  if local == 0u {
    sums[params.place + group.x] = partial[0];
  }
}
