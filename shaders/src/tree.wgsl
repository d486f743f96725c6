var<workgroup> tree: array<real, GROUP>;

// The sum of one number of each invocation, pairwise; in invocation 0.
fn group_sum(local: u32, own: real) -> real {
    tree[local] = own;
    workgroupBarrier();
    for (var width = GROUP / 2u; width > 0u; width = width / 2u) {
        if (local < width) {
            tree[local] += tree[local + width];
        }
        workgroupBarrier();
    }
    let sum = tree[0];
    workgroupBarrier();
    return sum;
}
