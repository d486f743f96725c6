//! Text of integer expressions, close to how a user writes them.

use super::{BitOp, Cond, Index, IndexNode, Indices, Monomial, Var};

/// Bytes of the text of an integer; longer ones are left out.
const LONGEST: usize = 4096;

/// Binding strength of the outermost operator; higher binds tighter.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Level {
    Or,
    And,
    Compare,
    Sum,
    Product,
    Atom,
}

type Known = rustc_hash::FxHashMap<Index, (String, Level)>;

/// The number of texts kept.
const KEPT: usize = 1 << 14;

/// Texts of integers that are printed again and again.
#[derive(Default)]
pub struct Texts(std::cell::RefCell<Known>);

impl Texts {
    /// The text of an integer or condition.
    pub fn of(&self, indices: &Indices, index: Index) -> String {
        let mut known = self.0.borrow_mut();
        if known.len() > KEPT {
            known.clear();
        }
        indices.print_into(&mut known, index);
        known[&index].0.clone()
    }
}

impl Indices {
    /// The text of an integer.
    pub fn text(&self, index: Index) -> String {
        self.print(index).0
    }

    /// The text of a condition.
    pub fn cond_text(&self, cond: Cond) -> String {
        self.print(cond.as_index()).0
    }

    fn print(&self, root: Index) -> (String, Level) {
        let mut done = Known::default();
        self.print_into(&mut done, root);
        let Some(text) = done.remove(&root) else { unreachable!("the root is printed last") };
        text
    }

    /// Prints bottom-up over the reachable nodes that are not known, so that depth costs no stack.
    fn print_into(&self, done: &mut Known, root: Index) {
        let mut stack = vec![root];
        while let Some(&at) = stack.last() {
            if done.contains_key(&at) {
                stack.pop();
                continue;
            }
            let before = stack.len();
            if !matches!(self.node(at), IndexNode::Var(_)) {
                self.operands(at, |a| {
                    if !done.contains_key(&a) {
                        stack.push(a);
                    }
                });
            }
            if stack.len() == before {
                stack.pop();
                let mut text = self.print_node(at, &|a| &done[&a]);
                // Shared parts are printed wherever they stand: a text may grow with every operation by a factor.
                if text.0.len() > LONGEST {
                    text = ("…".to_string(), Level::Atom);
                }
                done.insert(at, text);
            }
        }
    }

    fn print_node<'a>(&self, at: Index, of: &dyn Fn(Index) -> &'a (String, Level)) -> (String, Level) {
        let wrap = |a: Index, level: Level| {
            let (text, own) = of(a);
            if *own < level { format!("({text})") } else { text.clone() }
        };
        let binary = |a: Index, op: &str, b: Index, level: Level| {
            let right = if of(b).1 <= level { format!("({})", of(b).0) } else { of(b).0.clone() };
            (format!("{} {op} {right}", wrap(a, level)), level)
        };
        let call = |name: &str, a: Index| (format!("{name}({})", of(a).0), Level::Atom);
        match self.node(at) {
            IndexNode::Const(c) => (c.to_string(), if *c < 0 { Level::Sum } else { Level::Atom }),
            IndexNode::Var(var) => (self.loop_of(*var).name.clone(), Level::Atom),
            IndexNode::Size(size) => (self.sizes()[size.0 as usize].to_string(), Level::Atom),
            IndexNode::Read(table, a) => {
                (format!("{}[{}]", self.tables()[table.0 as usize].name, of(*a).0), Level::Atom)
            }
            IndexNode::Div(a, b) => binary(*a, "/", *b, Level::Product),
            IndexNode::Rem(a, b) => binary(*a, "%", *b, Level::Product),
            IndexNode::Product(a, b) => binary(*a, "*", *b, Level::Product),
            IndexNode::Bits(op, a, b) => {
                let op = match op {
                    BitOp::And => "&",
                    BitOp::Or => "|",
                    BitOp::Xor => "^",
                    BitOp::Shl => "<<",
                    BitOp::Shr => ">>",
                };
                (format!("({} {op} {})", wrap(*a, Level::Atom), wrap(*b, Level::Atom)), Level::Atom)
            }
            IndexNode::Wrap(a) => call("u32", *a),
            IndexNode::Select(c, a, b) => {
                (format!("select({}, {}, {})", of(*b).0, of(*a).0, of(c.as_index()).0), Level::Atom)
            }
            IndexNode::Poly(terms) => self.print_poly(terms, &wrap),
            IndexNode::Bool(b) => (b.to_string(), Level::Atom),
            IndexNode::Positive(a) => {
                let level = if self.as_exists(*a).is_some() { Level::Atom } else { Level::Compare };
                (self.print_positive(*a, of), level)
            }
            IndexNode::Zero(a) => (self.print_sides(*a, "==", of), Level::Compare),
            IndexNode::Not(a) => match self.cond(*a) {
                IndexNode::Zero(gap) => (self.print_sides(*gap, "!=", of), Level::Compare),
                _ => (format!("!{}", wrap(a.as_index(), Level::Atom)), Level::Atom),
            },
            IndexNode::And(a, b) => binary(a.as_index(), "&&", b.as_index(), Level::And),
            IndexNode::Or(a, b) => binary(a.as_index(), "||", b.as_index(), Level::Or),
            IndexNode::First(var, c) => (self.print_loop("first", *var, of(c.as_index()), of), Level::Atom),
            IndexNode::Sum(var, a) => (self.print_loop("sum", *var, of(*a), of), Level::Atom),
        }
    }

    /// `(any i in 0..n: i < k)` and the like.
    fn print_loop<'a>(
        &self,
        word: &str,
        var: Var,
        body: &(String, Level),
        of: &dyn Fn(Index) -> &'a (String, Level),
    ) -> String {
        let l = self.loop_of(var);
        format!("({word} {} in {}..{}: {})", l.name, of(l.lo).0, of(l.hi).0, body.0)
    }

    fn print_poly(&self, terms: &[Monomial], wrap: &dyn Fn(Index, Level) -> String) -> (String, Level) {
        let mut text = String::new();
        let constants = terms.iter().filter(|t| t.atoms.is_empty());
        let ordered: Vec<&Monomial> = terms.iter().filter(|t| !t.atoms.is_empty()).chain(constants).collect();
        let (first, rest): (Vec<&Monomial>, Vec<&Monomial>) = match ordered.iter().position(|t| t.coef > 0) {
            Some(k) => {
                (vec![ordered[k]], ordered.iter().enumerate().filter(|(i, _)| *i != k).map(|(_, t)| *t).collect())
            }
            None => (Vec::new(), ordered),
        };
        for (k, term) in first.into_iter().chain(rest).enumerate() {
            let sign = match (k, term.coef < 0) {
                (0, true) => "-",
                (0, false) => "",
                (_, true) => " - ",
                (_, false) => " + ",
            };
            let mut factors: Vec<String> = Vec::new();
            if term.coef.unsigned_abs() != 1 || term.atoms.is_empty() {
                factors.push(term.coef.unsigned_abs().to_string());
            }
            factors.extend(term.atoms.iter().map(|&a| wrap(a, Level::Atom)));
            text.push_str(sign);
            text.push_str(&factors.join(" * "));
        }
        let level = if terms.len() == 1 && !text.starts_with('-') { Level::Product } else { Level::Sum };
        (text, level)
    }

    /// The sum of the monomials that `keep` picks, with their sign flipped if asked; `0` for none.
    fn print_side<'a>(&self, a: Index, positive: bool, of: &dyn Fn(Index) -> &'a (String, Level)) -> String {
        let picked: Vec<Monomial> = (self.monomials(a).into_iter())
            .filter(|t| (t.coef > 0) == positive)
            .map(|t| Monomial { coef: t.coef.abs(), ..t })
            .collect();
        if picked.is_empty() {
            return "0".to_string();
        }
        let wrap = |x: Index, level: Level| {
            let (text, own) = match self.node(x) {
                IndexNode::Var(var) => (self.loop_of(*var).name.clone(), Level::Atom),
                _ => of(x).clone(),
            };
            if own < level { format!("({text})") } else { text }
        };
        self.print_poly(&picked, &wrap).0
    }

    /// `0 < b - a` reads `a < b`; `0 < b - a + 1` reads `a <= b`.
    fn print_positive<'a>(&self, gap: Index, of: &dyn Fn(Index) -> &'a (String, Level)) -> String {
        if let Some((var, cond)) = self.as_exists(gap) {
            return self.print_loop("any", var, &self.print(cond.as_index()), of);
        }
        let constant = self.monomials(gap).iter().find(|t| t.atoms.is_empty()).map_or(0, |t| t.coef);
        if constant == 1 {
            let rest: Vec<Monomial> = self.monomials(gap).into_iter().filter(|t| !t.atoms.is_empty()).collect();
            let side = |positive: bool| {
                let part: Vec<Monomial> = (rest.iter().filter(|t| (t.coef > 0) == positive))
                    .map(|t| Monomial { atoms: t.atoms.clone(), coef: t.coef.abs() })
                    .collect();
                if part.is_empty() { "0".into() } else { self.print_poly(&part, &|x, _| of(x).0.clone()).0 }
            };
            return format!("{} <= {}", side(false), side(true));
        }
        format!("{} < {}", self.print_side(gap, false, of), self.print_side(gap, true, of))
    }

    fn print_sides<'a>(&self, gap: Index, op: &str, of: &dyn Fn(Index) -> &'a (String, Level)) -> String {
        format!("{} {op} {}", self.print_side(gap, true, of), self.print_side(gap, false, of))
    }
}
