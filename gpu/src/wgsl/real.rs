//! Reals, predicates and sums.

use super::compare::compare;
use super::literal;
use super::options::ArrayBuffer;
use super::plan::value_key;
use super::writer::Writer;
use crate::{Error, words};
use spadina_core::index::Index;
use spadina_core::kernel::Fused;
use spadina_core::real::{Array, BinaryOp, Kind, Node, UnaryInstruction, UnaryOp, Value};

impl Writer<'_> {
    /// The name or literal of a value that has been computed.
    pub(super) fn value(&self, value: Value) -> Result<String, Error> {
        let graph = &self.kernel.graph;
        match *graph.node(value) {
            Node::Const(bits) => Ok(literal::real(self.precision, f64::from_bits(bits))),
            Node::Cond(c) => self.integer(c.as_index()),
            _ => self.find(value_key(graph, value)),
        }
    }

    pub(super) fn compute_value(&mut self, value: Value) -> Result<(), Error> {
        let expression = match self.kernel.fused.get(&value) {
            Some(&fused) => self.fused(fused)?,
            None => match self.value_node(value)? {
                Some(expression) => expression,
                None => return Ok(()),
            },
        };
        self.define(value_key(&self.kernel.graph, value), &expression);
        Ok(())
    }

    /// The expression of a node; none where nothing is to be computed.
    fn value_node(&mut self, value: Value) -> Result<Option<String>, Error> {
        let kernel = self.kernel;
        let checked = kernel.checked_values.get(value.index()) == Some(&true);
        Ok(Some(match *kernel.graph.node(value) {
            // Constants are written where they are read, conditions are the integers' own; sums have their own steps.
            Node::Const(_) | Node::Cond(_) | Node::Sum(..) => return Ok(None),
            Node::Bracket(..) | Node::Carried(_) => {
                return Err(self.error("has a bracket or a placeholder, which is no number"));
            }
            Node::Load(array, i) => {
                let buffer = match self.sources[array.0 as usize] {
                    ArrayBuffer::Unknowns => "unknowns",
                    ArrayBuffer::Rows => "rows",
                    ArrayBuffer::Data => "numbers",
                };
                self.entry(buffer, array, i, checked)?
            }
            Node::Seed(array, i) => self.entry("direction", array, i, checked)?,
            Node::Integer(i) => format!("real({})", self.word(i, self.widths.word(i))?),
            Node::Unary(op, a) => self.unary(op, a)?,
            Node::Binary(op, a, b) => self.binary(op, a, b)?,
            Node::Select(p, a, b) => {
                format!("select({}, {}, {})", self.value(b)?, self.value(a)?, self.value(p)?)
            }
            Node::Compare(op, a, b) => compare(op, &self.value(a)?, &self.value(b)?),
            Node::Not(a) => format!("!{}", self.value(a)?),
            Node::And(a, b) => format!("{} & {}", self.value(a)?, self.value(b)?),
            Node::Or(a, b) => format!("{} | {}", self.value(a)?, self.value(b)?),
        }))
    }

    /// An entry of an array; a checked one is entry 0 out of range.
    fn entry(&mut self, buffer: &str, array: Array, index: Index, checked: bool) -> Result<String, Error> {
        let mut at = self.integer(index)?;
        let word = self.words.array(array.0 as usize);
        if checked {
            (_, at) = self.checked(&at, word + 1);
        }
        Ok(format!("{buffer}[{} + {at}]", words::wgsl(word)))
    }

    fn unary(&mut self, op: UnaryOp, a: Value) -> Result<String, Error> {
        let a = self.value(a)?;
        Ok(match op.kind() {
            Kind::Instruction(UnaryInstruction::Neg) => format!("-{a}"),
            // WGSL has the names of the list.
            Kind::Instruction(_) => format!("{}({a})", op.name()),
            Kind::Function(function) => self.functions.call(function, &[&a]),
        })
    }

    fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Result<String, Error> {
        let (a, b) = (self.value(a)?, self.value(b)?);
        Ok(match op.kind() {
            Kind::Instruction(_) => format!("{a} {} {b}", op.name()),
            Kind::Function(function) => self.functions.call(function, &[&a, &b]),
        })
    }

    /// A product and a sum; whether they are rounded together is the driver's choice.
    fn fused(&mut self, fused: Fused) -> Result<String, Error> {
        let [a, b] = [self.value(fused.factors[0])?, self.value(fused.factors[1])?];
        let product = self.temporary(&format!("{a} * {b}"));
        let addend = self.value(fused.addend)?;
        Ok(match (fused.minus_product, fused.minus_addend) {
            (false, false) => format!("{product} + {addend}"),
            (false, true) => format!("{product} - {addend}"),
            (true, false) => format!("{addend} - {product}"),
            (true, true) => {
                let sum = self.temporary(&format!("{product} + {addend}"));
                format!("-{sum}")
            }
        })
    }

    /// Starts the accumulator of a sum.
    pub(super) fn zero(&mut self, sum: Value) {
        let key = value_key(&self.kernel.graph, sum);
        if let Some(place) = self.stored_place(sum).filter(|_| !self.is_shared) {
            // The prelude has computed it.
            return self.define(key, &format!("energies[{place}]"));
        }
        let declaration = if self.plan.crossing.contains_key(&key) { "" } else { "var " };
        let (name, zero) = (self.variable(key), literal::real(self.precision, 0.0));
        self.line(&format!("{declaration}{name} = {zero};"));
        self.remember_variable(key);
    }

    pub(super) fn accumulate(&mut self, sum: Value) -> Result<(), Error> {
        let graph = &self.kernel.graph;
        let Node::Sum(_, body) = *graph.node(sum) else {
            return Err(self.error("accumulates what is no sum"));
        };
        let (name, body) = (self.find(value_key(graph, sum))?, self.value(body)?);
        self.line(&format!("{name} += {body};"));
        Ok(())
    }
}
