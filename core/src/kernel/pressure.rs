//! The number of values that a kernel keeps at once: those that no register holds go through memory.

use super::{Kernel, Step, loop_ends};
use crate::real::{Node, Value};
use rustc_hash::FxHashMap;

impl Kernel {
    /// The most real values that are computed and still to be read, over all steps in their order. What a loop reads
    /// from outside lives until its end; constants are not counted.
    pub fn peak(&self) -> usize {
        let mut last: FxHashMap<Value, usize> = FxHashMap::default();
        let ends = loop_ends(&self.steps);
        let mut computed: FxHashMap<Value, usize> = FxHashMap::default();
        let mut open: Vec<usize> = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            match step {
                Step::Begin(..) => open.push(at),
                Step::End => drop(open.pop()),
                _ => {}
            }
            self.read(*step, |value| {
                let first = computed.get(&value).copied().unwrap_or(at);
                // The outermost loop that has begun since.
                let outer = open.iter().find(|&&begin| begin > first);
                let until = outer.map_or(at, |&begin| ends[begin]);
                let end = last.entry(value).or_insert(until);
                *end = until.max(*end);
            });
            if let Step::Value(value) | Step::Zero(value) = *step {
                computed.insert(value, at);
            }
        }
        let mut dying = vec![0; self.steps.len()];
        let (mut alive, mut peak) = (0usize, 0);
        for (at, step) in self.steps.iter().enumerate() {
            if let Step::Value(value) | Step::Zero(value) = *step
                && let Some(&end) = last.get(&value).filter(|_| computed[&value] == at)
                && !matches!(self.graph.node(value), Node::Const(_))
            {
                alive += 1;
                dying[end] += 1;
            }
            peak = peak.max(alive);
            alive -= dying[at];
        }
        peak
    }

    /// Calls `visit` with the real values that a step reads.
    fn read(&self, step: Step, mut visit: impl FnMut(Value)) {
        match step {
            Step::Value(value) => self.operands(value, visit),
            Step::Accumulate(value) => {
                self.graph.operands(value, &mut visit);
                visit(value);
            }
            Step::Output(k) => visit(self.outputs[k].value),
            Step::Index(_) | Step::Zero(_) | Step::Begin(..) | Step::End => {}
        }
    }
}
