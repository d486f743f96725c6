// The new residual · preconditioned and residual · residual; beta, and whether to stop; one workgroup. Before the first
// iteration, when the number of iterations is the largest word, the residual is that of the start, to which the tolerance
// refers.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: array<real>;
@group(0) @binding(3) var<storage, read_write> status: array<u32>;

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
    let first = status[1] == 0xffffffffu;
    if (local != 0u || (status[0] != 0u && !first)) {
        return;
    }
    if (first) {
        status[1] = 0u;
        scalars[START_SQUARE] = square;
        scalars[BETA] = ZERO;
    } else {
        status[1] += 1u;
        scalars[BETA] = mixed / scalars[MIXED];
    }
    scalars[MIXED] = mixed;
    scalars[SQUARE] = square;
    if (status[0] == 0u && square <= max(scalars[RELATIVE] * scalars[START_SQUARE], scalars[ABSOLUTE])) {
        status[0] = 1u;
    }
}
