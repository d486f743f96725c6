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
        if (rest <= NOTHING) {
            if (member == 0u) {
                put(BESIDE + k, first);
                put(FACTORS + k, ZERO);
            }
            continue;
        }
        var turned = sqrt(first * first + rest);
        if (first >= ZERO) {
            turned = -turned;
        }
        let head = first - turned;
        let square = head * head + rest;
        let over = ONE / square;
        let factor = TWO * over * (TWO - square * over);
        sync();
        if (member == 0u) {
            put(BESIDE + k, turned);
            put(FACTORS + k, factor);
            put(MATRIX + lower(k + 1u, k), head);
        }
        sync();
        reflect_both(k, factor);
    }
    for (var i = member; i < M; i += TEAM) {
        put(VALUES + i, take(MATRIX + lower(i, i)));
    }
    if (member == 0u) {
        if (M > 1u) {
            put(BESIDE + M - 2u, take(MATRIX + lower(M - 1u, M - 2u)));
        }
        put(BESIDE + M - 1u, ZERO);
    }
    sync();
}

// Applies the reflection of column k to the rows and columns after it.
fn reflect_both(k: u32, factor: real) {
    for (var i = k + 1u + member; i < M; i += TEAM) {
        var sum = ZERO;
        for (var j = k + 1u; j < M; j++) {
            sum += take(MATRIX + lower(max(i, j), min(i, j))) * take(MATRIX + lower(j, k));
        }
        put(LIST + i, factor * sum);
    }
    sync();
    var along = ZERO;
    for (var i = k + 1u; i < M; i++) {
        along += take(LIST + i) * take(MATRIX + lower(i, k));
    }
    let half = HALF * factor * along;
    sync();
    for (var i = k + 1u + member; i < M; i += TEAM) {
        put(LIST + i, take(LIST + i) - half * take(MATRIX + lower(i, k)));
    }
    sync();
    for (var i = k + 1u + member; i < M; i += TEAM) {
        let own = take(MATRIX + lower(i, k));
        let other = take(LIST + i);
        for (var j = k + 1u; j <= i; j++) {
            let at = MATRIX + lower(i, j);
            put(at, take(at) - own * take(LIST + j) - other * take(MATRIX + lower(j, k)));
        }
    }
    sync();
}

// The product of the reflections: VECTORS.
fn accumulate() {
    for (var column = member; column < M; column += TEAM) {
        let begin = VECTORS + column * M;
        for (var i = 0u; i < M; i++) {
            put(begin + i, ZERO);
        }
        put(begin + column, ONE);
        for (var back = 2u; back < M; back++) {
            let k = M - 1u - back;
            let factor = take(FACTORS + k);
            if (factor > ZERO && column > k) {
                var along = ZERO;
                for (var i = k + 1u; i < M; i++) {
                    along += take(begin + i) * take(MATRIX + lower(i, k));
                }
                along = along * factor;
                for (var i = k + 1u; i < M; i++) {
                    put(begin + i, take(begin + i) - along * take(MATRIX + lower(i, k)));
                }
            }
        }
    }
    sync();
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

// One QL step on the block of the rows first..=last, by one member: the rotation of rows i and i + 1 is number i of FACTORS
// (sines) and LIST (cosines).
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
    var whole = true;
    for (var back = 0u; back < last - first; back++) {
        let i = last - 1u - back;
        let f = sine * take(BESIDE + i);
        let b = cosine * take(BESIDE + i);
        let next = take(VALUES + i + 1u) - p;
        let square = f * f + g * g;
        if (whole && square <= NOTHING) {
            // There is nothing to turn: the block has fallen apart, and rows before this one are left as they are.
            whole = false;
            put(VALUES + i + 1u, next);
            put(BESIDE + i, b);
            put(BESIDE + i + 1u, ZERO);
        }
        if (!whole) {
            put(FACTORS + i, ZERO);
            put(LIST + i, ONE);
            continue;
        }
        let over = ONE / sqrt(square);
        sine = f * over;
        cosine = g * over;
        let lack = HALF * (ONE - (sine * sine + cosine * cosine));
        sine = sine + sine * lack;
        cosine = cosine + cosine * lack;
        put(FACTORS + i, sine);
        put(LIST + i, cosine);
        put(BESIDE + i + 1u, sine * f + cosine * g);
        let q = (take(VALUES + i) - next) * sine + TWO * cosine * b;
        p = sine * q;
        put(VALUES + i + 1u, next + p);
        g = cosine * q - b;
    }
    if (whole) {
        put(VALUES + first, take(VALUES + first) - p);
        put(BESIDE + first, g);
    }
    put(BESIDE + last, ZERO);
}

// Turns neighbouring vectors by the rotations of a step.
fn rotate(first: u32, last: u32) {
    for (var k = member; k < M; k += TEAM) {
        var right = take(VECTORS + last * M + k);
        for (var back = 0u; back < last - first; back++) {
            let i = last - 1u - back;
            let sine = take(FACTORS + i);
            let cosine = take(LIST + i);
            let left = take(VECTORS + i * M + k);
            put(VECTORS + (i + 1u) * M + k, sine * left + cosine * right);
            right = cosine * left - sine * right;
        }
        put(VECTORS + first * M + k, right);
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
            sync();
            if (member == 0u) {
                ql_step(first, last);
            }
            sync();
            rotate(first, last);
        }
    }
    sync();
}
