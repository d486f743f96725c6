// Whether a trial is accepted; otherwise the next one is shorter. Energies decide where they can: their difference, from its
// partial sums, is at most a part of what the step promised (Armijo's rule), and a fall that is more than noise. Otherwise the
// slope at the trial decides, which has far smaller rounding errors than a difference of energies (the approximate Wolfe
// conditions of Hager and Zhang). Noise is a part of the sizes of the energies, which the second partial sums tell.
//
// No trial is longer than a whole step, so that this one is never too short. One workgroup.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: NewtonScalars;
@group(0) @binding(3) var<storage, read_write> progress: NewtonProgress;

@compute @workgroup_size(GROUP)
fn judge(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    var own_size = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own += partials[2u * k];
        own_size += partials[2u * k + 1u];
    }
    let difference = group_sum(local, own);
    let noise = scalars.roughness * group_sum(local, own_size);
    if (local != 0u || progress.state != SEARCHING) {
        return;
    }
    progress.trials += 1u;
    scalars.difference = difference;
    scalars.noise = ZERO;
    if (is_finite(noise)) {
        scalars.noise = noise;
    }
    let descent = scalars.descent;
    let slope = scalars.trial_slope;
    let alpha = scalars.alpha;
    let falls = difference <= scalars.armijo * alpha * descent && -difference > scalars.noise;
    let not_too_long = slope <= (scalars.wolfe + scalars.wolfe - ONE) * descent;
    let not_too_short = alpha == ONE || slope >= scalars.curvature * descent;
    let flattens = difference <= scalars.noise && not_too_long && not_too_short;
    if (is_finite(difference) && is_finite(slope) && (falls || flattens)) {
        progress.state = ACCEPTED;
    } else {
        scalars.alpha = scalars.shrink * alpha;
    }
}
