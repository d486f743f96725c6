// The scale of the residual, from the largest number of the right-hand side in each workgroup: the power of two that brings the
// largest of all to between 1 and 2. One workgroup.

// The bits of a number in single precision before its exponent.
const DIGITS = 23u;

// The sum of the exponents, with their offsets, of a power of two and of its inverse.
const EXPONENTS = 254u;

@group(0) @binding(1) var<storage, read> partials: array<real>;
@group(0) @binding(2) var<storage, read_write> scalars: SolverScalars;

@compute @workgroup_size(GROUP)
fn scale(@builtin(local_invocation_index) local: u32) {
    var own = ZERO;
    for (var k = local; k < words.partials; k += GROUP) {
        own = max(own, partials[2u * k]);
    }
    let most = group_largest(local, own);
    if (local == 0u) {
        let bits = bitcast<u32>(f32(clamp(most, LEAST_SCALE, LARGEST_SCALE)));
        let exponent = clamp(bits >> DIGITS, 1u, EXPONENTS - 1u);
        scalars.scale = real(bitcast<f32>((EXPONENTS - exponent) << DIGITS));
        scalars.unscale = real(bitcast<f32>(exponent << DIGITS));
    }
}
