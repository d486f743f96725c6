//! Proofs about the sign of an expression without data.

use super::{Index, IndexNode, Indices, Monomial};

/// The number of loop bounds put in for variables before the proof is given up.
const SUBSTITUTIONS: usize = 8;

impl Indices {
    /// Returns true if `a >= 0` can be proved for every iteration of the loops around it. `false`: not known.
    pub fn nonnegative(&mut self, a: Index) -> bool {
        let mut current = a;
        for _ in 0..SUBSTITUTIONS {
            if self.monomials_nonnegative(current) {
                return true;
            }
            let terms = self.monomials(current);
            match self.eliminate_var(&terms) {
                Some(next) => current = next,
                None => return false,
            }
        }
        false
    }

    fn monomials_nonnegative(&self, a: Index) -> bool {
        self.monomials(a).iter().all(|t| self.monomial_nonnegative(t))
    }

    fn monomial_nonnegative(&self, term: &Monomial) -> bool {
        term.coef > 0 && term.atoms.iter().all(|&x| self.atom_nonnegative(x))
    }

    fn atom_nonnegative(&self, atom: Index) -> bool {
        self.nonnegative[atom.index()]
    }

    /// Returns true if a node cannot be negative, given its operands. A loop's variable is never below its first value.
    pub(super) fn is_nonnegative(&self, node: &IndexNode) -> bool {
        let of = |a: Index| self.nonnegative[a.index()];
        match node {
            IndexNode::Const(c) => *c >= 0,
            IndexNode::Size(size) => self.sizes[size.0 as usize].is_unsigned(),
            IndexNode::Read(table, _) => self.tables[table.0 as usize].unsigned,
            IndexNode::Wrap(_) | IndexNode::Bits(..) => true,
            IndexNode::Rem(a, _) => of(*a),
            IndexNode::Div(a, b) | IndexNode::Product(a, b) | IndexNode::Select(_, a, b) => of(*a) && of(*b),
            IndexNode::Var(var) => of(self.loop_of(*var).lo),
            IndexNode::First(var, _) => of(self.loop_of(*var).lo) && of(self.loop_of(*var).hi),
            IndexNode::Sum(_, term) => of(*term),
            IndexNode::Poly(terms) => terms.iter().all(|t| self.monomial_nonnegative(t)),
            IndexNode::Bool(_) | IndexNode::Positive(_) | IndexNode::Zero(_) => false,
            IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => false,
        }
    }

    /// Puts the bound that makes the expression least for an atom with bounds that occurs linearly.
    fn eliminate_var(&mut self, terms: &[Monomial]) -> Option<Index> {
        let bounded = |x: &Index| match *self.node(*x) {
            IndexNode::Var(_) => true,
            IndexNode::Rem(a, d) => self.as_const(d).is_some_and(|d| d > 0) && self.atom_nonnegative(a),
            IndexNode::First(..) => true,
            _ => false,
        };
        let atom = *terms.iter().flat_map(|t| t.atoms.iter()).rev().find(|x| bounded(x))?;
        let with: Vec<&Monomial> = terms.iter().filter(|t| t.atoms.contains(&atom)).collect();
        let positive = with.iter().all(|t| t.coef > 0);
        let negative = with.iter().all(|t| t.coef < 0);
        let linear = with.iter().all(|t| {
            let others = || t.atoms.iter().filter(|&&x| x != atom);
            others().count() + 1 == t.atoms.len() && others().all(|&x| self.atom_nonnegative(x))
        });
        if !linear || !(positive || negative) {
            return None;
        }
        let (lo, hi) = match *self.node(atom) {
            IndexNode::Var(var) => (self.loop_of(var).lo, self.loop_of(var).hi),
            IndexNode::Rem(_, d) => (self.int(0), d),
            // No more than the end of its loop; an empty loop may end before it begins.
            IndexNode::First(var, _) if negative => {
                let hi = self.loop_of(var).hi;
                (hi, self.offset(hi, 1))
            }
            _ => return None,
        };
        let bound = if positive { lo } else { self.offset(hi, -1) };
        let mut sum = self.int(0);
        for term in terms {
            let rest: Box<[Index]> = term.atoms.iter().copied().filter(|&x| x != atom).collect();
            let mut part = self.polynomial(vec![Monomial { atoms: rest, coef: term.coef }]);
            if term.atoms.contains(&atom) {
                part = self.mul(part, bound);
            }
            sum = self.add(sum, part);
        }
        Some(sum)
    }
}
