// alpha = residual · preconditioned / direction · product; one workgroup.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: array<real>;
@group(0) @binding(3) var<storage, read_write> status: array<u32>;

@compute @workgroup_size(GROUP)
fn step(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own += partials[2u * k];
    }
    let curvature = group_sum(local, own);
    if (local != 0u || status[0] != 0u) {
        return;
    }
    if (curvature > ZERO) {
        scalars[ALPHA] = scalars[MIXED] / curvature;
    } else {
        status[0] = 2u;
    }
}
