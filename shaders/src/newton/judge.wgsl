// Whether a trial is accepted; otherwise the next one is shorter. Energies decide where they can: their difference, from its
// partial sums, is at most a part of what the step promised (Armijo's rule), and a fall that is more than noise. Otherwise the
// slope at the trial decides, which has far smaller rounding errors than a difference of energies (the approximate Wolfe
// conditions of Hager and Zhang). Noise is a part of the sizes of the energies, which the second partial sums tell.
//
// No trial is longer than a whole step, so that this one is never too short. One workgroup.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: array<real>;
@group(0) @binding(3) var<storage, read_write> state: array<u32>;

@compute @workgroup_size(GROUP)
fn judge(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    var own_size = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own += partials[2u * k];
        own_size += partials[2u * k + 1u];
    }
    let difference = group_sum(local, own);
    let noise = scalars[ROUGHNESS] * group_sum(local, own_size);
    if (local != 0u || state[STATE] != SEARCHING) {
        return;
    }
    state[TRIALS] += 1u;
    scalars[DIFFERENCE] = difference;
    scalars[NOISE] = ZERO;
    if (is_finite(noise)) {
        scalars[NOISE] = noise;
    }
    let descent = scalars[DESCENT];
    let slope = scalars[TRIAL_SLOPE];
    let alpha = scalars[ALPHA];
    let falls = difference <= scalars[ARMIJO] * alpha * descent && -difference > scalars[NOISE];
    let not_too_long = slope <= (scalars[WOLFE] + scalars[WOLFE] - ONE) * descent;
    let not_too_short = alpha == ONE || slope >= scalars[CURVATURE] * descent;
    let flattens = difference <= scalars[NOISE] && not_too_long && not_too_short;
    if (is_finite(difference) && is_finite(slope) && (falls || flattens)) {
        state[STATE] = ACCEPTED;
    } else {
        scalars[ALPHA] = scalars[SHRINK] * alpha;
    }
}
