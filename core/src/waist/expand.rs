//! Derivatives by the combinations become derivatives by the unknowns.

use super::linear::Waist;
use crate::program::{Entry, Program, Target, Update};
use crate::real::{Graph, Rebuild, Value};
use rustc_hash::FxHashMap;

/// Entries of the unknowns with their coefficients.
type Column = Vec<(Entry, Value)>;

/// A linear combination under construction, by entry.
#[derive(Default)]
struct Sums {
    at: FxHashMap<Entry, usize>,
    list: Column,
}

impl Sums {
    fn add(&mut self, g: &mut Graph, entry: Entry, term: Value) {
        match self.at.get(&entry) {
            Some(&at) => self.list[at].1 = g.add(self.list[at].1, term),
            None => {
                self.at.insert(entry, self.list.len());
                self.list.push((entry, term));
            }
        }
    }
}

impl Waist {
    /// The solved inner program in terms of the unknowns: `Lᵀ ∇f` and `Lᵀ ∇²f L`. Several updates may have one entry.
    pub fn expand(&self, mut solved: Program) -> Program {
        let columns = self.put_back(&mut solved);
        let column = |entry: Entry, g: &mut Graph| match columns.get(&entry) {
            Some(column) => column.clone(),
            None => vec![(entry, g.constant(1.0))],
        };
        let g = &mut solved.graph;
        let mut updates = Vec::new();
        let mut blocks: Vec<Block> = Vec::new();
        for update in std::mem::take(&mut solved.updates) {
            match update.target {
                Target::Gradient(entry) => {
                    for (entry, coefficient) in column(entry, g) {
                        let value = g.mul(coefficient, update.value);
                        updates.push(Update { target: Target::Gradient(entry), value, ..update.clone() });
                    }
                }
                Target::Hessian { row, col, .. } if update.vars.len() == update.base => {
                    let at = blocks
                        .iter()
                        .position(|b| (&b.update.vars, b.update.base) == (&update.vars, update.base))
                        .unwrap_or_else(|| {
                            blocks.push(Block::new(&update));
                            blocks.len() - 1
                        });
                    blocks[at].set(row, col, update.value);
                }
                Target::Hessian { row, col, mirrored } => {
                    for (row, left) in column(row, g) {
                        for (col, right) in column(col, g) {
                            let value = g.mul(left, update.value);
                            let value = g.mul(value, right);
                            updates.push(Update {
                                target: Target::Hessian { row, col, mirrored },
                                value,
                                ..update.clone()
                            });
                        }
                    }
                }
                _ => updates.push(update),
            }
        }
        for block in blocks {
            updates.extend(block.expand(g, column));
        }
        solved.updates = updates;
        solved
    }

    /// Puts the combinations back in place of what stood for them. Gives the column of `L` of each.
    fn put_back(&self, solved: &mut Program) -> FxHashMap<Entry, Column> {
        let g = &mut solved.graph;
        let mut pairs = Vec::new();
        let mut columns = FxHashMap::default();
        for combination in &self.combinations {
            let mut values: Vec<Value> = combination.form.iter().map(|(_, c)| *c).collect();
            values.push(combination.value);
            g.adopt(&self.source, &mut values);
            let load = g.load(combination.entry.array, combination.entry.index);
            pairs.extend(values.pop().map(|value| (load, value)));
            let entries = combination.form.iter().map(|(entry, _)| *entry);
            columns.insert(combination.entry, entries.zip(values).collect());
        }
        let mut replace = Rebuild::of_values(pairs);
        for update in &mut solved.updates {
            update.value = replace.value(g, update.value);
        }
        columns
    }
}

/// The Hessian of one loop nest by the combinations; symmetric.
struct Block {
    update: Update,
    /// By row, the columns.
    entries: Vec<(Entry, Vec<(Entry, Value)>)>,
}

impl Block {
    fn new(update: &Update) -> Self {
        Self { update: update.clone(), entries: Vec::new() }
    }

    fn set(&mut self, row: Entry, col: Entry, value: Value) {
        for (row, col) in [(row, col), (col, row)].into_iter().take(if row == col { 1 } else { 2 }) {
            match self.entries.iter_mut().find(|(r, _)| *r == row) {
                Some((_, columns)) => columns.push((col, value)),
                None => self.entries.push((row, vec![(col, value)])),
            }
        }
    }

    /// `Lᵀ H L`: first `Lᵀ H` column by column, then the lower triangle of the product.
    fn expand(self, g: &mut Graph, column: impl Fn(Entry, &mut Graph) -> Column) -> Vec<Update> {
        let mut product: FxHashMap<(Entry, Entry), Value> = FxHashMap::default();
        let mut order = Vec::new();
        for (inner, others) in self.entries {
            let mut rows = Sums::default();
            for (other, value) in others {
                for (row, coefficient) in column(other, g) {
                    let term = g.mul(coefficient, value);
                    rows.add(g, row, term);
                }
            }
            let own = column(inner, g);
            for (row, value) in rows.list {
                for &(col, coefficient) in own.iter().filter(|(col, _)| *col <= row) {
                    let term = g.mul(coefficient, value);
                    match product.get_mut(&(row, col)) {
                        Some(sum) => *sum = g.add(*sum, term),
                        None => {
                            product.insert((row, col), term);
                            order.push((row, col));
                        }
                    }
                }
            }
        }
        (order.into_iter())
            .map(|(row, col)| {
                let target = Target::Hessian { row, col, mirrored: row != col };
                Update { target, value: product[&(row, col)], ..self.update.clone() }
            })
            .collect()
    }
}
