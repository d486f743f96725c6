//! The text of a shader while it is written, and the names of nodes in it.

use super::Loops;
use super::function::Functions;
use super::head::head;
use super::options::{ArrayBuffer, ENTRY, Options};
use super::plan::{Key, Plan};
use super::shared::{GROUP, shared_loops};
use super::sink::Sink;
use super::wide_functions;
use crate::Error;
use crate::width::Widths;
use crate::words::Words;
use rustc_hash::{FxHashMap, FxHashSet};
use spadina_core::kernel::Kernel;
use spadina_core::real::{Precision, Value};

/// Writes the functions of a plan.
pub(super) struct Writer<'a> {
    pub kernel: &'a Kernel,
    pub plan: &'a Plan,
    pub precision: Precision,
    pub words: Words,
    /// By array.
    pub sources: Vec<ArrayBuffer>,
    /// Position of the step that begins the outermost loop.
    pub outermost: Option<usize>,
    /// The loops that the workgroup shares, by the positions where they begin, with the sums that they compute.
    pub shared: FxHashMap<usize, Vec<Value>>,
    /// True if all invocations are one workgroup that runs the same steps.
    pub is_shared: bool,
    /// The sums that pass from one shader of the kernel to the other.
    pub stored: &'a [Value],
    /// The destination of the outputs.
    pub sink: Sink<'a>,
    /// The functions such as `exp` that are called.
    pub functions: Functions,
    /// The words that integers fit.
    pub widths: Widths,
    /// Some integers are computed in 64 bits.
    pub needs_wide: bool,
    workgroup: u32,
    head: String,
    text: String,
    depth: usize,
    /// The nodes that have a name in the function being written, innermost block last.
    named: Vec<Key>,
    is_named: FxHashSet<Key>,
    temporaries: usize,
}

impl<'a> Writer<'a> {
    pub fn new(
        kernel: &'a Kernel,
        plan: &'a Plan,
        options: &Options,
        sink: Sink<'a>,
        Loops { shared, stored }: Loops<'a>,
    ) -> Self {
        Self {
            kernel,
            plan,
            precision: options.precision,
            words: Words::of(kernel),
            sources: options.sources(kernel),
            outermost: kernel.outermost(),
            shared: if shared { shared_loops(kernel) } else { FxHashMap::default() },
            is_shared: shared,
            stored,
            sink,
            functions: Functions::new(options.precision),
            widths: Widths::of(&kernel.graph.indices),
            needs_wide: false,
            workgroup: if shared { GROUP } else { options.workgroup },
            head: head(kernel, options, sink),
            text: String::new(),
            depth: 0,
            named: Vec::new(),
            is_named: FxHashSet::default(),
            temporaries: 0,
        }
    }

    /// The variables of the module by which nodes pass from one function to another.
    pub fn declare_crossing(&mut self) {
        let mut crossing: Vec<(Key, &str)> = self.plan.crossing.iter().map(|(&key, &ty)| (key, ty)).collect();
        crossing.sort_unstable();
        for (key, ty) in crossing {
            self.declare(&format!("var<private> p{}: {ty};", name(self.kernel, key)));
        }
    }

    /// The whole text.
    pub fn finish(self) -> String {
        let wide = if self.needs_wide { wide_functions::FUNCTIONS } else { "" };
        format!("{}{wide}{}\n{}", self.head, self.functions.text(), self.text)
    }

    /// Adds a declaration to the module.
    pub fn declare(&mut self, declaration: &str) {
        self.head += declaration;
        self.head.push('\n');
    }

    pub fn begin_function(&mut self, number: usize) {
        self.named.clear();
        self.is_named.clear();
        self.temporaries = 0;
        if number == 0 {
            self.line(&format!("@compute @workgroup_size({})", self.workgroup));
            let id = if self.is_shared { "local_invocation_id" } else { "global_invocation_id" };
            self.line(&format!("fn {ENTRY}(@builtin({id}) id: vec3<u32>) {{"));
        } else {
            self.line(&format!("fn piece{number}() {{"));
        }
    }

    pub fn end_function(&mut self) {
        self.line("}");
        self.text.push('\n');
    }

    /// Writes a line; what ends with a brace opens a block, what begins with one closes it.
    pub fn line(&mut self, line: &str) {
        if line.starts_with('}') {
            let Some(depth) = self.depth.checked_sub(1) else { unreachable!("a block that ends has begun") };
            self.depth = depth;
        }
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text += line;
        self.text.push('\n');
        if line.ends_with('{') {
            self.depth += 1;
        }
    }

    /// The number of nodes with a name.
    pub fn known(&self) -> usize {
        self.named.len()
    }

    /// Ends a block: what was named in it has no name any more.
    pub fn end_block(&mut self, known: usize) {
        self.line("}");
        for key in self.named.drain(known..) {
            self.is_named.remove(&key);
        }
    }

    /// A new name for something that is no node.
    pub fn temporary(&mut self, expression: &str) -> String {
        let name = format!("t{}", self.temporaries);
        self.temporaries += 1;
        self.line(&format!("let {name} = {expression};"));
        name
    }

    /// A new variable that is no node.
    pub fn mutable(&mut self, expression: &str) -> String {
        let name = format!("t{}", self.temporaries);
        self.temporaries += 1;
        self.line(&format!("var {name} = {expression};"));
        name
    }

    /// Names a node in this block, and leaves it to other functions that read it.
    pub fn define(&mut self, key: Key, expression: &str) {
        self.define_here(key, expression);
        if self.plan.crossing.contains_key(&key) {
            let name = name(self.kernel, key);
            self.line(&format!("p{name} = {name};"));
        }
    }

    /// Names a node in this block only.
    pub fn define_here(&mut self, key: Key, expression: &str) {
        self.line(&format!("let {} = {expression};", name(self.kernel, key)));
        self.remember(key);
    }

    /// Makes the name of a node known that has been declared.
    pub fn remember(&mut self, key: Key) {
        if self.is_named.insert(key) {
            self.named.push(key);
        }
    }

    /// The same for a variable, which has its name unless it belongs to the module.
    pub fn remember_variable(&mut self, key: Key) {
        if !self.plan.crossing.contains_key(&key) {
            self.remember(key);
        }
    }

    /// The name of a variable that a loop changes.
    pub fn variable(&self, key: Key) -> String {
        let name = name(self.kernel, key);
        if self.plan.crossing.contains_key(&key) { format!("p{name}") } else { name }
    }

    /// The name of a node that has been computed, here or in another function.
    pub fn find(&self, key: Key) -> Result<String, Error> {
        let name = name(self.kernel, key);
        if self.is_named.contains(&key) {
            return Ok(name);
        }
        if self.plan.crossing.contains_key(&key) {
            return Ok(format!("p{name}"));
        }
        Err(self.error("uses a node that none of its steps computes"))
    }

    pub fn error(&self, reason: &'static str) -> Error {
        Error::Kernel { kernel: self.kernel.name.clone(), reason }
    }
}

/// The name of a node in its own function: `n` for integers and conditions, `v` for reals and predicates.
pub(super) fn name(kernel: &Kernel, key: Key) -> String {
    match key.checked_sub(kernel.graph.indices.len()) {
        Some(value) => format!("v{value}"),
        None => format!("n{key}"),
    }
}
