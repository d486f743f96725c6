// direction = preconditioned + beta direction

@group(0) @binding(1) var<storage, read_write> work: array<real>;
@group(0) @binding(2) var<storage, read> scalars: array<real>;
@group(0) @binding(3) var<storage, read> status: array<u32>;

@compute @workgroup_size(GROUP)
fn direct(@builtin(global_invocation_id) id: vec3u) {
    if (status[0] != 0u) {
        return;
    }
    let at = id.y * words.row + id.x;
    if (at < words.count) {
        let direction = DIRECTION * words.unknowns + at;
        work[direction] = work[PRECONDITIONED * words.unknowns + at] + scalars[BETA] * work[direction];
    }
}
