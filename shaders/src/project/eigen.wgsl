// Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to a tridiagonal matrix, then implicit QL
// steps (Golub and Van Loan, Matrix Computations, 8.3). The matrix, the lower triangle at MATRIX, has a largest entry of
// about one, and what is below the rounding error of that counts as zero.
//
// Square roots and quotients of a device may be off by some units in the last place: reflections and rotations are
// corrected by a step of Newton's method, so that they are orthogonal nevertheless.

// The diagonal: VALUES. The numbers below it: BESIDE. The factors of the reflections, whose vectors are the columns of
// MATRIX below the diagonal: FACTORS.
fn tridiagonalize() {
    for (var k = 0u; k + 2u < M; k++) {
        let first = take(MATRIX + lower(k + 1u, k));
        var rest = ZERO;
        for (var i = k + 2u; i < M; i++) {
            let entry = take(MATRIX + lower(i, k));
            rest += entry * entry;
        }
        put(BESIDE + k, first);
        put(FACTORS + k, ZERO);
        if (rest > NOTHING) {
            var turned = sqrt(first * first + rest);
            if (first >= ZERO) {
                turned = -turned;
            }
            let head = first - turned;
            let square = head * head + rest;
            let over = ONE / square;
            let factor = TWO * over * (TWO - square * over);
            put(BESIDE + k, turned);
            put(FACTORS + k, factor);
            put(MATRIX + lower(k + 1u, k), head);
            reflect_both(k, factor);
        }
    }
    for (var i = 0u; i < M; i++) {
        put(VALUES + i, take(MATRIX + lower(i, i)));
    }
    if (M > 1u) {
        put(BESIDE + M - 2u, take(MATRIX + lower(M - 1u, M - 2u)));
    }
    put(BESIDE + M - 1u, ZERO);
}

// Applies the reflection of column k to the rows and columns after it.
fn reflect_both(k: u32, factor: real) {
    var along = ZERO;
    for (var i = k + 1u; i < M; i++) {
        var sum = ZERO;
        for (var j = k + 1u; j < M; j++) {
            sum += take(MATRIX + lower(max(i, j), min(i, j))) * take(MATRIX + lower(j, k));
        }
        sum = factor * sum;
        put(LIST + i, sum);
        along += sum * take(MATRIX + lower(i, k));
    }
    let half = HALF * factor * along;
    for (var i = k + 1u; i < M; i++) {
        put(LIST + i, take(LIST + i) - half * take(MATRIX + lower(i, k)));
    }
    for (var i = k + 1u; i < M; i++) {
        let own = take(MATRIX + lower(i, k));
        let other = take(LIST + i);
        for (var j = k + 1u; j <= i; j++) {
            let at = MATRIX + lower(i, j);
            put(at, take(at) - own * take(LIST + j) - other * take(MATRIX + lower(j, k)));
        }
    }
}

// The product of the reflections: VECTORS.
fn accumulate() {
    for (var i = 0u; i < M * M; i++) {
        put(VECTORS + i, ZERO);
    }
    for (var i = 0u; i < M; i++) {
        put(VECTORS + i * M + i, ONE);
    }
    for (var back = 2u; back < M; back++) {
        let k = M - 1u - back;
        let factor = take(FACTORS + k);
        if (factor > ZERO) {
            for (var column = k + 1u; column < M; column++) {
                var along = ZERO;
                for (var i = k + 1u; i < M; i++) {
                    along += take(VECTORS + column * M + i) * take(MATRIX + lower(i, k));
                }
                along = along * factor;
                for (var i = k + 1u; i < M; i++) {
                    let at = VECTORS + column * M + i;
                    put(at, take(at) - along * take(MATRIX + lower(i, k)));
                }
            }
        }
    }
}

// The last row of the unreduced block that begins at a row.
fn block_end(first: u32) -> u32 {
    for (var k = first; k + 1u < M; k++) {
        let size = max(ONE, abs(take(VALUES + k)) + abs(take(VALUES + k + 1u)));
        if (abs(take(BESIDE + k)) <= NEGLIGIBLE * size) {
            return k;
        }
    }
    return M - 1u;
}

// One QL step on the block of the rows first..=last.
fn ql_step(first: u32, last: u32) {
    let beside = take(BESIDE + first);
    let half = (take(VALUES + first + 1u) - take(VALUES + first)) / (TWO * beside);
    var root = sqrt(half * half + ONE);
    if (half < ZERO) {
        root = -root;
    }
    var g = take(VALUES + last) - take(VALUES + first) + beside / (half + root);
    var sine = ONE;
    var cosine = ONE;
    var p = ZERO;
    for (var back = 0u; back < last - first; back++) {
        let i = last - 1u - back;
        let f = sine * take(BESIDE + i);
        let b = cosine * take(BESIDE + i);
        let next = take(VALUES + i + 1u) - p;
        let square = f * f + g * g;
        if (square <= NOTHING) {
            // There is nothing to turn: the block has fallen apart.
            put(VALUES + i + 1u, next);
            put(BESIDE + i, b);
            put(BESIDE + i + 1u, ZERO);
            put(BESIDE + last, ZERO);
            return;
        }
        let over = ONE / sqrt(square);
        sine = f * over;
        cosine = g * over;
        let lack = HALF * (ONE - (sine * sine + cosine * cosine));
        sine = sine + sine * lack;
        cosine = cosine + cosine * lack;
        put(BESIDE + i + 1u, sine * f + cosine * g);
        let q = (take(VALUES + i) - next) * sine + TWO * cosine * b;
        p = sine * q;
        put(VALUES + i + 1u, next + p);
        g = cosine * q - b;
        rotate(i, sine, cosine);
    }
    put(VALUES + first, take(VALUES + first) - p);
    put(BESIDE + first, g);
    put(BESIDE + last, ZERO);
}

// Turns two neighbouring vectors.
fn rotate(i: u32, sine: real, cosine: real) {
    let left = VECTORS + i * M;
    let right = left + M;
    for (var k = 0u; k < M; k++) {
        let x = take(left + k);
        let y = take(right + k);
        put(right + k, sine * x + cosine * y);
        put(left + k, cosine * x - sine * y);
    }
}

fn decompose() {
    tridiagonalize();
    accumulate();
    for (var first = 0u; first + 1u < M; first++) {
        for (var steps = 0u; steps < STEPS; steps++) {
            let last = block_end(first);
            if (last == first) {
                break;
            }
            ql_step(first, last);
        }
    }
}
