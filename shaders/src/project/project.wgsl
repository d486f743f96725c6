// Replaces the negative eigenvalues of symmetric matrices, one for each element, in place. Matrices that are positive
// definite, or not finite, are left as they are.
//
// A team of invocations works on an element; small elements have teams of one. What is a sum over an element is computed by
// every member, so that there is one order for teams of any size. All members take the same branches, but the validator
// does not see that: where members wait for each other, branches leave a loop or are what the first member says.
//
// The numbers of an element: OWN, its lower triangle, scaled, later what is added to it; MATRIX, the lower triangle in the
// basis, later reflections; VECTORS, a copy that is factored, later the eigenvectors, one after another; and lists.

// The place of an entry of a lower triangle, row >= col, row by row.
fn lower(row: u32, col: u32) -> u32 {
    return row * (row + 1u) / 2u + col;
}

fn address(element: u32, place: u32) -> u32 {
    return words.base + (element / words.lanes * words.stride + place) * words.lanes + element % words.lanes;
}

// Reads the matrix into OWN, scaled to a largest entry of about one, and gives the scale; zero, if all entries are zero or
// some are not finite. The scale and its reciprocal are numbers that every device knows, so that matrices of subnormal
// numbers are not brought up to one.
fn load(element: u32) -> real {
    for (var k = member; k < TRIANGLE; k += TEAM) {
        let place = places[k];
        var entry = ZERO;
        if (place != NONE) {
            entry = numbers[address(element, place)];
        }
        put(OWN + k, entry);
    }
    sync();
    var largest = ZERO;
    var all_finite = true;
    for (var k = 0u; k < TRIANGLE; k++) {
        let entry = take(OWN + k);
        all_finite = all_finite && finite(entry);
        largest = max(largest, abs(entry));
    }
    sync();
    var scale = ZERO;
    if (all_finite && largest > ZERO) {
        scale = min(max(largest, SMALLEST), LARGEST);
        let over = ONE / scale;
        for (var k = member; k < TRIANGLE; k += TEAM) {
            put(OWN + k, take(OWN + k) * over);
        }
    }
    sync();
    return scale;
}

// Whether the pivots of the matrix in the basis are all positive. Numbers on the diagonal only decrease, so that they are
// looked at in every step: as long as they are positive, no number of the factors is large.
fn definite() -> bool {
    for (var k = member; k < REDUCED; k += TEAM) {
        put(VECTORS + k, take(MATRIX + k));
    }
    sync();
    var positive = true;
    for (var k = 0u; k < M; k++) {
        for (var row = k; row < M; row++) {
            positive = positive && take(VECTORS + lower(row, row)) > NOTHING;
        }
        if (!positive) {
            break;
        }
        sync();
        let over = ONE / take(VECTORS + lower(k, k));
        for (var row = k + 1u + member; row < M; row += TEAM) {
            let factor = take(VECTORS + lower(row, k)) * over;
            for (var col = k + 1u; col <= row; col++) {
                let at = VECTORS + lower(row, col);
                put(at, take(at) - factor * take(VECTORS + lower(col, k)));
            }
        }
        sync();
    }
    return positive;
}

// Adds what the negative eigenvalues lack, along their eigenvectors.
fn mend(element: u32, scale: real) {
    for (var k = member; k < TRIANGLE; k += TEAM) {
        put(OWN + k, ZERO);
    }
    var mended = false;
    for (var number = 0u; number < M; number++) {
        let value = take(VALUES + number);
        if (value >= ZERO) {
            continue;
        }
        mended = true;
        var added = -value;
        if (words.mode == ABS) {
            added = added + added;
        }
        spread(number);
        for (var row = member; row < N; row += TEAM) {
            let scaled = added * take(LIST + row);
            for (var col = 0u; col <= row; col++) {
                let at = OWN + lower(row, col);
                put(at, take(at) + scaled * take(LIST + col));
            }
        }
        sync();
    }
    if (mended) {
        for (var k = member; k < TRIANGLE; k += TEAM) {
            let added = take(OWN + k) * scale;
            for (var copy = 0u; copy < 2u; copy++) {
                let place = places[copy * TRIANGLE + k];
                if (place != NONE) {
                    let at = address(element, place);
                    numbers[at] = numbers[at] + added;
                }
            }
        }
    }
}

@compute @workgroup_size(GROUP)
fn project(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(workgroup_id) group: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let number = own_element(id, group);
    if (number >= words.count) {
        return;
    }
    join(number, local);
    let element = words.first + number;
    let scale = load(element);
    if (agree(scale > ZERO)) {
        reduce();
        if (agree(!definite())) {
            decompose();
            mend(element, scale);
        }
    }
}
