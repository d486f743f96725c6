//! From a plan to machine code in memory.

use super::lane::Lane;
use super::plan::Plan;
use super::translate::{Callees, Outlined, Translator, function_signature, outline, signature};
use super::{Options, host};
use crate::Error;
use crate::abi::Entry;
use cranelift_codegen::Context;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage, Module, default_libcall_names};
use spadina_core::kernel::Kernel;
use spadina_core::real::Precision;
use std::sync::Mutex;

/// Which text is kept of what is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    None,
    Clif,
    Assembly,
}

/// Machine code, freed when it is dropped.
pub(crate) struct Code {
    module: Mutex<Option<JITModule>>,
    /// The first function of the plan. It must not be called once this is dropped.
    pub entry: Entry,
}

impl Drop for Code {
    fn drop(&mut self) {
        let module = match self.module.get_mut() {
            Ok(module) => module.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        };
        if let Some(module) = module {
            // SAFETY: `entry` is the only pointer into the module's memory that left it, and whoever could call it
            // holds a reference to `self`, so that nothing runs now or later.
            unsafe { module.free_memory() };
        }
    }
}

/// Compiles the functions of a plan. The second result is the listing asked for.
pub(crate) fn compile(
    kernel: &Kernel,
    plan: &Plan,
    (options, precision): (&Options, Precision),
    listing: Listing,
) -> Result<(Code, String), Error> {
    let mut code = Code { module: Mutex::new(Some(module(options, plan.quick)?)), entry: never };
    let mut text = String::new();
    // From here on `code` owns the module, so that its memory is freed if something fails.
    let Ok(Some(module)) = code.module.get_mut() else {
        return Err(Error::Schedule { kernel: kernel.name.clone() });
    };
    let mut ids = Vec::new();
    for number in 0..plan.functions.len() {
        let signature = signature(module, number);
        ids.push(module.declare_function(&format!("{}.{number}", kernel.name), Linkage::Local, &signature)?);
    }
    let mut context = module.make_context();
    let mut scratch = FunctionBuilderContext::new();
    let mut outlined = Outlined::default();
    for number in 0..ids.len() {
        context.func.signature = signature(module, number);
        let b = FunctionBuilder::new(&mut context.func, &mut scratch);
        let callees = Callees { module, functions: &ids, outlined: &mut outlined };
        Translator::new(b, kernel, plan, Lane::of(precision), callees, number).finish(number)?;
        define(module, &mut context, ids[number], listing, &mut text)?;
        module.clear_context(&mut context);
    }
    for ((function, count), id) in outlined {
        let lane = Lane::of(precision).with(count);
        context.func.signature = function_signature(module, function, lane);
        outline(FunctionBuilder::new(&mut context.func, &mut scratch), module, function, lane, kernel.fuses)?;
        define(module, &mut context, id, listing, &mut text)?;
        module.clear_context(&mut context);
    }
    module.finalize_definitions()?;
    let entry = module.get_finalized_function(ids[0]);
    // SAFETY: the first function was given the signature of `Entry`, with the C calling convention of this machine.
    code.entry = unsafe { std::mem::transmute::<*const u8, Entry>(entry) };
    Ok((code, text))
}

fn define(
    module: &mut JITModule,
    context: &mut Context,
    id: FuncId,
    listing: Listing,
    text: &mut String,
) -> Result<(), Error> {
    if listing == Listing::Clif {
        text.push_str(&context.func.display().to_string());
    }
    context.set_disasm(listing == Listing::Assembly);
    module.define_function(id, context)?;
    if let Some((code, assembly)) = context.compiled_code().and_then(|c| Some((c, c.vcode.as_ref()?))) {
        let frame = code.buffer.frame_layout().map_or(0, |layout| layout.frame_to_fp_offset);
        let bytes = code.code_info().total_size;
        text.push_str(&format!("{assembly}; {bytes} bytes of code, {frame} bytes of registers spilled and saved\n"));
    }
    Ok(())
}

/// Stands in for code that is not there yet.
unsafe extern "C" fn never(
    _: *const crate::abi::Context,
    _: i64,
    _: i64,
    _: *const *const u32,
    _: *mut u64,
    _: i64,
) -> f64 {
    f64::NAN
}

/// An empty module for this machine; `quick`: the time to compile matters more than the code.
fn module(options: &Options, quick: bool) -> Result<JITModule, Error> {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", if quick { "none" } else { "speed" }),
        ("regalloc_algorithm", if quick { "single_pass" } else { "backtracking" }),
        ("enable_verifier", if options.verify { "true" } else { "false" }),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
        ("probestack_strategy", "inline"),
        ("unwind_info", "false"),
    ] {
        flags.set(name, value).map_err(|e| Error::Machine { reason: e.to_string() })?;
    }
    let isa = cranelift_native::builder().map_err(|reason| Error::Machine { reason: reason.to_string() })?;
    let isa = isa.finish(settings::Flags::new(flags)).map_err(|e| Error::Machine { reason: e.to_string() })?;
    let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
    builder.symbols(host::symbols());
    Ok(JITModule::new(builder))
}
