// The unknowns are the basis.

fn reduce() {
    for (var k = member; k < TRIANGLE; k += TEAM) {
        put(MATRIX + k, take(OWN + k));
    }
    sync();
}

fn spread(number: u32) {
    for (var row = member; row < N; row += TEAM) {
        put(LIST + row, take(VECTORS + number * M + row));
    }
    sync();
}
