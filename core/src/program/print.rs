//! Text of programs: loops, `let`s for what is used twice, updates.

use super::{Program, Target, Update};
use crate::index::{Index, Var};
use crate::kernel::{Counts, Root, Step, schedule};
use crate::real::{Graph, Node, Printer, Value};
use rustc_hash::FxHashMap;
use std::fmt::{self, Display, Write};

/// An expression used once is written in place up to this many characters.
const INLINE_LENGTH: usize = 96;

impl Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "program {} {{", self.name)?;
        f.write_str(&body_text(&self.graph, &self.updates, Style { direction: None }))?;
        write!(f, "\n}}\n{}", self.counts())
    }
}

impl Program {
    /// Counts the operations of one pass through each loop body.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.graph, &schedule(&self.graph, &roots(&self.updates)).steps)
    }

    /// The program with only the updates whose target is wanted, for print.
    pub fn only(&self, wanted: impl Fn(&Target) -> bool) -> Program {
        let updates = self.updates.iter().filter(|u| wanted(&u.target)).cloned().collect();
        Program { updates, ..self.clone() }
    }
}

fn roots(updates: &[Update]) -> Vec<Root> {
    let root = |u: &Update| Root { vars: u.vars.clone(), values: vec![u.value], indices: u.target.indices() };
    updates.iter().map(root).collect()
}

/// The style in which a list of updates is printed.
pub struct Style {
    /// The name of the seed's direction: products with the seed are then columns of the derivative.
    pub direction: Option<String>,
}

/// The loops and updates of a list of updates.
pub fn body_text(graph: &Graph, updates: &[Update], style: Style) -> String {
    let steps = schedule(graph, &roots(updates)).steps;
    let uses = count_uses(graph, updates, &steps);
    let mut printer = Printer::new(graph);
    let mut text = String::new();
    let mut depth = 1;
    if let Some(direction) = style.direction {
        let _ = write!(text, "\n  for {direction} in 0..unknowns {{");
        printer.direction = direction;
        depth += 1;
    }
    let inner = depth > 1;
    let mut writer = Writer { graph, text, depth, printer, next: 0, open: Vec::new(), columns: inner };
    for step in &steps {
        writer.step(*step, &uses, updates);
    }
    if inner {
        writer.depth -= 1;
        writer.line("}");
    }
    writer.text
}

/// The text of one update: `grad[i] += value`.
fn update_text(g: &Graph, p: &Printer, update: &Update, columns: bool) -> String {
    let at = |i: Index| g.indices.text(i);
    let entry = |e: super::Entry| {
        if g.unknowns() > 1 { format!("{}[{}]", g.array_info(e.array).name, at(e.index)) } else { at(e.index) }
    };
    let value = p.text(update.value);
    match update.target {
        Target::Energy => format!("energy += {value}"),
        Target::Residual { row, assign, .. } => format!("r[{}] {} {value}", at(row), if assign { "=" } else { "+=" }),
        Target::Gradient(e) => format!("grad[{}] += {value}", entry(e)),
        Target::Product(e) if columns => format!("hess[{}, {}] += {value}", entry(e), p.direction),
        Target::Product(e) => format!("dgrad[{}] += {value}", entry(e)),
        Target::ResidualProduct(row) if columns => format!("jac[{}, {}] += {value}", at(row), p.direction),
        Target::ResidualProduct(row) => format!("dr[{}] += {value}", at(row)),
        Target::Hessian { row, col, mirrored } => {
            let both = if mirrored { "  // and transposed" } else { "" };
            format!("hess[{}, {}] += {value}{both}", entry(row), entry(col))
        }
        Target::Jacobian { row, col } => format!("jac[{}, {}] += {value}", at(row), entry(col)),
    }
}

fn count_uses(graph: &Graph, updates: &[Update], steps: &[Step]) -> FxHashMap<Value, usize> {
    let mut uses: FxHashMap<Value, usize> = FxHashMap::default();
    let mut add = |v: Value| *uses.entry(v).or_default() += 1;
    for step in steps {
        match *step {
            Step::Value(v) | Step::Accumulate(v) => graph.operands(v, &mut add),
            Step::Output(k) => add(updates[k].value),
            _ => {}
        }
    }
    uses
}

struct Writer<'a> {
    graph: &'a Graph,
    text: String,
    depth: usize,
    printer: Printer<'a>,
    next: usize,
    /// Names given inside the open loops, to be forgotten at their ends.
    open: Vec<Vec<Value>>,
    /// Products with the seed are printed as columns of the derivative.
    columns: bool,
}

impl Writer<'_> {
    fn line(&mut self, text: &str) {
        let _ = write!(self.text, "\n{:width$}{text}", "", width = 2 * self.depth);
    }

    fn name(&mut self, value: Value, prefix: &str) -> String {
        let name = format!("{prefix}{}", self.next);
        self.next += 1;
        self.printer.names.insert(value, name.clone());
        if let Some(scope) = self.open.last_mut() {
            scope.push(value);
        }
        name
    }

    fn step(&mut self, step: Step, uses: &FxHashMap<Value, usize>, updates: &[Update]) {
        match step {
            Step::Index(_) => {}
            Step::Value(value) => {
                let leaf = matches!(
                    self.graph.node(value),
                    Node::Const(_)
                        | Node::Load(..)
                        | Node::Seed(..)
                        | Node::Bracket(..)
                        | Node::Integer(_)
                        | Node::Cond(_)
                );
                let shared = uses.get(&value).copied().unwrap_or(0) > 1;
                if leaf {
                    return;
                }
                let text = self.printer.definition(value);
                if shared || text.len() > INLINE_LENGTH {
                    let name = self.name(value, "t");
                    self.line(&format!("let {name} = {text}"));
                } else {
                    self.printer.remember(value);
                    if let Some(scope) = self.open.last_mut() {
                        scope.push(value);
                    }
                }
            }
            Step::Zero(sum) => {
                let name = self.name(sum, "s");
                self.line(&format!("var {name} = 0"));
            }
            Step::Accumulate(sum) => {
                if let Node::Sum(_, body) = *self.graph.node(sum) {
                    let text = format!("{} += {}", self.printer.text(sum), self.printer.text(body));
                    self.line(&text);
                }
            }
            Step::Begin(var, _) => {
                let text = self.loop_text(var);
                self.line(&text);
                self.depth += 1;
                self.open.push(Vec::new());
            }
            Step::End => {
                self.depth -= 1;
                self.line("}");
                let Some(scope) = self.open.pop() else { unreachable!("every loop that ends has begun") };
                for value in scope {
                    self.printer.forget(value);
                }
            }
            Step::Output(k) => {
                let text = update_text(self.graph, &self.printer, &updates[k], self.columns);
                self.line(&text);
            }
        }
    }

    fn loop_text(&self, var: Var) -> String {
        let l = self.graph.indices.loop_of(var);
        format!("for {} in {}..{} {{", l.name, self.graph.indices.text(l.lo), self.graph.indices.text(l.hi))
    }
}
