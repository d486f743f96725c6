//! The state of an execution.

use super::look::{Look, all_looked_at};
use super::place::{Context, Flow};
use super::unknown::{Test, Unknowns};
use super::value::{Unknown, Val, literal, poison};
use super::variables::{Changes, Mark, Variables};
use crate::error::Diagnostic;
use crate::index::{Index, Var};
use crate::program::{LookedAt, Write};
use crate::real::{Graph, Value};
use rustc_hash::FxHashMap;

/// Results of an execution.
pub type Result<T> = std::result::Result<T, Diagnostic>;

/// A program that is executed with symbolic values: the graph that comes of it, its variables, and the conditions under
/// which the statement at hand runs.
#[derive(Debug)]
pub struct Trace {
    /// The graph that has been built.
    pub graph: Graph,
    pub(super) variables: Variables,
    pub(super) place: Context,
    writes: Vec<Write>,
    pub(super) looks: Vec<Look>,
    pub(super) unknowns: Unknowns,
    /// Predicates that are known for the moment.
    assumed: FxHashMap<Value, bool>,
    /// Loops that stayed, so far.
    loops: u32,
}

/// The state that is put back when an attempt is taken back.
#[derive(Debug)]
pub struct Attempt {
    mark: Mark,
    place: Context,
    writes: usize,
    looks: usize,
}

/// The effects of an attempt besides assignments.
#[derive(Debug)]
pub struct Effects {
    /// Its writes.
    pub writes: Vec<Write>,
    /// The integers that it looked at.
    pub looks: Vec<Look>,
}

impl Default for Trace {
    fn default() -> Self {
        let mut graph = Graph::default();
        let path = graph.bool(true);
        let place = Context { path, depth: 0, unrolled: 1, planning: 0, flow: Flow::default() };
        Trace {
            graph,
            variables: Variables::default(),
            place,
            writes: Vec::new(),
            looks: Vec::new(),
            unknowns: Unknowns::default(),
            assumed: FxHashMap::default(),
            loops: 0,
        }
    }
}

impl Trace {
    /// A refusal at the place at hand.
    pub fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Diagnostic::new(self.graph.span, message))
    }

    /// A value that gives this reason when it is used.
    pub fn poison(&self, message: &str) -> Val {
        poison(&self.graph, message)
    }

    /// The literal a predicate is, or is assumed to be.
    pub fn literal(&self, p: Value) -> Option<bool> {
        literal(&self.graph, p).or_else(|| self.assumed.get(&p).copied())
    }

    /// Takes predicates for known until [`forget`](Self::forget).
    pub fn assume(&mut self, predicates: impl IntoIterator<Item = (Value, bool)>) {
        for (p, truth) in predicates {
            let not = self.graph.not(p);
            self.assumed.insert(p, truth);
            self.assumed.insert(not, !truth);
        }
    }

    /// Takes back what was assumed of predicates.
    pub fn forget(&mut self, predicates: impl IntoIterator<Item = Value>) {
        for p in predicates {
            let not = self.graph.not(p);
            self.assumed.remove(&p);
            self.assumed.remove(&not);
        }
    }

    /// A new variable; its number is one more than that of the variable before.
    pub fn declare(&mut self, value: Val) -> usize {
        self.variables.declare(value, self.graph.span)
    }

    /// Gives a variable that was just declared its first value.
    pub fn initialize(&mut self, variable: usize, value: Val) {
        self.variables.initialize(variable, value, self.graph.span);
    }

    /// The number of variables.
    pub fn variables(&self) -> usize {
        self.variables.count()
    }

    /// The value of a variable; a [`Val::Last`] in it is still to be [settled](super::settled).
    pub fn get(&self, variable: usize) -> &Val {
        self.variables.get(variable)
    }

    /// Assigns a variable.
    pub fn set(&mut self, variable: usize, value: Val) {
        self.variables.set(variable, value);
    }

    /// Notes that the statement at hand assigns a variable: messages about its value name the place.
    pub fn note_assigned(&mut self, variable: usize) {
        self.variables.set_span(variable, self.graph.span);
    }

    /// The place where a variable was last assigned.
    pub fn assigned_at(&self, variable: usize) -> crate::real::Span {
        self.variables.span_of(variable)
    }

    /// The values of all variables.
    pub(in crate::frontend) fn values(&self) -> &[Val] {
        self.variables.values()
    }

    /// The condition under which the statement at hand runs.
    pub fn path(&self) -> Value {
        self.place.path
    }

    /// The number of loops that stay around the statement at hand, the loop over the elements among them.
    pub fn depth(&self) -> u32 {
        self.place.depth
    }

    /// Goes into a loop that stays, or out of it.
    pub fn set_depth(&mut self, depth: u32) {
        self.place.depth = depth;
    }

    /// The product of the trip counts of the unrolled loops around.
    pub(in crate::frontend) fn unrolled(&self) -> u64 {
        self.place.unrolled
    }

    /// Goes into an unrolled loop, or out of it.
    pub(in crate::frontend) fn set_unrolled(&mut self, unrolled: u64) {
        self.place.unrolled = unrolled;
    }

    /// True while the counters of a loop around are being looked for.
    pub(in crate::frontend) fn is_planning(&self) -> bool {
        self.place.planning > 0
    }

    /// Begins to look for the counters of a loop, until the attempt is taken back.
    pub(in crate::frontend) fn plan(&mut self) {
        self.place.planning += 1;
    }

    /// A number for a loop that stays.
    pub(in crate::frontend) fn number_loop(&mut self) -> u32 {
        self.loops += 1;
        self.loops
    }

    /// Writes to the residual.
    pub fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// The number of writes so far.
    pub fn writes(&self) -> usize {
        self.writes.len()
    }

    /// The number of writes, and of integers that were looked at, so far.
    pub fn effects(&self) -> usize {
        self.writes.len() + self.looks.len()
    }

    /// Returns true if predicates are taken for known at the moment.
    pub fn is_assuming(&self) -> bool {
        !self.assumed.is_empty()
    }

    /// Takes all that has been written.
    pub fn take_writes(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.writes)
    }

    /// Takes the list of integers whose value matters.
    pub fn take_looks(&mut self) -> Vec<LookedAt> {
        let looks = std::mem::take(&mut self.looks);
        all_looked_at(&mut self.graph, looks)
    }

    /// Begins to record assignments.
    pub(super) fn mark(&mut self) -> Mark {
        self.variables.mark()
    }

    /// Takes back what was assigned since a mark.
    pub(super) fn rollback(&mut self, mark: Mark) -> Changes {
        self.variables.rollback(mark)
    }

    /// Begins something that may fail or be taken back.
    pub fn begin(&mut self) -> Attempt {
        let mark = self.mark();
        Attempt { mark, place: self.place, writes: self.writes.len(), looks: self.looks.len() }
    }

    /// Takes an attempt back; gives the variables it had assigned.
    pub fn abandon(&mut self, attempt: Attempt) -> Changes {
        self.take_effects(&attempt);
        self.place = attempt.place;
        self.rollback(attempt.mark)
    }

    /// Takes what was written and looked at since an attempt began.
    pub(in crate::frontend) fn take_effects(&mut self, attempt: &Attempt) -> Effects {
        Effects { writes: self.writes.split_off(attempt.writes), looks: self.looks.split_off(attempt.looks) }
    }

    /// Keeps what an attempt did that held: its writes and looks, and what it assigned, outside of its journal.
    pub fn adopt(&mut self, attempt: Attempt) {
        let effects = self.take_effects(&attempt);
        let changed = self.abandon(attempt);
        self.writes.extend(effects.writes);
        self.add_looks(effects.looks);
        for (variable, value) in changed {
            self.set(variable, value);
        }
    }

    /// Adds to the list of integers whose value matters.
    pub(in crate::frontend) fn add_looks(&mut self, looks: impl IntoIterator<Item = Look>) {
        self.looks.extend(looks);
    }

    /// A real of which nothing is known.
    pub(in crate::frontend) fn unknown_real(&mut self) -> Value {
        let key = self.unknowns.take_key();
        self.graph.carried_value(key)
    }

    /// An integer of which nothing is known, as a loop variable.
    pub(in crate::frontend) fn unknown_integer(&mut self) -> Var {
        self.unknowns.integer(&mut self.graph.indices, self.place.depth)
    }

    /// The placeholders that are still to come, and none yet.
    pub(in crate::frontend) fn unknowns_from_here(&self) -> Unknown {
        Unknown { first_key: self.unknowns.next_key(), ..Unknown::default() }
    }

    /// True if an integer depends on something of which nothing is known.
    pub(in crate::frontend) fn is_unknown(&self, index: Index) -> bool {
        self.unknowns.holds(&self.graph.indices, index)
    }

    /// The comparison that a predicate is, if it compares integers of which nothing is known.
    pub(in crate::frontend) fn test(&self, p: Value) -> Option<Test> {
        self.unknowns.test(p)
    }
}
