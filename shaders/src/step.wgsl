// alpha = residual · preconditioned / direction · product; one workgroup.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: SolverScalars;
@group(0) @binding(3) var<storage, read_write> progress: SolverProgress;

@compute @workgroup_size(GROUP)
fn step(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own += partials[2u * k];
    }
    let curvature = group_sum(local, own);
    if (local != 0u || progress.status != RUNNING) {
        return;
    }
    if (curvature > ZERO) {
        scalars.alpha = scalars.mixed / curvature;
    } else {
        progress.status = INDEFINITE;
    }
}
