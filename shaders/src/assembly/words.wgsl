struct Words {
    count: u32,
    // Invocations, or workgroups, in a row of the grid.
    row: u32,
    // Whether the sum is added to what is there.
    adds: u32,
    // Entries in a tile.
    tile: u32,
}

@group(0) @binding(0) var<uniform> words: Words;

