//! Kernels of some of a kernel's outputs: what only the others need is dead code.

use super::{Kernel, Output, Step, loop_ends};
use crate::index::{Index, IndexNode};
use crate::real::{Graph, Node, Value};
use crate::verify;

/// The nodes that the kept steps read.
struct Needed<'a> {
    kernel: &'a Kernel,
    values: Vec<bool>,
    indices: Vec<bool>,
}

impl Kernel {
    /// The kernel of the outputs for which `keep` holds, with the steps that they need. Records and their slots stay as they
    /// are: the streams of the whole kernel fit.
    pub fn restricted(&self, keep: impl Fn(&Output) -> bool) -> Kernel {
        let mut numbers = vec![None; self.outputs.len()];
        let mut outputs = Vec::new();
        for (k, output) in self.outputs.iter().enumerate().filter(|(_, output)| keep(output)) {
            numbers[k] = Some(outputs.len());
            outputs.push(output.clone());
        }
        let mut needed = Needed {
            kernel: self,
            values: vec![false; self.graph.len()],
            indices: vec![false; self.graph.indices.len()],
        };
        let kept = needed.walk(&numbers);
        let number = |step: Step| match step {
            Step::Output(k) => numbers[k].map(Step::Output),
            step => Some(step),
        };
        let steps = self.steps.iter().zip(kept).filter(|(_, kept)| *kept).filter_map(|(&step, _)| number(step));
        let steps: Vec<Step> = steps.collect();
        let fused = self.fused.iter().filter(|(value, _)| needed.values[value.index()]);
        let fused = fused.map(|(&value, &fused)| (value, fused)).collect();
        let kernel = Kernel { steps, outputs, fused, ..self.clone() };
        verify::debug("restrict", || verify::kernel(&kernel));
        kernel
    }
}

impl Needed<'_> {
    /// Which steps are kept. From the last to the first, what reads comes before what is read.
    fn walk(&mut self, numbers: &[Option<usize>]) -> Vec<bool> {
        let steps = &self.kernel.steps;
        let ends = loop_ends(steps);
        let mut kept = vec![false; steps.len()];
        // Whether a loop that is open writes or sums anything that is kept.
        let mut filled = Vec::new();
        for at in (0..steps.len()).rev() {
            kept[at] = match steps[at] {
                Step::End => {
                    filled.push(false);
                    continue;
                }
                Step::Begin(..) => {
                    let Some(own) = filled.pop() else { unreachable!("every loop that begins ends") };
                    match own {
                        true => kept[ends[at]] = true,
                        false => kept[at..=ends[at]].fill(false),
                    }
                    own
                }
                Step::Output(k) => numbers[k].is_some(),
                Step::Value(v) | Step::Zero(v) | Step::Accumulate(v) => self.values[v.index()],
                Step::Index(i) => self.indices[i.index()],
            };
            if kept[at] {
                self.read(steps[at]);
                let fills = matches!(steps[at], Step::Output(_) | Step::Accumulate(_));
                filled.iter_mut().for_each(|filled| *filled |= fills);
            }
        }
        kept
    }

    /// Marks what a step reads.
    fn read(&mut self, step: Step) {
        let kernel = self.kernel;
        let graph: &Graph = &kernel.graph;
        match step {
            Step::Value(v) => {
                kernel.operands(v, |a| self.value(a));
                graph.index_operands(v, |i| self.index(i));
            }
            Step::Accumulate(v) => graph.operands(v, |a| self.value(a)),
            Step::Output(k) => self.value(kernel.outputs[k].value),
            Step::Begin(var, _) => {
                let bounds = graph.indices.loop_of(var);
                [bounds.lo, bounds.hi].into_iter().for_each(|i| self.index(i));
            }
            Step::Index(i) => match kernel.reductions.get(&i) {
                Some(reduction) => {
                    reduction.inputs.iter().for_each(|&i| self.index(i));
                    let bounds = graph.indices.reduced(i).map(|(var, _)| graph.indices.loop_of(var));
                    bounds.iter().flat_map(|l| [l.lo, l.hi]).for_each(|i| self.index(i));
                }
                None => graph.indices.operands(i, |a| self.index(a)),
            },
            Step::Zero(_) | Step::End => {}
        }
    }

    /// Marks a value that is read; a condition on integers stands among the integers.
    fn value(&mut self, value: Value) {
        self.values[value.index()] = true;
        if let Node::Cond(c) = *self.kernel.graph.node(value) {
            self.index(c.as_index());
        }
    }

    /// Marks an integer that is read. A variable is computed by its loop.
    fn index(&mut self, index: Index) {
        if !matches!(self.kernel.graph.indices.node(index), IndexNode::Var(_)) {
            self.indices[index.index()] = true;
        }
    }
}
