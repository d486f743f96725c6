// One workgroup for each entry that has many contributions: every invocation sums those that are a workgroup apart, then the
// invocations' sums are added pairwise.

// For each tile of entries the number of its first contribution; at the end their number.
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> entries: array<real>;

// The entries.
@group(0) @binding(5) var<storage, read> chosen: array<u32>;

fn sum_long(local: u32, group: vec3u) {
    let number = group.y * words.row + group.x;
    let entry = chosen[min(number, words.count - 1u)];
    let tile = entry / words.tile;
    let place = entry % words.tile;
    let end = starts[tile + 1u];
    var own: real;
    for (var k = starts[tile] + local; k < end; k += GROUP) {
        own += contribution(k, place);
    }
    var sum = group_sum(local, own);
    if (local == 0u && number < words.count) {
        if (words.adds != 0u) {
            sum += entries[entry];
        }
        entries[entry] = sum;
    }
}

