//! What can be proved about the sign of an expression without data.

use super::{Index, IndexNode, Indices, Monomial};

/// How many loop bounds are put in for variables before the proof is given up.
const SUBSTITUTIONS: usize = 8;

impl Indices {
    /// Whether `a >= 0` can be proved for every iteration of the loops around it. `false`: not known.
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
        self.monomials(a).iter().all(|t| t.coef > 0 && t.atoms.iter().all(|&x| self.atom_nonnegative(x)))
    }

    /// Whether an atom is not negative by its kind alone.
    fn atom_nonnegative(&self, atom: Index) -> bool {
        match self.node(atom) {
            IndexNode::Const(c) => *c >= 0,
            IndexNode::Size(size) => self.sizes[size.0 as usize].unsigned,
            IndexNode::Wrap(_) => true,
            IndexNode::Read(table, _) => self.tables[table.0 as usize].unsigned,
            IndexNode::Rem(a, _) => self.shallow_nonnegative(*a),
            IndexNode::Div(a, b) => self.shallow_nonnegative(*a) && self.shallow_nonnegative(*b),
            IndexNode::Select(_, a, b) => self.shallow_nonnegative(*a) && self.shallow_nonnegative(*b),
            IndexNode::Var(var) => self.shallow_nonnegative(self.loop_of(*var).lo),
            IndexNode::Bits(..) => true,
            IndexNode::First(var, _) => {
                self.shallow_nonnegative(self.loop_of(*var).lo) && self.shallow_nonnegative(self.loop_of(*var).hi)
            }
            IndexNode::Sum(_, term) => self.monomials_nonnegative(*term),
            _ => false,
        }
    }

    /// A proof that looks one level deep: constants, sizes, and sums of such with positive coefficients.
    fn shallow_nonnegative(&self, a: Index) -> bool {
        let atom = |x: Index| match self.node(x) {
            IndexNode::Const(c) => *c >= 0,
            IndexNode::Size(size) => self.sizes[size.0 as usize].unsigned,
            IndexNode::Wrap(_) | IndexNode::Bits(..) => true,
            IndexNode::Read(table, _) => self.tables[table.0 as usize].unsigned,
            IndexNode::Var(var) => {
                matches!(self.node(self.loop_of(*var).lo), IndexNode::Const(c) if *c >= 0)
            }
            _ => false,
        };
        match self.node(a) {
            IndexNode::Poly(terms) => terms.iter().all(|t| t.coef > 0 && t.atoms.iter().all(|&x| atom(x))),
            _ => atom(a),
        }
    }

    /// Puts the bound that makes the expression least for an atom with bounds that occurs linearly.
    fn eliminate_var(&mut self, terms: &[Monomial]) -> Option<Index> {
        let bounded = |x: &Index| match *self.node(*x) {
            IndexNode::Var(_) => true,
            IndexNode::Rem(a, d) => self.as_const(d).is_some_and(|d| d > 0) && self.shallow_nonnegative(a),
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
