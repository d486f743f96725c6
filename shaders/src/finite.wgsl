// The bits of the exponent of a number in single precision; all are set where it is infinite or NaN.
const EXPONENT = 0x7f800000u;

// Whether a number is neither infinite nor NaN: by its bits, because comparisons are assumed by some drivers to be of
// numbers. What single precision cannot hold counts as infinite.
fn is_finite(number: real) -> bool {
    return (bitcast<u32>(f32(number)) & EXPONENT) != EXPONENT;
}
