// Writes the sums of a workgroup.
fn write_sums(local: u32, number: u32, own: array<real, 2>) {
    let mixed = group_sum(local, own[0]);
    let square = group_sum(local, own[1]);
    if (local == 0u && number < words.partials) {
        partials[2u * number] = mixed;
        partials[2u * number + 1u] = square;
    }
}
