// What a step promises, gradient · direction, from its partial sums; whether it is worth a search. The fifth scalar of the
// linear solver is the square of the gradient, without fixed unknowns. One workgroup.
//
// An iteration makes progress if it lowers the energy by more than noise, or the square of the gradient to three quarters of
// the least one since then. After some in a row that do not, the precision ends.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read> linear: array<real>;
@group(0) @binding(3) var<storage, read_write> scalars: array<real>;
@group(0) @binding(4) var<storage, read_write> state: array<u32>;

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
    let gradient = linear[4];
    let first = state[ITERATIONS] == 0u;
    if (first) {
        scalars[FIRST_GRADIENT] = gradient;
        scalars[FIRST_DECREMENT] = -descent;
    }
    state[IDLE] += 1u;
    if (first || -scalars[DIFFERENCE] > scalars[NOISE] || gradient <= real(0.75) * scalars[LEAST]) {
        state[IDLE] = 0u;
        scalars[LEAST] = gradient;
    }
    scalars[DESCENT] = descent;
    scalars[GRADIENT] = gradient;
    scalars[ALPHA] = ONE;
    scalars[DIFFERENCE] = ZERO;
    state[ITERATIONS] += 1u;
    state[TRIALS] = 0u;
    let small_gradient = max(scalars[GRADIENT_RELATIVE] * scalars[FIRST_GRADIENT], scalars[GRADIENT_ABSOLUTE]);
    let small_decrement = max(scalars[DECREMENT_RELATIVE] * scalars[FIRST_DECREMENT], scalars[DECREMENT_ABSOLUTE]);
    if (is_finite(gradient) && gradient <= small_gradient) {
        state[STATE] = STATIONARY;
    } else if (!is_finite(descent) || descent >= ZERO) {
        state[STATE] = NO_DESCENT;
    } else if (-descent <= small_decrement) {
        state[STATE] = CONVERGED;
    } else if (state[IDLE] >= PATIENCE) {
        state[STATE] = EXHAUSTED;
    } else {
        state[STATE] = SEARCHING;
    }
}
