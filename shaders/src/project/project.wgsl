// Replaces the negative eigenvalues of symmetric matrices, one for each element, in place: an invocation does one element
// in every round. Matrices that are positive definite, or not finite, are left as they are.
//
// The numbers of an element: OWN, its lower triangle, scaled, later what is added to it; MATRIX, the lower triangle in the
// basis, later reflections; VECTORS, a copy that is factored, later the eigenvectors, one after another; and lists.

struct Words {
    // Invocations in a row of the grid.
    row: u32,
    // Elements.
    count: u32,
    // Invocations that work, and how many elements each does at most.
    threads: u32,
    rounds: u32,
    // Entry k of an element is number base + (element / lanes * stride + places[k]) * lanes + element % lanes.
    base: u32,
    lanes: u32,
    stride: u32,
    // Negative eigenvalues are set to zero (0), or made positive (1).
    mode: u32,
}

@group(0) @binding(0) var<uniform> words: Words;

// The place of an entry that does not exist.
const NONE = 0xffffffffu;

// The number of this invocation.
var<private> thread: u32;

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
    var largest = ZERO;
    var all_finite = true;
    for (var k = 0u; k < TRIANGLE; k++) {
        let place = places[k];
        var entry = ZERO;
        if (place != NONE) {
            entry = numbers[address(element, place)];
        }
        all_finite = all_finite && finite(entry);
        largest = max(largest, abs(entry));
        put(OWN + k, entry);
    }
    if (!all_finite || largest <= ZERO) {
        return ZERO;
    }
    let scale = min(max(largest, SMALLEST), LARGEST);
    let over = ONE / scale;
    for (var k = 0u; k < TRIANGLE; k++) {
        put(OWN + k, take(OWN + k) * over);
    }
    return scale;
}

// Whether the pivots of the matrix in the basis are all positive. Numbers on the diagonal only decrease, so that each is
// looked at as soon as it changes: as long as they are positive, no number of the factors is large.
fn definite() -> bool {
    for (var k = 0u; k < REDUCED; k++) {
        put(VECTORS + k, take(MATRIX + k));
    }
    for (var k = 0u; k < M; k++) {
        let pivot = take(VECTORS + lower(k, k));
        if (pivot <= NOTHING) {
            return false;
        }
        let over = ONE / pivot;
        for (var row = k + 1u; row < M; row++) {
            let factor = take(VECTORS + lower(row, k)) * over;
            for (var col = k + 1u; col <= row; col++) {
                let at = VECTORS + lower(row, col);
                put(at, take(at) - factor * take(VECTORS + lower(col, k)));
            }
            if (take(VECTORS + lower(row, row)) <= NOTHING) {
                return false;
            }
        }
    }
    return true;
}

// Adds what the negative eigenvalues lack, along their eigenvectors.
fn mend(element: u32, scale: real) {
    for (var k = 0u; k < TRIANGLE; k++) {
        put(OWN + k, ZERO);
    }
    var mended = false;
    for (var number = 0u; number < M; number++) {
        let value = take(VALUES + number);
        if (value < ZERO) {
            mended = true;
            var added = -value;
            if (words.mode == 1u) {
                added = added + added;
            }
            spread(number);
            for (var row = 0u; row < N; row++) {
                let scaled = added * take(LIST + row);
                for (var col = 0u; col <= row; col++) {
                    let at = OWN + lower(row, col);
                    put(at, take(at) + scaled * take(LIST + col));
                }
            }
        }
    }
    if (!mended) {
        return;
    }
    for (var k = 0u; k < TRIANGLE; k++) {
        let place = places[k];
        if (place != NONE) {
            let at = address(element, place);
            numbers[at] = numbers[at] + take(OWN + k) * scale;
        }
    }
}

@compute @workgroup_size(GROUP)
fn project(@builtin(global_invocation_id) id: vec3u) {
    thread = id.y * words.row + id.x;
    if (thread >= words.threads) {
        return;
    }
    for (var round = 0u; round < words.rounds; round++) {
        let element = round * words.threads + thread;
        if (element < words.count) {
            let scale = load(element);
            if (scale > ZERO) {
                reduce();
                if (!definite()) {
                    decompose();
                    mend(element, scale);
                }
            }
        }
    }
}
