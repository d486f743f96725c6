// Two partial sums: of numbers - base, or of half the difference of their squares, number by number, so that what does not
// change adds no rounding errors; and of how large these numbers, or half the squares, are.

@group(0) @binding(1) var<storage, read> numbers: array<real>;
@group(0) @binding(2) var<storage, read> base: array<real>;
@group(0) @binding(3) var<storage, read_write> partials: array<real>;

@compute @workgroup_size(GROUP)
fn difference(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let item = id.y * words.row + id.x;
    let two = ONE + ONE;
    var own = ZERO;
    var size = ZERO;
    if (item < words.count) {
        let at = words.first + item;
        own = numbers[at] - base[at];
        size = (abs(numbers[at]) + abs(base[at])) / two;
        if (words.squares != 0u) {
            size = (numbers[at] * numbers[at] + base[at] * base[at]) / (two * two);
            own = own * (numbers[at] + base[at]) / two;
        }
    }
    let sum = group_sum(local, own);
    let sizes = group_sum(local, size);
    let number = group.y * groups.x + group.x;
    if (local == 0u && number < words.partials) {
        partials[2u * (words.place + number)] = sum;
        partials[2u * (words.place + number) + 1u] = sizes;
    }
}
