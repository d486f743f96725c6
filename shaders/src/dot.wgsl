// The partial sums of x · y.

@group(0) @binding(1) var<storage, read> x: array<real>;
@group(0) @binding(2) var<storage, read> y: array<real>;
@group(0) @binding(3) var<storage, read_write> partials: array<real>;

@compute @workgroup_size(GROUP)
fn dot(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let item = id.y * words.row + id.x;
    var own = ZERO;
    if (item < words.count) {
        let at = words.first + item;
        own = x[at] * y[at];
    }
    let sum = group_sum(local, own);
    let number = group.y * groups.x + group.x;
    if (local == 0u && number < words.partials) {
        partials[words.place + number] = sum;
    }
}
