//! The canonical form: sums of monomials with integer coefficients over opaque atoms.

use super::{Index, IndexNode, Indices};

/// Products of sums are expanded up to this many monomials, then kept as an opaque product.
const EXPANSION_LIMIT: usize = 64;

/// `coef * atoms[0] * atoms[1] * …`; the atoms ascend by id, none is a sum. No atoms: the constant.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Monomial {
    /// The factors.
    pub atoms: Box<[Index]>,
    /// The coefficient, not zero.
    pub coef: i64,
}

impl Indices {
    /// The expression as a sum of monomials; empty for zero.
    pub fn monomials(&self, index: Index) -> Vec<Monomial> {
        match self.node(index) {
            IndexNode::Const(0) => Vec::new(),
            IndexNode::Const(c) => vec![Monomial { atoms: Box::default(), coef: *c }],
            IndexNode::Poly(terms) => terms.to_vec(),
            _ => vec![Monomial { atoms: Box::new([index]), coef: 1 }],
        }
    }

    /// The canonical expression of a sum of monomials in any order.
    pub fn polynomial(&mut self, mut terms: Vec<Monomial>) -> Index {
        self.summed += terms.len();
        terms.sort_by(|a, b| a.atoms.cmp(&b.atoms));
        let mut merged: Vec<Monomial> = Vec::with_capacity(terms.len());
        for term in terms {
            match merged.last_mut() {
                Some(last) if last.atoms == term.atoms => {
                    last.coef = last.coef.checked_add(term.coef).unwrap_or_else(|| {
                        self.overflow = true;
                        0
                    });
                }
                _ => merged.push(term),
            }
        }
        merged.retain(|t| t.coef != 0);
        match merged.as_slice() {
            [] => self.int(0),
            [one] if one.atoms.is_empty() => self.int(one.coef),
            [one] if one.coef == 1 && one.atoms.len() == 1 => one.atoms[0],
            _ => self.intern(IndexNode::Poly(merged.into())),
        }
    }

    /// `a + b`.
    pub fn add(&mut self, a: Index, b: Index) -> Index {
        let mut terms = self.monomials(a);
        terms.extend(self.monomials(b));
        self.polynomial(terms)
    }

    /// `a - b`.
    pub fn sub(&mut self, a: Index, b: Index) -> Index {
        let negated = self.scale(b, -1);
        self.add(a, negated)
    }

    /// `-a`.
    pub fn neg(&mut self, a: Index) -> Index {
        self.scale(a, -1)
    }

    /// `a + c`.
    pub fn offset(&mut self, a: Index, c: i64) -> Index {
        let c = self.int(c);
        self.add(a, c)
    }

    /// `c * a`.
    pub fn scale(&mut self, a: Index, c: i64) -> Index {
        let mut terms = self.monomials(a);
        for term in &mut terms {
            term.coef = self.checked(term.coef.checked_mul(c));
        }
        terms.retain(|t| t.coef != 0);
        self.polynomial(terms)
    }

    /// `a * b`.
    pub fn mul(&mut self, a: Index, b: Index) -> Index {
        let (left, right) = (self.monomials(a), self.monomials(b));
        if left.len() * right.len() > EXPANSION_LIMIT && left.len() > 1 && right.len() > 1 {
            let (a, b) = (a.min(b), a.max(b));
            return self.intern(IndexNode::Product(a, b));
        }
        let mut terms = Vec::with_capacity(left.len() * right.len());
        for l in &left {
            for r in &right {
                let mut atoms = [&l.atoms[..], &r.atoms[..]].concat();
                atoms.sort_unstable();
                let coef = self.checked(l.coef.checked_mul(r.coef));
                terms.push(Monomial { atoms: atoms.into(), coef });
            }
        }
        terms.retain(|t| t.coef != 0);
        self.polynomial(terms)
    }

    /// Splits `a = d * q + r` with `0 <= r < d` and `q >= 0` where that can be proved; `d > 1`.
    pub(super) fn split_multiple(&mut self, a: Index, d: i64) -> Option<(Index, Index)> {
        let terms = self.monomials(a);
        let multiple = |t: &Monomial| t.coef % d == 0 && !t.atoms.is_empty();
        let mut high: Vec<Monomial> = terms.iter().filter(|t| multiple(t)).cloned().collect();
        let mut low: Vec<Monomial> = terms.iter().filter(|t| !multiple(t)).cloned().collect();
        if high.is_empty() {
            return None;
        }
        high.iter_mut().for_each(|t| t.coef /= d);
        if let Some(c) = low.iter_mut().find(|t| t.atoms.is_empty()) {
            let whole = c.coef.div_euclid(d);
            c.coef = c.coef.rem_euclid(d);
            if whole != 0 {
                high.push(Monomial { atoms: Box::default(), coef: whole });
            }
        }
        low.retain(|t| t.coef != 0);
        let (q, r) = (self.polynomial(high), self.polynomial(low));
        let r_max = self.int(d - 1);
        let room = self.sub(r_max, r);
        (self.nonnegative(q) && self.nonnegative(r) && self.nonnegative(room)).then_some((q, r))
    }

    fn checked(&mut self, value: Option<i64>) -> i64 {
        value.unwrap_or_else(|| {
            self.overflow = true;
            0
        })
    }
}
