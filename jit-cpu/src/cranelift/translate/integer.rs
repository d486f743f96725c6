//! Integers and conditions.

use super::super::plan::{index_key, index_type, repeatable_index};
use super::{Translator, input};
use crate::Error;
use crate::abi::Field;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value, types};
use spadina_core::index::{BitOp, Index, IndexNode, Monomial, Var};

impl Translator<'_> {
    /// The value of an integer or condition that has been computed.
    pub(super) fn index(&mut self, index: Index) -> Result<Value, Error> {
        let indices = &self.kernel.graph.indices;
        let key = self.index_key(index);
        if let Some(&value) = self.nodes.get(&key) {
            return Ok(value);
        }
        if repeatable_index(indices, index) {
            let value = self.index_node(index)?;
            self.remember(key, value);
            return Ok(value);
        }
        // What was computed before the iterations side by side is the same for all.
        self.find(index_key(index), index_type(indices, index))
    }

    pub(super) fn compute_index(&mut self, index: Index) -> Result<(), Error> {
        if !repeatable_index(&self.kernel.graph.indices, index) {
            for side in 0..self.lane.count {
                self.side = side;
                let value = self.index_node(index)?;
                self.define(self.index_key(index), value);
            }
            self.side = 0;
        }
        Ok(())
    }

    fn index_node(&mut self, index: Index) -> Result<Value, Error> {
        let kernel = self.kernel;
        let checked = kernel.checked_indices.get(index.index()) == Some(&true);
        Ok(match kernel.graph.indices.node(index) {
            IndexNode::Const(c) => self.b.ins().iconst(types::I64, *c),
            IndexNode::Bool(c) => self.b.ins().iconst(types::I8, i64::from(*c)),
            IndexNode::First(var, _) | IndexNode::Sum(var, _) => self.reduction(index, *var)?,
            IndexNode::Size(size) => self.item(Field::SIZES, size.0),
            IndexNode::Var(_) => self.index(index)?,
            IndexNode::Read(table, at) => {
                let at = self.index(*at)?;
                self.read(table.0, at, checked)
            }
            IndexNode::Div(a, b) => self.divide(*a, *b, checked, |t, a, b| t.b.ins().sdiv(a, b))?,
            IndexNode::Rem(a, b) => self.divide(*a, *b, checked, |t, a, b| t.b.ins().srem(a, b))?,
            IndexNode::Product(a, b) => {
                let (a, b) = (self.index(*a)?, self.index(*b)?);
                self.b.ins().imul(a, b)
            }
            IndexNode::Bits(op, a, b) => self.bits(*op, *a, *b)?,
            IndexNode::Wrap(a) => {
                let a = self.index(*a)?;
                let low = self.b.ins().ireduce(types::I32, a);
                self.b.ins().uextend(types::I64, low)
            }
            IndexNode::Select(c, a, b) => {
                let (c, a, b) = (self.index(c.as_index())?, self.index(*a)?, self.index(*b)?);
                self.b.ins().select(c, a, b)
            }
            IndexNode::Poly(terms) => self.polynomial(terms)?,
            IndexNode::Positive(a) => {
                let a = self.index(*a)?;
                self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, a, 0)
            }
            IndexNode::Zero(a) => {
                let a = self.index(*a)?;
                self.b.ins().icmp_imm_s(IntCC::Equal, a, 0)
            }
            IndexNode::Not(a) => {
                let a = self.index(a.as_index())?;
                self.b.ins().bxor_imm_u(a, 1)
            }
            IndexNode::And(a, b) => {
                let (a, b) = (self.index(a.as_index())?, self.index(b.as_index())?);
                self.b.ins().band(a, b)
            }
            IndexNode::Or(a, b) => {
                let (a, b) = (self.index(a.as_index())?, self.index(b.as_index())?);
                self.b.ins().bor(a, b)
            }
        })
    }

    /// The first value of a variable that satisfies a condition, or a sum over a loop.
    fn reduction(&mut self, index: Index, var: Var) -> Result<Value, Error> {
        let kernel = self.kernel;
        let indices = &kernel.graph.indices;
        let (Some(reduction), Some((_, term))) = (kernel.reductions.get(&index), indices.reduced(index)) else {
            return Err(Error::Schedule { kernel: kernel.name.clone() });
        };
        let l = indices.loop_of(var);
        let (lo, hi) = (self.index(l.lo)?, self.index(l.hi)?);
        let first = matches!(indices.node(index), IndexNode::First(..));
        let [head, body, exit] = [(); 3].map(|()| self.b.create_block());
        let variable = self.b.append_block_param(head, types::I64);
        let sum = self.b.append_block_param(head, types::I64);
        let result = self.b.append_block_param(exit, types::I64);
        let zero = self.b.ins().iconst(types::I64, 0);
        self.b.ins().jump(head, &[BlockArg::Value(lo), BlockArg::Value(zero)]);
        self.b.switch_to_block(head);
        let more = self.b.ins().icmp(IntCC::SignedLessThan, variable, hi);
        let ended = if first { hi } else { sum };
        self.b.ins().brif(more, body, &[], exit, &[BlockArg::Value(ended)]);
        self.b.switch_to_block(body);
        self.b.seal_block(body);
        let known = self.known.len();
        self.remember(self.index_key(indices.var_index(var)), variable);
        for &i in &reduction.body {
            let value = self.index_node(i)?;
            self.remember(self.index_key(i), value);
        }
        let term = self.index(term)?;
        let next = self.b.ins().iadd_imm_s(variable, 1);
        if first {
            let again = [BlockArg::Value(next), BlockArg::Value(zero)];
            self.b.ins().brif(term, exit, &[BlockArg::Value(variable)], head, &again);
        } else {
            let sum = self.b.ins().iadd(sum, term);
            self.b.ins().jump(head, &[BlockArg::Value(next), BlockArg::Value(sum)]);
        }
        self.b.seal_block(head);
        self.b.switch_to_block(exit);
        self.b.seal_block(exit);
        self.forget(known);
        Ok(result)
    }

    /// An entry of a table; a checked one is 0 out of range.
    fn read(&mut self, table: u32, at: Value, checked: bool) -> Value {
        let list = self.item(Field::TABLES, table);
        let (at, within) = match checked {
            true => {
                let (at, within) = self.checked(at, Field::TABLE_LENGTHS, table);
                (at, Some(within))
            }
            false => (at, None),
        };
        let (address, displacement) = self.displaced(list, at, 2);
        let entry = self.b.ins().load(types::I32, input(), address, displacement);
        let entry = self.b.ins().sextend(types::I64, entry);
        match within {
            Some(within) => {
                let zero = self.b.ins().iconst(types::I64, 0);
                self.b.ins().select(within, entry, zero)
            }
            None => entry,
        }
    }

    /// A quotient or remainder; a checked one is 0 where the divisor is. What the processor cannot divide, it is not
    /// given: a checked divisor of 0 or -1 becomes 1, and the result is mended.
    fn divide(
        &mut self,
        a: Index,
        b: Index,
        checked: bool,
        operation: impl Fn(&mut Self, Value, Value) -> Value,
    ) -> Result<Value, Error> {
        let literal = self.kernel.graph.indices.as_const(b).is_some_and(|c| c != 0 && c != -1);
        let (a, b) = (self.index(a)?, self.index(b)?);
        if !checked || literal {
            return Ok(operation(self, a, b));
        }
        let above = self.b.ins().iadd_imm_s(b, 1);
        let special = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, above, 1);
        let one = self.b.ins().iconst(types::I64, 1);
        let divisor = self.b.ins().select(special, one, b);
        let result = operation(self, a, divisor);
        let negated = self.b.ins().ineg(result);
        let minus = self.b.ins().icmp_imm_s(IntCC::Equal, b, -1);
        let result = self.b.ins().select(minus, negated, result);
        let undefined = self.b.ins().icmp_imm_s(IntCC::Equal, b, 0);
        let zero = self.b.ins().iconst(types::I64, 0);
        Ok(self.b.ins().select(undefined, zero, result))
    }

    fn bits(&mut self, op: BitOp, a: Index, b: Index) -> Result<Value, Error> {
        let (a, b) = (self.index(a)?, self.index(b)?);
        let a = self.b.ins().ireduce(types::I32, a);
        let b = self.b.ins().ireduce(types::I32, b);
        let low = match op {
            BitOp::And => self.b.ins().band(a, b),
            BitOp::Or => self.b.ins().bor(a, b),
            BitOp::Xor => self.b.ins().bxor(a, b),
            BitOp::Shl => self.b.ins().ishl(a, b),
            BitOp::Shr => self.b.ins().ushr(a, b),
        };
        Ok(self.b.ins().uextend(types::I64, low))
    }

    fn polynomial(&mut self, terms: &[Monomial]) -> Result<Value, Error> {
        let mut sum: Option<Value> = None;
        let mut constant = 0i64;
        for term in terms {
            let mut product: Option<Value> = None;
            for &atom in term.atoms.iter() {
                let atom = self.index(atom)?;
                product = Some(match product {
                    Some(product) => self.b.ins().imul(product, atom),
                    None => atom,
                });
            }
            let Some(mut product) = product else {
                constant = constant.wrapping_add(term.coef);
                continue;
            };
            if term.coef != 1 {
                product = self.b.ins().imul_imm_s(product, term.coef);
            }
            sum = Some(match sum {
                Some(sum) => self.b.ins().iadd(sum, product),
                None => product,
            });
        }
        Ok(match sum {
            Some(sum) if constant != 0 => {
                let index = self.b.ins().iadd_imm_s(sum, constant);
                self.offsets.insert(index, (sum, constant));
                index
            }
            Some(sum) => sum,
            None => self.b.ins().iconst(types::I64, constant),
        })
    }
}
