// One invocation for each entry: the sum of its contributions, always in the same order. Entries that have more than `LONG` are
// left to the workgroups of the long lists.

// For each tile of entries the number of its first contribution; at the end their number.
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> entries: array<real>;

fn sum_short(id: vec3u) {
    let entry = id.y * words.row + id.x;
    if (entry >= words.count) {
        return;
    }
    let tile = entry / words.tile;
    let place = entry % words.tile;
    let begin = starts[tile];
    let end = starts[tile + 1u];
    if (end - begin > LONG) {
        return;
    }
    var sum: real;
    if (words.adds != 0u) {
        sum = entries[entry];
    }
    for (var k = begin; k < end; k++) {
        sum += contribution(k, place);
    }
    entries[entry] = sum;
}

