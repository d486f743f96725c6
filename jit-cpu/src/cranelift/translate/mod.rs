//! From the steps of a function to Cranelift's IR.
//!
//! The walk is flat: a loop is a pair of blocks on a stack. Every node that has been computed is a Cranelift value, found
//! by its key; at the end of a loop the nodes computed in it are forgotten, because they do not dominate what follows.

mod function;
mod integer;
mod output;
mod real;

pub(crate) use function::{Outlined, outline, signature as function_signature};

use super::lane::Lane;
use super::plan::{Key, Plan, WHOLE, index_key};
use crate::Error;
use crate::abi::Field;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, FuncRef, Function, InstBuilder, MemFlagsData, Signature, StackSlot, Type, Value, types,
};
use cranelift_frontend::{FunctionBuilder, Variable};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Module};
use rustc_hash::FxHashMap;
use spadina_core::index::{Index, Var};
use spadina_core::kernel::{Kernel, Step};
use spadina_core::real::RealFunction;

/// Memory that nothing writes while a kernel runs.
fn input() -> MemFlagsData {
    MemFlagsData::trusted().with_readonly().with_can_move()
}

/// Memory that the kernel itself writes.
fn shared() -> MemFlagsData {
    MemFlagsData::trusted()
}

/// Something a loop changes: in a register, or in the frame.
#[derive(Clone, Copy)]
enum Location {
    Register(Variable),
    Frame(i32),
}

/// A loop that has begun and not ended.
struct Open {
    body: Block,
    exit: Block,
    variable: Value,
    end: Value,
    region: usize,
    /// The number of nodes known before.
    known: usize,
}

/// The functions of a kernel as the module knows them.
pub(crate) struct Callees<'a> {
    /// The module.
    pub module: &'a mut JITModule,
    /// By number in the plan.
    pub functions: &'a [FuncId],
    /// Functions of reals that are called.
    pub outlined: &'a mut Outlined,
}

/// The signature of a function: the kernel itself, or a piece that was cut from it.
pub(crate) fn signature(module: &JITModule, number: usize) -> Signature {
    let mut signature = module.make_signature();
    let pointer = AbiParam::new(types::I64);
    signature.params = vec![pointer; 4];
    if number == 0 {
        signature.params.extend([pointer; 2]);
        signature.returns.push(AbiParam::new(types::F64));
    }
    signature
}

/// Generates one function of a plan.
pub(crate) struct Translator<'a> {
    b: FunctionBuilder<'a>,
    kernel: &'a Kernel,
    plan: &'a Plan,
    /// That of one element; in an outermost loop that runs iterations side by side, that of several.
    lane: Lane,
    /// The iteration whose integers are generated, of those side by side.
    side: usize,
    /// The distance between these.
    step: Option<Value>,
    callees: Callees<'a>,
    imported: FxHashMap<(RealFunction, usize), FuncRef>,
    /// Functions of an argument that were computed with others: the cosine with the sine.
    companions: FxHashMap<(RealFunction, Value), Value>,
    context: Value,
    begin: Value,
    end: Value,
    frame: Value,
    nodes: FxHashMap<Key, Value>,
    known: Vec<Key>,
    /// Integers that are another plus a constant.
    offsets: FxHashMap<Value, (Value, i64)>,
    sums: FxHashMap<Key, Location>,
    energy: Location,
    cursors: Vec<Option<Location>>,
    trash: Option<StackSlot>,
}

impl<'a> Translator<'a> {
    /// Starts function `number`: its parameters, and what the first function prepares for the others.
    pub fn new(
        mut b: FunctionBuilder<'a>,
        kernel: &'a Kernel,
        plan: &'a Plan,
        lane: Lane,
        callees: Callees<'a>,
        number: usize,
    ) -> Self {
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.seal_block(entry);
        let parameters = b.block_params(entry).to_vec();
        let (context, begin, end) = (parameters[0], parameters[1], parameters[2]);
        // The kernel itself has the cursors before the frame, which is the last parameter of every function.
        let (cursors, frame) = match number {
            0 => (Some(parameters[3]), parameters[4]),
            _ => (None, parameters[3]),
        };
        let step = (number == 0).then(|| parameters[5]);
        let energy = place(&mut b, plan.energy, types::F64);
        let mut t = Self {
            b,
            kernel,
            plan,
            lane,
            side: 0,
            step,
            callees,
            imported: FxHashMap::default(),
            companions: FxHashMap::default(),
            context,
            begin,
            end,
            frame,
            nodes: FxHashMap::default(),
            known: Vec::new(),
            offsets: FxHashMap::default(),
            sums: FxHashMap::default(),
            energy,
            cursors: vec![None; kernel.regions.len()],
            trash: None,
        };
        if number == 0 {
            let zero = t.b.ins().f64const(0.0);
            t.set_place(energy, zero);
        }
        for region in 0..kernel.regions.len() {
            t.start_cursor(region, cursors);
        }
        t
    }

    /// Generates the body and ends the function.
    pub fn finish(mut self, number: usize) -> Result<(), Error> {
        let steps = self.plan.functions[number].clone();
        match self.plan.calls.get(&WHOLE) {
            Some(calls) if number == 0 => self.call_pieces(calls),
            _ => self.steps(steps.start, steps.end)?,
        }
        if number == 0 {
            let energy = self.get_place(self.energy, types::F64);
            self.b.ins().return_(&[energy]);
        } else {
            self.b.ins().return_(&[]);
        }
        let config = self.callees.module.target_config();
        self.b.finalize(config);
        Ok(())
    }

    fn steps(&mut self, mut at: usize, end: usize) -> Result<(), Error> {
        let kernel = self.kernel;
        let plan = self.plan;
        let mut open: Vec<Open> = Vec::new();
        while at < end {
            match kernel.steps[at] {
                Step::Index(i) => self.compute_index(i)?,
                Step::Value(v) => self.compute_value(v)?,
                Step::Zero(v) => self.zero(v),
                Step::Accumulate(v) => self.accumulate(v)?,
                Step::Output(k) => match kernel.steps[at + 1..end].first() {
                    Some(&Step::Output(next)) if self.packs(k, next) => {
                        self.pair(k, next)?;
                        at += 1;
                    }
                    _ => self.output(k)?,
                },
                Step::Begin(var, region) => {
                    let begun = self.begin_loop(at, var, region)?;
                    open.push(begun);
                    if let Some(calls) = plan.calls.get(&at) {
                        self.call_pieces(calls);
                        at = plan.ends[at];
                        continue;
                    }
                }
                Step::End => {
                    if let Some(innermost) = open.pop() {
                        self.end_loop(innermost);
                    }
                }
            }
            at += 1;
        }
        Ok(())
    }

    fn begin_loop(&mut self, at: usize, var: Var, region: usize) -> Result<Open, Error> {
        let indices = &self.kernel.graph.indices;
        let outermost = self.plan.outer == Some(at);
        let (lo, hi) = if outermost {
            (self.begin, self.end)
        } else {
            let l = indices.loop_of(var);
            (self.index(l.lo)?, self.index(l.hi)?)
        };
        let (body, exit) = (self.b.create_block(), self.b.create_block());
        let variable = self.b.append_block_param(body, types::I64);
        self.branch(lo, hi, body, exit);
        self.b.switch_to_block(body);
        self.companions.clear();
        let known = self.known.len();
        if outermost && self.plan.wide {
            self.lane = self.lane.wide();
        }
        let mut own = variable;
        for side in 0..self.lane.count {
            self.side = side;
            if let Some(step) = self.step.filter(|_| side > 0) {
                own = self.b.ins().iadd(own, step);
            }
            self.define(self.index_key(indices.var_index(var)), own);
        }
        self.side = 0;
        Ok(Open { body, exit, variable, end: hi, region, known })
    }

    fn end_loop(&mut self, open: Open) {
        if open.region != 0 {
            self.advance_cursor(open.region);
        }
        let next = self.b.ins().iadd_imm_s(open.variable, self.lane.count as i64);
        self.branch(next, open.end, open.body, open.exit);
        // With several iterations side by side there is no other loop in this one.
        self.lane = Lane::of(self.lane.precision());
        self.b.seal_block(open.body);
        self.b.switch_to_block(open.exit);
        self.b.seal_block(open.exit);
        self.companions.clear();
        self.forget(open.known);
    }

    /// Forgets the nodes computed since so many were known: they do not dominate what follows.
    fn forget(&mut self, known: usize) {
        for key in self.known.drain(known..) {
            self.nodes.remove(&key);
        }
    }

    /// Another iteration with the variable `next`, if that is below `end`.
    fn branch(&mut self, next: Value, end: Value, body: Block, exit: Block) {
        let more = self.b.ins().icmp(IntCC::SignedLessThan, next, end);
        self.b.ins().brif(more, body, &[BlockArg::Value(next)], exit, &[]);
    }

    fn call_pieces(&mut self, numbers: &[usize]) {
        for &number in numbers {
            let function = self.import(self.callees.functions[number]);
            self.b.ins().call(function, &[self.context, self.begin, self.end, self.frame]);
        }
    }

    /// Calls go through absolute addresses: pieces of code need not lie near each other.
    fn import(&mut self, function: FuncId) -> FuncRef {
        let func: &mut Function = self.b.func;
        let reference = self.callees.module.declare_func_in_func(function, func);
        func.dfg.ext_funcs[reference].colocated = false;
        reference
    }

    /// The key of an integer: one for each of the iterations that run side by side.
    fn index_key(&self, index: Index) -> Key {
        match self.lane.count {
            1 => index_key(index),
            _ => self.key_of(index_key(index), 1 + self.side),
        }
    }

    /// One of the other keys of a node.
    fn key_of(&self, key: Key, number: usize) -> Key {
        key + number * (self.kernel.graph.indices.len() + self.kernel.graph.len())
    }

    /// Records the value of a node, and stores it if another function reads it.
    fn define(&mut self, key: Key, value: Value) {
        self.remember(key, value);
        if let Some(&place) = self.plan.places.get(&key) {
            self.b.ins().store(shared(), value, self.frame, place);
        }
    }

    fn remember(&mut self, key: Key, value: Value) {
        self.nodes.insert(key, value);
        self.known.push(key);
    }

    /// The value of a node that this function computed, or that another left in the frame.
    fn find(&mut self, key: Key, ty: Type) -> Result<Value, Error> {
        if let Some(&value) = self.nodes.get(&key) {
            return Ok(value);
        }
        let Some(&place) = self.plan.places.get(&key) else {
            return Err(Error::Schedule { kernel: self.kernel.name.clone() });
        };
        let value = self.b.ins().load(ty, shared(), self.frame, place);
        self.remember(key, value);
        Ok(value)
    }

    fn get_place(&mut self, place: Location, ty: Type) -> Value {
        match place {
            Location::Register(variable) => self.b.use_var(variable),
            Location::Frame(offset) => self.b.ins().load(ty, shared(), self.frame, offset),
        }
    }

    fn set_place(&mut self, place: Location, value: Value) {
        match place {
            Location::Register(variable) => self.b.def_var(variable, value),
            Location::Frame(offset) => {
                self.b.ins().store(shared(), value, self.frame, offset);
            }
        }
    }

    /// A field of the context.
    fn field(&mut self, field: Field, ty: Type) -> Value {
        self.b.ins().load(ty, input(), self.context, field.0)
    }

    /// Entry `number` of the list a field points to.
    fn item(&mut self, field: Field, number: u32) -> Value {
        let list = self.field(field, types::I64);
        self.b.ins().load(types::I64, input(), list, number as i32 * 8)
    }

    /// `index` where it is within the list of lengths, else 0; and whether it is.
    fn checked(&mut self, index: Value, lengths: Field, number: u32) -> (Value, Value) {
        let length = self.item(lengths, number);
        let within = self.b.ins().icmp(IntCC::UnsignedLessThan, index, length);
        let zero = self.b.ins().iconst(types::I64, 0);
        (self.b.ins().select(within, index, zero), within)
    }

    /// The address of an entry of a list of entries of `1 << log_bytes` bytes.
    fn address(&mut self, list: Value, index: Value, log_bytes: i64) -> Value {
        let offset = self.b.ins().ishl_imm_u(index, log_bytes);
        self.b.ins().iadd(list, offset)
    }

    /// The same as an address and a displacement: what is constant in the index costs no instruction.
    fn displaced(&mut self, list: Value, index: Value, log_bytes: i64) -> (Value, i32) {
        if let Some(&(variable, constant)) = self.offsets.get(&index)
            && let Some(Ok(bytes)) = constant.checked_mul(1 << log_bytes).map(i32::try_from)
        {
            return (self.address(list, variable, log_bytes), bytes);
        }
        (self.address(list, index, log_bytes), 0)
    }
}

/// The frame's place if there is one, else a new register.
fn place(b: &mut FunctionBuilder<'_>, offset: Option<i32>, ty: Type) -> Location {
    match offset {
        Some(offset) => Location::Frame(offset),
        None => Location::Register(b.declare_var(ty)),
    }
}
