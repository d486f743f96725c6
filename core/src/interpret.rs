//! The reference: a kernel, step by step, in double precision.
//!
//! One number is kept for each node of the graph, and replaced where a loop computes the node again. Every back-end is
//! tested against this. It is total: where a guard is off (and, unlike a back-end, everywhere else too), a load out of
//! range reads entry 0, or 0 if there is none, and an integer that has no value is 0.

use crate::bind::{Buffers, Chunks, Data, NO_SLOT, Streams};
use crate::function::{self, Native};
use crate::index::{Evaluator, Index, Loop, Var, eval_node};
use crate::kernel::{Buffer, Kernel, Step, loop_ends};
use crate::real::{Node, Value};
use std::convert::Infallible;
use std::ops::Range;

/// Runs the kernel over its whole outermost loop, range by range in the order of the groups. Adds to the buffers and
/// returns the energy.
pub fn run(kernel: &Kernel, data: &Data<'_>, streams: &Streams, buffers: &mut Buffers<'_>) -> f64 {
    run_chunks(kernel, data, streams, &streams.runs(), buffers)
}

/// Like [`run`], over the given ranges instead of those of the streams.
pub fn run_chunks(
    kernel: &Kernel,
    data: &Data<'_>,
    streams: &Streams,
    chunks: &Chunks,
    buffers: &mut Buffers<'_>,
) -> f64 {
    let mut machine = Machine::new(kernel, data, streams);
    let mut partial = vec![0.0; chunks.ranges.len()];
    for &number in chunks.groups.iter().flatten() {
        let range = &chunks.ranges[number as usize];
        if !range.is_empty() {
            partial[number as usize] = machine.range(range, buffers);
        }
    }
    Chunks::total(&partial)
}

/// The first operation of the iterations `range` whose operands are finite and whose value is not, of those that make an
/// output NaN or infinite. Sides of selects that are not chosen have no part in it.
pub fn first_non_finite(kernel: &Kernel, data: &Data<'_>, streams: &Streams, range: &Range<i64>) -> Option<Value> {
    let mut machine = Machine::new(kernel, data, streams);
    machine.origins = Some(vec![None; kernel.graph.len()]);
    machine.range(range, &mut Buffers::default());
    machine.origin
}

/// A loop that has begun and not ended.
struct Open {
    /// Position of its [`Step::Begin`].
    begin: usize,
    var: Var,
    region: usize,
    end: i64,
}

struct Machine<'a> {
    kernel: &'a Kernel,
    data: &'a Data<'a>,
    streams: &'a Streams,
    /// The end of the loop that begins at a position.
    ends: Vec<usize>,
    /// By value; predicates are 0 or 1.
    reals: Vec<f64>,
    /// By index; conditions are 0 or 1.
    integers: Vec<i64>,
    /// By region, the number of the current record.
    records: Vec<usize>,
    /// If it is asked for: by value, where it ceased to be finite.
    origins: Option<Vec<Option<Value>>>,
    /// The origin of the first output that is not finite.
    origin: Option<Value>,
}

impl<'a> Machine<'a> {
    fn new(kernel: &'a Kernel, data: &'a Data<'a>, streams: &'a Streams) -> Self {
        Self {
            kernel,
            data,
            streams,
            ends: loop_ends(&kernel.steps),
            reals: vec![0.0; kernel.graph.len()],
            integers: vec![0; kernel.graph.indices.len()],
            records: vec![0; kernel.regions.len()],
            origins: None,
            origin: None,
        }
    }

    /// Runs one range of the outermost loop and returns its energy.
    fn range(&mut self, range: &Range<i64>, buffers: &mut Buffers<'_>) -> f64 {
        let first = usize::try_from(range.start - self.streams.outer.start).unwrap_or(0);
        for (record, stream) in self.records.iter_mut().zip(&self.streams.regions) {
            *record = stream.first_record(first);
        }
        let mut energy = 0.0;
        let mut open: Vec<Open> = Vec::new();
        let mut at = 0;
        while let Some(&step) = self.kernel.steps.get(at) {
            match step {
                Step::Index(i) => {
                    let Ok(()) = self.evaluate(i);
                }
                Step::Value(v) => {
                    self.reals[v.index()] = match self.kernel.fused.get(&v) {
                        Some(fused) => fused.eval(|a| self.reals[a.index()]),
                        None => self.real(v),
                    };
                    self.trace(v);
                }
                Step::Zero(v) => {
                    self.reals[v.index()] = 0.0;
                    self.trace(v);
                }
                Step::Accumulate(v) => {
                    if let Node::Sum(_, body) = *self.kernel.graph.node(v) {
                        self.reals[v.index()] += self.reals[body.index()];
                        self.trace(v);
                    }
                }
                Step::Output(k) => {
                    energy += self.output(k, buffers);
                    let origins = self.origins.as_ref();
                    self.origin = self.origin.or(origins.and_then(|o| o[self.kernel.outputs[k].value.index()]));
                }
                Step::Begin(var, region) => {
                    let outermost = open.is_empty() && self.kernel.is_outer(step);
                    let bounds = if outermost { range.clone() } else { self.bounds(var) };
                    if bounds.is_empty() {
                        at = self.ends[at];
                    } else {
                        self.set_var(var, bounds.start);
                        open.push(Open { begin: at, var, region, end: bounds.end });
                    }
                }
                Step::End => at = self.end_iteration(&mut open).unwrap_or(at),
            }
            at += 1;
        }
        energy
    }

    /// Notes where a value ceased to be finite: before it, or with it.
    fn trace(&mut self, value: Value) {
        let Some(origins) = &mut self.origins else { return };
        let node = self.kernel.graph.node(value);
        let mut origin = None;
        if !self.reals[value.index()].is_finite() {
            // A sum that has met a value which is not finite stays so.
            origin = if let Node::Sum(..) = node { origins[value.index()] } else { None };
            let chosen = |p: Value, a: Value, b: Value| if self.reals[p.index()] != 0.0 { a } else { b };
            match *node {
                Node::Select(p, a, b) => origin = origins[chosen(p, a, b).index()],
                _ => self.kernel.operands(value, |a| origin = origin.or(origins[a.index()])),
            }
            origin = origin.or(Some(value));
        }
        origins[value.index()] = origin;
    }

    /// Returns the step to go on at if the innermost loop has another iteration; otherwise closes it.
    fn end_iteration(&mut self, open: &mut Vec<Open>) -> Option<usize> {
        let innermost = open.last()?;
        if innermost.region != 0 {
            self.records[innermost.region] += 1;
        }
        let at = self.kernel.graph.indices.var_index(innermost.var).index();
        self.integers[at] += 1;
        if self.integers[at] < innermost.end {
            return Some(innermost.begin);
        }
        open.pop();
        None
    }

    fn set_var(&mut self, var: Var, value: i64) {
        self.integers[self.kernel.graph.indices.var_index(var).index()] = value;
    }

    fn bounds(&self, var: Var) -> Range<i64> {
        let Loop { lo, hi, .. } = *self.kernel.graph.indices.loop_of(var);
        self.integers[lo.index()]..self.integers[hi.index()]
    }

    fn entry(&self, arrays: &[&[f64]], array: u32, index: i64) -> f64 {
        let Some(array) = arrays.get(array as usize) else {
            return 0.0;
        };
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        array.get(at).or(array.first()).copied().unwrap_or(0.0)
    }

    /// The arithmetic that functions are computed with.
    fn native(&self) -> Native<f64> {
        Native::new(self.kernel.fuses)
    }

    fn real(&self, value: Value) -> f64 {
        let of = |v: Value| self.reals[v.index()];
        let is = |v: Value| self.reals[v.index()] != 0.0;
        let integer = |i: Index| self.integers[i.index()];
        let truth = |b: bool| f64::from(u8::from(b));
        match *self.kernel.graph.node(value) {
            Node::Const(bits) => f64::from_bits(bits),
            Node::Load(array, i) => self.entry(&self.data.arrays, array.0, integer(i)),
            Node::Seed(array, i) => self.entry(&self.data.seeds, array.0, integer(i)),
            Node::Integer(i) => integer(i) as f64,
            Node::Cond(c) => integer(c.as_index()) as f64,
            Node::Unary(op, a) => function::unary(&mut self.native(), op, of(a)).unwrap_or_else(|| op.eval(of(a))),
            Node::Binary(op, a, b) => {
                function::binary(&mut self.native(), op, of(a), of(b)).unwrap_or_else(|| op.eval(of(a), of(b)))
            }
            Node::Select(p, a, b) => {
                if is(p) {
                    of(a)
                } else {
                    of(b)
                }
            }
            Node::Compare(op, a, b) => truth(op.eval(of(a), of(b))),
            Node::Not(a) => truth(!is(a)),
            Node::And(a, b) => truth(is(a) && is(b)),
            Node::Or(a, b) => truth(is(a) || is(b)),
            // Sums are accumulated by their own steps; brackets and placeholders are gone from a kernel.
            Node::Sum(..) | Node::Bracket(..) | Node::Carried(_) => of(value),
        }
    }

    /// Performs an output; gives what it adds to the energy.
    fn output(&self, k: usize, buffers: &mut Buffers<'_>) -> f64 {
        let output = &self.kernel.outputs[k];
        let value = self.reals[output.value.index()];
        let value = if output.negated { -value } else { value };
        let buffer: &mut [f64] = match output.buffer {
            Buffer::Energy => return value,
            Buffer::Gradient => buffers.gradient,
            Buffer::Hessian => buffers.hessian,
            Buffer::Residual => buffers.residual,
            Buffer::Jacobian => buffers.jacobian,
            Buffer::Product => buffers.product,
        };
        let Some(stream) = self.streams.regions.get(output.region) else {
            return 0.0;
        };
        let first = self.records[output.region] * stream.width + output.offset;
        let slot = stream.slots.get(first).copied().filter(|&slot| slot != NO_SLOT);
        if let Some(entry) = slot.and_then(|slot| buffer.get_mut(slot as usize + output.shift as usize)) {
            *entry = if output.sets { value } else { *entry + value };
        }
        0.0
    }
}

impl Evaluator for Machine<'_> {
    type Fault = Infallible;

    fn numbers(&mut self) -> &mut [i64] {
        &mut self.integers
    }

    /// Refused when data are bound.
    fn too_long(&self, _: Index, _: i64) -> Result<i64, Infallible> {
        Ok(0)
    }

    fn evaluate(&mut self, index: Index) -> Result<(), Infallible> {
        let kernel = self.kernel;
        let indices = &kernel.graph.indices;
        let value = match kernel.reductions.get(&index) {
            Some(reduction) => self.reduce(indices, index, reduction)?,
            None => {
                let size = |k: usize| self.data.sizes.get(k).copied().unwrap_or(0);
                let read = |table: crate::index::Table, at: i64| {
                    let table = self.data.tables.get(table.0 as usize)?;
                    table.get(usize::try_from(at).ok()?).map(|&entry| i64::from(entry))
                };
                eval_node(indices.node(index), |k| self.integers[k], size, read).unwrap_or(0)
            }
        };
        self.integers[index.index()] = value;
        Ok(())
    }
}
