// One invocation for each entry of the Hessian: the sum of the products of entries of the Jacobian that it has in JᵀJ. Entries
// that have more than `LONG` are left to `gram_long`.

@group(0) @binding(1) var<storage, read> jacobian: array<real>;
// For each entry the number of its first product; at the end their number.
@group(0) @binding(2) var<storage, read> starts: array<u32>;
// The factors of each product, as positions among the values of the Jacobian.
@group(0) @binding(3) var<storage, read> factors: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> entries: array<real>;

@compute @workgroup_size(GROUP)
fn gram(@builtin(global_invocation_id) id: vec3u) {
    let entry = id.y * words.row + id.x;
    if (entry >= words.count) {
        return;
    }
    let begin = starts[entry];
    let end = starts[entry + 1u];
    if (end - begin > LONG) {
        return;
    }
    var sum: real;
    if (words.adds != 0u) {
        sum = entries[entry];
    }
    for (var k = begin; k < end; k++) {
        let factor = factors[k];
        sum += jacobian[factor.x] * jacobian[factor.y];
    }
    entries[entry] = sum;
}
