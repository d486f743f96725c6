//! The width of a kernel's integers, whatever data bind to it.
//!
//! A shader has the low 32 bits of every integer. What looks at one reads them with a sign or without, and so must know which
//! of the two the integer fits: without one if it cannot be negative. What is compared, a difference, may need more than both:
//! then its sides are compared, or it is computed in 64 bits.

use spadina_core::index::{Index, IndexNode, Indices, Intervals, Monomial};
use spadina_core::program::Word;
use std::ops::RangeInclusive;

/// Differences of which no two are the same modulo 2³² unless they are equal.
const APART: RangeInclusive<i64> = 1 - (1 << 32)..=(1 << 32) - 1;

/// The widths of a kernel's integers.
pub(crate) struct Widths(Intervals);

/// The way in which an integer is compared with zero.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Comparison {
    /// Its low 32 bits are, as a word.
    Word(Word),
    /// The sum of its positive terms is compared with that of its negative ones, as words.
    Sides(Word, [Vec<Monomial>; 2]),
    /// It is computed in 64 bits.
    Wide,
}

impl Widths {
    /// The widths of all integers of an arena.
    pub fn of(indices: &Indices) -> Self {
        Self(Intervals::of_any_data(indices))
    }

    /// Returns true if an integer fits a word, whatever binds.
    pub fn fits(&self, index: Index, word: Word) -> bool {
        self.0.get(index).within(&word.range())
    }

    /// The word that an integer has: with a sign where that is certain to do, or where it may be negative.
    pub fn word(&self, index: Index) -> Word {
        let own = self.0.get(index);
        if own.within(&Word::I32.range()) || own.lo < 0 { Word::I32 } else { Word::U32 }
    }

    /// The word in which two integers are divided.
    pub fn common_word(&self, a: Index, b: Index) -> Word {
        let nonnegative = |index| self.0.get(index).lo >= 0;
        let signed = self.fits(a, Word::I32) && self.fits(b, Word::I32);
        if signed || !(nonnegative(a) && nonnegative(b)) { Word::I32 } else { Word::U32 }
    }

    /// The comparison that tells whether an integer is positive.
    pub fn positive(&self, indices: &Indices, index: Index) -> Comparison {
        if self.fits(index, Word::I32) || !is_computed(indices, index) {
            return Comparison::Word(self.word(index));
        }
        let (added, mut subtracted): (Vec<_>, Vec<_>) =
            indices.monomials(index).into_iter().partition(|term| term.coef > 0);
        subtracted.iter_mut().for_each(|term| term.coef = term.coef.wrapping_neg());
        let sides = [added, subtracted];
        let fit = |word: Word| sides.iter().all(|side| self.0.sum(side).within(&word.range()));
        match [Word::I32, Word::U32].into_iter().find(|&word| fit(word)) {
            Some(word) => Comparison::Sides(word, sides),
            None => Comparison::Wide,
        }
    }

    /// The comparison that tells whether an integer is zero.
    pub fn zero(&self, indices: &Indices, index: Index) -> Comparison {
        match self.0.get(index).within(&APART) || !is_computed(indices, index) {
            true => Comparison::Word(self.word(index)),
            false => Comparison::Wide,
        }
    }
}

/// Returns true if an integer may need more bits than what it is computed from.
fn is_computed(indices: &Indices, index: Index) -> bool {
    matches!(indices.node(index), IndexNode::Poly(_) | IndexNode::Product(..))
}

/// The words that an integer is computed from in 64 bits.
pub(crate) fn words_of(indices: &Indices, index: Index) -> Vec<Index> {
    let (mut words, mut pending) = (Vec::new(), vec![index]);
    while let Some(at) = pending.pop() {
        match is_computed(indices, at) {
            true => indices.operands(at, |a| pending.push(a)),
            false => words.push(at),
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_compared_as_far_as_they_fit() {
        let mut s = Indices::default();
        let (n, w, k) = (s.size("n"), s.size("w"), s.signed_size("k"));
        let (sum, product) = (s.add(n, w), s.mul(n, w));
        let [near, far, farther] = [s.sub(n, w), s.sub(n, sum), s.sub(product, k)];
        let below = s.sub(k, sum);
        let mask = s.int(0xffff_ffff);
        let hash = s.bits(spadina_core::index::BitOp::And, product, mask);
        let hashes = s.sub(hash, n);
        let widths = Widths::of(&s);
        assert_eq!(widths.positive(&s, near), Comparison::Word(Word::I32));
        assert_eq!(widths.positive(&s, far), Comparison::Word(Word::I32), "n - n - w");
        assert_eq!(widths.positive(&s, farther), Comparison::Wide);
        assert_eq!(widths.positive(&s, below), Comparison::Wide, "k may be negative, and n + w has 32 bits");
        assert!(matches!(widths.positive(&s, hashes), Comparison::Sides(Word::U32, _)));
        assert_eq!(widths.zero(&s, hashes), Comparison::Word(Word::I32));
        assert_eq!(widths.zero(&s, farther), Comparison::Wide);
        assert_eq!([n, k, hash].map(|index| widths.word(index)), [Word::I32, Word::I32, Word::U32]);
        assert_eq!([widths.common_word(n, hash), widths.common_word(k, hash)], [Word::U32, Word::I32]);
        assert_eq!(words_of(&s, farther), [n, w, k]);
    }
}
