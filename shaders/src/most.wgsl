// The largest number of the invocations, none of which is negative; in every invocation.
fn group_largest(local: u32, own: real) -> real {
    tree[local] = own;
    workgroupBarrier();
    for (var width = GROUP / 2u; width > 0u; width = width / 2u) {
        if (local < width) {
            tree[local] = max(tree[local], tree[local + width]);
        }
        workgroupBarrier();
    }
    let most = tree[0];
    workgroupBarrier();
    return most;
}
