// Applies the inverse block of a node to its residual and keeps both; gives residual · preconditioned and residual · residual.
fn precondition(node: u32, own: array<real, NODE>) -> array<real, 2> {
    var residual = own;
    var mixed = ZERO;
    var square = ZERO;
    for (var i = 0u; i < NODE; i++) {
        let at = node * NODE + i;
        var z = ZERO;
        for (var j = 0u; j < NODE; j++) {
            z += inverse[at * NODE + j] * residual[j];
        }
        work[RESIDUAL * words.unknowns + at] = residual[i];
        work[PRECONDITIONED * words.unknowns + at] = z;
        mixed += residual[i] * z;
        square += residual[i] * residual[i];
    }
    return array<real, 2>(mixed, square);
}
