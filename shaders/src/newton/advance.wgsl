// unknowns = base + alpha direction, while a step is searched.

@group(0) @binding(1) var<storage, read> base: array<real>;
@group(0) @binding(2) var<storage, read> direction: array<real>;
@group(0) @binding(3) var<storage, read_write> unknowns: array<real>;
@group(0) @binding(4) var<storage, read> scalars: NewtonScalars;
@group(0) @binding(5) var<storage, read> progress: NewtonProgress;

@compute @workgroup_size(GROUP)
fn advance(@builtin(global_invocation_id) id: vec3u) {
    let at = id.y * words.row + id.x;
    if (at < words.count && progress.state == SEARCHING) {
        unknowns[at] = base[at] + scalars.alpha * direction[at];
    }
}
