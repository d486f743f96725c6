//! Integers whose value matters, not only their low 32 bits.

use crate::index::{Cond, Index};
use crate::real::{Graph, Span};
use std::ops::RangeInclusive;

/// An integer that is compared, divided, shifted right, made a real, or that bounds a loop.
///
/// Sums, differences and products are the same modulo 2³² whether they wrap around or not, so that the mathematical
/// integers of the arena stand for WGSL's until one is *looked at*. There it must be the number that WGSL has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LookedAt {
    /// The integer.
    pub index: Index,
    /// The word that it must fit.
    pub word: Word,
    /// The condition under which it is looked at.
    pub guard: Cond,
    /// The place in the source.
    pub span: Span,
}

impl LookedAt {
    /// Every sum and product that a graph's values need: for integers that never wrap around, but are computed in 64
    /// bits.
    pub fn computed(graph: &mut Graph) -> Vec<LookedAt> {
        let guard = graph.indices.bool(true);
        let mut spans: Vec<Option<Span>> = vec![None; graph.indices.len()];
        for value in graph.values() {
            graph.index_operands(value, |i| _ = spans[i.index()].get_or_insert(graph.span_of(value)));
        }
        let mut list = Vec::new();
        for at in (0..spans.len()).rev() {
            let (index, Some(span)) = (Index(at as u32), spans[at]) else { continue };
            graph.indices.operands(index, |a| _ = spans[a.index()].get_or_insert(span));
            if graph.indices.node(index).adds_up() {
                list.push(LookedAt { index, word: Word::Low, guard, span });
            }
        }
        list
    }
}

/// The word that an integer must fit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Word {
    /// 32 bits with a sign.
    I32,
    /// 32 bits without.
    U32,
    /// Its low 32 bits are taken: only the 64 in which it is computed.
    Low,
}

impl Word {
    /// The integers that fit.
    pub fn range(self) -> RangeInclusive<i64> {
        match self {
            Word::I32 => i64::from(i32::MIN)..=i64::from(i32::MAX),
            Word::Low => i64::MIN + 1..=i64::MAX - 1,
            Word::U32 => 0..=i64::from(u32::MAX),
        }
    }
}
