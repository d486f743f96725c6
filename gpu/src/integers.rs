//! A shader's integers have 32 bits: whether those of a kernel fit.
//!
//! Sums, differences and products are the same modulo 2³² whether they wrap around or not. So what must fit are the integers
//! that are *looked at*: compared, divided, used as an index or a bound, made a real. Each must fit the word that it is
//! read as ([`Widths`]); what certainly fits is not looked for.

use crate::Error;
use crate::wgsl::GROUP;
use crate::width::{Comparison, Widths, words_of};
use spadina_core::bind::Data;
use spadina_core::executor::Executor;
use spadina_core::index::{Index, IndexNode, Indices, Intervals, Loop};
use spadina_core::kernel::{Kernel, Step};
use spadina_core::pattern::{FaultKind, check_words};
use spadina_core::program::{LookedAt, Program, Word};
use spadina_core::real::{Graph, Node, Span};

/// In loops that a workgroup shares the variable passes its end by as much as the workgroup is long.
const MARGIN: i64 = GROUP as i64;

/// Refuses a kernel an integer of which does not fit, with these sizes and tables. Intervals prove it for nearly all of
/// them; those that they leave open are evaluated in every iteration.
pub(crate) fn check(kernel: &Kernel, data: &Data<'_>, executor: &dyn Executor) -> Result<(), Error> {
    let mut indices = kernel.graph.indices.clone();
    let mut looked_at = looked_at(kernel);
    looked_at.extend(shared_bounds(kernel).into_iter().map(|bound| (indices.offset(bound, MARGIN), Word::I32)));
    let intervals = Intervals::of(&indices, looked_at.iter().map(|(index, _)| *index), &data.sizes, &data.tables);
    let fits = |&(index, word): &(Index, Word)| intervals.get(index).within(&word.range());
    let open: Vec<(Index, Word)> = looked_at.into_iter().filter(|own| !fits(own)).collect();
    if open.is_empty() || evaluate(&indices, &open, data, executor).is_ok() {
        return Ok(());
    }
    for (index, word) in open {
        if let Err(kind) = evaluate(&indices, &[(index, word)], data, executor) {
            let (lo, hi) = match kind {
                FaultKind::Wraps(_, value) => (value, value),
                _ => (intervals.get(index).lo, intervals.get(index).hi),
            };
            return Err(Error::Integer { kernel: kernel.name.clone(), text: indices.text(index), lo, hi });
        }
    }
    Ok(())
}

/// Evaluates integers in every iteration of the loops around them, and checks that they fit 32 bits with a sign.
pub(crate) fn evaluate_in(
    indices: Indices,
    list: &[Index],
    data: &Data<'_>,
    executor: &dyn Executor,
) -> Result<(), FaultKind> {
    let list: Vec<(Index, Word)> = list.iter().map(|&index| (index, Word::I32)).collect();
    evaluate(&indices, &list, data, executor)
}

/// Evaluates integers in every iteration of the loops around them, and checks that they fit their words.
fn evaluate(
    indices: &Indices,
    list: &[(Index, Word)],
    data: &Data<'_>,
    executor: &dyn Executor,
) -> Result<(), FaultKind> {
    let mut graph = Graph::default();
    graph.indices = indices.clone();
    let guard = graph.indices.bool(true);
    let looked_at = |&(index, word): &(Index, Word)| LookedAt { index, word, guard, span: Span::default() };
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

/// The integers whose value matters beyond 32 bits, with the words that they are read as.
fn looked_at(kernel: &Kernel) -> Vec<(Index, Word)> {
    let graph = &kernel.graph;
    let indices = &graph.indices;
    let widths = Widths::of(indices);
    let mut found = Vec::new();
    let bodies = kernel.reductions.values().flat_map(|reduction| &reduction.body).copied();
    for step in kernel.steps.iter().copied().chain(bodies.map(Step::Index)) {
        match step {
            Step::Index(i) => operands(indices, &widths, i, &mut found),
            Step::Value(v) => {
                let is_real = matches!(graph.node(v), Node::Integer(_));
                let word = |i| if is_real { widths.word(i) } else { Word::I32 };
                graph.index_operands(v, |i| found.push((i, word(i))));
            }
            Step::Begin(var, _) => {
                found.extend([indices.loop_of(var).lo, indices.loop_of(var).hi].map(|bound| (bound, Word::I32)));
            }
            Step::Zero(_) | Step::Accumulate(_) | Step::Output(_) | Step::End => {}
        }
    }
    for &reduction in kernel.reductions.keys() {
        let Some((var, _)) = indices.reduced(reduction) else { unreachable!("a reduction has a loop") };
        let Loop { lo, hi, .. } = indices.loop_of(var);
        found.extend([(*lo, Word::I32), (*hi, Word::I32)]);
    }
    found.retain(|&(index, word)| !widths.fits(index, word));
    found.sort_unstable_by_key(|&(index, word)| (index, word == Word::U32));
    found.dedup();
    found
}

/// The integers that a node looks at, with the words that it reads them as.
fn operands(indices: &Indices, widths: &Widths, index: Index, found: &mut Vec<(Index, Word)>) {
    let mut compared = |comparison: Comparison, a: Index| match comparison {
        Comparison::Word(word) => found.push((a, word)),
        // These certainly fit.
        Comparison::Sides(..) => {}
        Comparison::Wide => found.extend(words_of(indices, a).into_iter().map(|own| (own, widths.word(own)))),
    };
    match *indices.node(index) {
        IndexNode::Positive(a) => compared(widths.positive(indices, a), a),
        // What is zero modulo 2³² is zero, if it is no larger; that was found without data.
        IndexNode::Zero(a) if widths.zero(indices, a) != Comparison::Wide && !is_word(indices, a) => {}
        IndexNode::Zero(a) => compared(widths.zero(indices, a), a),
        IndexNode::Div(a, b) | IndexNode::Rem(a, b) => {
            let word = widths.common_word(a, b);
            found.extend([(a, word), (b, word)]);
        }
        IndexNode::Read(_, a) => found.push((a, Word::I32)),
        IndexNode::Const(_) | IndexNode::Var(_) | IndexNode::Size(_) | IndexNode::Bool(_) => {}
        IndexNode::Product(..) | IndexNode::Bits(..) | IndexNode::Wrap(_) | IndexNode::Poly(_) => {}
        IndexNode::Select(..) | IndexNode::First(..) | IndexNode::Sum(..) => {}
        IndexNode::Not(_) | IndexNode::And(..) | IndexNode::Or(..) => {}
    }
}

/// Returns true if an integer is no sum, difference or product.
fn is_word(indices: &Indices, index: Index) -> bool {
    !matches!(indices.node(index), IndexNode::Poly(_) | IndexNode::Product(..))
}
