//! Broken kernels.

use super::subject::{self, begin};
use super::{Mutation, graph};
use crate::kernel::{Buffer, Kernel, Step};
use crate::real::{BinaryOp, Node};
use crate::verify::{Broken, Rule, kernel};

pub fn mutations() -> Vec<Mutation> {
    let mut all = steps();
    all.extend(loops());
    all.extend(outputs());
    all.extend(parts());
    all
}

/// The springs' kernel after a change.
fn changed(change: impl FnOnce(&mut Kernel)) -> Result<(), Broken> {
    let mut own = subject::kernel();
    assert_eq!(kernel(&own), Ok(()));
    change(&mut own);
    kernel(&own)
}

/// The position of the first step of a kind.
fn position(kernel: &Kernel, wanted: impl Fn(&Step) -> bool) -> usize {
    kernel.steps.iter().position(wanted).expect("such a step")
}

fn steps() -> Vec<Mutation> {
    let value = |k: &Kernel| position(k, |s| matches!(s, Step::Value(_)));
    vec![
        (
            Rule::Computed,
            changed(|k| {
                let at = position(k, |s| matches!(*s, Step::Value(v) if matches!(k.graph.node(v), Node::Load(..))));
                k.steps.remove(at);
            }),
        ),
        (
            Rule::Computed,
            changed(|k| {
                let at = position(k, |s| matches!(s, Step::Output(_)));
                let step = k.steps.remove(at);
                let outer = begin(k, |_, region| region != 0);
                k.steps.insert(outer + 1, step);
            }),
        ),
        (
            Rule::Once,
            changed(|k| {
                let at = value(k);
                k.steps.insert(at, k.steps[at]);
            }),
        ),
        (
            Rule::Once,
            changed(|k| {
                let at = position(k, |s| matches!(s, Step::Output(_)));
                k.steps.insert(at, k.steps[at]);
            }),
        ),
        (
            Rule::Once,
            changed(|k| {
                let at = position(k, |s| matches!(s, Step::Output(_)));
                k.steps.remove(at);
            }),
        ),
        (
            Rule::Outermost,
            changed(|k| {
                // Something that the inner loop does not change, put into it.
                let inner = begin(k, |_, region| region == 0);
                let free = |s: &Step| matches!(*s, Step::Value(v) if matches!(k.graph.node(v), Node::Const(_)));
                let used = k.steps[..inner].iter().rposition(free);
                let step = used.map(|at| k.steps.remove(at)).expect("a number");
                let inner = begin(k, |_, region| region == 0);
                k.steps.insert(inner + 1, step);
            }),
        ),
        (
            Rule::Typed,
            changed(|k| {
                let sum = graph::value(&k.graph, |node| matches!(node, Node::Sum(..)));
                k.steps.insert(0, Step::Value(sum));
            }),
        ),
        (
            Rule::Accumulated,
            changed(|k| {
                let at = position(k, |s| matches!(s, Step::Zero(_)));
                k.steps.remove(at);
            }),
        ),
        (
            Rule::Computed,
            changed(|k| {
                let at = position(k, |s| matches!(s, Step::Accumulate(_)));
                k.steps.remove(at);
            }),
        ),
    ]
}

fn loops() -> Vec<Mutation> {
    vec![
        (Rule::Closed, changed(|k| _ = k.steps.pop())),
        (Rule::Closed, changed(|k| k.steps.push(Step::End))),
        (
            Rule::Own,
            changed(|k| {
                let outer = begin(k, |_, region| region != 0);
                let Step::Begin(var, _) = k.steps[outer] else { panic!("a loop") };
                k.steps.splice(outer + 1..outer + 1, [Step::Begin(var, 0), Step::End]);
            }),
        ),
        (
            Rule::Regions,
            changed(|k| {
                let outer = begin(k, |_, region| region != 0);
                let Step::Begin(var, _) = k.steps[outer] else { panic!("a loop") };
                k.steps[outer] = Step::Begin(var, 7);
            }),
        ),
        (Rule::Regions, changed(|k| k.regions[1].parent = None)),
        (Rule::Regions, changed(|k| k.outputs[0].region = 0)),
        (
            Rule::Outer,
            changed(|k| {
                let inner = begin(k, |_, region| region == 0);
                let Step::Begin(var, _) = k.steps[inner] else { panic!("a loop") };
                k.outer = Some(var);
            }),
        ),
    ]
}

fn outputs() -> Vec<Mutation> {
    let slot = |k: &Kernel| k.outputs.iter().position(|o| o.has_slot()).expect("an output with a slot");
    vec![
        (
            Rule::Records,
            changed(|k| {
                let at = slot(k);
                k.outputs[at].offset = k.regions[k.outputs[at].region].width;
            }),
        ),
        (
            Rule::Run,
            changed(|k| {
                let at = k.outputs.iter().position(|o| o.shift == 1).expect("a run");
                k.outputs[at].shift = 0;
            }),
        ),
        (
            Rule::Run,
            changed(|k| {
                let at = k.outputs.iter().position(|o| o.shift == 1).expect("a run");
                k.outputs[at].buffer = Buffer::Residual;
            }),
        ),
        (
            Rule::Typed,
            changed(|k| {
                let at = k.outputs.iter().position(|o| o.buffer == Buffer::Gradient).expect("a gradient");
                k.outputs[at].transposed = true;
            }),
        ),
    ]
}

fn parts() -> Vec<Mutation> {
    let fused = |change: fn(&mut Kernel)| {
        changed(|k| {
            k.fuse();
            assert_eq!(kernel(k), Ok(()));
            change(k);
        })
    };
    vec![
        (Rule::Product, fused(|k| k.fused.values_mut().for_each(|f| f.minus_product = !f.minus_product))),
        (
            Rule::Product,
            fused(|k| {
                let (&sum, fused) = k.fused.iter().next().expect("a fused sum");
                let [a, b] = fused.factors;
                let product = graph::value(&k.graph, |node| *node == Node::Binary(BinaryOp::Mul, a, b));
                let at = position(k, |s| *s == Step::Value(sum));
                k.steps.insert(at, Step::Value(product));
            }),
        ),
        (Rule::Checked, changed(|k| k.checked_values.push(false))),
        (Rule::Checked, changed(|k| k.checked_values[k.outputs[0].value.index()] = true)),
        (Rule::Reduction, changed(|k| k.reductions.clear())),
        (Rule::Reduction, changed(|k| k.reductions.values_mut().for_each(|r| _ = r.body.pop()))),
        (Rule::Reduction, changed(|k| k.reductions.values_mut().for_each(|r| r.inputs.clear()))),
    ]
}
