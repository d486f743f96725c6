//! Loops, recovered from a body that is executed symbolically.
//!
//! A front-end gives the [`Body`] of a loop and the variables it may assign, and [`run`] executes the loop: short ones
//! iteration by iteration, long ones once, with the counter as the variable of a loop of the program. The body is first
//! executed with placeholders for all that it may assign. A variable that comes out as its placeholder plus an invariant
//! is a *counter*, a function of the iteration; of the conditions that leave the loop one compares functions of the
//! iteration, and says how often the loop runs. Then the body is executed once with the counters in place. What comes out
//! as its placeholder plus a term is a *sum*. Anything else that an iteration assigns is its *last value* after the loop,
//! or what the iteration before assigned, or refused.
//!
//! `while i < n { s += x[i]; i += 1 }`, by hand:
//!
//! ```
//! use spadina_core::frontend::loops::{self, Body, Carried};
//! use spadina_core::frontend::trace::{Comparison, Exit, Result, Test, Trace, Val};
//! use spadina_core::index::Index;
//! use spadina_core::real::{Array, ArrayKind, Value};
//!
//! struct Summing<'a> {
//!     trace: &'a mut Trace,
//!     x: Array,
//!     n: Index,
//!     /// The variables.
//!     i: usize,
//!     s: usize,
//! }
//!
//! impl Body for Summing<'_> {
//!     fn trace(&mut self) -> &mut Trace {
//!         self.trace
//!     }
//!
//!     fn body(&mut self) -> Result<()> {
//!         let (x, n, i, s) = (self.x, self.n, self.i, self.s);
//!         let t = &mut *self.trace;
//!         let &Val::Int { index: at, .. } = t.get(i) else { unreachable!("`i` is an integer") };
//!         let done = t.compare(Test { comparison: Comparison::GreaterEqual, left: at, right: n, signed: false });
//!         t.when(done, |t| t.leave(Exit::Break))?;
//!         t.unless_left(|t| {
//!             let &Val::Real(sum) = t.get(s) else { unreachable!("`s` is a real") };
//!             let entry = t.graph.load(x, at);
//!             let sum = t.graph.add(sum, entry);
//!             t.set(s, Val::Real(sum));
//!             let next = t.graph.indices.offset(at, 1);
//!             t.set(i, Val::Int { index: next, signed: false });
//!             Ok(())
//!         })
//!     }
//!
//!     fn step(&mut self) -> Result<Option<Value>> {
//!         Ok(None)
//!     }
//!
//!     fn name(&self, variable: usize) -> Option<String> {
//!         (variable == self.i).then(|| "i".to_string())
//!     }
//!
//!     fn is_temporary(&self, _: usize) -> bool {
//!         false
//!     }
//! }
//!
//! let mut trace = Trace::default();
//! let x = trace.graph.array("x", ArrayKind::Unknown);
//! let n = trace.graph.indices.size("n");
//! let (zero, nothing) = (trace.graph.indices.int(0), trace.graph.constant(0.0));
//! let i = trace.declare(Val::Int { index: zero, signed: false });
//! let s = trace.declare(Val::Real(nothing));
//! let outer = trace.enter_loop();
//! loops::run(&mut Summing { trace: &mut trace, x, n, i, s }, &Carried::new([i, s], []))?;
//! trace.go_out(outer);
//! let Val::Real(sum) = *trace.get(s) else { unreachable!("`s` is a real") };
//! assert!(matches!(trace.graph.node(sum), spadina_core::real::Node::Sum(..)));
//! # Ok::<(), spadina_core::error::Diagnostic>(())
//! ```
//!
//! | file          | what it does                                                          |
//! |---------------|-----------------------------------------------------------------------|
//! | `body`        | what a front-end gives                                                |
//! | `placeholder` | what stands for the values of the iteration before                    |
//! | `predicate`   | what conditions are made of                                           |
//! | `step`        | counters: how they change, and their values in each iteration         |
//! | `count`       | how often a test lets a loop go on                                    |
//! | `exits`       | what the iteration does that ends a loop                              |
//! | `plan`        | which variables a loop counts, and which exit counts its iterations   |
//! | `range`       | what a loop that stays runs over                                      |
//! | `sums`        | what an iteration adds                                                |
//! | `carry`       | what the variables hold in an iteration, and after the loop           |
//! | `keep`        | loops that stay                                                       |
//! | `unroll`      | loops that run iteration by iteration                                 |
//! | `recover`     | which way a loop goes                                                 |
//!
//! Each imports files above it only.

mod body;
mod carry;
mod count;
mod exits;
mod keep;
mod placeholder;
mod plan;
mod predicate;
mod range;
mod recover;
mod step;
mod sums;
mod unroll;

pub use body::{Body, Carried};
pub use recover::run;
