//! The row-driven schedule: where an update's row can be inverted, the loop runs over rows, and each row gathers from
//! the iterations that reach it.
//!
//! Inversion peels the row index from the outside: an affine index in one variable, `a * v + b`, gives
//! `v = (row - b) / a` if `a` divides; a mixed radix `w * i + j + b` with `0 <= j < w` gives quotient and remainder; a
//! table read gives the table's transpose, which lists for each value the positions where it stands.

use crate::index::{Cond, Index, IndexNode, Monomial, Var};
use crate::program::{Entry, Program, Target, Update};
use crate::real::Graph;

/// One way of finding a loop variable from the row.
#[derive(Clone, PartialEq, Debug)]
pub enum Inverse {
    /// `var = index`, an expression of the row and of variables found before.
    Solved(Var, Index),
    /// `for var in transpose(var ↦ inner)[value]`: all values of the variable for which `inner` is `value`.
    Transposed {
        /// The variable.
        var: Var,
        /// An index with a table read, depending on the variable.
        inner: Index,
        /// The value of `inner`.
        value: Index,
    },
    /// The row says nothing about the variable: its whole loop runs.
    Loop(Var),
}

/// An update driven by its row.
#[derive(Clone, PartialEq, Debug)]
pub struct Gather {
    /// The update, by number in the program.
    pub update: usize,
    /// The row is the update's column: the transposed entry of a mirrored update.
    pub transposed: bool,
    /// The size that stands for the row: one iteration for each row of the array.
    pub row: Index,
    /// The ways of finding the variables from the row, in order.
    pub inverses: Vec<Inverse>,
    /// Conditions under which an iteration exists: divisibility and loop bounds.
    pub conditions: Vec<Cond>,
}

/// The row-driven form of every gradient and Hessian update that has one.
pub fn gather(program: &mut Program) -> Vec<Gather> {
    let mut gathers = Vec::new();
    for (k, update) in program.updates.iter().enumerate() {
        let (row, transposed) = match update.target {
            Target::Gradient(Entry { index, .. }) => (index, None),
            Target::Hessian { row, col, mirrored } => (row.index, mirrored.then_some(col.index)),
            Target::Jacobian { row, .. } | Target::Residual { row, .. } => (row, None),
            _ => continue,
        };
        gathers.extend(invert(&mut program.graph, k, update, row, false));
        gathers.extend(transposed.and_then(|col| invert(&mut program.graph, k, update, col, true)));
    }
    gathers
}

fn invert(g: &mut Graph, k: usize, update: &Update, index: Index, transposed: bool) -> Option<Gather> {
    let row = g.indices.row();
    let mut inverses = Vec::new();
    let mut conditions = Vec::new();
    solve_equation(g, index, row, &mut inverses, &mut conditions)?;
    let found: Vec<Var> = inverses.iter().map(Inverse::var).collect();
    inverses.extend(update.vars.iter().filter(|v| !found.contains(v)).map(|&v| Inverse::Loop(v)));
    Some(Gather { update: k, transposed, row, inverses, conditions })
}

impl Inverse {
    /// The variable it finds.
    pub fn var(&self) -> Var {
        match self {
            Inverse::Solved(var, _) | Inverse::Transposed { var, .. } | Inverse::Loop(var) => *var,
        }
    }
}

/// Solves `index == value` for the variables in `index`.
fn solve_equation(
    g: &mut Graph,
    index: Index,
    value: Index,
    inverses: &mut Vec<Inverse>,
    conditions: &mut Vec<Cond>,
) -> Option<()> {
    let terms = g.indices.monomials(index);
    let (moving, fixed): (Vec<Monomial>, Vec<Monomial>) =
        terms.into_iter().partition(|t| t.atoms.iter().any(|&a| !g.indices.free(a).is_empty()));
    let fixed = g.indices.polynomial(fixed);
    let value = g.indices.sub(value, fixed);
    match moving.as_slice() {
        [] => None,
        [term] => solve_term(g, term, value, inverses, conditions),
        [_, _] => solve_radix(g, &moving, value, inverses, conditions),
        _ => None,
    }
}

/// Solves `coef * atoms == value`.
fn solve_term(
    g: &mut Graph,
    term: &Monomial,
    value: Index,
    inverses: &mut Vec<Inverse>,
    conditions: &mut Vec<Cond>,
) -> Option<()> {
    let (moving, fixed): (Vec<Index>, Vec<Index>) =
        term.atoms.iter().copied().partition(|&a| !g.indices.free(a).is_empty());
    let [atom] = moving.as_slice() else { return None };
    let factor = g.indices.polynomial(vec![Monomial { atoms: fixed.into(), coef: term.coef }]);
    let remainder = g.indices.rem(value, factor);
    let zero = g.indices.int(0);
    let divides = g.indices.eq(remainder, zero);
    if g.indices.as_bool(divides) != Some(true) {
        conditions.push(divides);
    }
    let quotient = g.indices.div(value, factor);
    solve_atom(g, *atom, quotient, inverses, conditions)
}

/// Solves `major + minor == value` where the minor part stays below the stride of the major one.
fn solve_radix(
    g: &mut Graph,
    terms: &[Monomial],
    value: Index,
    inverses: &mut Vec<Inverse>,
    conditions: &mut Vec<Cond>,
) -> Option<()> {
    for (major, minor) in [(&terms[0], &terms[1]), (&terms[1], &terms[0])] {
        let (moving, fixed): (Vec<Index>, Vec<Index>) =
            major.atoms.iter().copied().partition(|&a| !g.indices.free(a).is_empty());
        let [atom] = moving.as_slice() else { continue };
        let stride = g.indices.polynomial(vec![Monomial { atoms: fixed.into(), coef: major.coef }]);
        let low = g.indices.polynomial(vec![minor.clone()]);
        let room = g.indices.sub(stride, low);
        let room = g.indices.offset(room, -1);
        if !g.indices.nonnegative(low) || !g.indices.nonnegative(room) {
            continue;
        }
        let (quotient, remainder) = (g.indices.div(value, stride), g.indices.rem(value, stride));
        solve_atom(g, *atom, quotient, inverses, conditions)?;
        return solve_term(g, minor, remainder, inverses, conditions);
    }
    None
}

/// Solves `atom == value` for a variable or a table read.
fn solve_atom(
    g: &mut Graph,
    atom: Index,
    value: Index,
    inverses: &mut Vec<Inverse>,
    conditions: &mut Vec<Cond>,
) -> Option<()> {
    match g.indices.node(atom).clone() {
        IndexNode::Var(var) => {
            let l = g.indices.loop_of(var).clone();
            let (above, below) = (g.indices.le(l.lo, value), g.indices.lt(value, l.hi));
            for bound in [above, below] {
                if g.indices.as_bool(bound) != Some(true) {
                    conditions.push(bound);
                }
            }
            inverses.push(Inverse::Solved(var, value));
            Some(())
        }
        IndexNode::Read(..) | IndexNode::Rem(..) | IndexNode::Select(..) => {
            let free = g.indices.free(atom);
            let vars: Vec<Var> = g.indices.vars(free).to_vec();
            let (&var, outer) = vars.split_last()?;
            inverses.extend(outer.iter().map(|&v| Inverse::Loop(v)));
            inverses.push(Inverse::Transposed { var, inner: atom, value });
            Some(())
        }
        _ => None,
    }
}
