// A basis: the M columns of a sparse matrix, then its N rows. Number k of them has the places basis[k]..basis[k + 1] of the
// same list; there is the row or the column, and the component, PLACES less, in the other list.

const PLACES = M + N + 1u;

// The matrix in the basis.
fn reduce() {
    for (var number = 0u; number < M; number++) {
        let begin = basis[number];
        let end = basis[number + 1u];
        for (var row = member; row < N; row += TEAM) {
            var sum = ZERO;
            for (var k = begin; k < end; k++) {
                let unknown = basis[k];
                sum += components[k - PLACES] * take(OWN + lower(max(row, unknown), min(row, unknown)));
            }
            put(LIST + row, sum);
        }
        sync();
        // One row of the matrix in the basis: by symmetry, its columns up to the diagonal.
        for (var other = member; other <= number; other += TEAM) {
            let own_end = basis[other + 1u];
            var sum = ZERO;
            for (var k = basis[other]; k < own_end; k++) {
                sum += components[k - PLACES] * take(LIST + basis[k]);
            }
            put(MATRIX + lower(number, other), sum);
        }
        sync();
    }
}

// Carries an eigenvector from the basis to the unknowns: LIST.
fn spread(number: u32) {
    for (var row = member; row < N; row += TEAM) {
        let end = basis[M + row + 1u];
        var sum = ZERO;
        for (var k = basis[M + row]; k < end; k++) {
            sum += components[k - PLACES] * take(VECTORS + number * M + basis[k]);
        }
        put(LIST + row, sum);
    }
    sync();
}
