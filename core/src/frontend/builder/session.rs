//! The build that is under way on this thread: the graph that handles name values of.
//!
//! A build is the run of a user's closure. Builds nest (a closure may build another energy) and are told apart by their
//! stamps, so that a handle that leaves its build is found out. Whatever is refused is recorded, first come first kept,
//! and the operation gives an invalid handle; nothing here panics.

use super::handle::{Handle, Symbol};
use crate::error::Diagnostic;
use crate::frontend::kit::{Data, Inputs, Scalar};
use crate::frontend::{Fallback, Numbers, Parameter, ParameterType, Roles};
use crate::index::{Index, Var, VarSet};
use crate::program::Write;
use crate::real::{Graph, Span, Value};
use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names of loop variables, by depth.
const LOOP_NAMES: [&str; 6] = ["i", "j", "k", "l", "m", "n"];

thread_local! {
    static SESSIONS: RefCell<Vec<Session>> = const { RefCell::new(Vec::new()) };
}

static NEXT_STAMP: AtomicU64 = AtomicU64::new(1);

/// A loop that is open.
struct Scope {
    number: u32,
    var: Var,
}

/// Data that is read when a handle of it is first used, so that declaring it costs nothing and orders nothing.
#[derive(Clone)]
pub enum Deferred {
    /// A row of an array that is gathered at a node of the element.
    Row {
        /// The parameter.
        parameter: String,
        /// The array.
        data: Data,
        /// The number of the node in the element.
        node: usize,
        /// Numbers in the row.
        components: usize,
    },
    /// One number that binds by itself.
    Single {
        /// The parameter.
        parameter: String,
        /// Its kind of number.
        numbers: Numbers,
    },
    /// The number of rows of data.
    Length {
        /// The parameter.
        parameter: String,
        /// Numbers in a row.
        components: usize,
    },
}

/// One run of a closure.
pub struct Session {
    /// The expressions built so far.
    pub graph: Graph,
    /// The data that parameters are bound to, and the element at hand.
    pub inputs: Inputs,
    /// True while the parameters are being found out: bindings are not known then.
    pub discovering: bool,
    /// The declared parameters, in order.
    pub parameters: Vec<Parameter>,
    /// The writes of a residual program.
    pub writes: Vec<Write>,
    /// The condition under which writes happen.
    pub path: Value,
    /// The first thing that was refused.
    pub refused: Option<Diagnostic>,
    stamp: u64,
    deferred: Vec<Deferred>,
    open: Vec<Scope>,
    opened: u32,
    location: &'static Location<'static>,
}

impl Session {
    #[track_caller]
    fn new(stamp: u64, roles: Roles) -> Self {
        let mut graph = Graph::default();
        let path = graph.bool(true);
        Session {
            graph,
            inputs: Inputs::new(&roles),
            discovering: false,
            parameters: Vec::new(),
            writes: Vec::new(),
            path,
            refused: None,
            stamp,
            deferred: Vec::new(),
            open: Vec::new(),
            opened: 0,
            location: Location::caller(),
        }
    }

    /// Records a refusal at the user's line; the first one is kept.
    pub fn refuse<T>(&mut self, message: impl Into<String>) -> Option<T> {
        let message = format!("{} (at {})", message.into(), self.location);
        self.refused.get_or_insert_with(|| Diagnostic::new(Span::default(), message));
        None
    }

    /// The value a handle stands for.
    pub fn id<T: Symbol>(&mut self, symbol: T) -> Option<T::Id> {
        let foreign = "this value belongs to another energy, or another run of the closure: every run makes its own";
        match symbol.handle() {
            Handle::Constant(c) => Some(T::literal(&mut self.graph, c)),
            Handle::Node { stamp, .. } | Handle::Deferred { stamp, .. } if stamp != self.stamp => self.refuse(foreign),
            Handle::Node { scope, id, .. } => {
                if scope != 0 && self.open.binary_search_by_key(&scope, |s| s.number).is_err() {
                    return self.refuse(
                        "this value depends on a loop that has ended: what comes out of a loop is what its closure \
                         returns, summed",
                    );
                }
                Some(id)
            }
            Handle::Deferred { at, component, .. } => self.read(at, component).and_then(T::of_data),
            // Whatever made it invalid was refused, here or outside any build.
            Handle::Invalid => self.refuse(foreign),
        }
    }

    /// The handle of a value.
    pub fn wrap<T: Symbol>(&self, id: T::Id) -> T {
        if let Some(c) = T::as_literal(&self.graph, id) {
            return T::from_handle(Handle::Constant(c));
        }
        let scope = self.scope_of(T::free(&self.graph, id));
        T::from_handle(Handle::Node { stamp: self.stamp, scope, id })
    }

    /// The innermost open loop among some variables.
    fn scope_of(&self, free: VarSet) -> u32 {
        if free.is_empty() {
            return 0;
        }
        self.open.iter().rev().find(|s| self.graph.indices.contains(free, s.var)).map_or(0, |s| s.number)
    }

    /// Opens a loop and gives its variable.
    pub fn open_loop(&mut self, lo: Index, hi: Index) -> Index {
        let depth = self.open.len();
        let level = depth + self.inputs.loops().len();
        let name = LOOP_NAMES[depth.min(LOOP_NAMES.len() - 1)];
        // A size is known to the graph when it is first used; its name is taken before that.
        let taken =
            self.parameters.iter().any(|p| p.name == name || self.inputs.roles().binding(&p.name).array == name);
        let name = if taken { format!("{name}_") } else { name.to_string() };
        let var = self.graph.indices.var(level as u32, lo, hi, &name);
        self.opened += 1;
        self.open.push(Scope { number: self.opened, var });
        self.graph.indices.var_index(var)
    }

    /// The number of open loops.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Closes loops until so many are open; gives the variable of the last one closed.
    pub fn close_loops(&mut self, depth: usize) -> Option<Var> {
        self.open.drain(depth.min(self.open.len())..).next().map(|s| s.var)
    }

    /// The loop variables around the statement at hand, outermost first.
    pub fn vars(&self) -> Vec<Var> {
        self.inputs.element().into_iter().chain(self.open.iter().map(|s| s.var)).collect()
    }

    /// The numbers of these loops.
    pub fn loops(&self) -> Vec<u32> {
        self.open.iter().map(|s| s.number).collect()
    }

    /// The number that tells this build from others.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Declares a parameter, or finds it again.
    pub fn parameter(&mut self, name: &str, ty: ParameterType, default: Option<Fallback>) -> Option<()> {
        match self.parameters.iter().find(|p| p.name == name) {
            Some(known) if known.ty == ty && known.default == default => {}
            Some(known) if known.ty == ty => {
                return self.refuse(format!("`{name}` is declared twice, and not with the same default"));
            }
            Some(known) => {
                let message = format!("`{name}` is declared as {} and as {}", type_text(&known.ty), type_text(&ty));
                return self.refuse(message);
            }
            None => self.parameters.push(Parameter { name: name.to_string(), ty, span: Span::default(), default }),
        }
        Some(())
    }

    /// A handle of data to be read later.
    pub fn defer<T: Symbol>(&mut self, deferred: Deferred) -> impl Fn(usize) -> T + use<T> {
        let (stamp, at) = (self.stamp, self.deferred.len() as u32);
        self.deferred.push(deferred);
        move |component| T::from_handle(Handle::Deferred { stamp, at, component: component as u32 })
    }

    /// A component of deferred data; a row is read as a whole.
    fn read(&mut self, at: u32, component: u32) -> Option<Scalar> {
        let g = &mut self.graph;
        match self.deferred.get(at as usize)?.clone() {
            Deferred::Single { parameter, numbers } => Some(self.inputs.single(g, &parameter, numbers)),
            Deferred::Length { parameter, components } => {
                Some(Scalar::Int { index: self.inputs.length(g, &parameter, components), signed: false })
            }
            Deferred::Row { parameter, data, node, components } => {
                let position = g.indices.int(node as i64);
                let node = self.inputs.node(g, &parameter, position)?;
                let first = g.indices.scale(node, components as i64);
                data.row(g, first, components).get(component as usize).copied()
            }
        }
    }
}

/// The name of a parameter's type in messages.
fn type_text(ty: &ParameterType) -> String {
    let numbers = match ty.numbers() {
        Numbers::Real => "real",
        Numbers::Unsigned => "unsigned integer",
        Numbers::Signed => "signed integer",
    };
    match ty {
        ParameterType::Gathered { components, nodes, .. } => {
            format!("{numbers}s, {components} at each of {nodes} nodes")
        }
        ParameterType::Plain { shape, .. } if shape.is_empty() => format!("one {numbers}"),
        ParameterType::Plain { shape, .. } => format!("{numbers}s of shape {shape:?}"),
        ParameterType::Array { components, .. } => format!("{numbers}s by rows of {components}"),
        ParameterType::Override(_) => format!("one {numbers}"),
    }
}

/// Works in the innermost build of this thread, or in an empty one where there is none. `None`: the thread is ending.
#[track_caller]
pub fn with<R>(work: impl FnOnce(&mut Session) -> R) -> Option<R> {
    let location = Location::caller();
    let inside = |stack: &RefCell<Vec<Session>>| {
        let mut stack = stack.try_borrow_mut().ok()?;
        let Some(session) = stack.last_mut() else {
            return Some(work(&mut Session::new(0, Roles::default())));
        };
        session.location = location;
        Some(work(session))
    };
    SESSIONS.try_with(inside).ok().flatten()
}

/// Computes a handle in the build that is under way, or among literals where there is none.
#[track_caller]
pub fn build<T: Symbol>(compute: impl FnOnce(&mut Session) -> Option<T::Id>) -> T {
    with(|s| {
        let id = compute(s);
        id.map_or(T::from_handle(Handle::Invalid), |id| s.wrap(id))
    })
    .unwrap_or(T::from_handle(Handle::Invalid))
}

/// Ends the innermost build, also when the closure panics.
struct Running {
    depth: usize,
}

impl Running {
    fn take(&self) -> Option<Session> {
        let pop = |stack: &RefCell<Vec<Session>>| {
            let mut stack = stack.try_borrow_mut().ok()?;
            let depth = self.depth.min(stack.len());
            stack.drain(depth..).next()
        };
        SESSIONS.try_with(pop).ok().flatten()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.take();
    }
}

/// Runs a closure in a build of its own: `prepare` sets it up, and the closure's result is looked at by `finish`.
#[track_caller]
pub fn run<R, S>(
    roles: Roles,
    prepare: impl FnOnce(&mut Session),
    closure: impl FnOnce() -> R,
    finish: impl FnOnce(&mut Session, R) -> Option<S>,
) -> Result<(Session, S), Diagnostic> {
    let mut session = Session::new(NEXT_STAMP.fetch_add(1, Ordering::Relaxed), roles);
    prepare(&mut session);
    let begin = |stack: &RefCell<Vec<Session>>| {
        let mut stack = stack.try_borrow_mut().ok()?;
        stack.push(session);
        Some(Running { depth: stack.len() - 1 })
    };
    let lost = || Diagnostic::new(Span::default(), "the thread that builds this energy is ending");
    let running = SESSIONS.try_with(begin).ok().flatten().ok_or_else(lost)?;
    let result = closure();
    let mut session = running.take().ok_or_else(lost)?;
    session.close_loops(0);
    let finished = finish(&mut session, result);
    if session.graph.indices.overflowed() {
        session.refuse::<()>("an integer of this energy does not fit 64 bits");
    }
    match (finished, session.refused.take()) {
        (Some(finished), None) => Ok((session, finished)),
        (_, Some(refused)) => Err(refused),
        (None, None) => Err(Diagnostic::new(Span::default(), "the energy has no value")),
    }
}
