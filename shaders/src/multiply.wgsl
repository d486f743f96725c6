// product = (matrix + shift) * direction, a block row by each team of invocations; zero for fixed unknowns. The partial sums are those
// of direction · product.

@group(0) @binding(1) var<storage, read> row_ptr: array<u32>;
@group(0) @binding(2) var<storage, read> col_idx: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<real>;
@group(0) @binding(4) var<storage, read> fixed: array<u32>;
@group(0) @binding(5) var<storage, read_write> work: array<real>;
@group(0) @binding(6) var<storage, read_write> partials: array<real>;
@group(0) @binding(7) var<storage, read> progress: SolverProgress;
@group(0) @binding(8) var<storage, read> scalars: SolverScalars;

var<workgroup> sums: array<array<real, BLOCK>, GROUP>;

@compute @workgroup_size(GROUP)
fn multiply(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(local_invocation_index) local: u32,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
) {
    if (progress.status != RUNNING) {
        return;
    }
    let row = (id.y * words.row + id.x) / TEAM;
    let member = local % TEAM;
    var own: array<real, BLOCK>;
    if (row < words.count) {
        // There are no more blocks than columns: the loop ends whatever the words are.
        let end = min(row_ptr[row + 1u], arrayLength(&col_idx));
        for (var block = row_ptr[row] + member; block < end; block += TEAM) {
            let first = DIRECTION * words.unknowns + col_idx[block] * BLOCK;
            for (var j = 0u; j < BLOCK; j++) {
                let x = work[first + j];
                for (var i = 0u; i < BLOCK; i++) {
                    own[i] += values[(block * BLOCK + i) * BLOCK + j] * x;
                }
            }
        }
    }
    sums[local] = own;
    workgroupBarrier();
    for (var width = TEAM / 2u; width > 0u; width = width / 2u) {
        if (member < width) {
            for (var i = 0u; i < BLOCK; i++) {
                sums[local][i] += sums[local + width][i];
            }
        }
        workgroupBarrier();
    }
    var dot = ZERO;
    if (row < words.count && member == 0u) {
        for (var i = 0u; i < BLOCK; i++) {
            let at = row * BLOCK + i;
            let direction = work[DIRECTION * words.unknowns + at];
            var product = sums[local][i] + scalars.shift * direction;
            if (fixed[at] != 0u) {
                product = ZERO;
            }
            work[PRODUCT * words.unknowns + at] = product;
            dot += direction * product;
        }
    }
    let sum = group_sum(local, dot);
    let number = group.y * groups.x + group.x;
    if (local == 0u && number < words.partials) {
        partials[2u * number] = sum;
    }
}
