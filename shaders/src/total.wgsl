// A scalar is the sum of partial sums; one workgroup.

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: array<real>;

@compute @workgroup_size(GROUP)
fn total(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own += partials[k];
    }
    let sum = group_sum(local, own);
    if (local == 0u) {
        scalars[words.place] = sum;
    }
}
