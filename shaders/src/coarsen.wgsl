// What the clusters of a level sum of the matrix: the entries that are within a cluster but not within one of its members,
// by a team of invocations for each part of a cluster, then the sums of the members.

@group(0) @binding(1) var<storage, read> list_ptr: array<u32>;
@group(0) @binding(2) var<storage, read> list: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<real>;
@group(0) @binding(4) var<storage, read> member_ptr: array<u32>;
@group(0) @binding(5) var<storage, read> members: array<u32>;
@group(0) @binding(6) var<storage, read_write> sums: array<real>;

var<workgroup> shares: array<real, GROUP>;

@compute @workgroup_size(GROUP)
fn coarsen(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
    let item = (id.y * words.row + id.x) / TEAM;
    let member = local % TEAM;
    let at = words.first * PARTS + item;
    var own = ZERO;
    if (item < words.count) {
        let end = list_ptr[at + 1u];
        for (var k = list_ptr[at] + member; k < end; k += TEAM) {
            own += values[list[k]];
        }
    }
    shares[local] = own;
    workgroupBarrier();
    for (var width = TEAM / 2u; width > 0u; width = width / 2u) {
        if (member < width) {
            shares[local] += shares[local + width];
        }
        workgroupBarrier();
    }
    if (item < words.count && member == 0u) {
        var sum = shares[local];
        // The members of the first level are nodes, whose own entries are in the lists.
        if (words.first > 0u) {
            let cluster = at / PARTS;
            let end = member_ptr[cluster + 1u];
            for (var k = member_ptr[cluster]; k < end; k++) {
                sum += sums[members[k] * PARTS + at % PARTS];
            }
        }
        sums[at] = sum;
    }
}
