// One workgroup for each entry of JᵀJ that is a sum of many products: every invocation sums products that are a workgroup
// apart, then the invocations' sums are added pairwise.

@group(0) @binding(1) var<storage, read> jacobian: array<real>;
// For each entry the number of its first product; at the end their number.
@group(0) @binding(2) var<storage, read> starts: array<u32>;
// The factors of each product, as positions among the values of the Jacobian.
@group(0) @binding(3) var<storage, read> factors: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> entries: array<real>;
// The entries.
@group(0) @binding(5) var<storage, read> chosen: array<u32>;

@compute @workgroup_size(GROUP)
fn gram_long(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
    let number = group.y * words.row + group.x;
    let entry = chosen[min(number, words.count - 1u)];
    let end = starts[entry + 1u];
    var own: real;
    for (var k = starts[entry] + local; k < end; k += GROUP) {
        let factor = factors[k];
        own += jacobian[factor.x] * jacobian[factor.y];
    }
    var sum = group_sum(local, own);
    if (local == 0u && number < words.count) {
        if (words.adds != 0u) {
            sum += entries[entry];
        }
        entries[entry] = sum;
    }
}
