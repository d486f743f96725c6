//! A back-end that the library does not know: kernels as lists of closures.

use spadina::backend::{Abilities, Code, CompileOptions, Engine, Job, Routine};
use spadina::executor::Executor;
use spadina::system::Precision;
use spadina_core::bind::{Buffers, Chunks, Data, NO_SLOT, Streams};
use spadina_core::element;
use spadina_core::function::{self, Native};
use spadina_core::index::{Evaluator, Index, Loop, Table, Var, eval_node};
use spadina_core::kernel::{Buffer, Kernel, Step, loop_ends};
use spadina_core::real::{Node, Value};
use std::convert::Infallible;
use std::fmt;
use std::ops::Range;

/// Turns every step of a kernel into a closure.
#[derive(Debug)]
pub struct Closures;

/// One step: what it does, and the position of the step that follows.
type Instruction = Box<dyn Fn(&mut Machine<'_, '_>, &mut Buffers<'_>) -> usize + Send + Sync>;

struct Program(Vec<Instruction>);

/// The numbers of a run.
struct Machine<'a, 'b> {
    kernel: &'a Kernel,
    data: &'a Data<'b>,
    streams: &'a Streams,
    range: Range<i64>,
    reals: Vec<f64>,
    integers: Vec<i64>,
    records: Vec<usize>,
    energy: f64,
}

impl Engine for Closures {
    fn name(&self) -> &str {
        "closures"
    }

    fn abilities(&self) -> Abilities {
        Abilities::host(&[Precision::F64])
    }

    fn compile(
        &self,
        routine: &Routine,
        _: &CompileOptions,
    ) -> Result<Box<dyn Code>, Box<dyn std::error::Error + Send + Sync>> {
        let kernel = &routine.kernel;
        let ends = loop_ends(&kernel.steps);
        let steps = kernel.steps.iter().enumerate();
        let outermost = kernel.outermost();
        Ok(Box::new(Program(steps.map(|(at, &step)| instruction(kernel, (at, step), &ends, outermost)).collect())))
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a program of {} closures", self.0.len())
    }
}

impl Code for Program {
    fn run(&self, job: &Job<'_>, buffers: &mut Buffers<'_>, _: &dyn Executor) -> f64 {
        let over = |chunks: &Chunks, buffers: &mut Buffers<'_>| {
            let mut partial = vec![0.0; chunks.ranges.len()];
            for &number in chunks.groups.iter().flatten() {
                partial[number as usize] = self.range(job, &chunks.ranges[number as usize], buffers);
            }
            Chunks::total(&partial)
        };
        match (&job.routine().elements, job.choice()) {
            (Some(own), Some(choice)) => element::run((&own.blocks, choice), job.streams(), buffers, over),
            _ => over(&job.streams().runs(), buffers),
        }
    }
}

impl Program {
    /// Runs a range of the outermost loop; gives its energy.
    fn range(&self, job: &Job<'_>, range: &Range<i64>, buffers: &mut Buffers<'_>) -> f64 {
        if range.is_empty() {
            return 0.0;
        }
        let (kernel, streams) = (&job.routine().kernel, job.streams());
        let first = (range.start - streams.outer.start) as usize;
        let mut machine = Machine {
            kernel,
            data: job.data(),
            streams,
            range: range.clone(),
            reals: vec![0.0; kernel.graph.len()],
            integers: vec![0; kernel.graph.indices.len()],
            records: streams.regions.iter().map(|stream| stream.first_record(first)).collect(),
            energy: 0.0,
        };
        let mut at = 0;
        while let Some(instruction) = self.0.get(at) {
            at = instruction(&mut machine, buffers);
        }
        machine.energy
    }
}

/// The closure of a step.
fn instruction(kernel: &Kernel, (at, step): (usize, Step), ends: &[usize], outermost: Option<usize>) -> Instruction {
    let position = |var: Var| kernel.graph.indices.var_index(var).index();
    match step {
        Step::Index(i) => Box::new(move |m, _| {
            let Ok(()) = m.evaluate(i);
            at + 1
        }),
        Step::Value(v) => Box::new(move |m, _| {
            m.reals[v.index()] = m.real(v);
            at + 1
        }),
        Step::Zero(v) => Box::new(move |m, _| {
            m.reals[v.index()] = 0.0;
            at + 1
        }),
        Step::Accumulate(v) => {
            let Node::Sum(_, body) = *kernel.graph.node(v) else { panic!("only sums accumulate") };
            Box::new(move |m, _| {
                m.reals[v.index()] += m.reals[body.index()];
                at + 1
            })
        }
        Step::Output(k) => Box::new(move |m, buffers| {
            m.output(k, buffers);
            at + 1
        }),
        Step::Begin(var, _) => {
            let (own, after) = (position(var), ends[at] + 1);
            let whole = outermost == Some(at);
            Box::new(move |m, _| {
                let bounds = if whole { m.range.clone() } else { m.bounds(var) };
                m.integers[own] = bounds.start;
                if bounds.is_empty() { after } else { at + 1 }
            })
        }
        Step::End => {
            let begin = ends[at];
            let Step::Begin(var, region) = kernel.steps[begin] else { panic!("an end has a beginning") };
            let (own, whole) = (position(var), outermost == Some(begin));
            Box::new(move |m, _| {
                m.records[region] += usize::from(region != 0);
                m.integers[own] += 1;
                let end = if whole { m.range.end } else { m.bounds(var).end };
                if m.integers[own] < end { begin + 1 } else { at + 1 }
            })
        }
    }
}

impl Machine<'_, '_> {
    fn bounds(&self, var: Var) -> Range<i64> {
        let Loop { lo, hi, .. } = *self.kernel.graph.indices.loop_of(var);
        self.integers[lo.index()]..self.integers[hi.index()]
    }

    /// A number of an array; the first one where a guard is off and the index out of range.
    fn entry(arrays: &[&[f64]], array: usize, at: i64) -> f64 {
        let array = arrays[array];
        usize::try_from(at).ok().and_then(|at| array.get(at)).or(array.first()).copied().unwrap_or(0.0)
    }

    fn real(&self, v: Value) -> f64 {
        if let Some(fused) = self.kernel.fused.get(&v) {
            return fused.eval(|a| self.reals[a.index()]);
        }
        let of = |v: Value| self.reals[v.index()];
        let truth = |b: bool| f64::from(u8::from(b));
        let native = &mut Native::<f64>::new(self.kernel.fuses);
        match *self.kernel.graph.node(v) {
            Node::Const(bits) => f64::from_bits(bits),
            Node::Load(array, i) => Self::entry(&self.data.arrays, array.0 as usize, self.integers[i.index()]),
            Node::Seed(array, i) => Self::entry(&self.data.seeds, array.0 as usize, self.integers[i.index()]),
            Node::Integer(i) => self.integers[i.index()] as f64,
            Node::Cond(c) => self.integers[c.as_index().index()] as f64,
            Node::Unary(op, a) => function::unary(native, op, of(a)).unwrap_or_else(|| op.eval(of(a))),
            Node::Binary(op, a, b) => {
                function::binary(native, op, of(a), of(b)).unwrap_or_else(|| op.eval(of(a), of(b)))
            }
            Node::Select(p, a, b) => of(if of(p) != 0.0 { a } else { b }),
            Node::Compare(op, a, b) => truth(op.eval(of(a), of(b))),
            Node::Not(a) => truth(of(a) == 0.0),
            Node::And(a, b) => truth(of(a) != 0.0 && of(b) != 0.0),
            Node::Or(a, b) => truth(of(a) != 0.0 || of(b) != 0.0),
            Node::Sum(..) | Node::Bracket(..) | Node::Carried(_) => panic!("not a step of a kernel"),
        }
    }

    fn output(&mut self, k: usize, buffers: &mut Buffers<'_>) {
        let output = &self.kernel.outputs[k];
        let value = self.reals[output.value.index()];
        let value = if output.negated { -value } else { value };
        let buffer: &mut [f64] = match output.buffer {
            Buffer::Energy => return self.energy += value,
            Buffer::Gradient => buffers.gradient,
            Buffer::Hessian => buffers.hessian,
            Buffer::Residual => buffers.residual,
            Buffer::Jacobian => buffers.jacobian,
            Buffer::Product => buffers.product,
        };
        let stream = &self.streams.regions[output.region];
        let slot = stream.slots[self.records[output.region] * stream.width + output.offset];
        if slot != NO_SLOT {
            let entry = &mut buffer[slot as usize + output.shift as usize];
            *entry = if output.sets { value } else { *entry + value };
        }
    }
}

impl Evaluator for Machine<'_, '_> {
    type Fault = Infallible;

    fn numbers(&mut self) -> &mut [i64] {
        &mut self.integers
    }

    fn too_long(&self, _: Index, _: i64) -> Result<i64, Infallible> {
        panic!("refused when data are bound")
    }

    fn evaluate(&mut self, i: Index) -> Result<(), Infallible> {
        let (kernel, data) = (self.kernel, self.data);
        let number = match kernel.reductions.get(&i) {
            Some(reduction) => self.reduce(&kernel.graph.indices, i, reduction)?,
            None => {
                let read = |table: Table, at: i64| {
                    data.tables[table.0 as usize].get(usize::try_from(at).ok()?).map(|&entry| i64::from(entry))
                };
                // What has no value stands where a guard is off.
                eval_node(kernel.graph.indices.node(i), |k| self.integers[k], |k| data.sizes[k], read).unwrap_or(0)
            }
        };
        self.integers[i.index()] = number;
        Ok(())
    }
}
