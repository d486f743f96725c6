//! One stage of an energy as text.

use crate::system::devices;
use crate::system::{Device, EnergyError, Error};
use spadina_core::error::Diagnostic;
use spadina_core::frontend::{Frontend, Kind, Module, Numbers};
use spadina_core::hoist::{Hoisted, hoist};
use spadina_core::kernel::{Kernel, Outputs, build, build_with};
use spadina_core::pipeline::{self, Stages};
use spadina_core::program::Target;
use spadina_core::sparsity::{gather, gather_text};
use std::path::Path;

/// Declares the stages with their names and what they are.
macro_rules! stages {
    ($(#[doc = $about:literal] $stage:ident = $name:literal,)*) => {
        /// A stage of the pipeline in print.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Stage {
            $(#[doc = $about] $stage,)*
        }

        impl Stage {
            /// All stages, in the order of the pipeline.
            pub const ALL: &'static [Stage] = &[$(Stage::$stage),*];

            /// The name that `spadina explain --stage` has for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Stage::$stage => $name,)*
                }
            }

            /// The stage in a few words.
            pub fn about(self) -> &'static str {
                match self {
                    $(Stage::$stage => $about.trim().trim_end_matches('.'),)*
                }
            }
        }
    };
}

stages! {
    /// The energy, as sums over loops.
    Program = "program",
    /// With its gradient, after reverse mode.
    Gradient = "gradient",
    /// With products of the second derivative and a seed, after forward mode over reverse mode.
    Tangent = "tangent",
    /// With one-hot seeds: brackets.
    Sparse = "sparse",
    /// With the brackets solved, driven by elements and, where the rows can be inverted, by rows.
    Solved = "solved",
    /// Kernels, ready for a device.
    Kernel = "kernel",
    /// Cranelift's input.
    Clif = "clif",
    /// Machine code.
    Asm = "asm",
    /// Compute shaders, in single precision.
    Wgsl = "wgsl",
}

/// Prints a stage of an energy or residual. `name` stands for the file in messages; derivatives are with respect to the
/// arrays called `unknowns`, or to `x` or the first array if there are none. Other parameters bind to their own names.
pub fn explain(name: &str, text: &str, stage: Stage, unknowns: &[String]) -> Result<String, Error> {
    let diagnostic = |d: Diagnostic| EnergyError::diagnostic(name, text, d);
    let stem = Path::new(name).file_stem().map_or(name.into(), |s| s.to_string_lossy());
    let module = Module::parse(&stem, text).map_err(diagnostic)?;
    let mut roles = module.default_roles(unknowns.first().map(String::as_str));
    for unknown in unknowns {
        let known = module.parameters().iter().map(|p| format!("`{}`", p.name)).collect::<Vec<_>>().join(", ");
        let no_such = || EnergyError::of_file(name, format!("there is no parameter `{unknown}`; it has {known}"));
        let parameter = module.parameters().iter().find(|p| p.name == *unknown).ok_or_else(no_such)?;
        if parameter.ty.numbers() != Numbers::Real {
            let message = format!("`{unknown}` holds integers, and those cannot be unknown");
            return Err(EnergyError::of_file(name, message).into());
        }
        roles.bindings.entry(unknown.clone()).or_default().unknown = true;
    }
    let program = module.lower(&roles).map_err(diagnostic)?;
    if stage == Stage::Program {
        return Ok(program.to_string());
    }
    stage_text(pipeline::run(program), stage, module.kind())
}

fn stage_text(stages: Stages, stage: Stage, kind: Kind) -> Result<String, Error> {
    let each = |text: &dyn Fn(&Kernel) -> Result<String, Error>| -> Result<String, Error> {
        let Hoisted { program, parts } = hoist(&stages.solved, &[]);
        let rows = Outputs { residual: true, ..Outputs::default() };
        let mut kernels: Vec<Kernel> = parts.iter().flat_map(|part| build(&part.program, rows)).collect();
        kernels.extend(build_with(&program, outputs(kind), true));
        // As they are where the machine can.
        kernels.iter_mut().for_each(Kernel::fuse);
        let texts: Result<Vec<String>, _> = kernels.iter().map(text).collect();
        Ok(texts?.join("\n"))
    };
    match stage {
        Stage::Program => Ok(stages.program.to_string()),
        Stage::Gradient => Ok(stages.gradient.only(|t| matches!(t, Target::Gradient(_))).to_string()),
        Stage::Tangent => {
            let product = |t: &Target| matches!(t, Target::Product(_) | Target::ResidualProduct(_));
            Ok(stages.tangent.only(product).to_string())
        }
        Stage::Sparse => Ok(stages.sparse.to_string()),
        Stage::Solved => {
            let entry = |t: &Target| matches!(t, Target::Hessian { .. } | Target::Jacobian { .. });
            let mut solved = stages.solved.only(entry);
            let gathers = gather(&mut solved);
            Ok(format!("{solved}\n{}", gather_text(&solved, &gathers)))
        }
        Stage::Kernel => each(&|k| Ok(k.to_string())),
        Stage::Clif => each(&|k| devices::listing(Device::Cpu, k, "clif")),
        Stage::Asm => each(&|k| devices::listing(Device::Cpu, k, "asm")),
        Stage::Wgsl => each(&|k| devices::listing(Device::Gpu, k, "wgsl")),
    }
}

fn outputs(kind: Kind) -> Outputs {
    match kind {
        Kind::Energy => Outputs { energy: true, gradient: true, hessian: true, ..Outputs::default() },
        Kind::Residual => Outputs { residual: true, jacobian: true, ..Outputs::default() },
    }
}
