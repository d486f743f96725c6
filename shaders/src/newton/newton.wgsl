// The places of the scalars.
const DESCENT = 0u;
const DIFFERENCE = 1u;
const ALPHA = 2u;
const GRADIENT = 3u;
const FIRST_GRADIENT = 4u;
const FIRST_DECREMENT = 5u;
const GRADIENT_RELATIVE = 6u;
const GRADIENT_ABSOLUTE = 7u;
const DECREMENT_RELATIVE = 8u;
const DECREMENT_ABSOLUTE = 9u;
const ARMIJO = 10u;
const SHRINK = 11u;
const NOISE = 12u;
const TRIAL_SLOPE = 13u;
const LEAST = 14u;
const WOLFE = 15u;
const CURVATURE = 16u;
const ROUGHNESS = 17u;

// The places of the words: what is going on, trials of this iteration, iterations, iterations without progress.
const STATE = 0u;
const TRIALS = 1u;
const ITERATIONS = 2u;
const IDLE = 3u;

const SEARCHING = 0u;
const ACCEPTED = 1u;
const STATIONARY = 2u;
const CONVERGED = 3u;
const NO_DESCENT = 4u;
const EXHAUSTED = 5u;

// Iterations without progress that end them.
const PATIENCE = 5u;

// Whether a number is neither infinite nor NaN: by its bits, because comparisons are assumed by some drivers to be of
// numbers. What single precision cannot hold counts as infinite.
fn is_finite(number: real) -> bool {
    return (bitcast<u32>(f32(number)) & 0x7f800000u) != 0x7f800000u;
}

