// The largest absolute value in the right-hand side, without fixed unknowns: that of each workgroup.

@group(0) @binding(1) var<storage, read> fixed: array<u32>;
@group(0) @binding(2) var<storage, read_write> partials: array<real>;
@group(0) @binding(3) var<storage, read> rhs: array<real>;

@compute @workgroup_size(GROUP)
fn largest(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let node = id.y * words.row + id.x;
    var own = ZERO;
    if (node < words.count) {
        for (var at = node * NODE; at < (node + 1u) * NODE; at++) {
            if (fixed[at] == 0u) {
                own = max(own, abs(rhs[at]));
            }
        }
    }
    let most = group_largest(local, own);
    let number = group.y * groups.x + group.x;
    if (local == 0u && number < words.partials) {
        partials[2u * number] = most;
    }
}
