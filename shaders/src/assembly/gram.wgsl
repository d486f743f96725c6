@compute @workgroup_size(GROUP)
fn gram(@builtin(global_invocation_id) id: vec3u) {
    sum_short(id);
}
