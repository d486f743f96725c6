//! Reals, predicates and sums.

use super::super::plan::{Key, value_key, value_type};
use super::{Translator, input, place};
use crate::Error;
use crate::abi::Field;
use cranelift_codegen::ir::{InstBuilder, Value as Code, types};
use spadina_core::index::Index;
use spadina_core::kernel::Fused;
use spadina_core::real::{Array, Kind, Node, Value};

impl Translator<'_> {
    /// The number of a value that has been computed.
    pub(super) fn value(&mut self, value: Value) -> Result<Code, Error> {
        let graph = &self.kernel.graph;
        let key = value_key(graph, value);
        let ty = value_type(graph, value, self.lane.real);
        // What was computed for one element has another key for several.
        let wide = self.key_of(key, 1 + self.lane.count);
        if let Some(&code) = self.nodes.get(&wide).filter(|_| self.lane.count > 1) {
            return Ok(code);
        }
        let code = match *graph.node(value) {
            Node::Cond(c) => return self.condition(c.as_index(), wide),
            Node::Const(bits) if self.lane.count > 1 || !self.nodes.contains_key(&key) => {
                let code = self.lane.constant(&mut self.b, f64::from_bits(bits));
                self.remember(if self.lane.count > 1 { wide } else { key }, code);
                return Ok(code);
            }
            Node::Sum(..) => match self.sums.get(&key).copied() {
                Some(place) => self.get_place(place, ty),
                None => self.find(key, ty)?,
            },
            _ => self.find(key, ty)?,
        };
        if self.lane.count == 1 || self.b.func.dfg.value_type(code).is_vector() {
            return Ok(code);
        }
        let code = if ty == types::I8 { self.mask(&[code]) } else { self.b.ins().splat(self.lane.real, code) };
        self.remember(wide, code);
        Ok(code)
    }

    /// A condition on integers as a predicate.
    fn condition(&mut self, condition: Index, wide: Key) -> Result<Code, Error> {
        if self.lane.count == 1 {
            return self.index(condition);
        }
        let sides = self.sides(|t| t.index(condition))?;
        let code = self.mask(&sides);
        self.remember(wide, code);
        Ok(code)
    }

    /// Truth values of the iterations side by side, or one for all, as a mask.
    fn mask(&mut self, truths: &[Code]) -> Code {
        let mask = self.lane.mask();
        let wide: Vec<Code> = truths.iter().map(|&truth| self.b.ins().bmask(mask.lane_type(), truth)).collect();
        if wide.len() == 1 { self.b.ins().splat(mask, wide[0]) } else { self.lane.pack(&mut self.b, &wide) }
    }

    /// The results of `f` for the iterations side by side.
    fn sides(&mut self, mut f: impl FnMut(&mut Self) -> Result<Code, Error>) -> Result<Vec<Code>, Error> {
        let mut codes = Vec::with_capacity(self.lane.count);
        for side in 0..self.lane.count {
            self.side = side;
            codes.push(f(self)?);
        }
        self.side = 0;
        Ok(codes)
    }

    pub(super) fn compute_value(&mut self, value: Value) -> Result<(), Error> {
        let kernel = self.kernel;
        let graph = &kernel.graph;
        if let Some(&fused) = kernel.fused.get(&value) {
            let code = self.fused(fused)?;
            self.define(value_key(graph, value), code);
            return Ok(());
        }
        let checked = kernel.checked_values.get(value.index()) == Some(&true);
        let code = match *graph.node(value) {
            // Constants are generated where they are read, conditions are the integers' own; sums have their own steps.
            Node::Const(_) | Node::Cond(_) | Node::Sum(..) => return Ok(()),
            Node::Bracket(..) | Node::Carried(_) => return Err(Error::Schedule { kernel: kernel.name.clone() }),
            Node::Load(array, i) => self.entry((Field::ARRAYS, Field::ARRAY_LENGTHS), array, i, checked)?,
            Node::Seed(array, i) => self.entry((Field::SEEDS, Field::SEED_LENGTHS), array, i, checked)?,
            Node::Integer(i) => {
                let reals = self.sides(|t| {
                    let integer = t.index(i)?;
                    Ok(t.lane.integer(&mut t.b, integer))
                })?;
                self.lane.pack(&mut self.b, &reals)
            }
            Node::Unary(op, a) => {
                let a = self.value(a)?;
                match op.kind() {
                    Kind::Instruction(op) => self.lane.unary(&mut self.b, op, a),
                    Kind::Function(function) => self.function(function, &[a])?,
                }
            }
            Node::Binary(op, x, y) => {
                let (x, y) = (self.value(x)?, self.value(y)?);
                match op.kind() {
                    Kind::Instruction(op) => self.lane.binary(&mut self.b, op, x, y),
                    Kind::Function(function) => self.function(function, &[x, y])?,
                }
            }
            Node::Select(p, a, b) => {
                let (p, a, b) = (self.value(p)?, self.value(a)?, self.value(b)?);
                self.lane.select(&mut self.b, p, a, b)
            }
            Node::Compare(op, x, y) => {
                let (x, y) = (self.value(x)?, self.value(y)?);
                self.lane.compare(&mut self.b, op, x, y)
            }
            Node::Not(a) => {
                let a = self.value(a)?;
                if self.lane.count == 1 { self.b.ins().bxor_imm_u(a, 1) } else { self.b.ins().bnot(a) }
            }
            Node::And(a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                self.b.ins().band(a, b)
            }
            Node::Or(a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                self.b.ins().bor(a, b)
            }
        };
        self.define(value_key(graph, value), code);
        Ok(())
    }

    fn fused(&mut self, fused: Fused) -> Result<Code, Error> {
        let [mut a, b] = [self.value(fused.factors[0])?, self.value(fused.factors[1])?];
        let mut c = self.value(fused.addend)?;
        if fused.minus_product {
            a = self.b.ins().fneg(a);
        }
        if fused.minus_addend {
            c = self.b.ins().fneg(c);
        }
        Ok(self.b.ins().fma(a, b, c))
    }

    /// An entry of an array; a checked one is entry 0 out of range.
    fn entry(
        &mut self,
        (lists, lengths): (Field, Field),
        array: Array,
        index: Index,
        checked: bool,
    ) -> Result<Code, Error> {
        let list = self.item(lists, array.0);
        let entries = self.sides(|t| {
            let mut at = t.index(index)?;
            if checked {
                (at, _) = t.checked(at, lengths, array.0);
            }
            let (address, displacement) = t.displaced(list, at, t.lane.log_bytes());
            Ok(t.lane.load(&mut t.b, input(), address, displacement))
        })?;
        Ok(self.lane.pack(&mut self.b, &entries))
    }

    /// Starts the accumulator of a sum.
    pub(super) fn zero(&mut self, sum: Value) {
        let key = value_key(&self.kernel.graph, sum);
        let offset = self.plan.places.get(&key).copied();
        let place = match self.sums.get(&key) {
            Some(&place) => place,
            None => place(&mut self.b, offset, self.lane.real),
        };
        self.sums.insert(key, place);
        let zero = self.lane.constant(&mut self.b, 0.0);
        self.set_place(place, zero);
    }

    pub(super) fn accumulate(&mut self, sum: Value) -> Result<(), Error> {
        let graph = &self.kernel.graph;
        let Node::Sum(_, body) = *graph.node(sum) else {
            return Ok(());
        };
        let key = value_key(graph, sum);
        let place = match (self.sums.get(&key), self.plan.places.get(&key)) {
            (Some(&place), _) => place,
            (None, Some(&offset)) => super::Location::Frame(offset),
            (None, None) => return Err(Error::Schedule { kernel: self.kernel.name.clone() }),
        };
        let body = self.value(body)?;
        let old = self.get_place(place, self.lane.real);
        let new = self.b.ins().fadd(old, body);
        self.set_place(place, new);
        Ok(())
    }
}
