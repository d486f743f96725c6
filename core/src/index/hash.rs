//! Integers that are meant to wrap around: hashes.
//!
//! Positions in tables are sums and products of variables and sizes with small factors, and never wrap around: they stay
//! polynomials, which are compared and simplified. What is multiplied with large literals, or mixed from bits, is a hash.

use super::{BitOp, Index, IndexNode, Indices};

/// Factors from this one on are those of hashes.
const LARGE: i64 = 1 << 16;

impl Indices {
    /// An integer that is the same modulo 2³², with factors of 32 bits.
    pub fn modulo_word(&mut self, index: Index) -> Index {
        let mut terms = self.monomials(index);
        if terms.iter().all(|term| i32::try_from(term.coef).is_ok()) {
            return index;
        }
        terms.iter_mut().for_each(|term| term.coef = i64::from(term.coef as i32));
        self.polynomial(terms)
    }

    /// Returns true if an integer is a sum or product that is meant to wrap around.
    pub fn is_hash(&self, index: Index) -> bool {
        match self.node(index) {
            IndexNode::Poly(terms) => terms.iter().any(|term| {
                let large = !(-LARGE..LARGE).contains(&term.coef) && !term.atoms.is_empty();
                large || term.atoms.iter().any(|&atom| self.mixes_bits(atom))
            }),
            IndexNode::Product(a, b) => self.is_hash(*a) || self.is_hash(*b),
            _ => false,
        }
    }

    /// Returns true if an integer is made of bits, and may be large.
    fn mixes_bits(&self, index: Index) -> bool {
        let small = |a: Index| self.as_const(a).is_some_and(|c| (0..LARGE).contains(&c));
        match *self.node(index) {
            IndexNode::Bits(BitOp::And, a, b) => !small(a) && !small(b),
            IndexNode::Bits(BitOp::Shr, _, count) => {
                self.as_const(count).is_none_or(|count| !(16..32).contains(&count))
            }
            IndexNode::Bits(..) => true,
            _ => false,
        }
    }
}
