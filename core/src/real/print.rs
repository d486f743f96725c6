//! Text of real expressions.

use super::{BinaryOp, Graph, Node, UnaryOp, Value};
use crate::index::Texts;
use rustc_hash::FxHashMap;

/// Binding strength of the outermost operator; higher binds tighter.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
enum Level {
    Or,
    And,
    Compare,
    Sum,
    Product,
    Prefix,
    Atom,
}

/// Prints values, with names for those that are defined elsewhere.
pub struct Printer<'a> {
    graph: &'a Graph,
    /// Values printed by name.
    pub names: FxHashMap<Value, String>,
    /// The name of the seed's direction in brackets.
    pub direction: String,
    /// Values whose text is known and written in place.
    inline: FxHashMap<Value, (String, Level)>,
    /// The texts of integers.
    integers: Texts,
}

impl Graph {
    /// The whole text of a value. Shared parts are repeated: for large values use a [`Printer`] with names.
    pub fn text(&self, value: Value) -> String {
        Printer::new(self).text(value)
    }
}

impl Graph {
    /// The whole text of a value if it is built from few nodes and not longer than `limit`.
    pub fn short_text(&self, value: Value, limit: usize) -> Option<String> {
        let mut nodes = 0;
        let mut pending = vec![value];
        while let Some(at) = pending.pop() {
            nodes += 1;
            if nodes > limit {
                return None;
            }
            self.operands(at, |a| pending.push(a));
        }
        Some(self.text(value)).filter(|text| text.len() <= limit)
    }
}

impl<'a> Printer<'a> {
    /// A printer without names.
    pub fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            names: FxHashMap::default(),
            direction: "dir".to_string(),
            inline: FxHashMap::default(),
            integers: Texts::default(),
        }
    }

    /// The text of a value: its name if it has one.
    pub fn text(&self, value: Value) -> String {
        match self.names.get(&value) {
            Some(name) => name.clone(),
            None => self.inline.get(&value).map_or_else(|| self.definition(value), |(text, _)| text.clone()),
        }
    }

    /// Remembers the text of a value, to be written in place; later texts that hold it cost only its length.
    pub fn remember(&mut self, value: Value) {
        let text = self.print(value);
        self.inline.insert(value, text);
    }

    /// Forgets what [`remember`](Self::remember) keeps.
    pub fn forget(&mut self, value: Value) {
        self.names.remove(&value);
        self.inline.remove(&value);
    }

    /// The text of what a value is, whether or not it has a name.
    pub fn definition(&self, root: Value) -> String {
        self.print(root).0
    }

    fn print(&self, root: Value) -> (String, Level) {
        let mut done: FxHashMap<Value, (String, Level)> = FxHashMap::default();
        let mut pending = vec![root];
        while let Some(&at) = pending.last() {
            if done.contains_key(&at) {
                pending.pop();
                continue;
            }
            if at != root
                && let Some(name) = self.names.get(&at)
            {
                done.insert(at, (name.clone(), Level::Atom));
                continue;
            }
            if at != root
                && let Some(text) = self.inline.get(&at)
            {
                done.insert(at, text.clone());
                continue;
            }
            let before = pending.len();
            self.graph.operands(at, |a| {
                if !done.contains_key(&a) {
                    pending.push(a);
                }
            });
            if pending.len() == before {
                let text = self.node(at, &|v| &done[&v]);
                done.insert(at, text);
                pending.pop();
            }
        }
        let Some(text) = done.remove(&root) else { unreachable!("the root is printed last") };
        text
    }

    fn node<'b>(&self, at: Value, of: &dyn Fn(Value) -> &'b (String, Level)) -> (String, Level) {
        let g = self.graph;
        let wrap = |v: Value, level: Level| {
            let (text, own) = of(v);
            if *own < level { format!("({text})") } else { text.clone() }
        };
        let infix = |a: Value, op: &str, b: Value, left: Level, right: Level| {
            format!("{} {op} {}", wrap(a, left), wrap(b, right))
        };
        let entry =
            |array: super::Array, i| format!("{}[{}]", g.array_info(array).name, self.integers.of(&g.indices, i));
        let atom = |text: String| (text, Level::Atom);
        match *g.node(at) {
            Node::Const(bits) => {
                let number = f64::from_bits(bits);
                (number_text(number), if number < 0.0 { Level::Prefix } else { Level::Atom })
            }
            Node::Load(array, i) => atom(entry(array, i)),
            Node::Seed(array, i) => atom(format!("d{}", entry(array, i))),
            Node::Bracket(array, i) => {
                let place = if g.unknowns() > 1 { entry(array, i) } else { self.integers.of(&g.indices, i) };
                atom(format!("[{place} == {}]", self.direction))
            }
            Node::Integer(i) => atom(format!("real({})", self.integers.of(&g.indices, i))),
            Node::Unary(UnaryOp::Neg, a) => (format!("-{}", wrap(a, Level::Prefix)), Level::Prefix),
            Node::Unary(op, a) => atom(format!("{}({})", op.name(), of(a).0)),
            Node::Binary(op, a, b) => match op {
                BinaryOp::Add => (infix(a, "+", b, Level::Sum, Level::Product), Level::Sum),
                BinaryOp::Sub => (infix(a, "-", b, Level::Sum, Level::Product), Level::Sum),
                BinaryOp::Mul => (infix(a, "*", b, Level::Product, Level::Prefix), Level::Product),
                BinaryOp::Div => (infix(a, "/", b, Level::Product, Level::Prefix), Level::Product),
                BinaryOp::Pow | BinaryOp::Atan2 => atom(format!("{}({}, {})", op.name(), of(a).0, of(b).0)),
            },
            Node::Select(p, a, b) => atom(format!("select({}, {}, {})", of(b).0, of(a).0, of(p).0)),
            Node::Sum(var, a) => {
                let l = g.indices.loop_of(var);
                let (lo, hi) = (self.integers.of(&g.indices, l.lo), self.integers.of(&g.indices, l.hi));
                atom(format!("sum({} in {lo}..{hi}: {})", l.name, of(a).0))
            }
            Node::Cond(c) => (self.integers.of(&g.indices, c.as_index()), Level::Or),
            Node::Compare(op, a, b) => (infix(a, op.name(), b, Level::Sum, Level::Sum), Level::Compare),
            Node::Not(a) => (format!("!{}", wrap(a, Level::Atom)), Level::Prefix),
            Node::And(a, b) => (infix(a, "&&", b, Level::Compare, Level::Compare), Level::And),
            Node::Or(a, b) => (infix(a, "||", b, Level::Compare, Level::Compare), Level::Or),
            Node::Carried(key) => atom(format!("carried{key}")),
        }
    }
}

/// A number as short as it reads back exactly, always with a point or an exponent.
pub fn number_text(number: f64) -> String {
    let text = format!("{number:?}");
    text.trim_end_matches(".0").to_string()
}
