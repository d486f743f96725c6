// A basis, column by column: columns[number] is where a column's unknowns begin in the same list, and where its components
// begin in the other, from which M + 1 is taken.

// The matrix in the basis.
fn reduce() {
    for (var number = 0u; number < M; number++) {
        let begin = columns[number];
        let end = columns[number + 1u];
        for (var row = 0u; row < N; row++) {
            var sum = ZERO;
            for (var k = begin; k < end; k++) {
                let unknown = columns[k];
                sum += components[k - M - 1u] * take(OWN + lower(max(row, unknown), min(row, unknown)));
            }
            put(LIST + row, sum);
        }
        // One row of the matrix in the basis: by symmetry, its columns up to the diagonal.
        for (var other = 0u; other <= number; other++) {
            let own_end = columns[other + 1u];
            var sum = ZERO;
            for (var k = columns[other]; k < own_end; k++) {
                sum += components[k - M - 1u] * take(LIST + columns[k]);
            }
            put(MATRIX + lower(number, other), sum);
        }
    }
}

// Carries an eigenvector from the basis to the unknowns: LIST.
fn spread(number: u32) {
    for (var row = 0u; row < N; row++) {
        put(LIST + row, ZERO);
    }
    for (var column = 0u; column < M; column++) {
        let along = take(VECTORS + number * M + column);
        let end = columns[column + 1u];
        for (var k = columns[column]; k < end; k++) {
            let at = LIST + columns[k];
            put(at, take(at) + components[k - M - 1u] * along);
        }
    }
}
