//! Assembly without atomics: kernels leave numbers in a staging buffer, and every entry of a result sums those that
//! contribute to it.
//!
//! Entries that follow each other and have the same contributions (those of one row in a block of a node by a node) are a
//! *tile* and share a list of *items*: the position in the staging buffer of the number for the first entry of the tile, with
//! two flags, [`TRANSPOSED`] and [`NEGATED`]. The numbers for the next entries follow [`LANES`] apart, or, if the block is
//! stored for the transposed entry, a tile times as far.

use crate::layout::{word_structure, words};
use crate::number::Number;
use crate::shader::{GROUP, Shader, TREE};
use crate::tree::total;

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

word_structure! {
    /// The uniform of the gathers.
    pub struct GatherWords {
        /// Entries, or those with long lists.
        count: u32,
        /// Invocations, or workgroups, in a row of the grid.
        row: u32,
        /// True if the sum is added to the value that is there.
        adds: bool,
        /// Entries in a tile.
        tile: u32,
    }
}

word_structure! {
    /// The uniform of a reduction.
    pub struct ReduceWords {
        /// The first of the numbers that are summed.
        first: u32,
        /// The number of these.
        count: u32,
        /// Invocations of the grid.
        grid: u32,
        /// True if half the squares are summed.
        squares: bool,
        /// The place of the sum of the first workgroup.
        place: u32,
    }
}

/// The declarations of the shaders of the gathers.
fn gathers(_double: bool) -> String {
    let items = [("POSITION", POSITION), ("TRANSPOSED", TRANSPOSED), ("NEGATED", NEGATED)];
    words([("LANES", LANES), ("LONG", LONG)]) + &words(items) + &GatherWords::uniform()
}

/// The contributions: staged numbers, or products.
const STAGED: &str = include_str!("contribution.wgsl");
const PRODUCTS: &str = include_str!("product.wgsl");
/// The sums of contributions: by an invocation, or by a workgroup.
const SHORT: &str = include_str!("short.wgsl");
const LONG_LISTS: &str = include_str!("long.wgsl");

/// Entries with short lists: `staging`, `starts`, `items`, `entries`.
pub const GATHER: Shader =
    Shader { name: "gather", declarations: gathers, texts: &[STAGED, SHORT, include_str!("gather.wgsl")] };
/// Entries with long lists: `staging`, `starts`, `items`, `entries`, `chosen`.
pub const GATHER_LONG: Shader = Shader {
    name: "gather_long",
    declarations: gathers,
    texts: &[STAGED, TREE, LONG_LISTS, include_str!("gather_long.wgsl")],
};
/// Entries of JᵀJ with few products: `jacobian`, `starts`, `factors`, `entries`.
pub const GRAM: Shader =
    Shader { name: "gram", declarations: gathers, texts: &[PRODUCTS, SHORT, include_str!("gram.wgsl")] };
/// Entries of JᵀJ with many products: `jacobian`, `starts`, `factors`, `entries`, `chosen`.
pub const GRAM_LONG: Shader = Shader {
    name: "gram_long",
    declarations: gathers,
    texts: &[PRODUCTS, TREE, LONG_LISTS, include_str!("gram_long.wgsl")],
};
/// Sums of vectors: `numbers`, `sums`.
pub const REDUCE: Shader =
    Shader { name: "reduce", declarations: |_| ReduceWords::uniform(), texts: &[TREE, include_str!("reduce.wgsl")] };

/// Lists of items, one for each tile of entries.
#[derive(Clone, Copy, Debug)]
pub struct Tiles<'a> {
    /// Entries in a tile.
    pub tile: u32,
    /// The places at which the lists begin, and at the end the number of items.
    pub starts: &'a [u32],
    /// The items.
    pub items: &'a [u32],
}

impl Tiles<'_> {
    /// The contributions to an entry, in order.
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
    /// The places at which the lists begin, and at the end the number of pairs.
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
