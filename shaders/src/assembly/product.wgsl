@group(0) @binding(1) var<storage, read> jacobian: array<real>;
// The factors of each product, as positions among the values of the Jacobian.
@group(0) @binding(3) var<storage, read> factors: array<vec2u>;

// Product `k` of the entry of JᵀJ whose list it is in; tiles have one entry.
fn contribution(k: u32, place: u32) -> real {
    let factor = factors[k];
    return jacobian[factor.x] * jacobian[factor.y];
}

