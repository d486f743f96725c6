//! Programs that are executed with symbolic values.
//!
//! A front-end for a language with variables and statements runs its text once. Every variable holds an expression of the
//! [graph](crate::real::Graph); both sides of a branch run and meet in selects; what follows a way out of a block runs
//! under the condition that control has not left. [Loops](super::loops) build on this.
//!
//! | file        | what it holds                                                     |
//! |-------------|-------------------------------------------------------------------|
//! | `value`     | symbolic values                                                   |
//! | `merge`     | two of them under a condition, and those that are built when read |
//! | `variables` | variables with an undo journal                                    |
//! | `place`     | where the statement at hand stands                                |
//! | `look`      | integers whose value matters, not only their low 32 bits          |
//! | `unknown`   | integers of which nothing is known, and comparisons               |
//! | `state`     | the state of an execution, and attempts                           |
//! | `branch`    | branches and ways out of blocks                                   |
//! | `integers`  | operations that look at integers                                  |

mod branch;
mod integers;
mod look;
mod merge;
mod place;
mod state;
mod unknown;
mod value;
mod variables;

pub use branch::{Region, Side};
pub use merge::{any_leak, leaks, merge, settled};
pub use place::{Exit, Flow};
pub(super) use state::Effects;
pub use state::{Attempt, Result, Trace};
pub use unknown::{Comparison, Test};
pub use value::{LastValue, LoopEnd, Pointer, Root, Unknown, Val, literal, poison};
pub use variables::Changes;
