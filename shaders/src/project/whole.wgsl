// The unknowns are the basis.

fn reduce() {
    for (var k = 0u; k < TRIANGLE; k++) {
        put(MATRIX + k, take(OWN + k));
    }
}

fn spread(number: u32) {
    for (var row = 0u; row < N; row++) {
        put(LIST + row, take(VECTORS + number * M + row));
    }
}
