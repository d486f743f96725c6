// What a step promises, gradient · direction, from its partial sums; whether it is worth a search. The linear solver has the
// square of the gradient, without fixed unknowns: that of its first residual. One workgroup.
//
// An iteration makes progress if it lowers the energy by more than noise, or the square of the gradient to three quarters of
// the least one since then. After some in a row that do not, the precision ends.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read> linear: SolverScalars;
@group(0) @binding(3) var<storage, read_write> scalars: NewtonScalars;
@group(0) @binding(4) var<storage, read_write> progress: NewtonProgress;

@compute @workgroup_size(GROUP)
fn slope(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own += partials[k];
    }
    let descent = group_sum(local, own);
    if (local != 0u) {
        return;
    }
    var gradient = linear.first * linear.unscale * linear.unscale;
    if (linear.first > ZERO) {
        // It is not zero, however small it is.
        gradient = max(gradient, SMALLEST);
    }
    let first = progress.iterations == 0u;
    if (first) {
        scalars.first_gradient = gradient;
        scalars.first_decrement = -descent;
    }
    progress.idle += 1u;
    if (first || -scalars.difference > scalars.noise || gradient <= PROGRESS * scalars.least) {
        progress.idle = 0u;
        scalars.least = gradient;
    }
    scalars.descent = descent;
    scalars.gradient = gradient;
    scalars.alpha = ONE;
    scalars.difference = ZERO;
    progress.iterations += 1u;
    progress.trials = 0u;
    let small_gradient = max(scalars.gradient_relative * scalars.first_gradient, scalars.gradient_absolute);
    let small_decrement = max(scalars.decrement_relative * scalars.first_decrement, scalars.decrement_absolute);
    if (is_finite(gradient) && gradient <= small_gradient) {
        progress.state = STATIONARY;
    } else if (!is_finite(descent) || descent >= ZERO) {
        progress.state = NO_DESCENT;
    } else if (-descent <= small_decrement) {
        progress.state = CONVERGED;
    } else if (progress.idle >= PATIENCE) {
        progress.state = EXHAUSTED;
    } else {
        progress.state = SEARCHING;
    }
}
