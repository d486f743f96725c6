// The inverse of each node's block on the diagonal, by Gauss-Jordan elimination without pivoting. Fixed unknowns have the
// rows and columns of the identity.

@group(0) @binding(1) var<storage, read> row_ptr: array<u32>;
@group(0) @binding(2) var<storage, read> col_idx: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<real>;
@group(0) @binding(4) var<storage, read> fixed: array<u32>;
@group(0) @binding(5) var<storage, read_write> inverse: array<real>;
@group(0) @binding(6) var<storage, read_write> progress: SolverProgress;
@group(0) @binding(7) var<storage, read> scalars: SolverScalars;

fn entry(row: u32, col: u32) -> real {
    let block_row = row / BLOCK;
    let block_col = col / BLOCK;
    var low = row_ptr[block_row];
    // There are no more blocks than columns.
    var high = min(row_ptr[block_row + 1u], arrayLength(&col_idx));
    let end = high;
    // Halving ends after as many steps as a word has bits: a loop that counts is one that every compiler knows to end.
    for (var k = 0u; k < BITS; k++) {
        if (low < high) {
            let middle = low + (high - low) / 2u;
            if (col_idx[middle] < block_col) {
                low = middle + 1u;
            } else {
                high = middle;
            }
        }
    }
    if (low == end || col_idx[low] != block_col) {
        return ZERO;
    }
    return values[(low * BLOCK + row % BLOCK) * BLOCK + col % BLOCK];
}

@compute @workgroup_size(GROUP)
fn block_diagonal(@builtin(global_invocation_id) id: vec3u) {
    let node = id.y * words.row + id.x;
    if (node >= words.count) {
        return;
    }
    var a: array<array<real, NODE>, NODE>;
    var b: array<array<real, NODE>, NODE>;
    for (var i = 0u; i < NODE; i++) {
        for (var j = 0u; j < NODE; j++) {
            let row = node * NODE + i;
            let col = node * NODE + j;
            var unit = ZERO;
            if (i == j) {
                unit = ONE;
            }
            a[i][j] = unit;
            b[i][j] = unit;
            if (fixed[row] == 0u && fixed[col] == 0u) {
                a[i][j] = entry(row, col);
                if (i == j) {
                    a[i][j] += scalars.shift;
                }
            }
        }
    }
    var definite = true;
    for (var k = 0u; k < NODE; k++) {
        let pivot = a[k][k];
        definite = definite && pivot > ZERO;
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
    }
    for (var i = 0u; i < NODE; i++) {
        for (var j = 0u; j < NODE; j++) {
            inverse[(node * NODE + i) * NODE + j] = b[i][j];
        }
    }
    if (!definite) {
        // Every invocation that writes writes this.
        progress.status = INDEFINITE;
    }
}
