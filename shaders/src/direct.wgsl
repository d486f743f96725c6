// direction = preconditioned + beta direction

@group(0) @binding(1) var<storage, read_write> work: array<real>;
@group(0) @binding(2) var<storage, read> scalars: SolverScalars;
@group(0) @binding(3) var<storage, read> progress: SolverProgress;

@compute @workgroup_size(GROUP)
fn direct(@builtin(global_invocation_id) id: vec3u) {
    if (progress.status != RUNNING) {
        return;
    }
    let at = id.y * words.row + id.x;
    if (at < words.count) {
        let direction = DIRECTION * words.unknowns + at;
        work[direction] = work[PRECONDITIONED * words.unknowns + at] + scalars.beta * work[direction];
    }
}
