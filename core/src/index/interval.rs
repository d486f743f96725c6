//! Intervals on given data: for every integer bounds that hold in every iteration.
//!
//! Bounds may be wider than the values, never narrower. An integer that is never evaluated (it stands in a loop that does
//! not run, or reads an empty table) has the empty interval.

use super::{BitOp, Cond, Index, IndexNode, Indices, Loop, Monomial, Table, TableInfo, TableKind, Var};
use std::ops::RangeInclusive;

/// All integers from `lo` to `hi`; none if `hi < lo`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interval {
    /// The least.
    pub lo: i64,
    /// The greatest.
    pub hi: i64,
}

/// The integers that 32 bits without a sign hold.
const WORD: Interval = Interval { lo: 0, hi: u32::MAX as i64 };

/// The integers that bind to data.
const GIVEN: Interval = Interval { lo: i32::MIN as i64, hi: i32::MAX as i64 };

/// Those that are checked not to be negative.
const NONNEGATIVE: Interval = Interval { lo: 0, hi: i32::MAX as i64 };

impl Interval {
    /// No integer.
    pub const EMPTY: Interval = Interval { lo: 1, hi: 0 };

    /// Every integer, and perhaps more than 64 bits hold.
    const ALL: Interval = Interval { lo: i64::MIN, hi: i64::MAX };

    /// A condition whose value is not known.
    const EITHER: Interval = Interval { lo: 0, hi: 1 };

    /// Returns true if there is no integer in it.
    pub fn is_empty(self) -> bool {
        self.hi < self.lo
    }

    /// Returns true if 32 bits without a sign hold every integer in it.
    fn is_word(self) -> bool {
        self.within(&(WORD.lo..=WORD.hi))
    }

    /// Returns true if its values certainly fit 64 bits: values that do not fit end at these bounds.
    pub fn fits(self) -> bool {
        i64::MIN < self.lo && self.hi < i64::MAX
    }

    /// Returns true if every integer in it is in the range.
    pub fn within(self, range: &RangeInclusive<i64>) -> bool {
        self.is_empty() || (range.contains(&self.lo) && range.contains(&self.hi))
    }

    fn point(value: i64) -> Self {
        Self { lo: value, hi: value }
    }

    /// Bounds from exact ones. A value beyond 64 bits is a fault of the evaluation, so that bounds may end there.
    fn of(lo: i128, hi: i128) -> Self {
        if hi < lo {
            return Self::EMPTY;
        }
        let clamp = |v: i128| v.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        Self { lo: clamp(lo), hi: clamp(hi) }
    }

    /// The bounds of numbers that an extreme value is among.
    fn around<const N: usize>(candidates: [i128; N]) -> Self {
        let (least, most) = (candidates.into_iter().min(), candidates.into_iter().max());
        let (Some(least), Some(most)) = (least, most) else { unreachable!("an extreme value is among the candidates") };
        Self::of(least, most)
    }

    fn union(self, other: Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) },
        }
    }

    fn clipped(self, lo: i64, hi: i64) -> Self {
        Self::of(self.lo.max(lo).into(), self.hi.min(hi).into())
    }

    fn ends(self) -> [i128; 2] {
        [self.lo.into(), self.hi.into()]
    }

    fn times(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.ends(), other.ends());
        Self::around([a * c, a * d, b * c, b * d])
    }

    fn squared(self) -> Self {
        self.times(self).clipped(0, i64::MAX)
    }

    /// Quotients rounded toward zero: they are extreme at the ends of the divisors of either sign.
    fn quotient(self, divisor: Self) -> Self {
        let [a, b] = self.ends();
        let by = |d: Self| match d.is_empty() {
            true => Self::EMPTY,
            false => Self::around([a / d.ends()[0], a / d.ends()[1], b / d.ends()[0], b / d.ends()[1]]),
        };
        by(divisor.clipped(i64::MIN, -1)).union(by(divisor.clipped(1, i64::MAX)))
    }

    /// Remainders have the sign of the dividend and are smaller than the divisor.
    fn remainder(self, divisor: Self) -> Self {
        let [lo, hi] = divisor.ends().map(i128::abs);
        let largest = lo.max(hi) - 1;
        let [a, b] = self.ends();
        if largest < 0 {
            return Self::EMPTY;
        }
        if a >= 0 && b < divisor.lo.into() {
            return self;
        }
        Self::of(a.clamp(-largest, 0), b.clamp(0, largest))
    }

    fn bits(op: BitOp, a: Self, b: Self) -> Self {
        let word = |i: Self| if i.is_word() { i } else { WORD };
        let (a, count) = (word(a), b);
        let b = word(b);
        match op {
            BitOp::And => Self { lo: 0, hi: a.hi.min(b.hi) },
            BitOp::Or | BitOp::Xor => Self { lo: 0, hi: ((a.hi.max(b.hi) as u64 + 1).next_power_of_two() - 1) as i64 },
            BitOp::Shr if count.within(&(0..=31)) => Self { lo: a.lo >> count.hi, hi: a.hi >> count.lo },
            BitOp::Shr => Self { lo: 0, hi: a.hi },
            BitOp::Shl => WORD,
        }
    }

    /// The value of a condition, where it is the same in every iteration.
    fn truth(self) -> Option<bool> {
        (self.lo == self.hi).then_some(self.lo != 0)
    }
}

impl IndexNode {
    /// Returns true if its value may need more bits than its operands.
    pub(crate) fn adds_up(&self) -> bool {
        matches!(self, IndexNode::Poly(_) | IndexNode::Product(..) | IndexNode::Sum(..))
    }
}

/// The intervals of some integers and of all that they are computed from.
pub struct Intervals(Vec<Interval>);

impl Intervals {
    /// Finds the intervals of `roots` for these sizes and tables, given by their ids.
    pub fn of(
        indices: &Indices,
        roots: impl IntoIterator<Item = Index>,
        sizes: &[i64],
        tables: &[&[i32]],
    ) -> Intervals {
        let mut needed = vec![false; indices.len()];
        roots.into_iter().for_each(|root| needed[root.index()] = true);
        for at in (0..indices.len()).rev() {
            if needed[at] {
                indices.operands(Index(at as u32), |a| needed[a.index()] = true);
            }
        }
        let sizes = sizes.iter().map(|&size| Interval::point(size)).collect();
        let mut pass = Pass { indices, sizes, tables, ranges: vec![None; tables.len()], found: Vec::new() };
        for (at, &needed) in needed.iter().enumerate() {
            let interval = if needed { pass.interval(Index(at as u32)) } else { Interval::EMPTY };
            pass.found.push(interval);
        }
        Intervals(pass.found)
    }

    /// Bounds of all integers that hold whatever binds.
    pub fn of_any_data(indices: &Indices) -> Intervals {
        let given = |unsigned: bool| if unsigned { NONNEGATIVE } else { GIVEN };
        let entries = |table: &TableInfo| match &table.kind {
            TableKind::Data => given(table.unsigned),
            TableKind::Constant(numbers) => hull(numbers),
        };
        let ranges = indices.tables().iter().map(|table| Some(entries(table))).collect();
        let sizes = indices.sizes().iter().map(|size| given(size.is_unsigned())).collect();
        let mut pass = Pass { indices, sizes, tables: &[], ranges, found: Vec::new() };
        for at in 0..indices.len() {
            let interval = pass.interval(Index(at as u32));
            pass.found.push(interval);
        }
        Intervals(pass.found)
    }

    /// The interval of one of the roots.
    pub fn get(&self, index: Index) -> Interval {
        self.0[index.index()]
    }

    /// The interval of a sum of monomials over them.
    pub fn sum(&self, terms: &[Monomial]) -> Interval {
        polynomial(&self.0, terms)
    }
}

/// One pass over the arena: operands have been found before their users.
struct Pass<'a> {
    indices: &'a Indices,
    sizes: Vec<Interval>,
    tables: &'a [&'a [i32]],
    /// By table, the range of its entries once it has been needed.
    ranges: Vec<Option<Interval>>,
    found: Vec<Interval>,
}

/// The relation of two integers that differ by a constant.
enum Relation {
    /// `p + c`
    Above(i64),
    /// `c - p`
    Opposite(i64),
}

impl Pass<'_> {
    fn at(&self, index: Index) -> Interval {
        self.found[index.index()]
    }

    fn interval(&mut self, index: Index) -> Interval {
        let node = self.indices.node(index);
        let mut never = false;
        self.indices.operands(index, |a| never |= self.at(a).is_empty());
        // These do not need all their operands.
        let lazy = matches!(
            node,
            IndexNode::Select(..) | IndexNode::And(..) | IndexNode::Or(..) | IndexNode::First(..) | IndexNode::Sum(..)
        );
        if never && !lazy {
            return Interval::EMPTY;
        }
        match node {
            IndexNode::Const(c) => Interval::point(*c),
            IndexNode::Size(size) => self.sizes[size.0 as usize],
            IndexNode::Var(var) => self.iterations(*var),
            IndexNode::First(var, _) => self.iterations(*var).union(self.at(self.indices.loop_of(*var).hi)),
            IndexNode::Sum(var, term) => self.sum(*var, *term),
            IndexNode::Read(table, _) => self.entries(*table),
            IndexNode::Div(a, b) => self.at(*a).quotient(self.at(*b)),
            IndexNode::Rem(a, b) => self.at(*a).remainder(self.at(*b)),
            IndexNode::Product(a, b) => self.at(*a).times(self.at(*b)),
            IndexNode::Bits(op, a, b) => Interval::bits(*op, self.at(*a), self.at(*b)),
            IndexNode::Wrap(a) if self.at(*a).is_word() => self.at(*a),
            IndexNode::Wrap(_) => WORD,
            IndexNode::Select(c, a, b) => self.select(*c, *a, *b),
            IndexNode::Poly(terms) => polynomial(&self.found, terms),
            IndexNode::Bool(_) | IndexNode::Positive(_) | IndexNode::Zero(_) => self.condition(node),
            IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => self.condition(node),
        }
    }

    /// The values of a loop's variable.
    fn iterations(&self, var: Var) -> Interval {
        let Loop { lo, hi, .. } = *self.indices.loop_of(var);
        Interval::of(self.at(lo).lo.into(), i128::from(self.at(hi).hi) - 1)
    }

    fn sum(&self, var: Var, term: Index) -> Interval {
        let Loop { lo, hi, .. } = *self.indices.loop_of(var);
        let ([lo_least, lo_most], [hi_least, hi_most]) = (self.at(lo).ends(), self.at(hi).ends());
        let count = Interval::of((hi_least - lo_most).max(0), (hi_most - lo_least).max(0));
        // Where the loop never runs, its term has no value.
        if self.at(term).is_empty() { Interval::point(0) } else { self.at(term).times(count) }
    }

    fn entries(&mut self, table: Table) -> Interval {
        let at = table.0 as usize;
        *self.ranges[at].get_or_insert_with(|| hull(self.tables[at]))
    }

    /// Either side, narrowed where it differs from what is compared by a constant: as in `min`, `max` and signs.
    fn select(&self, condition: Cond, a: Index, b: Index) -> Interval {
        let (mut yes, mut no) = (self.at(a), self.at(b));
        match self.at(condition.as_index()).truth() {
            Some(true) => return yes,
            Some(false) => return no,
            None => {}
        }
        if let IndexNode::Positive(p) = *self.indices.cond(condition) {
            // `0 < p` on one side, `p <= 0` on the other.
            yes = match self.relation(a, p) {
                Some(Relation::Above(gap)) => yes.clipped(gap.saturating_add(1), i64::MAX),
                Some(Relation::Opposite(gap)) => yes.clipped(i64::MIN, gap.saturating_sub(1)),
                None => yes,
            };
            no = match self.relation(b, p) {
                Some(Relation::Above(gap)) => no.clipped(i64::MIN, gap),
                Some(Relation::Opposite(gap)) => no.clipped(gap, i64::MAX),
                None => no,
            };
        }
        yes.union(no)
    }

    /// The relation of `a` to `p`, if they differ by a constant.
    fn relation(&self, a: Index, p: Index) -> Option<Relation> {
        let parts = |index: Index| {
            let mut terms = self.indices.monomials(index);
            let constant = terms.iter().position(|t| t.atoms.is_empty()).map_or(0, |at| terms.remove(at).coef);
            (terms, constant)
        };
        let ((a, of_a), (mut p, of_p)) = (parts(a), parts(p));
        if a == p {
            return Some(Relation::Above(of_a.checked_sub(of_p)?));
        }
        p.iter_mut().for_each(|t| t.coef = t.coef.wrapping_neg());
        (a == p).then_some(Relation::Opposite(of_a.checked_add(of_p)?))
    }

    fn condition(&self, node: &IndexNode) -> Interval {
        let truth = |known: Option<bool>| known.map_or(Interval::EITHER, |b| Interval::point(b.into()));
        let of = |c: &Cond| self.at(c.as_index()).truth();
        truth(match node {
            IndexNode::Bool(b) => Some(*b),
            IndexNode::Positive(a) if self.at(*a).lo > 0 => Some(true),
            IndexNode::Positive(a) if self.at(*a).hi <= 0 => Some(false),
            IndexNode::Zero(a) if self.at(*a) == Interval::point(0) => Some(true),
            IndexNode::Zero(a) if !self.at(*a).within(&(i64::MIN..=-1)) && !self.at(*a).within(&(1..=i64::MAX)) => None,
            IndexNode::Zero(_) => Some(false),
            IndexNode::Not(a) => of(a).map(|b| !b),
            IndexNode::And(a, b) if of(a) == Some(false) || of(b) == Some(false) => Some(false),
            IndexNode::Or(a, b) if of(a) == Some(true) || of(b) == Some(true) => Some(true),
            IndexNode::And(a, b) | IndexNode::Or(a, b) if of(a).is_some() && of(a) == of(b) => of(a),
            _ => None,
        })
    }
}

/// The interval of a sum of monomials.
fn polynomial(found: &[Interval], terms: &[Monomial]) -> Interval {
    let at = |atom: Index| found[atom.index()];
    let (mut lo, mut hi) = (0, 0);
    let mut fits = true;
    for term in terms {
        // On the way, too, a value may leave 64 bits.
        term.atoms.iter().fold(Interval::point(term.coef), |product, &atom| {
            let product = product.times(at(atom));
            fits &= product.fits();
            product
        });
        let mut product = Interval::point(term.coef);
        // Equal factors stand side by side.
        for power in term.atoms.chunk_by(|a, b| a == b) {
            let atom = at(power[0]);
            let squares = std::iter::repeat_n(atom.squared(), power.len() / 2);
            let odd = std::iter::repeat_n(atom, power.len() % 2);
            product = squares.chain(odd).fold(product, Interval::times);
        }
        let [a, b] = product.ends();
        lo += a;
        hi += b;
        fits &= Interval::of(lo, hi).fits();
    }
    if fits { Interval::of(lo, hi) } else { Interval::ALL }
}

/// The least interval of some numbers.
fn hull(numbers: &[i32]) -> Interval {
    numbers.iter().fold(Interval::EMPTY, |all, &number| all.union(Interval::point(number.into())))
}
