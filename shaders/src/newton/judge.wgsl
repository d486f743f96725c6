// Whether a trial is accepted: the energy's difference, from its partial sums, is at most a part of what the step promised
// (Armijo's rule); or neither is more than the rounding errors that are to be expected, which the second partial sums tell.
// Otherwise the next trial is shorter. One workgroup.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: array<real>;
@group(0) @binding(3) var<storage, read_write> state: array<u32>;

@compute @workgroup_size(GROUP)
fn judge(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    var own_noise = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own += partials[2u * k];
        own_noise += partials[2u * k + 1u];
    }
    let difference = group_sum(local, own);
    let noise = sqrt(group_sum(local, own_noise));
    if (local != 0u || state[STATE] != SEARCHING) {
        return;
    }
    state[TRIALS] += 1u;
    scalars[DIFFERENCE] = difference;
    scalars[NOISE] = ZERO;
    if (is_finite(noise)) {
        scalars[NOISE] = noise;
    }
    let promised = scalars[ALPHA] * scalars[DESCENT];
    let hidden = -promised <= scalars[NOISE] && abs(difference) <= scalars[NOISE];
    if (is_finite(difference) && (difference <= scalars[ARMIJO] * promised || hidden)) {
        state[STATE] = ACCEPTED;
    } else {
        scalars[ALPHA] = scalars[SHRINK] * scalars[ALPHA];
    }
}
