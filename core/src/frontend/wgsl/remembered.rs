//! Calls that were made, by all that their values depend on.

use crate::frontend::trace::Val;
use crate::index::Index;
use crate::real::{Span, Value};
use naga::{Function, Handle};
use rustc_hash::FxHashMap;

/// A number in an argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    Real(Value),
    Int(Index),
    Bool(Value),
    Gathered(usize),
}

/// All that the value of a call depends on.
#[derive(PartialEq, Eq, Hash)]
pub struct Call {
    pub function: Handle<Function>,
    pub arguments: Vec<Part>,
    pub depth: u32,
    pub unrolled: u64,
    pub planning: bool,
}

/// The calls so far, and those around the statement at hand.
#[derive(Default)]
pub struct Calls {
    pub known: FxHashMap<Call, Val>,
    /// The functions whose calls have no effect but their value, as far as that has been asked for.
    pub pure: FxHashMap<Handle<Function>, bool>,
    /// Functions that are being executed, with the places of their calls.
    pub around: Vec<(Handle<Function>, Span)>,
    /// Expressions and statements that have been executed.
    pub steps: u64,
}
