//! Functions such as `exp`: in place where there are few, else as calls of machine functions of their own.

use super::super::function::Emitter;
use super::super::host;
use super::super::lane::Lane;
use super::Translator;
use crate::Error;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Value as Code, types};
use cranelift_frontend::FunctionBuilder;
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Linkage, Module};
use rustc_hash::FxHashMap;
use spadina_core::function;
use spadina_core::real::RealFunction;

/// The machine functions that kernels call, by what they compute for how many elements.
pub(crate) type Outlined = FxHashMap<(RealFunction, usize), FuncId>;

/// The signature of a function for one element, or several side by side.
pub(crate) fn signature(module: &JITModule, function: RealFunction, lane: Lane) -> Signature {
    let mut signature = module.make_signature();
    let real = AbiParam::new(lane.real);
    signature.params = vec![real; function.arity()];
    signature.returns = vec![real];
    signature
}

/// Generates a function.
pub(crate) fn outline(
    mut b: FunctionBuilder<'_>,
    module: &mut JITModule,
    function: RealFunction,
    lane: Lane,
    fused: bool,
) -> Result<(), Error> {
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    b.seal_block(entry);
    let arguments = b.block_params(entry).to_vec();
    let results = emit(&mut b, module, function, fused, lane, &arguments)?;
    let own = results.iter().find(|(name, _)| *name == function);
    b.ins().return_(&own.map(|&(_, code)| code).into_iter().collect::<Vec<_>>());
    b.finalize(module.target_config());
    Ok(())
}

/// The instructions of a function, and of another one that comes with it.
fn emit(
    b: &mut FunctionBuilder<'_>,
    module: &mut JITModule,
    function: RealFunction,
    fused: bool,
    lane: Lane,
    arguments: &[Code],
) -> Result<Vec<(RealFunction, Code)>, Error> {
    let mut reduction = module.make_signature();
    reduction.params = vec![AbiParam::new(lane.scalar), AbiParam::new(types::I64)];
    let symbol = host::large_angle_symbol(lane.precision());
    let reduction = module.declare_function(symbol, Linkage::Import, &reduction)?;
    let large_angle = module.declare_func_in_func(reduction, b.func);
    b.func.dfg.ext_funcs[large_angle].colocated = false;
    let m = &mut Emitter { b, lane, fused, large_angle };
    Ok(function::together(m, function, arguments))
}

impl Translator<'_> {
    /// The value of a function.
    pub(super) fn function(&mut self, function: RealFunction, arguments: &[Code]) -> Result<Code, Error> {
        if !self.plan.inline {
            return self.call_function(function, arguments);
        }
        let key = |function| (function, arguments[0]);
        if let Some(code) = self.companions.remove(&key(function)) {
            return Ok(code);
        }
        let mut own = None;
        for (name, code) in emit(&mut self.b, self.callees.module, function, self.kernel.fuses, self.lane, arguments)? {
            match name == function {
                true => own = Some(code),
                false => drop(self.companions.insert(key(name), code)),
            }
        }
        own.ok_or_else(|| Error::Schedule { kernel: self.kernel.name.clone() })
    }

    fn call_function(&mut self, function: RealFunction, arguments: &[Code]) -> Result<Code, Error> {
        let key = (function, self.lane.count);
        let id = match self.callees.outlined.get(&key) {
            Some(&id) => id,
            None => {
                let signature = signature(self.callees.module, function, self.lane);
                let name = format!("{}.{}", function.name(), self.lane.count);
                let id = self.callees.module.declare_function(&name, Linkage::Local, &signature)?;
                self.callees.outlined.insert(key, id);
                id
            }
        };
        let reference = match self.imported.get(&key) {
            Some(&reference) => reference,
            None => {
                let reference = self.import(id);
                self.imported.insert(key, reference);
                reference
            }
        };
        let call = self.b.ins().call(reference, arguments);
        Ok(self.b.inst_results(call)[0])
    }
}
