// The sum of numbers, or half the sum of their squares: every invocation sums numbers that are a grid apart, every
// workgroup the sums of its invocations pairwise, and a second run with one workgroup those of the workgroups.

@group(0) @binding(1) var<storage, read> numbers: array<real>;
@group(0) @binding(2) var<storage, read_write> sums: array<real>;

@compute @workgroup_size(GROUP)
fn reduce(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
    var own: real;
    for (var k = group.x * GROUP + local; k < words.count; k += words.grid) {
        let number = numbers[words.first + k];
        if (words.squares != 0u) {
            let square = number * number;
            own += HALF * square;
        } else {
            own += number;
        }
    }
    let sum = group_sum(local, own);
    if (local == 0u) {
        sums[words.place + group.x] = sum;
    }
}
