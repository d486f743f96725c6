// x += alpha direction, without the scale; residual -= alpha product; preconditioned = inverse * residual. The partial sums are those of
// residual · preconditioned and residual · residual.

@group(0) @binding(1) var<storage, read_write> x: array<real>;
@group(0) @binding(2) var<storage, read_write> work: array<real>;
@group(0) @binding(3) var<storage, read> inverse: array<real>;
@group(0) @binding(4) var<storage, read_write> partials: array<real>;
@group(0) @binding(5) var<storage, read> scalars: SolverScalars;
@group(0) @binding(6) var<storage, read> progress: SolverProgress;

@compute @workgroup_size(GROUP)
fn update(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    if (progress.status != RUNNING) {
        return;
    }
    let node = id.y * words.row + id.x;
    let alpha = scalars.alpha;
    let along = alpha * scalars.unscale;
    var sums = array<real, 2>(ZERO, ZERO);
    if (node < words.count) {
        var residual: array<real, NODE>;
        for (var i = 0u; i < NODE; i++) {
            let at = node * NODE + i;
            x[at] += along * work[DIRECTION * words.unknowns + at];
            residual[i] = work[RESIDUAL * words.unknowns + at] - alpha * work[PRODUCT * words.unknowns + at];
        }
        sums = precondition(node, residual);
    }
    write_sums(local, group.y * groups.x + group.x, sums);
}
