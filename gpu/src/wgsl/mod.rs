//! From a kernel to WGSL: one invocation for each iteration of the outermost loop.
//!
//! The walk over the steps is flat, and so is the text: every node is a `let` of one operation, a loop is a `for`. Integers
//! are 32 bits with a sign; that none needs more is proved when data are bound (`crate::integers`). Sums, differences
//! and products of integers are the same modulo 2³² in any case. Every output writes a number of its own in the staging
//! buffer, at the place of its record (`crate::staging`), so that no two invocations write the same one.

mod arithmetic;
mod function;
mod group;
mod integer;
mod literal;
mod output;
mod plan;
mod real;
mod sink;
mod writer;

pub(crate) use group::GROUP;
pub(crate) use literal::real_type;
pub(crate) use sink::Sink;

use crate::numbering::Numbering;
use crate::schedule::Schedule;
use crate::{Error, staging, words};
use group::Prelude;
use plan::{Plan, WHOLE};
use spadina_core::index::Var;
use spadina_core::kernel::{Kernel, Step};
use spadina_core::real::{ArrayKind, Precision, Value};
use writer::Writer;

/// Statements above which a function is cut: naga reads functions of this length in linear time.
const FUNCTION_LIMIT: usize = 400;

/// Invocations in a workgroup.
const WORKGROUP: u32 = 64;

/// In which buffer the entries of an array lie.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// The vector of all unknowns.
    Unknowns,
    /// The rows of the residual.
    Rows,
    /// The data of the kernel.
    Data,
}

/// How to emit a kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The precision of the reals.
    pub precision: Precision,
    /// Statements above which a function is cut into several.
    pub function_limit: usize,
    /// Invocations in a workgroup; at most 256 for a browser.
    pub workgroup: u32,
    /// By array id, where its entries lie. Arrays beyond the end: unknowns among the unknowns, others among the data.
    pub sources: Vec<Source>,
    /// How outputs are assembled.
    pub schedule: Schedule,
    /// Numbers of an invocation that registers hold: bodies that need more are split where the parts should take less time.
    /// By the kind of the adapter if none is given.
    pub registers: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            precision: Precision::F32,
            function_limit: FUNCTION_LIMIT,
            workgroup: WORKGROUP,
            sources: Vec::new(),
            schedule: Schedule::Auto,
            registers: None,
        }
    }
}

impl Options {
    /// Where the entries of each array of a kernel lie.
    pub(crate) fn sources(&self, kernel: &Kernel) -> Vec<Source> {
        let arrays = kernel.graph.arrays().iter().enumerate();
        let of_kind = |kind: &ArrayKind| match kind {
            ArrayKind::Unknown => Source::Unknowns,
            ArrayKind::Data | ArrayKind::Constant(_) => Source::Data,
        };
        arrays.map(|(k, info)| self.sources.get(k).copied().unwrap_or(of_kind(&info.kind))).collect()
    }
}

/// The name of the entry point.
pub const ENTRY: &str = "evaluate";

/// The shaders of a kernel: WGSL modules with one compute entry point each, [`ENTRY`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shader {
    /// The sums that stand before the outermost loop, if there are any: run by one workgroup, before `kernel`.
    pub prelude: Option<String>,
    /// The kernel.
    pub kernel: String,
    /// How many sums the prelude leaves for the kernel.
    pub stored: usize,
    /// Whether one workgroup runs the whole kernel, which has no outermost loop.
    pub shared: bool,
}

impl std::fmt::Display for Shader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for text in self.prelude.iter().chain([&self.kernel]) {
            f.write_str(text)?;
        }
        Ok(())
    }
}

/// The shaders of a kernel, one after another, by the schedule of the options; the automatic one is the staged one here.
///
/// In single precision they need no capability beyond what a browser has, but for atomic additions. In double precision
/// they need `f64` and `u64` (`SHADER_F64`, `SHADER_INT64`). Refused is a kernel that uses what none of its steps computes.
pub fn emit(kernel: &Kernel, options: &Options) -> Result<Vec<Shader>, Error> {
    let parts = crate::compiled::parts(kernel, options, None);
    parts.iter().map(|(kernel, kind)| emit_to(kernel, options, kind.sink())).collect()
}

/// The shaders of a kernel whose numbers go to `sink`.
pub(crate) fn emit_to(kernel: &Kernel, options: &Options, sink: Sink<'_>) -> Result<Shader, Error> {
    match group::prelude(kernel) {
        Some(Prelude { sums, rest, stored }) => {
            // Sums have no outputs, and are stored where a staged kernel has its energies.
            let none = Numbering::of(&sums, |_| None);
            Ok(Shader {
                prelude: Some(module(&sums, options, Sink::Staged(&none), (true, &stored))?),
                kernel: module(&rest, options, sink, (false, &stored))?,
                stored: stored.len(),
                shared: false,
            })
        }
        None => {
            let shared = group::is_shared(kernel);
            Ok(Shader { prelude: None, kernel: module(kernel, options, sink, (shared, &[]))?, stored: 0, shared })
        }
    }
}

/// The text of a module. `shared`: one workgroup shares the loops that stand in no other; `stored`: the sums that pass from
/// one shader to the other.
fn module(
    kernel: &Kernel,
    options: &Options,
    sink: Sink<'_>,
    (shared, stored): (bool, &[Value]),
) -> Result<String, Error> {
    let plan = Plan::of(kernel, options.function_limit);
    let mut writer = Writer::new(kernel, &plan, options, sink, (shared, stored));
    for number in 0..plan.functions.len() {
        writer.function(number)?;
    }
    Ok(writer.finish())
}

impl Writer<'_> {
    /// Writes one function of the plan; the first is the entry point.
    fn function(&mut self, number: usize) -> Result<(), Error> {
        let steps = self.plan.functions[number].clone();
        self.begin_function(number);
        if number == 0 {
            self.start_invocation();
        }
        match self.plan.calls.get(&WHOLE) {
            Some(calls) if number == 0 => self.calls(calls),
            _ => self.steps(steps.start, steps.end)?,
        }
        if number == 0 {
            self.end_invocation();
        }
        self.end_function();
        Ok(())
    }

    fn steps(&mut self, mut at: usize, end: usize) -> Result<(), Error> {
        let (kernel, plan) = (self.kernel, self.plan);
        let mut open: Vec<(usize, Step)> = Vec::new();
        while at < end {
            let step = kernel.steps[at];
            match step {
                Step::Index(i) => self.compute_index(i)?,
                Step::Value(v) => self.compute_value(v)?,
                Step::Zero(v) => self.zero(v),
                Step::Accumulate(v) => self.accumulate(v)?,
                Step::Output(k) => self.output(k)?,
                Step::Begin(var, _) => {
                    open.push((self.known(), step));
                    self.begin_loop(var, at)?;
                    if let Some(calls) = plan.calls.get(&at) {
                        self.calls(calls);
                        at = plan.ends[at];
                        continue;
                    }
                }
                Step::End => {
                    if let Some((known, Step::Begin(_, region))) = open.pop() {
                        if self.outermost != Some(plan.ends[at]) {
                            self.advance(region, plan.ends[at]);
                        }
                        self.end_block(known);
                        self.end_shared(plan.ends[at])?;
                    }
                }
            }
            at += 1;
        }
        Ok(())
    }

    /// The outermost loop is the invocation's own iteration; others are loops, some of which a workgroup shares.
    fn begin_loop(&mut self, var: Var, at: usize) -> Result<(), Error> {
        let indices = &self.kernel.graph.indices;
        let key = indices.var_index(var).index();
        if self.outermost == Some(at) {
            self.line("{");
            let first = words::wgsl(words::FIRST);
            self.define(key, &format!("{first} + i32(invocation)"));
            return Ok(());
        }
        let bounds = indices.loop_of(var);
        let (lo, hi) = (self.integer(bounds.lo)?, self.integer(bounds.hi)?);
        let name = self.variable(key);
        let declaration = if self.plan.crossing.contains_key(&key) { "" } else { "var " };
        let (first, next) = match self.shared.contains_key(&at) {
            true => (format!("{lo} + i32(local)"), format!("{name} += {GROUP}i")),
            false => (lo, format!("{name}++")),
        };
        if let (Step::Begin(_, region), true) = (self.kernel.steps[at], self.shared.contains_key(&at)) {
            self.start_shared(region);
        }
        self.line(&format!("for ({declaration}{name} = {first}; {name} < {hi}; {next}) {{"));
        self.remember_variable(key);
        Ok(())
    }

    fn calls(&mut self, numbers: &[usize]) {
        for number in numbers {
            self.line(&format!("piece{number}();"));
        }
    }
}

/// The declarations at the head of a kernel's shader.
fn head(kernel: &Kernel, options: &Options, sink: Sink<'_>) -> String {
    let vectors = words::Words::of(kernel).vectors();
    let mut text = format!("alias real = {};\n\n", real_type(options.precision));
    text += &format!("struct Params {{\n  numbers: vec2<real>,\n  words: array<vec4<i32>, {vectors}>,\n}}\n");
    text += "@group(0) @binding(0) var<uniform> params: Params;\n";
    for (binding, own) in sink.bindings().iter().enumerate() {
        let access = if own.writes { "read_write" } else { "read" };
        let (name, item) = (own.name, own.item);
        text += &format!("@group(0) @binding({}) var<storage, {access}> {name}: array<{item}>;\n", binding + 1);
    }
    text.push('\n');
    if matches!(sink, Sink::Staged(_)) {
        text += &staging::wgsl();
    }
    text
}
