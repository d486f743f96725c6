// The new residual · preconditioned and residual · residual; beta, and whether to stop; one workgroup. Before the first
// iteration, when the number of iterations is NOT_STARTED, the residual is that of the start, to which the tolerance
// refers. All of these are of the residual times the scale; a residual that is not finite ends the iterations.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: SolverScalars;
@group(0) @binding(3) var<storage, read_write> progress: SolverProgress;

@compute @workgroup_size(GROUP)
fn check(@builtin(local_invocation_index) local: u32) {
    var own_mixed = ZERO;
    var own_square = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own_mixed += partials[2u * k];
        own_square += partials[2u * k + 1u];
    }
    let mixed = group_sum(local, own_mixed);
    let square = group_sum(local, own_square);
    // The size of the first residual is told also where the preconditioner is not definite.
    let first = progress.iterations == NOT_STARTED;
    if (local != 0u || (progress.status != RUNNING && !first)) {
        return;
    }
    if (first) {
        progress.iterations = 0u;
        scalars.first = square;
        scalars.beta = ZERO;
    } else {
        progress.iterations += 1u;
        scalars.beta = mixed / scalars.mixed;
    }
    scalars.mixed = mixed;
    scalars.square = square;
    if (progress.status != RUNNING) {
        return;
    }
    let absolute = min(scalars.absolute * scalars.scale, LARGEST_NORM);
    if (!is_finite(square)) {
        progress.status = INDEFINITE;
    } else if (square <= max(scalars.relative * scalars.first, absolute * absolute)) {
        progress.status = CONVERGED;
    }
}
