//! An evaluator of programs, independent of kernels and of the interpreter: plain recursion over the graph.

#![allow(dead_code, reason = "each test takes what it needs")]

use rustc_hash::FxHashMap;
use spadina_core::index::{Index, IndexNode, SizeInfo, Table, Var, eval_node};
use spadina_core::program::{Program, Target};
use spadina_core::real::{ArrayKind, Graph, Node, Value};

/// What a program is evaluated on, by name.
#[derive(Default)]
pub struct Data {
    pub reals: Vec<(&'static str, Vec<f64>)>,
    pub integers: Vec<(&'static str, Vec<i64>)>,
    pub sizes: Vec<(&'static str, i64)>,
}

struct Evaluator<'a> {
    g: &'a Graph,
    data: &'a Data,
    vars: FxHashMap<Var, i64>,
}

impl Evaluator<'_> {
    fn index(&mut self, at: Index) -> i64 {
        match self.g.indices.node(at).clone() {
            IndexNode::Var(var) => self.vars[&var],
            node @ (IndexNode::First(..) | IndexNode::Sum(..)) => {
                let (var, body) = self.g.indices.reduced(at).unwrap();
                let l = self.g.indices.loop_of(var).clone();
                let (lo, hi) = (self.index(l.lo), self.index(l.hi));
                let inner = |s: &mut Self, v: i64| {
                    s.vars.insert(var, v);
                    s.index(body)
                };
                // The loop may stand inside of one over its own variable.
                let outer = self.vars.get(&var).copied();
                let reduced = match node {
                    IndexNode::First(..) => (lo..hi).find(|&v| inner(self, v) != 0).unwrap_or(hi),
                    _ => (lo..hi).map(|v| inner(self, v)).sum(),
                };
                self.vars.extend(outer.map(|v| (var, v)));
                reduced
            }
            node => {
                let mut operands: FxHashMap<usize, i64> = FxHashMap::default();
                let mut list = Vec::new();
                self.g.indices.operands(at, |a| list.push(a));
                for a in list {
                    operands.insert(a.index(), self.index(a));
                }
                let size = |k: usize| match &self.g.indices.sizes()[k] {
                    SizeInfo::Given { name, .. } => self.data.sizes.iter().find(|(n, _)| n == name).unwrap().1,
                    SizeInfo::Length { array, width } => (self.length(array) / width) as i64,
                    SizeInfo::Row => unreachable!("the row has no value"),
                };
                let read = |t: Table, at: i64| {
                    let name = &self.g.indices.tables()[t.0 as usize].name;
                    let table = &self.data.integers.iter().find(|(n, _)| n == name).unwrap().1;
                    usize::try_from(at).ok().and_then(|at| table.get(at).copied())
                };
                // Where a guard is off, an integer has any value.
                eval_node(&node, |k| operands[&k], size, read).unwrap_or(0)
            }
        }
    }

    /// How many numbers an array has.
    fn length(&self, name: &str) -> usize {
        let reals = self.data.reals.iter().find(|(n, _)| *n == name).map(|(_, v)| v.len());
        let integers = self.data.integers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.len());
        reals.or(integers).unwrap()
    }

    fn value(&mut self, at: Value, memo: &mut FxHashMap<Value, f64>) -> f64 {
        if let Some(&v) = memo.get(&at) {
            return v;
        }
        let v = match self.g.node(at).clone() {
            Node::Const(bits) => f64::from_bits(bits),
            Node::Load(array, i) => {
                let i = self.index(i) as usize;
                let info = self.g.array_info(array);
                match &info.kind {
                    ArrayKind::Constant(c) => c[i],
                    _ => self.data.reals.iter().find(|(n, _)| *n == info.name).unwrap().1[i],
                }
            }
            Node::Integer(i) => self.index(i) as f64,
            Node::Unary(op, a) => op.eval(self.value(a, memo)),
            Node::Binary(op, a, b) => op.eval(self.value(a, memo), self.value(b, memo)),
            Node::Select(p, a, b) => {
                if self.value(p, memo) != 0.0 {
                    self.value(a, memo)
                } else {
                    self.value(b, memo)
                }
            }
            Node::Sum(var, body) => {
                let l = self.g.indices.loop_of(var).clone();
                let (lo, hi) = (self.index(l.lo), self.index(l.hi));
                let mut sum = 0.0;
                let outer = self.vars.get(&var).copied();
                for i in lo..hi {
                    self.vars.insert(var, i);
                    sum += self.value(body, &mut FxHashMap::default());
                }
                self.vars.extend(outer.map(|v| (var, v)));
                sum
            }
            Node::Cond(c) => self.index(c.as_index()) as f64,
            Node::Compare(op, a, b) => f64::from(op.eval(self.value(a, memo), self.value(b, memo))),
            Node::Not(a) => 1.0 - self.value(a, memo),
            Node::And(a, b) => self.value(a, memo) * self.value(b, memo),
            Node::Or(a, b) => self.value(a, memo).max(self.value(b, memo)),
            other => panic!("{other:?}"),
        };
        memo.insert(at, v);
        v
    }

    fn nest(&mut self, vars: &[Var], visit: &mut dyn FnMut(&mut Self)) {
        match vars.split_first() {
            None => visit(self),
            Some((&var, rest)) => {
                let l = self.g.indices.loop_of(var).clone();
                let (lo, hi) = (self.index(l.lo), self.index(l.hi));
                for i in lo..hi {
                    self.vars.insert(var, i);
                    self.nest(rest, visit);
                }
            }
        }
    }
}

/// The energy of a program.
pub fn energy(program: &Program, data: &Data) -> f64 {
    let mut sum = 0.0;
    for update in &program.updates {
        assert_eq!(update.target, Target::Energy);
        let mut e = Evaluator { g: &program.graph, data, vars: FxHashMap::default() };
        e.nest(&update.vars, &mut |e| sum += e.value(update.value, &mut FxHashMap::default()));
    }
    sum
}

/// The residual rows of a program.
pub fn residual(program: &Program, data: &Data) -> Vec<f64> {
    let mut rows: FxHashMap<i64, f64> = FxHashMap::default();
    for update in &program.updates {
        let Target::Residual { row, .. } = update.target else { panic!() };
        let mut e = Evaluator { g: &program.graph, data, vars: FxHashMap::default() };
        e.nest(&update.vars, &mut |e| {
            let row = e.index(row);
            *rows.entry(row).or_default() += e.value(update.value, &mut FxHashMap::default());
        });
    }
    let length = rows.keys().max().map_or(0, |m| m + 1);
    (0..length).map(|r| rows.get(&r).copied().unwrap_or(0.0)).collect()
}
