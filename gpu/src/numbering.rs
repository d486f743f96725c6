//! Which numbers the outputs of a kernel have in a record of the staging buffer.
//!
//! Outputs with the same value share a number: an entry and its transposed one, the components of opposite forces. So a
//! spring leaves 12 numbers for its 42 entries. The numbers of a run follow each other, or are a constant step apart where
//! the run is that of a transposed block.

use rustc_hash::FxHashMap;
use spadina_core::kernel::{Buffer, Kernel, Output};
use spadina_core::real::Value;

/// The numbers of a kernel's outputs.
#[derive(Clone, Default, Debug)]
pub(crate) struct Numbering {
    /// By output, the number it writes; `None` for the energy, and where another output writes the number.
    pub writes: Vec<Option<usize>>,
    /// By region, how many numbers a record has.
    pub counts: Vec<usize>,
    /// The runs, in the order of the outputs.
    pub runs: Vec<Run>,
    /// The entries of projected elements with the numbers they have: a number for each copy.
    pub copies: Vec<(usize, usize)>,
}

/// Outputs that share a slot and go to entries that follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Run {
    pub region: usize,
    pub buffer: Buffer,
    /// Position of the slot in the region's record.
    pub offset: usize,
    /// The distance of the first output's entry from the slot.
    pub shift: u32,
    /// Outputs.
    pub length: usize,
    /// The number of the first output, and how far the numbers of the next ones are apart.
    pub first: usize,
    pub step: usize,
    /// True if the numbers are subtracted.
    pub negated: bool,
}

/// A key that two outputs share if they are the same number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// The value they add or subtract.
    Value(Value),
    /// The entry of the element's lower triangle: projection makes different numbers of the same value.
    Entry(usize),
}

/// A number of a record, or its opposite.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Signed {
    number: usize,
    negated: bool,
}

impl Numbering {
    /// Numbers the outputs; `entry` gives the entry of a projected element that an output is.
    pub fn of(kernel: &Kernel, entry: impl Fn(usize) -> Option<usize>) -> Self {
        let mut found: FxHashMap<(usize, Key), Signed> = FxHashMap::default();
        let mut numbering =
            Self { writes: vec![None; kernel.outputs.len()], counts: vec![0; kernel.regions.len()], ..Self::default() };
        let mut first = 0;
        while first < kernel.outputs.len() {
            let own = &kernel.outputs[first];
            let length = length_of_run(&kernel.outputs[first..]);
            let outputs = first..first + length;
            first = outputs.end;
            if !own.has_slot() {
                continue;
            }
            let key = |k: usize| {
                let output = &kernel.outputs[k];
                let key = entry(k).map_or(Key::Value(output.value), Key::Entry);
                // The entries of an element have their own signs.
                ((output.region, key), output.negated && matches!(key, Key::Value(_)))
            };
            let keys: Vec<_> = outputs.clone().map(key).collect();
            let (Signed { number, negated }, step) = shared(&keys, &found).unwrap_or_else(|| {
                let next = numbering.counts[own.region];
                numbering.counts[own.region] += length;
                for (k, output) in outputs.enumerate() {
                    numbering.writes[output] = Some(next + k);
                    found.entry(keys[k].0).or_insert(Signed { number: next + k, negated: keys[k].1 });
                    if let (_, Key::Entry(entry)) = keys[k].0 {
                        numbering.copies.push((entry, next + k));
                    }
                }
                (Signed { number: next, negated: false }, 1)
            });
            let Output { region, buffer, offset, shift, .. } = *own;
            numbering.runs.push(Run { region, buffer, offset, shift, length, first: number, step, negated });
        }
        numbering
    }

    /// The number of consecutive entries with the same contributions: one list for each such tile of a vector.
    pub fn tile(&self, buffer: Buffer) -> usize {
        let own = || self.runs.iter().filter(|run| run.buffer == buffer);
        let tile = own().map(|run| run.length).min().unwrap_or(1);
        let fits = |run: &Run| {
            let steps = run.step == 1 || run.step == tile;
            run.length == tile && run.shift == 0 && (steps || tile == 1)
        };
        if own().all(fits) { tile } else { 1 }
    }
}

/// The number of outputs at the start of a list that are one run.
fn length_of_run(outputs: &[Output]) -> usize {
    let place = |o: &Output| (o.region, o.buffer, o.offset);
    let continues = |pair: &[Output]| place(&pair[0]) == place(&pair[1]) && pair[0].shift + 1 == pair[1].shift;
    1 + outputs.windows(2).take_while(|pair| pair[0].has_slot() && continues(pair)).count()
}

/// The first number and the step of a run all of whose outputs have numbers.
fn shared(keys: &[((usize, Key), bool)], found: &FxHashMap<(usize, Key), Signed>) -> Option<(Signed, usize)> {
    let relative = |(key, negated): &((usize, Key), bool)| {
        found.get(key).map(|own| Signed { negated: own.negated != *negated, ..*own })
    };
    let all: Vec<Signed> = keys.iter().map(relative).collect::<Option<_>>()?;
    let first = all[0];
    let step = all.get(1).map_or(Some(1), |second| second.number.checked_sub(first.number))?;
    let regular = all.iter().enumerate().all(|(k, &own)| own == Signed { number: first.number + k * step, ..first });
    regular.then_some((first, step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina_core::kernel::{Outputs, build_with};
    use spadina_core::pipeline;
    use spadina_core::program::{Program, Target, Update};
    use spadina_core::real::{ArrayKind, Graph};

    /// `Σ f(x[a] - x[b])` over edges in the plane.
    fn springs() -> Kernel {
        let mut g = Graph::default();
        let x = g.array("x", ArrayKind::Unknown);
        let (zero, n, two) = (g.indices.int(0), g.indices.size("n"), 2);
        let var = g.indices.var(0, zero, n, "e");
        let e = g.indices.var_index(var);
        let table = g.indices.table("edges", true);
        let node = |g: &mut Graph, k: i64| {
            let at = g.indices.scale(e, 2);
            let at = g.indices.offset(at, k);
            let read = g.indices.read(table, at);
            g.indices.scale(read, two)
        };
        let nodes = [node(&mut g, 0), node(&mut g, 1)];
        let difference = |g: &mut Graph, c: i64| {
            let [a, b] = nodes.map(|node| {
                let at = g.indices.offset(node, c);
                g.load(x, at)
            });
            g.sub(a, b)
        };
        let (u, v) = (difference(&mut g, 0), difference(&mut g, 1));
        let squares = [(u, u), (v, v), (u, v)].map(|(a, b)| g.mul(a, b));
        let (sum, product) = (g.add(squares[0], squares[1]), g.mul(squares[0], squares[2]));
        let value = g.add(sum, product);
        let update = Update { vars: vec![var], base: 1, target: Target::Energy, value, stored: None };
        let program = Program { name: "springs".into(), graph: g, updates: vec![update], looked_at: vec![] };
        let outputs = Outputs { energy: true, gradient: true, hessian: true, ..Outputs::default() };
        let mut kernel = build_with(&pipeline::solved(program), outputs, true).remove(0);
        kernel.fuse();
        kernel
    }

    #[test]
    fn outputs_of_one_value_are_one_number() {
        let kernel = springs();
        let numbering = Numbering::of(&kernel, |_| None);
        // Opposite forces, and of two blocks off the diagonal one is the other's transposed: not 4 + 16.
        let count: usize = numbering.counts.iter().sum();
        assert_eq!((count, numbering.runs.len()), (2 + 12, 2 + 8), "{numbering:?}");
        assert_eq!((numbering.tile(Buffer::Gradient), numbering.tile(Buffer::Hessian)), (2, 2));
        assert_eq!(numbering.runs.iter().filter(|run| run.negated).count(), 1);
        assert_eq!(numbering.runs.iter().filter(|run| run.step == 2).count(), 2);
        assert_eq!(numbering.writes.iter().flatten().count(), count);
        // A run whose length is not the tile's makes it one.
        let mut uneven = numbering.clone();
        uneven.runs[3].length = 1;
        assert_eq!(uneven.tile(Buffer::Hessian), 1);
    }

    #[test]
    fn entries_that_are_projected_have_numbers_of_their_own() {
        let kernel = springs();
        let block = |o: &Output| o.buffer == Buffer::Hessian;
        let entry = |k: usize| block(&kernel.outputs[k]).then(|| kernel.outputs[k].update);
        let numbering = Numbering::of(&kernel, entry);
        let mut entries: Vec<usize> = numbering.copies.iter().map(|copy| copy.0).collect();
        entries.sort_unstable();
        entries.dedup();
        // The lower triangle of a matrix of four rows; its blocks on the diagonal are whole.
        assert_eq!((entries.len(), numbering.copies.len()), (10, 12));
        assert_eq!(numbering.tile(Buffer::Hessian), 2);
    }
}
