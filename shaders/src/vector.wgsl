struct Words {
    // Invocations in a row of the grid.
    row: u32,
    // The number of items, an invocation each, and the number of the first one.
    count: u32,
    first: u32,
    // The number of partial sums.
    partials: u32,
    // The place of the first partial sum, or of the scalar.
    place: u32,
    // Whether half the squares are summed.
    squares: u32,
}

@group(0) @binding(0) var<uniform> words: Words;

