//! Text of kernels: one node a line, with the loops and outputs, and the operation counts.

use super::{Fused, Kernel, Step};
use crate::index::IndexNode;
use crate::real::{Graph, Node, Printer, UnaryOp, Value};
use std::collections::BTreeMap;
use std::fmt::{self, Display};

impl Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let g = &self.graph;
        write!(f, "kernel {} {{", self.name)?;
        let mut depth = 1;
        let mut printer = Printer::new(g);
        for step in &self.steps {
            if let Step::End = step {
                depth -= 1;
            }
            let line = match *step {
                Step::Index(_) => continue,
                Step::Value(v) => {
                    let definition = match self.fused.get(&v) {
                        Some(fused) => fused_text(fused, &printer),
                        None => printer.definition(v),
                    };
                    if matches!(g.node(v), Node::Const(_) | Node::Cond(_) | Node::Integer(_)) {
                        printer.names.insert(v, definition);
                        continue;
                    }
                    let name = format!("v{}", v.index());
                    printer.names.insert(v, name.clone());
                    let checked = if self.checked_values[v.index()] { "  // if in range" } else { "" };
                    let fixed = if g.dynamic(v) { "" } else { "  // static" };
                    format!("{name} = {definition}{fixed}{checked}")
                }
                Step::Zero(v) => {
                    let name = format!("v{}", v.index());
                    printer.names.insert(v, name.clone());
                    format!("{name} = 0")
                }
                Step::Accumulate(v) => match *g.node(v) {
                    Node::Sum(_, body) => format!("v{} += {}", v.index(), printer.text(body)),
                    _ => continue,
                },
                Step::Begin(var, _) => {
                    let l = g.indices.loop_of(var);
                    format!("for {} in {}..{} {{", l.name, g.indices.text(l.lo), g.indices.text(l.hi))
                }
                Step::End => "}".to_string(),
                Step::Output(k) => {
                    let o = &self.outputs[k];
                    let buffer = format!("{:?}", o.buffer).to_lowercase();
                    let at = match (o.has_slot(), o.shift) {
                        (false, _) => String::new(),
                        (true, 0) => format!("[slot{}]", o.offset),
                        (true, shift) => format!("[slot{} + {shift}]", o.offset),
                    };
                    let sign = if o.negated { "-" } else { "+" };
                    format!("{buffer}{at} {sign}= {}", printer.text(o.value))
                }
            };
            write!(f, "\n{:width$}{line}", "", width = 2 * depth)?;
            if let Step::Begin(..) = step {
                depth += 1;
            }
        }
        write!(f, "\n}}\n{}", self.counts())?;
        writeln!(f, "// at most {} values at once", self.peak())
    }
}

fn fused_text(fused: &Fused, printer: &Printer) -> String {
    let [a, b] = fused.factors.map(|v| printer.text(v));
    let sign = |minus: bool| if minus { "-" } else { "" };
    let addend = printer.text(fused.addend);
    format!("fma({}{a}, {b}, {}{addend})", sign(fused.minus_product), sign(fused.minus_addend))
}

/// Operations of a kernel by printed name.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Real operations of one pass through each loop body.
    pub operations: BTreeMap<String, usize>,
    /// Those of them that depend on no unknown.
    pub fixed: usize,
    /// Loads of reals.
    pub loads: usize,
    /// Integer operations and table reads.
    pub integers: usize,
    /// Slots written.
    pub writes: usize,
}

impl Counts {
    /// All real operations.
    pub fn total(&self) -> usize {
        self.operations.values().sum()
    }
}

impl Kernel {
    /// The real operations of a step; a fused multiply-add is two.
    pub fn operations(&self, step: Step) -> usize {
        let fused = matches!(step, Step::Value(v) if self.fused.contains_key(&v));
        if fused { 2 } else { Counts::of(&self.graph, &[step]).total() }
    }

    /// Counts the operations of one pass through each loop body.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::of(&self.graph, &self.steps);
        for value in self.fused.keys() {
            if let Node::Binary(op, ..) = self.graph.node(*value)
                && let Some(count) = counts.operations.get_mut(op.name())
            {
                *count -= 1;
            }
        }
        if !self.fused.is_empty() {
            counts.operations.insert("fma".into(), self.fused.len());
        }
        counts.operations.retain(|_, count| *count > 0);
        Counts { writes: self.outputs.iter().filter(|o| o.has_slot()).count(), ..counts }
    }
}

impl Counts {
    /// Counts the operations of a schedule; one write for each output.
    pub fn of(graph: &Graph, steps: &[Step]) -> Counts {
        let mut counts = Counts::default();
        for step in steps {
            match *step {
                Step::Index(i) => match graph.indices.node(i) {
                    IndexNode::Const(_) | IndexNode::Bool(_) | IndexNode::Size(_) | IndexNode::Var(_) => {}
                    _ => counts.integers += 1,
                },
                Step::Value(v) => counts.add(graph, v),
                Step::Accumulate(_) => *counts.operations.entry("+".into()).or_default() += 1,
                Step::Output(_) => counts.writes += 1,
                _ => {}
            }
        }
        counts
    }

    fn add(&mut self, graph: &Graph, v: Value) {
        let name = match graph.node(v) {
            Node::Load(..) | Node::Seed(..) => {
                self.loads += 1;
                return;
            }
            Node::Unary(UnaryOp::Neg, _) => "neg",
            Node::Unary(op, _) => op.name(),
            Node::Binary(op, ..) => op.name(),
            Node::Select(..) => "select",
            Node::Compare(..) => "compare",
            Node::And(..) | Node::Or(..) | Node::Not(_) => "logic",
            Node::Const(_) | Node::Integer(_) | Node::Cond(_) => return,
            Node::Bracket(..) | Node::Sum(..) | Node::Carried(_) => return,
        };
        *self.operations.entry(name.to_string()).or_default() += 1;
        self.fixed += usize::from(!graph.dynamic(v));
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "// {} real operations", self.total())?;
        if self.total() > 0 {
            let kinds: Vec<String> = self.operations.iter().map(|(name, count)| format!("{name} {count}")).collect();
            write!(f, " ({}; {} static)", kinds.join(", "), self.fixed)?;
        }
        writeln!(f, ", {} loads, {} integer operations, {} writes", self.loads, self.integers, self.writes)
    }
}
