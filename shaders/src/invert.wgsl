// The inverse block of each cluster, by Gauss-Jordan elimination without pivoting. An unknown whose pivot is not larger than
// rounding errors is left out: its row and its column are zero.

@group(0) @binding(1) var<storage, read> sums: array<real>;
@group(0) @binding(2) var<storage, read> sizes: array<u32>;
@group(0) @binding(3) var<storage, read> scalars: SolverScalars;
@group(0) @binding(4) var<storage, read_write> inverse: array<real>;

@compute @workgroup_size(GROUP)
fn invert(@builtin(global_invocation_id) id: vec3u) {
    let cluster = id.y * words.row + id.x;
    if (cluster >= words.count) {
        return;
    }
    let first = cluster * PARTS;
    var a: array<array<real, NODE>, NODE>;
    var b: array<array<real, NODE>, NODE>;
    var more: array<real, NODE>;
    for (var i = 0u; i < NODE; i++) {
        more[i] = scalars.shift * real(sizes[cluster * NODE + i]);
        for (var j = 0u; j < NODE; j++) {
            let row = max(i, j);
            a[i][j] = sums[first + row * (row + 1u) / 2u + min(i, j)];
            b[i][j] = ZERO;
        }
        a[i][i] += more[i];
        b[i][i] = ONE;
    }
    for (var k = 0u; k < NODE; k++) {
        let pivot = a[k][k];
        if (pivot > ROUNDING * (sums[first + NODE * (NODE + 1u) / 2u + k] + more[k])) {
            for (var j = 0u; j < NODE; j++) {
                a[k][j] = a[k][j] / pivot;
                b[k][j] = b[k][j] / pivot;
            }
            for (var i = 0u; i < NODE; i++) {
                if (i != k) {
                    let factor = a[i][k];
                    for (var j = 0u; j < NODE; j++) {
                        a[i][j] = a[i][j] - factor * a[k][j];
                        b[i][j] = b[i][j] - factor * b[k][j];
                    }
                }
            }
        } else {
            for (var j = 0u; j < NODE; j++) {
                a[k][j] = ZERO;
                b[k][j] = ZERO;
            }
        }
    }
    for (var i = 0u; i < NODE; i++) {
        for (var j = 0u; j < NODE; j++) {
            inverse[(cluster * NODE + i) * NODE + j] = b[i][j];
        }
    }
}
