//! From results that are not finite to the term, the element and the operation.

use super::located::{Iteration, MOST_LISTED, NonFinite, TextPlace};
use super::program::SolvedProgram;
use super::singular;
use super::term::DerivedTerm;
use crate::problem::Problem;
use spadina_core::backend::Quantity;
use spadina_core::bind::{Buffers, Chunks, Data, Streams};
use spadina_core::index::Origin;
use spadina_core::interpret;
use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;
use std::ops::Range;

/// Finds the first term and element whose results are not finite in a precision.
pub fn non_finite(
    terms: &[DerivedTerm],
    problem: &Problem,
    (quantity, precision): (Quantity, Precision),
    energy: f64,
) -> NonFinite {
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
                    let place = operation(term, (kernel, streams), &data, at);
                    let iteration = iteration(kernel, at);
                    let all = match quantity {
                        Quantity::Value => all_bad((kernel, streams), &data, at, largest),
                        _ => Vec::new(),
                    };
                    let (singular, place) = match singular::operation(term, problem, kernel.outer, at) {
                        Some(found) => (Some(found.name), found.place.or(place)),
                        None => (None, place),
                    };
                    let of_term = NonFinite::of_term(what, term.number, &term.energy.file);
                    return NonFinite { iteration, place, singular, all, ..of_term };
                }
            }
        }
    }
    let what = if energy.is_finite() { "a derivative".to_string() } else { format!("the energy ({energy})") };
    NonFinite::of_sum(what)
}

/// An element or iteration; `None` outside of all loops.
fn iteration(kernel: &Kernel, at: i64) -> Option<Iteration> {
    let outer = kernel.graph.indices.loop_of(kernel.outer?);
    let variable = match outer.origin {
        Origin::Elements => None,
        Origin::Program => Some(outer.name.clone()),
    };
    Some(Iteration { variable, number: at })
}

/// The place of the first operation of an iteration that has no finite value.
fn operation(term: &DerivedTerm, (kernel, streams): (&Kernel, &Streams), data: &Data, at: i64) -> Option<TextPlace> {
    let operation = interpret::first_non_finite(kernel, data, streams, &(at..at + 1))?;
    TextPlace::of(&term.energy.text, kernel.graph.span_of(operation))
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

/// The values of the outermost loop from the first one on whose energies are beyond the `largest` number, by bisection.
fn all_bad((kernel, streams): (&Kernel, &Streams), data: &Data, first: i64, largest: f64) -> Vec<i64> {
    let finite = |range: Range<i64>| {
        let chunks = Chunks { ranges: vec![range], groups: vec![vec![0]] };
        let mut buffers =
            Buffers { gradient: &mut [], hessian: &mut [], residual: &mut [], jacobian: &mut [], product: &mut [] };
        interpret::run_chunks(kernel, data, streams, &chunks, &mut buffers).abs() <= largest
    };
    let mut all = Vec::new();
    // Ranges to look at, the first one last.
    let mut ranges = Vec::new();
    let mut next = Some(first..streams.outer.end);
    while let Some(range) = next.take().or_else(|| ranges.pop()) {
        if all.len() > MOST_LISTED || range.is_empty() || finite(range.clone()) {
            continue;
        }
        let middle = range.start + (range.end - range.start) / 2;
        match range.end - range.start {
            1 => all.push(range.start),
            _ => ranges.extend([middle..range.end, range.start..middle]),
        }
    }
    all
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
