struct Words {
    // Invocations in a row of the grid.
    row: u32,
    // Items: an invocation each, or a team.
    count: u32,
    // The number of unknowns; `work` holds four vectors of so many: residual, preconditioned residual, direction, product.
    unknowns: u32,
    // The number of partial sums.
    partials: u32,
}

@group(0) @binding(0) var<uniform> words: Words;

const RESIDUAL = 0u;
const PRECONDITIONED = 1u;
const DIRECTION = 2u;
const PRODUCT = 3u;

