//! The rules of schedules: a walk over the steps that keeps what has been computed in the loops that are open.

use super::broken::{Broken, Rule, Site, Stage, check};
use super::{outputs, reductions};
use crate::index::{Index, IndexNode, Var, VarSet};
use crate::kernel::{Kernel, Step};
use crate::real::{Graph, Node, Value};

const STAGE: Stage = Stage::Kernel;

/// Verifies a kernel; its graph is the one of a program that was verified.
pub fn kernel(kernel: &Kernel) -> Result<(), Broken> {
    outputs::regions(kernel)?;
    outputs::records(kernel)?;
    outputs::fused(kernel)?;
    outputs::checked(kernel)?;
    reductions::verify(kernel)?;
    let mut walk = Walk {
        kernel,
        graph: &kernel.graph,
        values: vec![State::Unknown; kernel.graph.len()],
        integers: vec![false; kernel.graph.indices.len()],
        begun: vec![false; kernel.regions.len()],
        performed: vec![false; kernel.outputs.len()],
        open: vec![Block::default()],
        outermost: 0,
    };
    for (at, &step) in kernel.steps.iter().enumerate() {
        walk.step(step).or_else(|rule| check(false, STAGE, Site::Step(at), rule))?;
    }
    check(walk.open.len() == 1, STAGE, Site::Whole, Rule::Closed)?;
    let runs = kernel.outer.is_none() || kernel.outputs.is_empty() || walk.outermost == 1;
    check(runs, STAGE, Site::Whole, Rule::Outer)?;
    for (at, performed) in walk.performed.into_iter().enumerate() {
        let output = &kernel.outputs[at];
        // The transposed entry of a projected element is not set again.
        let left_out = output.sets && output.transposed;
        check(performed != left_out, STAGE, Site::Output(at), Rule::Once)?;
    }
    Ok(())
}

/// The state of a value in the open loops.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unknown,
    /// A sum that has begun, with the number of loops that were open.
    Zero(usize),
    /// A sum whose loop adds to it.
    Summed(usize),
    Computed,
}

/// The body of an open loop, or the whole kernel.
#[derive(Default)]
struct Block {
    var: Option<Var>,
    region: usize,
    /// The values computed in it.
    values: Vec<Value>,
    integers: Vec<Index>,
    /// The sums that are added to in it.
    sums: Vec<Value>,
}

struct Walk<'a> {
    kernel: &'a Kernel,
    graph: &'a Graph,
    values: Vec<State>,
    integers: Vec<bool>,
    /// Which regions have begun.
    begun: Vec<bool>,
    performed: Vec<bool>,
    open: Vec<Block>,
    /// The number of times the outermost loop has begun.
    outermost: usize,
}

fn holds(holds: bool, rule: Rule) -> Result<(), Rule> {
    if holds { Ok(()) } else { Err(rule) }
}

impl Walk<'_> {
    fn step(&mut self, step: Step) -> Result<(), Rule> {
        match step {
            Step::Index(index) => self.integer(index),
            Step::Value(value) => self.value(value),
            Step::Zero(sum) => self.zero(sum),
            Step::Accumulate(sum) => self.accumulate(sum),
            Step::Begin(var, region) => self.begin(var, region),
            Step::End => self.end(),
            Step::Output(number) => self.output(number),
        }
    }

    fn block(&mut self) -> &mut Block {
        let Some(block) = self.open.last_mut() else { unreachable!("the block of the whole kernel stays open") };
        block
    }

    fn has_integer(&self, index: Index) -> bool {
        self.integers.get(index.index()) == Some(&true)
    }

    fn has_value(&self, value: Value) -> bool {
        self.values.get(value.index()) == Some(&State::Computed)
    }

    /// Returns true if the innermost loop is the one that a node needs.
    fn is_outermost(&mut self, free: VarSet) -> bool {
        let indices = &self.graph.indices;
        self.block().var.is_none_or(|var| indices.contains(free, var))
    }

    fn integer(&mut self, index: Index) -> Result<(), Rule> {
        let indices = &self.graph.indices;
        let known = index.index() < indices.len() && !matches!(indices.node(index), IndexNode::Var(_));
        holds(known, Rule::Typed)?;
        holds(!self.has_integer(index), Rule::Once)?;
        holds(self.is_outermost(indices.free(index)), Rule::Outermost)?;
        let mut read = Vec::new();
        match self.kernel.reductions.get(&index) {
            Some(reduction) => {
                let (var, _) = indices.reduced(index).ok_or(Rule::Reduction)?;
                holds(self.open.iter().all(|block| block.var != Some(var)), Rule::Own)?;
                let l = indices.loop_of(var);
                read.extend([l.lo, l.hi]);
                read.extend(&reduction.inputs);
            }
            None => indices.operands(index, |i| read.push(i)),
        }
        holds(read.into_iter().all(|i| self.has_integer(i)), Rule::Computed)?;
        self.integers[index.index()] = true;
        self.block().integers.push(index);
        Ok(())
    }

    fn value(&mut self, value: Value) -> Result<(), Rule> {
        let graph = self.graph;
        holds(value.index() < graph.len() && !matches!(graph.node(value), Node::Sum(..)), Rule::Typed)?;
        holds(self.values[value.index()] == State::Unknown, Rule::Once)?;
        holds(self.is_outermost(graph.free(value)), Rule::Outermost)?;
        let mut known = true;
        self.kernel.operands(value, |a| known &= self.has_value(a));
        graph.index_operands(value, |i| known &= self.has_integer(i));
        holds(known, Rule::Computed)?;
        self.computed(value);
        Ok(())
    }

    fn computed(&mut self, value: Value) {
        self.values[value.index()] = State::Computed;
        self.block().values.push(value);
    }

    fn zero(&mut self, sum: Value) -> Result<(), Rule> {
        let graph = self.graph;
        holds(sum.index() < graph.len() && matches!(graph.node(sum), Node::Sum(..)), Rule::Typed)?;
        holds(self.values[sum.index()] == State::Unknown, Rule::Once)?;
        holds(self.is_outermost(graph.free(sum)), Rule::Outermost)?;
        self.values[sum.index()] = State::Zero(self.open.len());
        Ok(())
    }

    fn accumulate(&mut self, sum: Value) -> Result<(), Rule> {
        let Node::Sum(var, body) = *self.graph.node(sum) else { return Err(Rule::Typed) };
        let around = self.open.len() - 1;
        let own = self.block().var == Some(var) && self.values[sum.index()] == State::Zero(around);
        holds(own, Rule::Accumulated)?;
        holds(self.has_value(body), Rule::Computed)?;
        self.values[sum.index()] = State::Summed(around);
        self.block().sums.push(sum);
        Ok(())
    }

    fn begin(&mut self, var: Var, region: usize) -> Result<(), Rule> {
        let indices = &self.graph.indices;
        holds(var.index() < indices.loops(), Rule::Typed)?;
        holds(self.open.iter().all(|block| block.var != Some(var)), Rule::Own)?;
        let l = indices.loop_of(var);
        holds(self.has_integer(l.lo) && self.has_integer(l.hi), Rule::Computed)?;
        let own = indices.var_index(var);
        if region != 0 {
            let around = self.block().region;
            let known = self.kernel.regions.get(region).is_some_and(|r| (r.parent, r.var) == (Some(around), Some(var)));
            holds(known && !std::mem::replace(&mut self.begun[region], true), Rule::Regions)?;
            if Some(var) == self.kernel.outer {
                holds(self.open.len() == 1, Rule::Outer)?;
                self.outermost += 1;
            }
        }
        self.integers[own.index()] = true;
        self.open.push(Block { var: Some(var), region, integers: vec![own], ..Block::default() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Rule> {
        holds(self.open.len() > 1, Rule::Closed)?;
        let Some(block) = self.open.pop() else { unreachable!("the block of the whole kernel stays open") };
        block.integers.into_iter().for_each(|i| self.integers[i.index()] = false);
        block.values.into_iter().for_each(|v| self.values[v.index()] = State::Unknown);
        for sum in block.sums {
            holds(self.values[sum.index()] == State::Summed(self.open.len()), Rule::Accumulated)?;
            self.computed(sum);
        }
        Ok(())
    }

    fn output(&mut self, number: usize) -> Result<(), Rule> {
        let output = self.kernel.outputs.get(number).ok_or(Rule::Typed)?;
        holds(!std::mem::replace(&mut self.performed[number], true), Rule::Once)?;
        let var = self.kernel.regions[output.region].var;
        let block = self.block();
        let own = block.region == output.region && block.var == var;
        holds(own, Rule::Regions)?;
        holds(self.has_value(output.value), Rule::Computed)
    }
}
