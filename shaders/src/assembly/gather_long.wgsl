@compute @workgroup_size(GROUP)
fn gather_long(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
    sum_long(local, group);
}
