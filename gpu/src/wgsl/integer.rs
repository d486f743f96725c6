//! Integers and conditions.

use super::literal;
use super::writer::Writer;
use crate::width::Comparison;
use crate::{Error, words};
use spadina_core::index::{BitOp, Index, IndexNode, Loop, Monomial};
use spadina_core::program::Word;

impl Writer<'_> {
    /// The name or literal of an integer or condition that has been computed.
    pub(super) fn integer(&self, index: Index) -> Result<String, Error> {
        match self.kernel.graph.indices.node(index) {
            IndexNode::Const(c) => Ok(literal::integer(*c)),
            IndexNode::Bool(b) => Ok(b.to_string()),
            _ => self.find(index.index()),
        }
    }

    /// The same as a word.
    pub(super) fn word(&self, index: Index, word: Word) -> Result<String, Error> {
        match (word, self.kernel.graph.indices.as_const(index)) {
            (Word::U32, Some(c)) => Ok(format!("{}u", c as u32)),
            (Word::U32, None) => Ok(format!("u32({})", self.integer(index)?)),
            (Word::I32 | Word::Low, _) => self.integer(index),
        }
    }

    pub(super) fn compute_index(&mut self, index: Index) -> Result<(), Error> {
        if !self.is_literal(index) {
            let expression = self.index_node(index)?;
            self.define(index.index(), &expression);
        }
        Ok(())
    }

    fn is_literal(&self, index: Index) -> bool {
        matches!(self.kernel.graph.indices.node(index), IndexNode::Const(_) | IndexNode::Bool(_))
    }

    /// The expression of a node, after what it takes before it.
    fn index_node(&mut self, index: Index) -> Result<String, Error> {
        let kernel = self.kernel;
        let checked = kernel.checked_indices.get(index.index()) == Some(&true);
        Ok(match kernel.graph.indices.node(index) {
            IndexNode::Const(_) | IndexNode::Bool(_) | IndexNode::Var(_) => self.integer(index)?,
            IndexNode::Size(size) => words::wgsl(self.words.size(size.0 as usize)),
            IndexNode::Read(table, at) => self.read(table.0 as usize, *at, checked)?,
            IndexNode::Div(a, b) => self.divide("/", *a, *b, checked)?,
            IndexNode::Rem(a, b) => self.divide("%", *a, *b, checked)?,
            IndexNode::Product(a, b) => format!("{} * {}", self.integer(*a)?, self.integer(*b)?),
            IndexNode::Bits(op, a, b) => self.bits(*op, *a, *b)?,
            // The same 32 bits, which are read without a sign.
            IndexNode::Wrap(a) => self.integer(*a)?,
            IndexNode::Select(c, a, b) => {
                let (c, a, b) = (self.integer(c.as_index())?, self.integer(*a)?, self.integer(*b)?);
                format!("select({b}, {a}, {c})")
            }
            IndexNode::First(..) => self.first(index)?,
            IndexNode::Sum(..) => self.sum(index)?,
            IndexNode::Poly(terms) => self.polynomial(terms)?,
            IndexNode::Positive(a) => self.positive(*a)?,
            IndexNode::Zero(a) => self.zero_test(*a)?,
            IndexNode::Not(a) => format!("!{}", self.integer(a.as_index())?),
            IndexNode::And(a, b) => format!("{} & {}", self.integer(a.as_index())?, self.integer(b.as_index())?),
            IndexNode::Or(a, b) => format!("{} | {}", self.integer(a.as_index())?, self.integer(b.as_index())?),
        })
    }

    /// An entry of a table; a checked one is 0 out of range.
    fn read(&mut self, table: usize, at: Index, checked: bool) -> Result<String, Error> {
        let at = self.integer(at)?;
        let word = self.words.table(table);
        if !checked {
            return Ok(format!("tables[{} + {at}]", words::wgsl(word)));
        }
        let (within, at) = self.checked(&at, word + 1);
        let entry = self.temporary(&format!("tables[{} + {at}]", words::wgsl(word)));
        Ok(format!("select(0i, {entry}, {within})"))
    }

    /// The condition that an index is below the length in a word, and the index, or 0 where it is not.
    pub(super) fn checked(&mut self, at: &str, length: usize) -> (String, String) {
        let length = words::wgsl(length);
        let within = self.temporary(&format!("u32({at}) < u32({length})"));
        let at = self.temporary(&format!("select(0i, {at}, {within})"));
        (within, at)
    }

    /// The test that an integer is above zero.
    fn positive(&mut self, a: Index) -> Result<String, Error> {
        Ok(match self.widths.positive(&self.kernel.graph.indices, a) {
            Comparison::Word(Word::U32) => format!("{} != 0i", self.integer(a)?),
            Comparison::Word(_) => format!("{} > 0i", self.integer(a)?),
            Comparison::Sides(word, sides) => {
                let [mut above, mut below] = [self.polynomial(&sides[0])?, self.polynomial(&sides[1])?];
                for side in [&mut above, &mut below] {
                    let name = self.temporary(side);
                    *side = if word == Word::U32 { format!("u32({name})") } else { name };
                }
                format!("{above} > {below}")
            }
            Comparison::Wide => {
                let wide = self.wide(a)?;
                format!("(i32({wide}.y) >= 0i) & (({wide}.x | {wide}.y) != 0u)")
            }
        })
    }

    /// The test that an integer is zero.
    fn zero_test(&mut self, a: Index) -> Result<String, Error> {
        Ok(match self.widths.zero(&self.kernel.graph.indices, a) {
            Comparison::Word(_) | Comparison::Sides(..) => format!("{} == 0i", self.integer(a)?),
            Comparison::Wide => {
                let wide = self.wide(a)?;
                format!("({wide}.x | {wide}.y) == 0u")
            }
        })
    }

    /// A quotient or remainder; a checked one is 0 where the divisor is.
    fn divide(&mut self, operator: &str, a: Index, b: Index, checked: bool) -> Result<String, Error> {
        let constant = self.kernel.graph.indices.as_const(b);
        let word = self.widths.common_word(a, b);
        let (a, b) = (self.word(a, word)?, self.word(b, word)?);
        let quotient = |b: &str| match word {
            Word::U32 => format!("i32({a} {operator} {b})"),
            Word::I32 | Word::Low => format!("{a} {operator} {b}"),
        };
        match constant {
            Some(0) => return Ok("0i".into()),
            Some(_) => return Ok(quotient(&b)),
            None if !checked => return Ok(quotient(&b)),
            None => {}
        }
        let suffix = if word == Word::U32 { "u" } else { "i" };
        let undefined = self.temporary(&format!("{b} == 0{suffix}"));
        let divisor = self.temporary(&format!("select({b}, 1{suffix}, {undefined})"));
        let result = self.temporary(&quotient(&divisor));
        Ok(format!("select({result}, 0i, {undefined})"))
    }

    /// A bitwise operation; shifts count modulo 32.
    fn bits(&mut self, op: BitOp, a: Index, b: Index) -> Result<String, Error> {
        let (a, b) = (self.integer(a)?, self.integer(b)?);
        Ok(match op {
            BitOp::And => format!("{a} & {b}"),
            BitOp::Or => format!("{a} | {b}"),
            BitOp::Xor => format!("{a} ^ {b}"),
            BitOp::Shl | BitOp::Shr => {
                let count = self.temporary(&format!("u32({b}) & 31u"));
                let word = self.temporary(&format!("u32({a})"));
                let operator = if op == BitOp::Shl { "<<" } else { ">>" };
                format!("i32({word} {operator} {count})")
            }
        })
    }

    fn polynomial(&mut self, terms: &[Monomial]) -> Result<String, Error> {
        let mut sum: Option<String> = None;
        for term in terms {
            let product = self.monomial(term)?;
            sum = Some(match sum {
                // What was added so far gets a name before more is added to it.
                Some(sum) if sum.contains(' ') => format!("{} + {product}", self.temporary(&sum)),
                Some(sum) => format!("{sum} + {product}"),
                None => product,
            });
        }
        Ok(sum.unwrap_or_else(|| literal::integer(0)))
    }

    fn monomial(&mut self, term: &Monomial) -> Result<String, Error> {
        let mut product = match term.coef {
            1 if !term.atoms.is_empty() => None,
            coefficient => Some(literal::integer(coefficient)),
        };
        for &atom in &term.atoms {
            let atom = self.integer(atom)?;
            product = Some(match product {
                Some(product) => self.temporary(&format!("{product} * {atom}")),
                None => atom,
            });
        }
        let Some(product) = product else { unreachable!("a monomial has a coefficient or atoms") };
        Ok(product)
    }

    /// The first value of a variable that satisfies a condition, or the end of its loop.
    fn first(&mut self, index: Index) -> Result<String, Error> {
        let Loop { hi, .. } = self.reduction_loop(index)?;
        let end = self.integer(hi)?;
        let result = self.mutable(&end);
        let (known, value, term) = self.begin_reduction(index)?;
        self.line(&format!("if {term} {{"));
        self.line(&format!("{result} = {value};"));
        self.line("break;");
        self.line("}");
        self.end_block(known);
        Ok(result)
    }

    /// The sum of an integer over a loop.
    fn sum(&mut self, index: Index) -> Result<String, Error> {
        let result = self.mutable("0i");
        let (known, _, term) = self.begin_reduction(index)?;
        self.line(&format!("{result} += {term};"));
        self.end_block(known);
        Ok(result)
    }

    fn reduction_loop(&self, index: Index) -> Result<Loop, Error> {
        let indices = &self.kernel.graph.indices;
        let (var, _) = indices.reduced(index).ok_or_else(|| self.error("has a reduction without a loop"))?;
        Ok(indices.loop_of(var).clone())
    }

    /// Opens the loop of a reduction and computes its body. Gives how much was known before, the names of the variable and
    /// of what is reduced. Reductions in the body are loops in this loop; what its names hide is not read in it.
    fn begin_reduction(&mut self, index: Index) -> Result<(usize, String, String), Error> {
        let kernel = self.kernel;
        let indices = &kernel.graph.indices;
        let missing = || self.error("has a reduction that nothing evaluates");
        let reduction = kernel.reductions.get(&index).ok_or_else(missing)?;
        let (var, term) = indices.reduced(index).ok_or_else(missing)?;
        let Loop { lo, hi, .. } = *indices.loop_of(var);
        let (lo, hi) = (self.integer(lo)?, self.integer(hi)?);
        let known = self.known();
        let own = indices.var_index(var).index();
        let name = super::writer::name(kernel, own);
        self.line(&format!("for (var {name} = {lo}; {name} < {hi}; {name}++) {{"));
        self.remember(own);
        for &i in &reduction.body {
            if !self.is_literal(i) && i.index() != own {
                let expression = self.index_node(i)?;
                self.define_here(i.index(), &expression);
            }
        }
        Ok((known, name, self.integer(term)?))
    }
}
