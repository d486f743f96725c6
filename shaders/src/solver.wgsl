struct Words {
    // Invocations in a row of the grid.
    row: u32,
    // Items: an invocation each, or a team.
    count: u32,
    // The number of unknowns; `work` holds four vectors of so many: residual, preconditioned residual, direction, product.
    unknowns: u32,
    // The number of partial sums.
    partials: u32,
    // The first cluster of the level.
    first: u32,
    // The number of clusters, and of their levels.
    clusters: u32,
    levels: u32,
    // Whether the right-hand side is that of the buffer times -1.
    negate: u32,
}

@group(0) @binding(0) var<uniform> words: Words;

const RESIDUAL = 0u;
const PRECONDITIONED = 1u;
const DIRECTION = 2u;
const PRODUCT = 3u;

// The places of the scalars: residual · preconditioned, the length of the step, how much of the old direction is in the new
// one, residual · residual, the same at the start, the squares of the relative and of the absolute tolerance, and what is
// added to the matrix's diagonal.
const MIXED = 0u;
const ALPHA = 1u;
const BETA = 2u;
const SQUARE = 3u;
const START_SQUARE = 4u;
const RELATIVE = 5u;
const ABSOLUTE = 6u;
const SHIFT = 7u;

