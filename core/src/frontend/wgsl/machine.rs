//! The state of the execution: variables with an undo journal, branches, data.

use super::count::Test;
use super::literals::Source;
use super::looked::Look;
use super::signature::Signature;
use super::value::{Val, literal, merge, poison};
use super::{Numbers, ParameterType, Roles};
use crate::error::Diagnostic;
use crate::index::{Index, Table, Var};
use crate::program::Write;
use crate::real::{Array, ArrayKind, Graph, Span, Value};
use naga::{Arena, Expression, Handle};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// Results of the execution.
pub type Result<T> = std::result::Result<T, Diagnostic>;

/// Expressions and statements that may run before the program counts as too large.
const STEP_LIMIT: u64 = 1 << 27;

/// A function that is being executed, or the expressions at module scope.
pub struct Frame<'m> {
    /// Its expressions.
    pub arena: &'m Arena<Expression>,
    /// Its local variables.
    pub locals: Option<&'m Arena<naga::LocalVariable>>,
    /// The values of its expressions, once they have run.
    pub values: Vec<Option<Val>>,
    /// Its arguments.
    pub arguments: Vec<Val>,
    /// The cell of its first local variable.
    pub first_cell: usize,
    /// The cell of its result.
    pub result: usize,
    /// The cells that tell whether control has left: `returned` and those of the innermost loop or switch.
    pub returned: usize,
    /// Whether the innermost loop or switch was left.
    pub broken: Option<usize>,
    /// Whether the iteration of the innermost loop was left.
    pub continued: Option<usize>,
}

/// Statements that run under a condition, until [`Machine::close`].
pub struct Region {
    mark: usize,
    condition: Value,
    path: Value,
}

/// What is put back when an attempt is taken back.
pub struct Attempt {
    mark: usize,
    regions: usize,
    writes: usize,
    /// How many integers had been looked at.
    pub looks: usize,
    path: Value,
    depth: u32,
    unrolled: u64,
    calls: usize,
    planning: usize,
    broken: Option<usize>,
    continued: Option<usize>,
}

/// What a parameter or declaration is to the graph.
#[derive(Clone, Debug)]
pub enum Data {
    /// An array of reals by rows.
    Reals(Array, usize),
    /// A table of integers by rows; signed or not.
    Integers(Table, usize, bool),
    /// The output of a residual.
    Output,
}

/// The state of an execution.
pub struct Machine<'m> {
    /// What has been built.
    pub graph: Graph,
    /// The text.
    pub source: &'m Source,
    /// The module.
    pub module: &'m naga::Module,
    /// What is computed.
    pub signature: &'m Signature,
    /// What it is bound to.
    pub roles: &'m Roles,
    /// The values of variables.
    pub cells: Vec<Val>,
    /// Where each variable was last assigned.
    pub assigned: Vec<Span>,
    journal: Vec<(usize, Val)>,
    regions: usize,
    /// The condition under which the statement at hand runs.
    pub path: Value,
    /// How many loops that stay are around the statement at hand.
    pub depth: u32,
    /// The product of the trip counts of the unrolled loops around it.
    pub unrolled: u64,
    /// Loops that stayed, so far.
    pub loops: u32,
    /// Calls around it.
    pub calls: usize,
    /// Loops around it whose counters are being looked for: nothing is known of them yet, and nothing built is kept.
    pub planning: usize,
    /// The next key of a placeholder.
    pub next_key: u32,
    /// The variables that stand for integers of which nothing is known.
    pub placeholders: FxHashSet<Var>,
    /// Comparisons of such integers, made while counters are looked for.
    pub tests: FxHashMap<Value, Test>,
    /// Predicates that are known for the moment.
    pub assumed: FxHashMap<Value, bool>,
    /// What has been written.
    pub writes: Vec<Write>,
    /// What has been looked at.
    pub looks: Vec<Look>,
    /// Module-scope expressions.
    pub globals: Vec<Option<Val>>,
    /// The cells of private variables.
    pub private: FxHashMap<Handle<naga::GlobalVariable>, usize>,
    /// The loop over the elements.
    pub element: Option<Var>,
    data: FxHashMap<Handle<naga::GlobalVariable>, Data>,
    steps: u64,
}

impl<'m> Machine<'m> {
    /// An execution that has not begun.
    pub fn new(source: &'m Source, module: &'m naga::Module, signature: &'m Signature, roles: &'m Roles) -> Self {
        let mut graph = Graph::default();
        let path = graph.bool(true);
        Machine {
            graph,
            source,
            module,
            signature,
            roles,
            cells: Vec::new(),
            assigned: Vec::new(),
            journal: Vec::new(),
            regions: 0,
            path,
            depth: 0,
            unrolled: 1,
            loops: 0,
            calls: 0,
            planning: 0,
            next_key: 0,
            placeholders: FxHashSet::default(),
            tests: FxHashMap::default(),
            assumed: FxHashMap::default(),
            writes: Vec::new(),
            looks: Vec::new(),
            globals: vec![None; module.global_expressions.len()],
            private: FxHashMap::default(),
            element: None,
            data: FxHashMap::default(),
            steps: 0,
        }
    }

    /// A refusal at the place at hand.
    pub fn error<T>(&self, message: impl Into<String>) -> Result<T> {
        Err(Diagnostic::new(self.graph.span, message))
    }

    /// Counts work, so that helper functions that call each other do not run for ever.
    pub fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.steps > STEP_LIMIT {
            return self.error("the program is too large once its functions and short loops are expanded");
        }
        Ok(())
    }

    /// What numbers a parameter is bound to, by rows.
    pub fn bound_data(&mut self, bound: &str, numbers: Numbers, components: usize) -> Data {
        match numbers {
            Numbers::Real => Data::Reals(self.graph.array(bound, ArrayKind::Data), components),
            Numbers::Unsigned | Numbers::Signed => {
                let signed = numbers == Numbers::Signed;
                Data::Integers(self.graph.indices.table(bound, !signed), components, signed)
            }
        }
    }

    /// A single number that a parameter is bound to.
    pub fn single(&mut self, bound: &str, numbers: Numbers) -> Val {
        match numbers {
            Numbers::Real => {
                let data = self.bound_data(bound, numbers, 1);
                let first = self.graph.indices.int(0);
                self.entry(&data, first)
            }
            Numbers::Unsigned => Val::Int { index: self.graph.indices.size(bound), signed: false },
            Numbers::Signed => Val::Int { index: self.graph.indices.signed_size(bound), signed: true },
        }
    }

    /// What a storage array is.
    pub fn storage(&mut self, handle: Handle<naga::GlobalVariable>) -> Result<Data> {
        if let Some(data) = self.data.get(&handle) {
            return Ok(data.clone());
        }
        let name = self.module.global_variables[handle].name.clone().unwrap_or_default();
        let data = if self.signature.output == Some(handle) {
            Data::Output
        } else {
            let bound = self.roles.binding(&name).array;
            match self.signature.parameters.iter().find(|p| p.name == name).map(|p| &p.ty) {
                Some(&ParameterType::Array { numbers, components }) => self.bound_data(&bound, numbers, components),
                _ => return self.error(format!("variable `{name}` cannot be used here")),
            }
        };
        self.data.insert(handle, data.clone());
        Ok(data)
    }

    /// The count of rows of a bound array: `len(name)`, or `len(name, width)` for rows of several numbers.
    pub fn length(&mut self, bound: &str, width: usize) -> Index {
        let name = if width == 1 { format!("len({bound})") } else { format!("len({bound}, {width})") };
        self.graph.indices.size(&name)
    }

    /// A new variable.
    pub fn new_cell(&mut self, value: Val) -> usize {
        self.cells.push(value);
        self.assigned.push(self.graph.span);
        self.cells.len() - 1
    }

    /// Assigns a variable.
    pub fn set_cell(&mut self, cell: usize, value: Val) {
        let old = std::mem::replace(&mut self.cells[cell], value);
        if self.regions > 0 {
            self.journal.push((cell, old));
        }
    }

    /// Begins to record assignments.
    pub fn mark(&mut self) -> usize {
        self.regions += 1;
        self.journal.len()
    }

    /// Takes back what was assigned since the mark; gives the variables and the values they had.
    pub fn rollback(&mut self, mark: usize) -> Vec<(usize, Val)> {
        self.regions = self.regions.saturating_sub(1);
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        let mut changed = Vec::new();
        for (cell, old) in self.journal.split_off(mark.min(self.journal.len())).into_iter().rev() {
            let new = std::mem::replace(&mut self.cells[cell], old);
            if seen.insert(cell) {
                changed.push((cell, new));
            }
        }
        changed.sort_by_key(|(cell, _)| *cell);
        changed
    }

    /// Begins something that may fail or be taken back.
    pub fn begin_attempt(&mut self, frame: &Frame<'m>) -> Attempt {
        let regions = self.regions;
        Attempt {
            mark: self.mark(),
            regions,
            writes: self.writes.len(),
            looks: self.looks.len(),
            path: self.path,
            depth: self.depth,
            unrolled: self.unrolled,
            calls: self.calls,
            planning: self.planning,
            broken: frame.broken,
            continued: frame.continued,
        }
    }

    /// Takes an attempt back; gives the variables it had assigned.
    pub fn abandon(&mut self, frame: &mut Frame<'m>, attempt: Attempt) -> Vec<(usize, Val)> {
        let changed = self.rollback(attempt.mark);
        self.regions = attempt.regions;
        self.writes.truncate(attempt.writes);
        self.looks.truncate(attempt.looks);
        self.path = attempt.path;
        self.depth = attempt.depth;
        self.unrolled = attempt.unrolled;
        self.calls = attempt.calls;
        self.planning = attempt.planning;
        frame.broken = attempt.broken;
        frame.continued = attempt.continued;
        changed
    }

    /// Begins statements that run only if `condition` holds; control is then inside.
    pub fn open(&mut self, frame: &Frame, condition: Value) -> Region {
        let region = Region { mark: self.mark(), condition, path: self.path };
        self.path = self.graph.and(self.path, condition);
        let inside = self.graph.bool(false);
        for cell in frame.flow() {
            self.set_cell(cell, Val::Bool(inside));
        }
        region
    }

    /// Ends such statements.
    pub fn close(&mut self, region: Region) {
        self.path = region.path;
        for (cell, new) in self.rollback(region.mark) {
            let old = self.cells[cell].clone();
            let merged = merge(&mut self.graph, region.condition, &new, &old);
            self.set_cell(cell, merged);
        }
    }

    /// The predicate that control has left the block at hand.
    pub fn left(&mut self, frame: &Frame) -> Result<Value> {
        let mut left = self.graph.bool(false);
        for cell in frame.flow() {
            let flag = self.flag(cell)?;
            left = self.graph.or(left, flag);
        }
        Ok(left)
    }

    /// The predicate in a variable.
    pub fn flag(&self, cell: usize) -> Result<Value> {
        match &self.cells[cell] {
            Val::Bool(p) => Ok(*p),
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            _ => self.error("a condition that is not a bool"),
        }
    }

    /// The literal a predicate is, or is assumed to be.
    pub fn literal(&self, p: Value) -> Option<bool> {
        literal(&self.graph, p).or_else(|| self.assumed.get(&p).copied())
    }

    /// A value that gives this reason when it is used.
    pub fn poison(&self, message: &str) -> Val {
        poison(&self.graph, message)
    }

    /// A poison with another's reason.
    pub fn poison_from(&self, reason: Diagnostic) -> Val {
        Val::Poison(Rc::new(reason))
    }
}

impl<'m> Frame<'m> {
    /// A frame for module-scope expressions.
    pub fn global(module: &'m naga::Module) -> Self {
        Frame {
            arena: &module.global_expressions,
            locals: None,
            values: Vec::new(),
            arguments: Vec::new(),
            first_cell: 0,
            result: 0,
            returned: 0,
            broken: None,
            continued: None,
        }
    }

    /// Whether a cell holds a local variable that the text does not name.
    pub fn is_unnamed(&self, cell: usize) -> bool {
        cell.checked_sub(self.first_cell)
            .and_then(|at| self.locals?.iter().nth(at))
            .is_some_and(|(_, variable)| variable.name.is_none())
    }

    /// One past the cell of its last local variable.
    pub fn end_cell(&self) -> usize {
        self.first_cell + self.locals.map_or(0, |l| l.len())
    }

    /// The cells that tell whether control has left the block at hand.
    pub fn flow(&self) -> impl Iterator<Item = usize> + use<> {
        [Some(self.returned), self.broken, self.continued].into_iter().flatten()
    }
}
