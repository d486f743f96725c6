// preconditioned += that of the clusters that a node is in, level by level; zero for fixed unknowns. The partial sums are
// those of residual · preconditioned and residual · residual.

@group(0) @binding(1) var<storage, read> parents: array<u32>;
@group(0) @binding(2) var<storage, read> coarse: array<real>;
@group(0) @binding(3) var<storage, read> fixed: array<u32>;
@group(0) @binding(4) var<storage, read_write> work: array<real>;
@group(0) @binding(5) var<storage, read_write> partials: array<real>;
@group(0) @binding(6) var<storage, read> progress: SolverProgress;

@compute @workgroup_size(GROUP)
fn prolongation(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    if (progress.status != RUNNING) {
        return;
    }
    let node = id.y * words.row + id.x;
    var sums = array<real, 2>(ZERO, ZERO);
    if (node < words.count) {
        var own: array<real, NODE>;
        for (var i = 0u; i < NODE; i++) {
            own[i] = work[PRECONDITIONED * words.unknowns + node * NODE + i];
        }
        var cluster = parents[node];
        for (var level = 0u; level < words.levels; level++) {
            if (cluster != NONE) {
                for (var i = 0u; i < NODE; i++) {
                    own[i] += coarse[(words.clusters + cluster) * NODE + i];
                }
                cluster = parents[words.count + cluster];
            }
        }
        for (var i = 0u; i < NODE; i++) {
            let at = node * NODE + i;
            let residual = work[RESIDUAL * words.unknowns + at];
            if (fixed[at] != 0u) {
                own[i] = ZERO;
            }
            work[PRECONDITIONED * words.unknowns + at] = own[i];
            sums[0] += residual * own[i];
            sums[1] += residual * residual;
        }
    }
    write_sums(local, group.y * groups.x + group.x, sums);
}
