//! The number of elements at singular points, where a policy decides what their derivatives count as.

use super::program::Binding;
use super::term::DerivedTerm;
use super::{Error, Layout, System, TextPlace};
use crate::problem::{Problem, Singular, Source, Term};
use crate::tensor::Tensor;
use spadina_core::ad::{SingularOperation, singular_operations};
use spadina_core::bind::{Buffers, Chunks};
use spadina_core::frontend::Frontend;
use spadina_core::index::Var;
use spadina_core::interpret;
use spadina_core::kernel::{Outputs, build};
use spadina_core::pattern::dense_streams;
use spadina_core::singular::Counter;
use std::sync::Arc;

/// The system whose energy is the number of elements at singular points.
#[derive(Default)]
pub enum Counting {
    /// It has not been asked for.
    #[default]
    Unknown,
    /// No operation of a term with a policy is singular anywhere.
    Nothing,
    /// It is there.
    Built(Box<System>),
}

impl System {
    /// The number of elements that the policy of their term ([`Singular`]) touches at the present unknowns: an operation of which the
    /// derivative counts is at a point where it does not exist, or within `epsilon` of one. Zero without such terms. An element
    /// is a row of `over`, or an iteration of a program's loop nest.
    ///
    /// It is evaluated on the system's own device; the first call compiles what counts.
    pub fn singular_elements(&mut self) -> Result<usize, Error> {
        if matches!(self.counting, Counting::Unknown) {
            self.counting = self.build_counting()?;
        }
        let Self { counting: Counting::Built(counting), problem, .. } = self else { return Ok(0) };
        counting.follow(problem)?;
        Ok(counting.value()?.round() as usize)
    }

    fn build_counting(&self) -> Result<Counting, Error> {
        let mut problem = Problem { singular: Singular::Error, ..self.problem.clone() };
        let terms = self.terms.iter().zip(&self.problem.terms);
        problem.terms = terms.filter_map(|(own, term)| counter(term, own.policy(), own.module())).collect();
        if problem.terms.is_empty() {
            return Ok(Counting::Nothing);
        }
        let options = self.options.clone().projection(None).gauss_newton(false).layout(Layout::Full);
        match System::with_backend(problem, options, self.backend.clone()) {
            Ok(system) => Ok(Counting::Built(Box::new(system))),
            Err(Error::NoUnknown { .. }) => Ok(Counting::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Takes the data of a problem of the same names.
    fn follow(&mut self, problem: &Problem) -> Result<(), Error> {
        let differs = |(own, other): &(&Tensor<f64>, &Tensor<f64>)| own.data != other.data;
        for number in 0..problem.unknowns.len() {
            let (name, tensor) = &problem.unknowns[number];
            if differs(&(&self.problem.unknowns[number].1, tensor)) {
                self.set_unknown(name.as_str(), &tensor.data)?;
            }
        }
        for number in 0..problem.arrays.len() {
            let (name, tensor) = &problem.arrays[number];
            if differs(&(&self.problem.arrays[number].1, tensor)) {
                self.set_array(name.as_str(), &tensor.data)?;
            }
        }
        for number in 0..problem.indices.len() {
            let (name, table) = &problem.indices[number];
            if self.problem.indices[number].1 != *table {
                self.set_indices(name.as_str(), table.clone())?;
            }
        }
        Ok(())
    }
}

/// The term that counts elements of another one.
fn counter(term: &Term, policy: Singular, module: &Arc<dyn Frontend>) -> Option<Term> {
    let counted = module.clone();
    let source = Source::Built(Arc::new(Counter { counted, policy }));
    (policy != Singular::Error).then(|| Term { source, residual: false, singular: None, ..term.clone() })
}

/// An operation without a derivative.
pub struct Found {
    /// Its name in the text, or else its own.
    pub name: String,
    /// Its place in the text.
    pub place: Option<TextPlace>,
}

/// The first operation of a term that is at a singular point in an iteration of its outermost loop; of a term without a policy.
pub fn operation(term: &DerivedTerm, problem: &Problem, outer: Option<Var>, at: i64) -> Option<Found> {
    let source = &term.main.source;
    if term.policy() != Singular::Error {
        return None;
    }
    let operation = singular_operations(source).into_iter().find(|own| is_singular(own, problem, outer, at))?;
    let place = TextPlace::of(&term.energy.text, operation.span);
    let text = place.as_ref().and_then(|place| term.energy.text.get(place.span.start..));
    let call = text.and_then(called).unwrap_or(operation.name);
    Some(Found { name: call.to_string(), place })
}

/// The name of the function that a text begins to call.
fn called(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, rest) = text.split_at(end);
    (!name.is_empty() && rest.trim_start().starts_with('(')).then_some(name)
}

fn is_singular(operation: &SingularOperation, problem: &Problem, outer: Option<Var>, at: i64) -> bool {
    let outputs = Outputs { energy: true, ..Outputs::default() };
    build(&operation.program, outputs).iter().any(|kernel| {
        let binding = Binding::new(problem, &kernel.graph);
        let data = binding.data(&kernel.graph, problem, &[]);
        let Ok(streams) = dense_streams(kernel, &data) else { return false };
        if kernel.outer.is_some() != outer.is_some() || !streams.outer.contains(&at) {
            return false;
        }
        let range = at..at + 1;
        let chunks = Chunks { ranges: vec![range], groups: vec![vec![0]] };
        interpret::run_chunks(kernel, &data, &streams, &chunks, &mut Buffers::default()) > 0.0
    })
}
