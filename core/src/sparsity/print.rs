//! Text of sparse programs: `hess[row, k] += [idx == k] * c + …`.

use super::SparseProgram;
use crate::program::{Program, Style, Update, body_text};
use crate::real::Graph;
use std::fmt::{self, Display};

impl Display for SparseProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut graph = self.program.graph.clone();
        let updates: Vec<Update> = self.updates.iter().flat_map(|u| bracket_sums(&mut graph, u)).collect();
        write!(f, "program {} {{", self.program.name)?;
        f.write_str(&body_text(&graph, &updates, Style { direction: Some(direction(&graph)) }))?;
        let program = Program { name: String::new(), graph, updates, looked_at: Vec::new() };
        write!(f, "\n}}\n{}", program.counts())
    }
}

/// An update for each set of opened loops, its value the sum of brackets.
fn bracket_sums(g: &mut Graph, sparse: &super::SparseUpdate) -> Vec<Update> {
    let mut updates: Vec<Update> = Vec::new();
    for term in &sparse.terms {
        let bracket = g.bracket(term.entry.array, term.entry.index);
        let product = g.mul(bracket, term.coefficient);
        let vars = [&sparse.update.vars[..], &term.vars].concat();
        match updates.iter_mut().find(|u| u.vars == vars) {
            Some(update) => update.value = g.add(update.value, product),
            None => updates.push(Update { vars, value: product, ..sparse.update.clone() }),
        }
    }
    updates
}

/// A name for the direction that no loop or size has.
fn direction(g: &Graph) -> String {
    ["i", "j", "k", "l", "col"].into_iter().find(|n| !g.indices.is_taken(n)).unwrap_or("direction").to_string()
}
