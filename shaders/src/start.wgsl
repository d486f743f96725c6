// x = 0; residual = right-hand side, or that times -1, times the scale, zero for fixed unknowns; preconditioned and direction = inverse * residual. The partial
// sums are those of residual · preconditioned and residual · residual.

@group(0) @binding(1) var<storage, read_write> x: array<real>;
@group(0) @binding(2) var<storage, read_write> work: array<real>;
@group(0) @binding(3) var<storage, read> inverse: array<real>;
@group(0) @binding(4) var<storage, read> fixed: array<u32>;
@group(0) @binding(5) var<storage, read_write> partials: array<real>;
@group(0) @binding(6) var<storage, read> rhs: array<real>;
@group(0) @binding(7) var<storage, read> scalars: SolverScalars;

@compute @workgroup_size(GROUP)
fn start(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    let node = id.y * words.row + id.x;
    var sums = array<real, 2>(ZERO, ZERO);
    if (node < words.count) {
        var residual: array<real, NODE>;
        for (var i = 0u; i < NODE; i++) {
            let at = node * NODE + i;
            if (fixed[at] == 0u) {
                residual[i] = scalars.scale * select(rhs[at], -rhs[at], words.negate != 0u);
            }
            x[at] = ZERO;
        }
        sums = precondition(node, residual);
        for (var i = 0u; i < NODE; i++) {
            let at = node * NODE + i;
            work[DIRECTION * words.unknowns + at] = work[PRECONDITIONED * words.unknowns + at];
        }
    }
    write_sums(local, group.y * groups.x + group.x, sums);
}
