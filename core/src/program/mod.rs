//! Programs: sums over loop nests, `for … { target += value }`, at every stage of the pipeline.

mod domain;
mod looked_at;
mod print;
mod rename;
mod split;
mod writes;

use crate::index::{Cond, Index, Var};
use crate::real::{Array, Graph, Rebuild, Value};

pub use domain::settle;
pub use looked_at::{LookedAt, Word};
pub use print::{Style, body_text};
pub use rename::Renaming;
pub use split::split;
pub use writes::{Write, residual_updates};

/// An entry of an unknown array; with the arrays stacked it is a row or column of the derivatives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// The unknown array.
    pub array: Array,
    /// The flat index.
    pub index: Index,
}

/// The number that an update adds to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// The energy.
    Energy,
    /// A row of the residual.
    Residual {
        /// The row, counted within the term.
        row: Index,
        /// Written with `=`: no other update may touch the row before.
        assign: bool,
        /// The two outermost loops around it, as numbered in the order of the text; 0 for none.
        nest: [u32; 2],
        /// The condition under which the row is written at all, be it with zero.
        guard: Cond,
    },
    /// `∂E/∂entry`.
    Gradient(Entry),
    /// A row of the product of the Hessian (or Jacobian) with the seed.
    Product(Entry),
    /// A row of the product of the Jacobian with the seed.
    ResidualProduct(Index),
    /// `∂²E/∂row∂col`.
    Hessian {
        /// The row.
        row: Entry,
        /// The column.
        col: Entry,
        /// The transposed entry gets the same value.
        mirrored: bool,
    },
    /// `∂r/∂col`.
    Jacobian {
        /// The row of the residual.
        row: Index,
        /// The column.
        col: Entry,
    },
}

/// `for vars … { target += value }`.
#[derive(Clone, PartialEq, Debug)]
pub struct Update {
    /// The loop nest, outermost first; bounds may depend on outer variables.
    pub vars: Vec<Var>,
    /// The number of variables that are loops of the energy itself; the others are opened sums.
    pub base: usize,
    /// The target.
    pub target: Target,
    /// The value added. Integer conditions stand in it as selects.
    pub value: Value,
    /// The condition under which there is an entry; `None`: wherever the value may differ from zero.
    pub stored: Option<Cond>,
}

/// A list of updates over one graph.
#[derive(Clone, Debug)]
pub struct Program {
    /// The name in print: the energy file's.
    pub name: String,
    /// The expressions.
    pub graph: Graph,
    /// The updates, in order.
    pub updates: Vec<Update>,
    /// The integers that must not leave 32 bits.
    pub looked_at: Vec<LookedAt>,
}

impl Update {
    /// The update of a write. It stays one update, so that an iteration writes once.
    pub fn residual(g: &mut Graph, write: &Write) -> Update {
        g.span = write.span;
        let value = g.mask(write.path, write.value);
        let value = Rebuild::with_fresh_sums(g, &write.vars, value);
        let guard = implied(g, write.path);
        let nest = std::array::from_fn(|k| write.loops.get(k).copied().unwrap_or(0));
        let target = Target::Residual { row: write.row, assign: write.assign, nest, guard };
        Update { vars: write.vars.clone(), base: write.vars.len(), target, value, stored: None }
    }
}

/// A condition on integers that holds wherever the predicate does.
pub(crate) fn implied(g: &mut Graph, path: Value) -> Cond {
    let mut indices = std::mem::take(&mut g.indices);
    let guard = crate::kernel::implied(g, &mut indices, path, true);
    g.indices = indices;
    guard
}

impl Target {
    /// The integers that say where the target is.
    pub fn indices(&self) -> Vec<Index> {
        match *self {
            Target::Energy => vec![],
            Target::Residual { row, .. } | Target::ResidualProduct(row) => vec![row],
            Target::Gradient(e) | Target::Product(e) => vec![e.index],
            Target::Hessian { row, col, .. } => vec![row.index, col.index],
            Target::Jacobian { row, col } => vec![row, col.index],
        }
    }
}
