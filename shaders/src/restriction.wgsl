// The residuals of the clusters of a level, the sums of those of their members, and the inverse blocks times these. `coarse`
// holds the former of all clusters, then the latter.

@group(0) @binding(1) var<storage, read> member_ptr: array<u32>;
@group(0) @binding(2) var<storage, read> members: array<u32>;
@group(0) @binding(3) var<storage, read> work: array<real>;
@group(0) @binding(4) var<storage, read> inverse: array<real>;
@group(0) @binding(5) var<storage, read_write> coarse: array<real>;
@group(0) @binding(6) var<storage, read> progress: SolverProgress;

@compute @workgroup_size(GROUP)
fn restriction(@builtin(global_invocation_id) id: vec3u) {
    let item = id.y * words.row + id.x;
    if (progress.status != RUNNING || item >= words.count) {
        return;
    }
    let cluster = words.first + item;
    var residual: array<real, NODE>;
    let end = member_ptr[cluster + 1u];
    for (var k = member_ptr[cluster]; k < end; k++) {
        let at = members[k] * NODE;
        for (var i = 0u; i < NODE; i++) {
            // The members of the first level are nodes.
            if (words.first == 0u) {
                residual[i] += work[RESIDUAL * words.unknowns + at + i];
            } else {
                residual[i] += coarse[at + i];
            }
        }
    }
    for (var i = 0u; i < NODE; i++) {
        let at = cluster * NODE + i;
        var z = ZERO;
        for (var j = 0u; j < NODE; j++) {
            z += inverse[at * NODE + j] * residual[j];
        }
        coarse[at] = residual[i];
        coarse[words.clusters * NODE + at] = z;
    }
}
