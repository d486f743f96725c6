//! The rules, and what is said of a broken one.

use crate::index::{Index, Var};
use crate::real::Value;
use std::fmt;

/// A stage of the pipeline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The energy or residual as written.
    Program,
    /// With its gradient.
    Gradient,
    /// With products of its derivatives and a seed.
    Tangent,
    /// The products alone.
    Product,
    /// With sums of brackets in place of the products.
    Sparse,
    /// With gradient, Hessian or Jacobian, entry by entry.
    Solved,
    /// Solved, with every entry of projected elements.
    Completed,
    /// Solved or completed, with loads in place of what is stored.
    Hoisted,
    /// Numbers that are computed once for each binding, as the rows of a residual.
    Stored,
    /// A schedule.
    Kernel,
    /// The slots of a kernel's outputs.
    Streams,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Program => "program",
            Stage::Gradient => "gradient",
            Stage::Tangent => "tangent",
            Stage::Product => "product",
            Stage::Sparse => "sparse program",
            Stage::Solved => "solved program",
            Stage::Completed => "completed program",
            Stage::Hoisted => "hoisted program",
            Stage::Stored => "program of stored numbers",
            Stage::Kernel => "kernel",
            Stage::Streams => "streams",
        })
    }
}

/// The place where a rule is broken; things are numbered by their position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Site {
    /// The thing as a whole.
    Whole,
    /// A real or predicate.
    Value(Value),
    /// An integer or condition.
    Integer(Index),
    /// A loop variable.
    Loop(Var),
    /// An update of a program.
    Update(usize),
    /// A term of an update of a sparse program.
    Term(usize, usize),
    /// An integer that a program looks at.
    LookedAt(usize),
    /// A step of a kernel.
    Step(usize),
    /// An output of a kernel.
    Output(usize),
    /// A region of a kernel.
    Region(usize),
    /// A record of a region.
    Record(usize, usize),
    /// A range of the outermost loop.
    Range(usize),
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Site::Whole => f.write_str("the whole"),
            Site::Value(value) => write!(f, "value {}", value.index()),
            Site::Integer(index) => write!(f, "integer {}", index.index()),
            Site::Loop(var) => write!(f, "loop {}", var.index()),
            Site::Update(at) => write!(f, "update {at}"),
            Site::Term(update, at) => write!(f, "term {at} of update {update}"),
            Site::LookedAt(at) => write!(f, "looked-at integer {at}"),
            Site::Step(at) => write!(f, "step {at}"),
            Site::Output(at) => write!(f, "output {at}"),
            Site::Region(at) => write!(f, "region {at}"),
            Site::Record(region, at) => write!(f, "record {at} of region {region}"),
            Site::Range(at) => write!(f, "range {at}"),
        }
    }
}

/// Declares the rules: name and statement.
macro_rules! rules {
    ($($rule:ident $text:literal;)*) => {
        /// A statement that holds at the stages at which it is made.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Rule { $(#[doc = $text] $rule,)* }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Rule] = &[$(Rule::$rule,)*];

            /// The statement.
            pub fn text(self) -> &'static str {
                match self { $(Rule::$rule => $text,)* }
            }
        }
    };
}

rules! {
    // Both arenas.
    Ascending "operands come before their users";
    Shared "equal nodes are one node";
    Typed "operands have the types that their operation takes";
    Declared "arrays, tables and sizes are declared, and what is differentiated by is an unknown";
    Facts "what is kept beside a node follows from its operands";
    // Integers.
    Canonical "a polynomial is a sorted sum of sorted monomials with coefficients, and nothing simpler";
    Level "a loop lies below the loops on which its bounds depend";
    OneLoop "loops of one depth and bounds are one loop";
    // Reals.
    Folded "an operation of numbers alone is a number";
    Masked "a factor or dividend is no mask: the mask stands around the product";
    Moving "the body of a sum moves with its variable";
    // Programs.
    Targets "updates add to what their stage has";
    Nest "the loops of an update are different, and each knows the loops on which its bounds depend";
    Known "what an update reads is known in its loops";
    Replaced "no placeholder of a front-end is left";
    Seeds "a seed stands in the products with the seed, and nowhere else";
    Guards "a completed program says where its entries are, and no stage before it does";
    Merged "no two updates of one entry stand in the same loops, and none adds zero";
    Mirrored "of an entry and its transpose in loops of the energy one is computed and mirrored";
    Live "every node is read by an update";
    Static "a stored number depends on no unknown, in one loop, and has a row of its own";
    Terms "terms of a tangent ascend by entry, are free of seeds, and differ from zero";
    Fresh "loops that are opened around a bracket are renamed ones";
    // Kernels.
    Closed "every loop that begins ends";
    Computed "a step reads what has been computed in the loops around it";
    Once "a number is computed once in a loop, and an output performed once";
    Outermost "a node is computed in the outermost loop that knows its variables";
    Own "no loop runs inside a loop over its own variable";
    Accumulated "a sum is set to zero, then summed in its loop, then read";
    Regions "a region is the loop that it names, inside of its parent, and has the outputs that say so";
    Outer "the outermost loop begins once, in no other loop, if there are outputs";
    Records "an output has a place in the record of its region";
    Run "outputs with one slot are one buffer's, and go to entries that follow each other";
    Product "a fused sum is a product and an addend, and no step computes the product";
    Checked "loads, reads and divisions alone are checked";
    Reduction "what a reduction evaluates moves with its variable, and reads that and its inputs";
    // Streams.
    Covered "every iteration has its records";
    Slots "a slot is within its buffer";
    Missing "only an entry that may be missing has no slot";
    Apart "the entries of a run in two records are the same or different";
    Ranges "ranges cover the outermost loop in order, and each is in one group";
    Disjoint "ranges of a group share no slot";
}

/// A rule that is broken, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{stage}, {place}: {} ({rule:?})", rule.text())]
pub struct Broken {
    /// The stage.
    pub stage: Stage,
    /// The place.
    pub place: Site,
    /// The rule.
    pub rule: Rule,
}

/// Goes on where a rule holds.
pub(super) fn check(holds: bool, stage: Stage, place: Site, rule: Rule) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { stage, place, rule }) }
}

/// Stops debug builds where a rule is broken after `pass`; release builds do not look.
pub fn debug(pass: &str, look: impl FnOnce() -> Result<(), Broken>) {
    if cfg!(debug_assertions)
        && let Err(broken) = look()
    {
        unreachable!("after {pass}: {broken}");
    }
}
