// One invocation for each entry: the sum of the numbers that contribute to it, always in the same order. Entries to which
// more than `LONG` contribute are left to `gather_long`.

@group(0) @binding(1) var<storage, read> staging: array<real>;
// For each tile of entries the number of its first contribution; at the end their number.
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> items: array<u32>;
@group(0) @binding(4) var<storage, read_write> entries: array<real>;

@compute @workgroup_size(GROUP)
fn gather(@builtin(global_invocation_id) id: vec3u) {
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
        sum += contribution(items[k], place);
    }
    entries[entry] = sum;
}
