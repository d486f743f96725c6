//! What can be asked for on the command line.

mod bench;
mod devices;
mod eval;
mod explain;
mod machine;
#[cfg(feature = "solve")]
mod progress;
#[cfg(feature = "solve")]
mod simulate;
#[cfg(feature = "solve")]
mod solve;
mod summary;
#[cfg(feature = "view")]
mod view;

use clap::{Args, Parser, Subcommand, ValueEnum};
use spadina::system::{self, Options};

/// Sparse gradients and Hessians of mesh energies, found and compiled at load time.
#[derive(Parser, Debug)]
#[command(name = "spadina", version, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Evaluate a problem: energy, gradient and sparse Hessian.
    Eval(eval::Arguments),
    /// Minimise the energy of a problem.
    #[cfg(feature = "solve")]
    Solve(solve::Arguments),
    /// Step a problem through time.
    #[cfg(feature = "solve")]
    Simulate(simulate::Arguments),
    /// Time every stage of a problem.
    Bench(bench::Arguments),
    /// List what can evaluate: the processor and the GPUs.
    Devices,
    /// Print a stage of an energy's compilation.
    Explain(explain::Arguments),
    /// Watch a problem being simulated or minimised, in a window.
    #[cfg(feature = "view")]
    View(view::Arguments),
}

/// Where to evaluate, and how.
#[derive(Args, Clone, Debug)]
struct Where {
    /// Where to evaluate.
    #[arg(long, value_enum, default_value_t = Device::Cpu)]
    device: Device,
    /// A part of the GPU's name, in upper or lower case [default: that of WGPU_ADAPTER_NAME, or the fastest].
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// How the GPU assembles gradient and Hessian.
    #[arg(long, value_enum, default_value_t = Schedule::Auto)]
    schedule: Schedule,
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
enum Device {
    /// Machine code on all cores.
    Cpu,
    /// Compute shaders.
    Gpu,
    /// The reference: slow, in double precision whatever else is asked for.
    Interpreter,
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
enum Schedule {
    /// Staged or by rows, whichever should take less time on the adapter.
    Auto,
    /// Elements leave their numbers in a buffer, from which every entry gathers its own.
    Staged,
    /// Every node evaluates what its rows need, for all elements around it.
    Rows,
    /// Elements add to the entries by atomic additions: single precision, last bits differ from run to run.
    Atomic,
}

impl Where {
    /// Puts the choice into the options of a system.
    fn choose(&self, options: Options) -> Result<Options, Error> {
        if self.device != Device::Gpu && (self.adapter.is_some() || self.schedule != Schedule::Auto) {
            return Err(Error::Usage("--adapter and --schedule are for --device gpu"));
        }
        let device = match self.device {
            Device::Cpu => system::Device::Cpu,
            Device::Interpreter => system::Device::Interpreter,
            #[cfg(feature = "gpu")]
            Device::Gpu => return Ok(self.gpu(options)),
            #[cfg(not(feature = "gpu"))]
            Device::Gpu => return Err(Error::NotBuilt("this program was built without the feature `gpu`")),
        };
        Ok(Options { device, ..options })
    }

    #[cfg(feature = "gpu")]
    fn gpu(&self, options: Options) -> Options {
        use spadina::gpu;
        let schedule = match self.schedule {
            Schedule::Auto => gpu::Schedule::Auto,
            Schedule::Staged => gpu::Schedule::Staged,
            Schedule::Rows => gpu::Schedule::Rows,
            Schedule::Atomic => gpu::Schedule::Atomic,
        };
        let gpu = system::GpuOptions { adapter: self.adapter.clone(), schedule, ..system::GpuOptions::default() };
        Options { device: system::Device::Gpu, gpu, ..options }
    }
}

/// The name of an option's value, as it is typed.
fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|v| v.get_name().to_string()).unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq, ValueEnum, Debug)]
enum Precision {
    /// Double.
    F64,
    /// Single.
    F32,
}

impl From<Precision> for system::Precision {
    fn from(precision: Precision) -> Self {
        match precision {
            Precision::F64 => Self::F64,
            Precision::F32 => Self::F32,
        }
    }
}

/// Why a command fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The problem.
    #[error(transparent)]
    Problem(#[from] spadina::problem::ProblemError),
    /// Compiling or evaluating it.
    #[error(transparent)]
    Engine(#[from] spadina::system::Error),
    /// Writing the results.
    #[error(transparent)]
    Output(#[from] spadina::output::OutputError),
    /// A GPU.
    #[cfg(feature = "gpu")]
    #[error(transparent)]
    Gpu(#[from] spadina::gpu::Error),
    /// Minimising.
    #[cfg(feature = "solve")]
    #[error(transparent)]
    Minimize(#[from] spadina::minimize::Error),
    /// Simulating.
    #[cfg(feature = "solve")]
    #[error(transparent)]
    Simulate(#[from] spadina::simulate::Error),
    /// A section [simulate] that cannot be.
    #[cfg(feature = "solve")]
    #[error(transparent)]
    Section(#[from] spadina::simulate::SectionError),
    /// The user has ended a simulation.
    #[cfg(feature = "solve")]
    #[error("interrupted after step {step} of {steps}: --restart goes on from there")]
    Interrupted {
        /// The last step made.
        step: usize,
        /// The steps that were to be made.
        steps: usize,
    },
    /// A picture.
    #[cfg(feature = "solve")]
    #[error(transparent)]
    Render(#[from] spadina::render::RenderError),
    /// There is no minimum, or none was found.
    #[cfg(feature = "solve")]
    #[error("{0}")]
    NotSolved(String),
    /// The results of a minimisation that did not converge were written.
    #[cfg(feature = "solve")]
    #[error("{message}")]
    NotConverged {
        /// What is printed all the same.
        text: String,
        /// How it ended.
        message: String,
    },
    /// The results of a minimisation that the user has ended were written.
    #[cfg(feature = "solve")]
    #[error("{message}")]
    Stopped {
        /// What is printed all the same.
        text: String,
        /// How it ended.
        message: String,
    },
    /// A report that is no JSON.
    #[cfg(feature = "solve")]
    #[error("the report cannot be written as JSON: {0}")]
    Json(serde_json::Error),
    /// Showing it.
    #[cfg(feature = "view")]
    #[error(transparent)]
    View(#[from] spadina::view::ViewError),
    /// A file that cannot be written.
    #[cfg(feature = "view")]
    #[error("{}: {error}", file.display())]
    File {
        /// The file.
        file: std::path::PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Options that do not go together.
    #[error("{0}")]
    Usage(&'static str),
    /// Something that this program was built without.
    #[cfg(not(feature = "gpu"))]
    #[error("{0}")]
    NotBuilt(&'static str),
}

impl Error {
    /// What is printed all the same.
    pub fn text(&self) -> &str {
        match self {
            #[cfg(feature = "solve")]
            Self::NotConverged { text, .. } | Self::Stopped { text, .. } => text,
            _ => "",
        }
    }

    /// The exit status: 2 for wrong usage, as it is for options that are not there; 3 if the results of something that did
    /// not converge were written, 130 after an interrupt.
    pub fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            #[cfg(feature = "solve")]
            Self::Interrupted { .. } | Self::Stopped { .. } => 130,
            #[cfg(feature = "solve")]
            Self::NotConverged { .. } => 3,
            _ => 1,
        }
    }
}

/// Says on standard error what looks wrong with a problem's mesh.
#[cfg(feature = "solve")]
fn warn_of_mesh(problem: &spadina::Problem) {
    use std::io::Write;
    for warning in problem.mesh.iter().flat_map(|mesh| mesh.report().warnings()) {
        let _ = writeln!(std::io::stderr(), "warning: mesh: {warning}");
    }
}

/// Runs a command; its text goes to standard output.
pub fn run(arguments: Arguments) -> Result<String, Error> {
    match arguments.command {
        Command::Eval(arguments) => eval::run(&arguments),
        #[cfg(feature = "solve")]
        Command::Solve(arguments) => solve::run(&arguments),
        #[cfg(feature = "solve")]
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Devices => Ok(devices::run()),
        Command::Explain(arguments) => explain::run(&arguments),
        #[cfg(feature = "view")]
        Command::View(arguments) => view::run(&arguments),
    }
}
