//! The updates that the results of a front-end stand for.

use super::inputs::Inputs;
use crate::program::{Target, Update, Write, settle, split};
use crate::real::{Graph, Value};

/// The updates of an energy: of each element, or of the whole.
pub fn energy(g: &mut Graph, inputs: &Inputs, value: Value) -> Vec<Update> {
    g.guarded = false;
    let mut updates = split(g, &inputs.loops(), Target::Energy, value);
    settle(g, &mut updates);
    updates
}

/// The updates of the rows that each element adds to a residual: they are stacked element by element.
pub fn element_rows(g: &mut Graph, inputs: &Inputs, rows: &[Value]) -> Vec<Update> {
    g.guarded = false;
    let vars = inputs.loops();
    let always = g.bool(true);
    let first = match inputs.element() {
        Some(element) => {
            let element = g.indices.var_index(element);
            g.indices.scale(element, rows.len() as i64)
        }
        None => g.indices.int(0),
    };
    let row = |(k, &value): (usize, &Value)| {
        let row = g.indices.offset(first, k as i64);
        let write = Write::added(&vars, row, always, value, g.span);
        Update::residual(g, &write)
    };
    let mut updates: Vec<Update> = rows.iter().enumerate().map(row).collect();
    settle(g, &mut updates);
    updates
}
