//! From faults to messages that name the place, the table, the element.

use super::Error;
use super::program::SolvedProgram;
use super::term::DerivedTerm;
use crate::problem::Problem;
use crate::tensor::Shape;
use spadina_core::backend::Quantity;
use spadina_core::bind::{Buffers, Chunks, Data, Streams};
use spadina_core::error::Diagnostic;
use spadina_core::index::Table;
use spadina_core::interpret;
use spadina_core::kernel::Kernel;
use spadina_core::pattern::{Fault, FaultKind};
use spadina_core::program::Word;
use spadina_core::real::{Graph, Precision, Span};
use std::fmt::Write;

/// File, line and column of a place in an energy.
pub fn place(file: &str, text: &str, span: Span) -> String {
    if span == Span::default() {
        return file.to_string();
    }
    let (line, column) = Diagnostic::new(span, "").position(text);
    format!("{file}:{line}:{column}")
}

/// The message of an index that cannot be used.
pub fn index(problem: &Problem, file: &str, text: &str, graph: &Graph, fault: &Fault) -> Error {
    let table = |t: Table| &graph.indices.tables()[t.0 as usize].name;
    let integers = |name: &str| problem.indices.iter().find(|(n, _)| n == name).map(|(_, t)| t);
    let mut message = match &fault.kind {
        FaultKind::Array(array, at) => {
            let name = &graph.array_info(*array).name;
            let found = problem.unknowns.iter().chain(&problem.arrays).find(|(n, _)| n == name);
            let shape = found.map_or(String::new(), |(_, t)| format!(" of shape {}", Shape(&t.shape)));
            format!("index {at} is out of range of `{name}`{shape}")
        }
        FaultKind::Table(t, at) => {
            let shape = integers(table(*t)).map_or(String::new(), |t| format!(" of shape {}", Shape(&t.shape)));
            format!("index {at} is out of range of `{}`{shape}", table(*t))
        }
        FaultKind::TooMany => {
            "more than 2^29 entries of derivatives in one loop nest: it has too many iterations, or a sum that is used \
             nonlinearly makes its Hessian dense"
                .to_string()
        }
        FaultKind::TooLong(count) => {
            format!("a loop of {count} iterations is too long: does its counter pass its bound, or wrap around?")
        }
        FaultKind::DivisionByZero => "integer division or remainder by zero".to_string(),
        FaultKind::Overflow => "an index leaves 32 bits, or an integer the 64 in which it is computed".to_string(),
        FaultKind::Wraps(word, value) => wraps(*word, *value),
        FaultKind::RowTwice(row) => {
            format!(
                "r[{row}] is written with = after another write, by another iteration or loop: its old value would be lost; use += to add up"
            )
        }
        FaultKind::LargeRow(row) => format!("r[{row}] is written, but a residual has at most 2^28 rows"),
        FaultKind::NegativeRow(row) => format!("r[{row}] is written, but rows begin at 0"),
    };
    for (t, at, value) in fault.reads.iter().rev() {
        let name = table(*t);
        let row = match integers(name).map(|t| (&t.shape[..], t.position(*at as usize))) {
            Some(([_, _], position)) => format!("row {}, column {}", position[0], position[1]),
            _ => format!("row {at}"),
        };
        let _ = write!(message, "; `{name}` {row} has the value {value}");
    }
    let loops: Vec<String> = fault.loops.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if !loops.is_empty() {
        let _ = write!(message, " (at {})", loops.join(", "));
    }
    Error::Index { place: place(file, text, fault.span), message }
}

/// The message of an integer that does not fit its 32 bits.
fn wraps(word: Word, value: i64) -> String {
    let (name, mask) = match word {
        Word::Low => {
            return "this integer leaves the 64 bits in which it is computed: mask its factors or sums on the way, \
                    as in `(a * b & 0xffffffffu) * c`"
                .to_string();
        }
        Word::I32 => ("i32", "compute it in u32 and mask it: `(…) & 0xffffffffu`"),
        Word::U32 => ("u32", "mask it: `(…) & 0xffffffffu`"),
    };
    format!(
        "this {name} would be {value} here, beyond its 32 bits, where WGSL wraps around: keep it smaller, or, to wrap \
         around, {mask}"
    )
}

/// Finds the first term and element whose results are not finite in a precision.
pub fn non_finite(
    terms: &[DerivedTerm],
    problem: &Problem,
    (quantity, precision): (Quantity, Precision),
    energy: f64,
) -> Error {
    let largest = match precision {
        Precision::F32 => f64::from(f32::MAX),
        Precision::F64 => f64::MAX,
    };
    for term in terms {
        for (what, own, quantity) in stages(term, quantity) {
            let weights = vec![1.0; term.rows().len()];
            let data = own.data(problem, &weights);
            for (routine, streams) in own.kernels.routines(quantity).iter().zip(own.streams(quantity)) {
                let (kernel, lengths) = (&routine.kernel, (problem.unknown_count(), term.rows().end));
                if let Some(at) = first_bad((kernel, streams), &data, lengths, largest) {
                    let element = element(kernel, at) + &operation(term, (kernel, streams), &data, at);
                    return Error::NonFinite { what: what.into(), term: term.number, file: term.file.clone(), element };
                }
            }
        }
    }
    let (number, file) = terms.last().map_or((0, String::new()), |t| (t.number, t.file.clone()));
    let element = ", though each element alone is finite in double precision, before it is projected and added".into();
    let what = if energy.is_finite() { "a derivative".into() } else { format!("the energy ({energy})") };
    Error::NonFinite { what, term: number, file, element }
}

/// The element or iteration, in words.
fn element(kernel: &Kernel, at: i64) -> String {
    let graph = &kernel.graph;
    match kernel.outer.map(|v| graph.indices.loop_of(v).name.as_str()) {
        Some("e") => format!(", first at element {at}"),
        Some(name) => format!(", first at {name} = {at}"),
        None => String::new(),
    }
}

/// The place of the first operation of an iteration that has no finite value, in words; nothing if it has none.
fn operation(term: &DerivedTerm, (kernel, streams): (&Kernel, &Streams), data: &Data, at: i64) -> String {
    let operation = interpret::first_non_finite(kernel, data, streams, &(at..at + 1));
    match operation.map(|v| kernel.graph.span_of(v)).filter(|&span| span != Span::default()) {
        Some(span) => format!(", from the operation at {}", place(&term.file, &term.text, span)),
        None => String::new(),
    }
}

/// The evaluations of a term, the simplest first.
fn stages(term: &DerivedTerm, quantity: Quantity) -> Vec<(&'static str, &SolvedProgram, Quantity)> {
    let mut stages = Vec::new();
    let names = ["the energy", "the gradient", "the Hessian"];
    for (own, name) in Quantity::ALL.into_iter().zip(names).filter(|(own, _)| *own <= quantity) {
        stages.extend(term.programs().map(|program| (name, program, own)));
    }
    stages
}

/// The first value of the outermost loop whose results are beyond the `largest` number, by bisection over prefixes of the
/// loop.
fn first_bad(
    (kernel, streams): (&Kernel, &Streams),
    data: &Data,
    (unknowns, rows): (usize, usize),
    largest: f64,
) -> Option<i64> {
    let mut kernel = kernel.clone();
    // What is not finite must stay: nothing may replace it.
    kernel.outputs.iter_mut().for_each(|output| output.sets = false);
    let slots = streams.regions.iter().flat_map(|r| r.slots.iter()).filter(|&&s| s != u32::MAX);
    let shift = kernel.outputs.iter().map(|o| o.shift as usize).max().unwrap_or(0);
    let length = slots.max().map_or(0, |&s| s as usize + 1 + shift).max(unknowns).max(rows);
    let mut scratch = vec![0.0; 4 * length];
    let mut finite = |end: i64| {
        scratch.fill(0.0);
        let (gradient, rest) = scratch.split_at_mut(length);
        let (hessian, rest) = rest.split_at_mut(length);
        let (residual, jacobian) = rest.split_at_mut(length);
        let range = streams.outer.start..end;
        let chunks = Chunks { ranges: vec![range], groups: vec![vec![0]] };
        let mut buffers = Buffers { gradient, hessian, residual, jacobian, product: &mut [] };
        let energy = interpret::run_chunks(&kernel, data, streams, &chunks, &mut buffers);
        energy.abs() <= largest && scratch.iter().all(|v| v.abs() <= largest)
    };
    let (mut good, mut bad) = (streams.outer.start, streams.outer.end);
    if finite(bad) {
        return None;
    }
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if finite(middle) { good = middle } else { bad = middle }
    }
    Some(good)
}
