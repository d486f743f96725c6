//! Assembly without atomics: kernels leave numbers in a staging buffer, and every entry of a result sums those that
//! contribute to it.
//!
//! Entries that follow each other and have the same contributions (those of one row in a block of a node by a node) are a
//! *tile* and share a list of *items*: the position in the staging buffer of the number for the first entry of the tile, with
//! two flags, [`TRANSPOSED`] and [`NEGATED`]. The numbers for the next entries follow [`LANES`] apart, or, if the block is
//! stored for the transposed entry, a tile times as far.

use crate::matrix::Number;
use crate::tree::total;
use crate::{GROUP, Shader, TREE};

/// Records of a staging buffer that lie side by side: the numbers of one output of so many records follow each other.
pub const LANES: u32 = 32;

/// The bits of an item that are a position.
pub const POSITION: u32 = (1 << 30) - 1;
/// The flag of an item whose numbers are a tile apart.
pub const TRANSPOSED: u32 = 1 << 31;
/// The flag of an item whose numbers are subtracted.
pub const NEGATED: u32 = 1 << 30;

/// A list that is longer is summed by a workgroup of its own: that of an unknown that all elements share.
pub const LONG: u32 = 1024;

/// The uniform of the gathers.
const WORDS: &str = include_str!("words.wgsl");
/// What contributes: staged numbers, or products.
const STAGED: &str = include_str!("contribution.wgsl");
const PRODUCTS: &str = include_str!("product.wgsl");
/// How contributions are summed: by an invocation, or by a workgroup.
const SHORT: &str = include_str!("short.wgsl");
const LONG_LISTS: &str = include_str!("long.wgsl");

/// Entries with short lists: `staging`, `starts`, `items`, `entries`.
pub const GATHER: Shader = Shader {
    name: "gather",
    words: WORDS,
    texts: &[STAGED, SHORT, include_str!("gather.wgsl")],
    writes: &[false, false, false, true],
};
/// Entries with long lists: `staging`, `starts`, `items`, `entries`, `chosen`.
pub const GATHER_LONG: Shader = Shader {
    name: "gather_long",
    words: WORDS,
    texts: &[STAGED, TREE, LONG_LISTS, include_str!("gather_long.wgsl")],
    writes: &[false, false, false, true, false],
};
/// Entries of JᵀJ with few products: `jacobian`, `starts`, `factors`, `entries`.
pub const GRAM: Shader = Shader {
    name: "gram",
    words: WORDS,
    texts: &[PRODUCTS, SHORT, include_str!("gram.wgsl")],
    writes: &[false, false, false, true],
};
/// Entries of JᵀJ with many products: `jacobian`, `starts`, `factors`, `entries`, `chosen`.
pub const GRAM_LONG: Shader = Shader {
    name: "gram_long",
    words: WORDS,
    texts: &[PRODUCTS, TREE, LONG_LISTS, include_str!("gram_long.wgsl")],
    writes: &[false, false, false, true, false],
};
/// Sums of vectors: `numbers`, `sums`.
pub const REDUCE: Shader =
    Shader { name: "reduce", words: "", texts: &[TREE, include_str!("reduce.wgsl")], writes: &[false, true] };

/// Every shader of assembly.
pub const ALL: [Shader; 5] = [GATHER, GATHER_LONG, GRAM, GRAM_LONG, REDUCE];

impl Shader {
    /// The text of a shader of assembly.
    pub fn assembly_text(&self, double: bool) -> String {
        let (real, half) = if double { ("f64", "0.5lf") } else { ("f32", "0.5f") };
        let head = format!(
            "alias real = {real};\nconst HALF: real = {half};\nconst GROUP = {GROUP}u;\nconst LANES = {LANES}u;\n\
             const LONG = {LONG}u;\nconst POSITION = {POSITION}u;\nconst TRANSPOSED = {TRANSPOSED}u;\n\
             const NEGATED = {NEGATED}u;\n\n"
        );
        head + self.words + &self.texts.concat()
    }
}

/// Lists of items, one for each tile of entries.
#[derive(Clone, Copy, Debug)]
pub struct Tiles<'a> {
    /// Entries in a tile.
    pub tile: u32,
    /// Where each list begins, and at the end how many items there are.
    pub starts: &'a [u32],
    /// The items.
    pub items: &'a [u32],
}

impl Tiles<'_> {
    /// What contributes to an entry, in order.
    fn contributions<T: Number>(self, entry: usize, staging: &[T]) -> impl ExactSizeIterator<Item = T> {
        let (tile, place) = (entry / self.tile as usize, entry as u32 % self.tile);
        let items = &self.items[self.starts[tile] as usize..self.starts[tile + 1] as usize];
        items.iter().map(move |&item| {
            let step = if item & TRANSPOSED == 0 { LANES } else { LANES * self.tile };
            let number = staging[((item & POSITION) + place * step) as usize];
            if item & NEGATED == 0 { number } else { T::default() - number }
        })
    }
}

/// The twin of `gather.wgsl`: sums of short lists; `adds`: to what is there.
pub fn gather<T: Number>(tiles: Tiles<'_>, staging: &[T], adds: bool, entries: &mut [T]) {
    sum_short(|entry| tiles.contributions(entry, staging), adds, entries);
}

/// The twin of `gather_long.wgsl`: sums of the lists of the entries `chosen`.
pub fn gather_long<T: Number>(tiles: Tiles<'_>, staging: &[T], adds: bool, entries: &mut [T], chosen: &[u32]) {
    sum_long(|entry| tiles.contributions(entry, staging), adds, entries, chosen);
}

/// Lists of pairs of positions among the values of a Jacobian, one for each entry of JᵀJ.
#[derive(Clone, Copy, Debug)]
pub struct Products<'a> {
    /// Where each list begins, and at the end how many pairs there are.
    pub starts: &'a [u32],
    /// The pairs.
    pub factors: &'a [[u32; 2]],
}

impl Products<'_> {
    /// The products of an entry, in order.
    fn of<T: Number>(self, entry: usize, jacobian: &[T]) -> impl ExactSizeIterator<Item = T> {
        let own = &self.factors[self.starts[entry] as usize..self.starts[entry + 1] as usize];
        own.iter().map(|&[a, b]| jacobian[a as usize] * jacobian[b as usize])
    }
}

/// The twin of `gram.wgsl`: sums of short lists of products; `adds`: to what is there.
pub fn gram<T: Number>(products: Products<'_>, jacobian: &[T], adds: bool, entries: &mut [T]) {
    sum_short(|entry| products.of(entry, jacobian), adds, entries);
}

/// The twin of `gram_long.wgsl`: sums of the products of the entries `chosen`.
pub fn gram_long<T: Number>(products: Products<'_>, jacobian: &[T], adds: bool, entries: &mut [T], chosen: &[u32]) {
    sum_long(|entry| products.of(entry, jacobian), adds, entries, chosen);
}

/// `sum_short` of `short.wgsl`: sums of the lists that are not long.
fn sum_short<T: Number, L: ExactSizeIterator<Item = T>>(list: impl Fn(usize) -> L, adds: bool, entries: &mut [T]) {
    for (entry, to) in entries.iter_mut().enumerate() {
        let list = list(entry);
        if list.len() <= LONG as usize {
            *to = list.fold(if adds { *to } else { T::default() }, |sum, number| sum + number);
        }
    }
}

/// `sum_long` of `long.wgsl`: sums of the lists of the entries `chosen`.
fn sum_long<T: Number, L: Iterator<Item = T>>(
    list: impl Fn(usize) -> L,
    adds: bool,
    entries: &mut [T],
    chosen: &[u32],
) {
    for &entry in chosen {
        let list: Vec<T> = list(entry as usize).collect();
        let to = &mut entries[entry as usize];
        *to = if adds { total(&list) + *to } else { total(&list) };
    }
}

/// The twin of `reduce.wgsl`: the sums of `groups` workgroups over the numbers, or over half their squares.
pub fn reduce<T: Number>(numbers: &[T], squares: bool, groups: usize) -> Vec<T> {
    let group = GROUP as usize;
    let mut own = vec![T::default(); groups * group];
    for (k, &number) in numbers.iter().enumerate() {
        let to = &mut own[k % (groups * group)];
        *to = *to + if squares { T::from(0.5) * (number * number) } else { number };
    }
    own.chunks(group).map(total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shaders_are_valid() {
        for shader in ALL {
            crate::tests::validate(shader, &shader.assembly_text(false), false);
            crate::tests::validate(shader, &shader.assembly_text(true), true);
        }
    }

    #[test]
    fn flags_say_where_the_numbers_of_a_tile_are() {
        let staging: Vec<f64> = (0..9 * LANES).map(|k| f64::from(k / LANES)).collect();
        // Numbers 1, 2, 3 for a tile of three, then 0, 3, 6, subtracted.
        let items = [LANES, TRANSPOSED | NEGATED];
        let tiles = Tiles { tile: 3, starts: &[0, 1, 2, 2], items: &items };
        let mut entries = vec![100.0; 9];
        gather(tiles, &staging, true, &mut entries);
        assert_eq!(entries, [101.0, 102.0, 103.0, 100.0, 97.0, 94.0, 100.0, 100.0, 100.0]);
        gather_long(tiles, &staging, false, &mut entries, &[4, 7]);
        assert_eq!(entries[4..], [-3.0, 94.0, 100.0, 0.0, 100.0]);
    }

    #[test]
    fn sums_are_those_of_the_workgroups() {
        let numbers: Vec<f64> = (1..=1000).map(f64::from).collect();
        assert_eq!(reduce(&numbers, false, 2).iter().sum::<f64>(), 500_500.0);
        assert_eq!(reduce(&[3.0, 4.0], true, 1), [12.5]);
        let mut entries = [1.0, 1.0];
        let products = Products { starts: &[0, 2, 2], factors: &[[0, 1], [1, 1]] };
        gram(products, &[2.0, 3.0], false, &mut entries);
        assert_eq!(entries, [15.0, 0.0]);
        gram_long(products, &[2.0, 3.0], true, &mut entries, &[0]);
        assert_eq!(entries, [30.0, 0.0]);
    }
}
