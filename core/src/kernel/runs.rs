//! Runs: outputs that follow each other in memory share a slot.
//!
//! Entries of one row whose columns are consecutive numbers (the components of a node) are consecutive in CSR of both
//! triangles, and so are consecutive entries of the gradient. One slot for each run is then read instead of one for each
//! entry. A run never crosses a multiple of the stride of its indices (three for the components of nodes in space), so that
//! runs of different iterations are the same or apart: two entries written at once are not read at once half old, half
//! new, for which processors wait. Only outputs that have their entry in every iteration take part: where one might be missing, its neighbours
//! would not be neighbours.

use super::{Buffer, Output, Step};
use crate::index::{Index, Indices};
use crate::program::{Target, Update};
use crate::real::Array;
use rustc_hash::FxHashMap;

/// A write of a kernel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Write {
    /// The number of its update.
    pub update: usize,
    /// True if it goes to the transposed entry.
    pub transposed: bool,
}

/// Row and column of an output: the array and index of each, without and with the constant part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Coordinate {
    array: Option<Array>,
    base: Index,
    constant: i64,
    /// A divisor of every difference of two values of the base: 3 for `3 * node`, 0 if there is but one value.
    stride: i64,
}

impl Coordinate {
    fn of(indices: &mut Indices, array: Option<Array>, index: Index) -> Self {
        let terms = indices.monomials(index);
        let constant = terms.iter().find(|t| t.atoms.is_empty()).map_or(0, |t| t.coef);
        let moving = terms.iter().filter(|t| !t.atoms.is_empty());
        let stride = moving.fold(0, |stride, t| divisor(stride, t.coef.saturating_abs()));
        Self { array, base: indices.offset(index, -constant), constant, stride }
    }

    /// Returns true if it is the first component of a node, for which a run does not go on.
    fn begins_node(&self) -> bool {
        self.stride != 0 && self.constant.rem_euclid(self.stride) == 0
    }

    /// The key that the components of one node have in common, no two values of the base being less than a stride
    /// apart; and the component.
    fn node(&self) -> ((Option<Array>, Index, i64), u32) {
        let (block, component) = match self.stride {
            0 => (self.constant, 0),
            stride => (self.constant.div_euclid(stride), self.constant.rem_euclid(stride)),
        };
        // A component is less than the distance of two rows.
        ((self.array, self.base, block), component as u32)
    }
}

/// The greatest common divisor.
fn divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// The destination of an output: its row and, for matrices, its column.
fn places(indices: &mut Indices, target: &Target, transposed: bool) -> Option<[Coordinate; 2]> {
    let mut entry = |e: crate::program::Entry| Coordinate::of(indices, Some(e.array), e.index);
    let [row, col] = match *target {
        Target::Energy => return None,
        Target::Gradient(e) | Target::Product(e) => [entry(e); 2],
        Target::Hessian { row, col, .. } => [entry(row), entry(col)],
        Target::Residual { row, .. } | Target::ResidualProduct(row) => [Coordinate::of(indices, None, row); 2],
        Target::Jacobian { row, col } => {
            let col = entry(col);
            [Coordinate::of(indices, None, row), col]
        }
    };
    Some(if transposed { [col, row] } else { [row, col] })
}

/// Puts the writes of a kernel in the order in which runs follow each other:
/// block by block.
pub fn order(indices: &mut Indices, updates: &[Update], writes: &mut [Write]) {
    let mut blocks: FxHashMap<[(Option<Array>, Index); 2], usize> = FxHashMap::default();
    let mut keys = std::collections::BTreeMap::new();
    for &write in writes.iter() {
        let Write { update, transposed } = write;
        let Some([row, col]) = places(indices, &updates[update].target, transposed) else { continue };
        let matrix = !matches!(updates[update].target, Target::Gradient(_) | Target::Product(_));
        let [a, b] = [(row.array, row.base), (col.array, col.base)];
        let block = if a <= b { [a, b] } else { [b, a] };
        let next = blocks.len();
        let number = *blocks.entry(block).or_insert(next);
        // Neighbouring iterations write neighbouring entries where the stride is one: what the next iteration reads is
        // better not what was written last.
        let [row, col] = [row, col].map(|place| if place.stride == 1 { -place.constant } else { place.constant });
        keys.insert(write, (1 + u8::from(matrix), number, a > b, row, col));
    }
    writes.sort_by_key(|write| keys.get(write).copied().unwrap_or((0, 0, false, 0, 0)));
}

/// Gives each output its row node and its slot: the one of the run it continues, or the next of its region. `always` says
/// which have their entry in every iteration. Gives the widths of the records.
pub fn assign(
    indices: &mut Indices,
    updates: &[Update],
    outputs: &mut [Output],
    always: &[bool],
    widths: &mut [usize],
) {
    let mut last: Option<(usize, [Coordinate; 2])> = None;
    let mut nodes = FxHashMap::default();
    for k in 0..outputs.len() {
        let own = places(indices, &updates[outputs[k].update].target, outputs[k].transposed);
        let Some([row, col]) = own else {
            last = None;
            continue;
        };
        let (next, (node, component)) = (nodes.len(), row.node());
        outputs[k].node = row.array.map(|_| (*nodes.entry(node).or_insert(next), component));
        let continued = last.filter(|&(before, [last_row, last_col])| {
            let same = outputs[before].region == outputs[k].region && outputs[before].buffer == outputs[k].buffer;
            let next =
                last_col.array == col.array && last_col.base == col.base && last_col.constant + 1 == col.constant;
            let vector = !matches!(outputs[k].buffer, Buffer::Hessian | Buffer::Jacobian);
            same && next && !col.begins_node() && (vector || last_row == row) && always[before] && always[k]
        });
        let width = &mut widths[outputs[k].region];
        (outputs[k].offset, outputs[k].shift) = match continued {
            Some((before, _)) => (outputs[before].offset, outputs[before].shift + 1),
            None => {
                *width += 1;
                (*width - 1, 0)
            }
        };
        last = Some((k, [row, col]));
    }
}

/// Puts the output at the begin of a run, and every second one after it, right before the one that follows it, so that
/// both can be written at once.
pub fn pair(steps: &mut Vec<Step>, outputs: &[Output]) {
    let next = |k: usize| {
        let (own, other) = (&outputs[k], outputs.get(k + 1)?);
        let same = (own.region, own.buffer, own.offset) == (other.region, other.buffer, other.offset);
        (same && other.has_slot() && own.shift % 2 == 0 && own.shift + 1 == other.shift).then_some(k + 1)
    };
    let mut waiting = None;
    let old = std::mem::take(steps);
    for step in old {
        match step {
            Step::Output(k) if waiting.is_none() && next(k).is_some() => waiting = Some(k),
            Step::Output(_) | Step::Begin(..) | Step::End => {
                steps.extend(waiting.take().map(Step::Output));
                steps.push(step);
            }
            _ => steps.push(step),
        }
    }
    steps.extend(waiting.map(Step::Output));
}
