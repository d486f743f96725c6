//! A shader's integers have 32 bits with a sign: whether those of a kernel fit.
//!
//! Sums, differences and products are the same modulo 2³² whether they wrap around or not. So what must fit are the integers
//! that are *looked at*: compared, divided, used as an index or a bound, made a real.

use crate::Error;
use crate::wgsl::GROUP;
use spadina_core::bind::Data;
use spadina_core::executor::Executor;
use spadina_core::index::{Index, IndexNode, Indices, Intervals, Loop};
use spadina_core::kernel::{Kernel, Step};
use spadina_core::pattern::{FaultKind, check_words};
use spadina_core::program::{LookedAt, Program, Word};
use spadina_core::real::{Graph, Span};

/// In loops that a workgroup shares the variable passes its end by as much as the workgroup is long.
const MARGIN: i64 = GROUP as i64;

/// Refuses a kernel an integer of which does not fit, with these sizes and tables. Intervals prove it for nearly all of
/// them; those that they leave open are evaluated in every iteration.
pub(crate) fn check(kernel: &Kernel, data: &Data<'_>, executor: &dyn Executor) -> Result<(), Error> {
    let indices = &kernel.graph.indices;
    let looked_at = looked_at(kernel);
    let intervals = Intervals::of(indices, looked_at.iter().copied(), &data.sizes, &data.tables);
    let fits = i64::from(i32::MIN)..=i64::from(i32::MAX) - MARGIN;
    let open: Vec<Index> = looked_at.into_iter().filter(|&index| !intervals.get(index).within(&fits)).collect();
    if open.is_empty() {
        return Ok(());
    }
    let mut indices = indices.clone();
    let mut list = open;
    let ends: Vec<Index> = shared_bounds(kernel).into_iter().filter(|bound| list.contains(bound)).collect();
    list.extend(ends.into_iter().map(|bound| indices.offset(bound, MARGIN)));
    if evaluate(&indices, &list, data, executor).is_ok() {
        return Ok(());
    }
    let intervals = Intervals::of(&indices, list.iter().copied(), &data.sizes, &data.tables);
    for index in list {
        if let Err(kind) = evaluate(&indices, &[index], data, executor) {
            let (lo, hi) = match kind {
                FaultKind::Wraps(_, value) => (value, value),
                _ => (intervals.get(index).lo, intervals.get(index).hi),
            };
            return Err(Error::Integer { kernel: kernel.name.clone(), text: indices.text(index), lo, hi });
        }
    }
    Ok(())
}

/// Evaluates integers in every iteration of the loops around them, and checks that they fit.
fn evaluate(indices: &Indices, list: &[Index], data: &Data<'_>, executor: &dyn Executor) -> Result<(), FaultKind> {
    evaluate_in(indices.clone(), list, data, executor)
}

/// The same for integers of an arena.
pub(crate) fn evaluate_in(
    indices: Indices,
    list: &[Index],
    data: &Data<'_>,
    executor: &dyn Executor,
) -> Result<(), FaultKind> {
    let mut graph = Graph::default();
    graph.indices = indices;
    let guard = graph.indices.bool(true);
    let looked_at = |&index: &Index| LookedAt { index, word: Word::I32, guard, span: Span::default() };
    let looked_at = list.iter().map(looked_at).collect();
    let program = Program { name: String::new(), graph, updates: Vec::new(), looked_at };
    check_words(&program, data, executor).map_err(|fault| fault.kind)
}

/// The bounds of the loops that a workgroup may share: those that stand in no other and are not the outermost one.
fn shared_bounds(kernel: &Kernel) -> Vec<Index> {
    let mut found = Vec::new();
    let mut depth = 0usize;
    for &step in &kernel.steps {
        match step {
            Step::Begin(var, _) => {
                let own = kernel.graph.indices.loop_of(var);
                found.extend((depth == 0 && !kernel.is_outer(step)).then_some([own.lo, own.hi]));
                depth += 1;
            }
            Step::End => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found.into_iter().flatten().collect()
}

/// The integers whose value matters beyond 32 bits.
fn looked_at(kernel: &Kernel) -> Vec<Index> {
    let graph = &kernel.graph;
    let indices = &graph.indices;
    let mut found = Vec::new();
    let bodies = kernel.reductions.values().flat_map(|reduction| &reduction.body).copied();
    for step in kernel.steps.iter().copied().chain(bodies.map(Step::Index)) {
        match step {
            Step::Index(i) => operands(indices.node(i), &mut found),
            Step::Value(v) => graph.index_operands(v, |i| found.push(i)),
            Step::Begin(var, _) => found.extend([indices.loop_of(var).lo, indices.loop_of(var).hi]),
            Step::Zero(_) | Step::Accumulate(_) | Step::Output(_) | Step::End => {}
        }
    }
    for &reduction in kernel.reductions.keys() {
        let Some((var, _)) = indices.reduced(reduction) else { unreachable!("a reduction has a loop") };
        let Loop { lo, hi, .. } = indices.loop_of(var);
        found.extend([*lo, *hi]);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The operands of a node that it looks at.
fn operands(node: &IndexNode, found: &mut Vec<Index>) {
    match node {
        IndexNode::Div(a, b) | IndexNode::Rem(a, b) => found.extend([*a, *b]),
        IndexNode::Read(_, a) | IndexNode::Positive(a) | IndexNode::Zero(a) => found.push(*a),
        IndexNode::Const(_) | IndexNode::Var(_) | IndexNode::Size(_) | IndexNode::Bool(_) => {}
        IndexNode::Product(..) | IndexNode::Bits(..) | IndexNode::Wrap(_) | IndexNode::Poly(_) => {}
        IndexNode::Select(..) | IndexNode::First(..) | IndexNode::Sum(..) => {}
        IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => {}
    }
}
