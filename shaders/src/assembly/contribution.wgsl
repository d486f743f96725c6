@group(0) @binding(1) var<storage, read> staging: array<real>;
@group(0) @binding(3) var<storage, read> items: array<u32>;

// What item `k` contributes to the entry at a place of its tile. The numbers for the entries of a tile are `LANES` apart in the
// staging buffer, or a tile times as far if the item is transposed.
fn contribution(k: u32, place: u32) -> real {
    let item = items[k];
    let step = select(LANES, LANES * words.tile, (item & TRANSPOSED) != 0u);
    let number = staging[(item & POSITION) + place * step];
    return select(number, -number, (item & NEGATED) != 0u);
}

