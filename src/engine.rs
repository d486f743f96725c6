//! Problems compiled for a device. A placeholder: it says what the command line needs and compiles nothing yet.

use crate::problem::Loaded;

/// The full sparse matrix in compressed rows; the columns of a row ascend.
#[derive(Clone, Copy, Debug)]
pub struct Csr<'a> {
    /// The number of rows.
    pub rows: usize,
    /// The number of columns.
    pub cols: usize,
    /// For each row the position of its first entry, and at the end the number of entries.
    pub row_ptr: &'a [usize],
    /// The column of each entry.
    pub col_idx: &'a [u32],
    /// The value of each entry.
    pub values: &'a [f64],
}

/// Everything at one point.
#[derive(Clone, Copy, Debug)]
pub struct Evaluation<'a> {
    /// The energy.
    pub energy: f64,
    /// One entry for each unknown.
    pub gradient: &'a [f64],
    /// The full Hessian.
    pub hessian: Csr<'a>,
    /// The residuals, where the problem has residual terms.
    pub residual: Option<&'a [f64]>,
    /// The derivative of the residuals.
    pub jacobian: Option<Csr<'a>>,
}

/// Where to evaluate.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Device {
    /// Compiled to machine code.
    #[default]
    Cpu,
    /// The reference.
    Interpreter,
}

/// The width of the reals.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Precision {
    /// Double.
    #[default]
    F64,
    /// Single.
    F32,
}

/// How to build a system.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// Where to evaluate.
    pub device: Device,
    /// The width of the reals.
    pub precision: Precision,
    /// The number of threads; as many as there are cores if none is given.
    pub threads: Option<usize>,
}

/// What building took, in seconds.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct BuildSeconds {
    /// Reading the energy, derivatives, sparsity, optimisation.
    pub build: f64,
    /// Machine code.
    pub compile: f64,
    /// Sparsity pattern and slots.
    pub pattern: f64,
}

/// A stage of the pipeline in print.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// The energy.
    Program,
    /// After reverse mode.
    Gradient,
    /// After forward mode over reverse mode.
    Tangent,
    /// With brackets for seeds.
    Sparse,
    /// With the row loop solved.
    Solved,
    /// Straight-line kernels.
    Kernel,
    /// Cranelift's input.
    Clif,
    /// Machine code.
    Asm,
}

/// Why a system cannot be built or evaluated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The problem is not consistent.
    #[error(transparent)]
    Problem(#[from] crate::problem::ProblemError),
    /// There is no engine in this build.
    #[error("the engine is not connected")]
    NotConnected,
}

/// A problem compiled for a device.
#[derive(Debug)]
pub struct System {
    seconds: BuildSeconds,
}

impl System {
    /// Compiles a problem.
    pub fn build(problem: Loaded, _options: Options) -> Result<System, Error> {
        problem.check()?;
        Err(Error::NotConnected)
    }

    /// The energy.
    pub fn value(&mut self) -> Result<f64, Error> {
        Err(Error::NotConnected)
    }

    /// The energy and its gradient.
    pub fn gradient(&mut self) -> Result<(f64, &[f64]), Error> {
        Err(Error::NotConnected)
    }

    /// The energy, its gradient and its Hessian.
    pub fn evaluate(&mut self) -> Result<Evaluation<'_>, Error> {
        Err(Error::NotConnected)
    }

    /// What building took.
    pub fn seconds(&self) -> BuildSeconds {
        self.seconds
    }
}

/// One stage of an energy as text, with operation counts. `name` is the file's name in messages.
pub fn explain(_name: &str, _text: &str, _stage: Stage, _unknowns: &[String]) -> Result<String, Error> {
    Err(Error::NotConnected)
}
