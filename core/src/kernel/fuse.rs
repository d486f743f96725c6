//! Fused multiply-add: a product that only one sum or difference uses is rounded together with it.
//!
//! `a * b + c` then has one rounding instead of two: results differ from those of the separate operations in the last
//! bits, and are as accurate or more so. Kernels are fused where the machine has an instruction for it.

use super::{Kernel, Step};
use crate::real::{BinaryOp, Graph, Node, UnaryOp, Value};
use crate::verify;

/// `±(a * b) ± c`, rounded once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fused {
    /// The factors.
    pub factors: [Value; 2],
    /// The value that the product is added to.
    pub addend: Value,
    /// True if the product is subtracted.
    pub minus_product: bool,
    /// True if the addend is subtracted.
    pub minus_addend: bool,
}

impl Fused {
    /// The value in double precision.
    pub fn eval(self, of: impl Fn(Value) -> f64) -> f64 {
        let [a, b] = self.factors.map(&of);
        let a = if self.minus_product { -a } else { a };
        let c = of(self.addend);
        a.mul_add(b, if self.minus_addend { -c } else { c })
    }
}

/// The number of times a value is computed and read, and its block.
#[derive(Clone, Copy, Default)]
struct Use {
    computed: usize,
    /// The block in which it is computed: the number of the step that begins it.
    block: usize,
    read: usize,
}

impl Kernel {
    /// Fuses every product that is read once, by a sum or difference in the same block, and gives negated outputs their
    /// sign instead of a step.
    pub fn fuse(&mut self) {
        self.fuses = true;
        let graph = self.graph.clone();
        let mut uses = self.uses();
        let mut written = vec![0; graph.len()];
        let mut performed = vec![false; self.outputs.len()];
        for step in &self.steps {
            if let Step::Output(k) = *step {
                written[self.outputs[k].value.index()] += 1;
                performed[k] = true;
            }
        }
        for (output, _) in self.outputs.iter_mut().zip(performed).filter(|(_, performed)| *performed) {
            let value = output.value;
            let Node::Unary(UnaryOp::Neg, a) = *graph.node(value) else { continue };
            if uses[value.index()].read <= written[value.index()] && uses[a.index()].computed == 1 {
                uses[value.index()].read -= 1;
                written[value.index()] -= 1;
                uses[a.index()].read += 1;
                (output.value, output.negated) = (a, !output.negated);
            }
        }
        let steps = std::mem::take(&mut self.steps);
        for step in &steps {
            let Step::Value(v) = *step else { continue };
            if let Some((product, fused)) = fusion(&graph, v, &uses) {
                uses[product.index()].read = 0;
                self.fused.insert(v, fused);
            }
        }
        let unread = |v: Value| {
            let dropped = matches!(graph.node(v), Node::Binary(BinaryOp::Mul, ..) | Node::Unary(UnaryOp::Neg, _));
            dropped && uses[v.index()].read == 0
        };
        self.steps = steps.into_iter().filter(|step| !matches!(step, Step::Value(v) if unread(*v))).collect();
        verify::debug("fuse", || verify::kernel(self));
    }

    /// The real operands of a value as it is computed.
    pub fn operands(&self, value: Value, mut visit: impl FnMut(Value)) {
        match self.fused.get(&value) {
            Some(fused) => fused.factors.into_iter().chain([fused.addend]).for_each(visit),
            None => self.graph.operands(value, &mut visit),
        }
    }

    fn uses(&self) -> Vec<Use> {
        let mut uses = vec![Use::default(); self.graph.len()];
        let mut open = vec![usize::MAX];
        for (at, step) in self.steps.iter().enumerate() {
            match *step {
                Step::Begin(..) => open.push(at),
                Step::End => drop(open.pop()),
                Step::Value(v) => {
                    let own = &mut uses[v.index()];
                    own.computed += 1;
                    let Some(&block) = open.last() else { unreachable!("every loop that ends has begun") };
                    own.block = block;
                    self.operands(v, |a| uses[a.index()].read += 1);
                }
                Step::Accumulate(v) => self.graph.operands(v, |a| uses[a.index()].read += 1),
                Step::Output(k) => uses[self.outputs[k].value.index()].read += 1,
                Step::Index(_) | Step::Zero(_) => {}
            }
        }
        uses
    }
}

/// The product that a sum or difference can be computed with at once.
fn fusion(graph: &Graph, value: Value, uses: &[Use]) -> Option<(Value, Fused)> {
    let Node::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) = *graph.node(value) else { return None };
    let own = uses[value.index()];
    let minus = op == BinaryOp::Sub;
    [(b, a, minus, false), (a, b, false, minus)].into_iter().find_map(
        |(product, addend, minus_product, minus_addend)| {
            let Node::Binary(BinaryOp::Mul, x, y) = *graph.node(product) else { return None };
            let at = uses[product.index()];
            let alone = at.read == 1 && at.computed == 1 && own.computed == 1 && at.block == own.block;
            alone.then_some((product, Fused { factors: [x, y], addend, minus_product, minus_addend }))
        },
    )
}
