// The sum of numbers, or half the sum of their squares: every invocation sums numbers that are a grid apart, every
// workgroup the sums of its invocations pairwise, and a second run with one workgroup those of the workgroups.

struct Segment {
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

@group(0) @binding(0) var<uniform> segment: Segment;
@group(0) @binding(1) var<storage, read> numbers: array<real>;
@group(0) @binding(2) var<storage, read_write> sums: array<real>;

@compute @workgroup_size(GROUP)
fn reduce(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
    var own: real;
    for (var k = group.x * GROUP + local; k < segment.count; k += segment.grid) {
        let number = numbers[segment.first + k];
        if (segment.squares != 0u) {
            let square = number * number;
            own += HALF * square;
        } else {
            own += number;
        }
    }
    let sum = group_sum(local, own);
    if (local == 0u) {
        sums[segment.place + group.x] = sum;
    }
}
