@compute @workgroup_size(GROUP)
fn gather(@builtin(global_invocation_id) id: vec3u) {
    sum_short(id);
}
