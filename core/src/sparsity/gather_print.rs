//! Text of row-driven schedules: rows that are inverted alike share their loops.

use super::gather::{Gather, Inverse};
use crate::index::SizeInfo;
use crate::program::{Program, Target};
use std::fmt::Write;

/// Longer values are not written out.
const TEXT_LIMIT: usize = 160;

/// The row-driven form of a program.
pub fn gather_text(program: &Program, gathers: &[Gather]) -> String {
    let mut groups: Vec<Vec<&Gather>> = Vec::new();
    for gather in gathers {
        let alike = |g: &&Gather| g.inverses == gather.inverses && g.conditions == gather.conditions;
        match groups.iter_mut().find(|group| group.first().is_some_and(alike)) {
            Some(group) => group.push(gather),
            None => groups.push(vec![gather]),
        }
    }
    let mut text = format!("rows {} {{\n  for {} in 0..unknowns {{", program.name, SizeInfo::Row);
    for group in groups {
        group_text(&mut text, program, &group);
    }
    text + "\n  }\n}\n"
}

fn group_text(text: &mut String, program: &Program, group: &[&Gather]) {
    let g = &program.graph.indices;
    let Some(first) = group.first() else { unreachable!("a group has a first") };
    let mut depth = 2;
    let mut line = |depth: usize, line: String| {
        let _ = write!(text, "\n{:width$}{line}", "", width = 2 * depth);
    };
    let condition = |fixed: bool| {
        let wanted = first.conditions.iter().filter(|c| g.free(c.as_index()).is_empty() == fixed);
        wanted.map(|c| g.cond_text(*c)).collect::<Vec<_>>().join(" && ")
    };
    let outer = condition(true);
    if !outer.is_empty() {
        line(depth, format!("if {outer} {{"));
        depth += 1;
    }
    for inverse in &first.inverses {
        let l = g.loop_of(inverse.var());
        let name = &l.name;
        match inverse {
            Inverse::Solved(_, index) => {
                line(depth, format!("let {name} = {}", g.text(*index)));
                continue;
            }
            Inverse::Transposed { inner, value, .. } => {
                line(depth, format!("for {name} in transpose({name} -> {})[{}] {{", g.text(*inner), g.text(*value)));
            }
            Inverse::Loop(_) => line(depth, format!("for {name} in {}..{} {{", g.text(l.lo), g.text(l.hi))),
        }
        depth += 1;
    }
    let inner = condition(false);
    if !inner.is_empty() {
        line(depth, format!("if {inner} {{"));
        depth += 1;
    }
    for gather in group {
        line(depth, update_text(program, gather));
    }
    for closing in (2..depth).rev() {
        line(closing, "}".into());
    }
}

fn update_text(program: &Program, gather: &Gather) -> String {
    let update = &program.updates[gather.update];
    let index = |i| program.graph.indices.text(i);
    let row = SizeInfo::Row;
    let target = match update.target {
        Target::Gradient(_) => format!("grad[{row}]"),
        Target::Hessian { row: own, col, .. } => {
            format!("hess[{row}, {}]", index(if gather.transposed { own.index } else { col.index }))
        }
        Target::Jacobian { col, .. } => format!("jac[{row}, {}]", index(col.index)),
        _ => format!("r[{row}]"),
    };
    let value = program.graph.short_text(update.value, TEXT_LIMIT).unwrap_or_else(|| "…".into());
    format!("{target} += {value}")
}
