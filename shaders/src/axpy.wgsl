// y += a x, where a is a scalar.

@group(0) @binding(1) var<storage, read> x: array<real>;
@group(0) @binding(2) var<storage, read_write> y: array<real>;
@group(0) @binding(3) var<storage, read> scalars: array<real>;

@compute @workgroup_size(GROUP)
fn axpy(@builtin(global_invocation_id) id: vec3u) {
    let item = id.y * words.row + id.x;
    if (item < words.count) {
        let at = words.first + item;
        y[at] += scalars[words.place] * x[at];
    }
}
