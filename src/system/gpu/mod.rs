//! Evaluation on the GPU: the kernels of all terms in one evaluation for each mode.

mod bind;
mod resident;

pub use resident::Resident;

use super::part::{Mode, Runnable};
use super::term::{Bound, Term};
use super::{Error, Options};
use crate::problem::Problem;
use resident::Buffers;
use spadina_core::kernel::{Kernel, Step};
use spadina_core::real::{Array, Node};
use spadina_gpu::wgsl::{self, Source};
use spadina_gpu::{Compiled, Device, Schedule};

/// Which GPU evaluates, and how it assembles.
#[derive(Clone, Default, Debug)]
pub struct GpuOptions {
    /// The application's own device. Without it, a device of an adapter is opened.
    pub device: Option<Device>,
    /// A part of the adapter's name, in upper or lower case; without it that of the environment's `WGPU_ADAPTER_NAME`, or
    /// else the fastest adapter.
    pub adapter: Option<String>,
    /// How outputs are assembled.
    pub schedule: Schedule,
    /// Whether the unknowns on the device are displacements from a reference, which is at first the unknowns that the system
    /// is built with ([`System::set_reference`](crate::System::set_reference) takes others). Edges and other linear
    /// combinations of the reference are computed in double precision, so that an edge is as accurate in single precision as
    /// a number of its own size, however far from the origin it is. Everything else of the system has the unknowns as they
    /// are.
    pub displacements: bool,
}

/// Programs of a term: that of the energy or the rows, and that of the weighted rows.
const PROGRAMS: usize = 2;

/// A kernel on the device.
struct OnDevice {
    compiled: Compiled,
    /// The number of the term's projected matrices that it reads.
    matrices: Option<usize>,
}

/// The kernels of a problem on a device.
pub struct Gpu {
    device: Device,
    options: Options,
    compiled: AllKernels,
    bound: Option<Buffers>,
}

/// The kernels of a problem.
struct AllKernels {
    /// By mode, program and term: the kernels.
    programs: [[Vec<Vec<OnDevice>>; PROGRAMS]; 3],
    /// By term and projected matrices: the kernels that compute them.
    matrices: Vec<Vec<Vec<OnDevice>>>,
    /// Of the kernels of the Hessian.
    schedules: Vec<Schedule>,
}

/// Where the results of an evaluation go.
pub struct Results<'a> {
    pub gradient: &'a mut [f64],
    pub hessian: &'a mut [f64],
    pub residual: &'a mut [f64],
    pub jacobian: &'a mut [f64],
}

/// A program of a term, if it has one.
fn program(term: &Term, number: usize) -> Option<&Bound> {
    if number == 0 { Some(&term.main) } else { term.weighted.as_ref() }
}

impl Gpu {
    /// Opens the device and compiles all kernels.
    pub fn new(terms: &[Term], options: &Options) -> Result<Self, Error> {
        let device = match &options.gpu.device {
            Some(device) => device.clone(),
            None => Device::open(options.gpu.adapter.as_deref())?,
        };
        device.check(options.precision)?;
        let options = options.clone();
        let compiled = AllKernels::new(&device, &options, terms)?;
        Ok(Self { device, options, compiled, bound: None })
    }

    /// Compiles all kernels to be staged.
    fn stage(&mut self, terms: &[Term]) -> Result<(), Error> {
        self.options.gpu.schedule = Schedule::Staged;
        self.compiled = AllKernels::new(&self.device, &self.options, terms)?;
        Ok(())
    }

    /// The problem as it is on the device, once it is bound.
    pub fn resident(&self) -> Option<Resident<'_>> {
        self.bound.as_ref().map(|bound| bound.resident(&self.device, &self.compiled.schedules))
    }

    /// Writes the problem's unknowns to the device.
    fn upload(&self, problem: &Problem) -> Result<(), Error> {
        let Some(Buffers { vectors, .. }) = &self.bound else { return Ok(()) };
        let mut first = 0;
        let mut references = problem.references.iter();
        for (_, tensor) in &problem.unknowns {
            let own = references.next().map(|reference| -> Vec<f64> {
                tensor.data.iter().zip(reference).map(|(x, reference)| x - reference).collect()
            });
            self.device.write(
                &vectors.unknowns,
                self.options.precision,
                first,
                own.as_ref().unwrap_or(&tensor.data),
            )?;
            first += tensor.data.len();
        }
        Ok(())
    }

    /// Evaluates at the problem's unknowns; gives the energy.
    pub fn run(&self, mode: Mode, problem: &Problem, results: Results<'_>) -> Result<f64, Error> {
        let Some(bound) = &self.bound else { return Ok(0.0) };
        let vectors = &bound.vectors;
        self.upload(problem)?;
        bound.evaluables[mode as usize].run(&self.device)?;
        let Results { gradient, hessian, residual, jacobian } = results;
        let (with_gradient, with_hessian) = (mode != Mode::Value, mode == Mode::Hessian);
        let wanted = [
            (&vectors.gradient, gradient, with_gradient),
            (&vectors.hessian, hessian, with_hessian),
            (&vectors.residual, residual, true),
            (&vectors.jacobian, jacobian, with_hessian),
        ];
        let count = |numbers: &[f64], wanted: bool| if wanted { numbers.len() } else { 0 };
        let mut lists = vec![(&vectors.energy, 1)];
        lists.extend(wanted.iter().map(|(buffer, numbers, wanted)| (*buffer, count(numbers, *wanted))));
        let read = self.device.read(self.options.precision, &lists)?;
        for ((_, numbers, _), own) in wanted.into_iter().zip(&read[1..]) {
            numbers[..own.len()].copy_from_slice(own);
        }
        Ok(read[0].iter().sum())
    }
}

impl AllKernels {
    fn new(device: &Device, options: &Options, terms: &[Term]) -> Result<Self, Error> {
        let compile = |term: &Term, bound: &Bound, mode: Mode| -> Result<Vec<OnDevice>, Error> {
            let kernels = bound.kernels.set(mode).runnables().iter();
            kernels.map(|runnable| compile(device, options, (term, bound), runnable)).collect()
        };
        let mut all: [[Vec<Vec<OnDevice>>; PROGRAMS]; 3] = Default::default();
        for (mode, programs) in Mode::ALL.into_iter().zip(&mut all) {
            for (number, kernels) in programs.iter_mut().enumerate() {
                let of_term = |term: &Term| program(term, number).map_or(Ok(Vec::new()), |b| compile(term, b, mode));
                *kernels = terms.iter().map(of_term).collect::<Result<_, _>>()?;
            }
        }
        let matrices = |term: &Term| term.matrices.iter().map(|m| compile(term, &m.bound, Mode::Hessian)).collect();
        let matrices = terms.iter().map(matrices).collect::<Result<_, _>>()?;
        let second = all[Mode::Hessian as usize].iter().flatten().flatten();
        let schedules = second.map(|own| own.compiled.schedule()).collect();
        Ok(Self { programs: all, matrices, schedules })
    }
}

/// Compiles a kernel of a term.
fn compile(
    device: &Device,
    options: &Options,
    (term, bound): (&Term, &Bound),
    runnable: &Runnable,
) -> Result<OnDevice, Error> {
    let mut sources = bound.binding.places();
    let own = std::ptr::eq(bound, &raw const term.main);
    let read: Vec<usize> = match own {
        true => (0..term.matrices.len()).filter(|&k| reads(&runnable.kernel, term.matrices[k].array)).collect(),
        false => Vec::new(),
    };
    if read.len() > 1 {
        return Err(Error::NotOnGpu { what: "the reduced projection of elements from several loops in one" });
    }
    let matrices = read.first().copied();
    if let Some(k) = matrices {
        sources[term.matrices[k].array] = Source::Rows;
    }
    // Entries of different rows that share a slot have no owner.
    let schedule = match options.layout {
        super::Layout::Custom(_) if options.gpu.schedule != Schedule::Atomic => Schedule::Staged,
        _ => options.gpu.schedule,
    };
    let options = wgsl::Options { precision: options.precision, sources, schedule, ..wgsl::Options::default() };
    let compiled = match runnable.projected() {
        Some((blocks, projection)) => device.compile_projected(blocks, projection, &options)?,
        None => {
            let mut kernel = runnable.kernel.clone();
            kernel.fuse();
            device.compile(&kernel, &options)?
        }
    };
    Ok(OnDevice { compiled, matrices })
}

/// Whether a kernel loads from an array.
fn reads(kernel: &Kernel, array: usize) -> bool {
    let loads = |step: &Step| match *step {
        Step::Value(v) => matches!(kernel.graph.node(v), Node::Load(Array(own), _) if *own as usize == array),
        _ => false,
    };
    kernel.steps.iter().any(loads)
}
