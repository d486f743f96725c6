//! Errors on a GPU, with the facts that the user needs to mend them.

use spadina_core::backend::BindError;
use spadina_core::real::Precision;

/// An error of the GPU back-end.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A request that is not done on any GPU.
    #[error("{what} is not done on the GPU: take the CPU")]
    Refused {
        /// The request.
        what: &'static str,
    },
    /// No adapter was found, or none of the name that was asked for.
    #[error("no GPU adapter{}; found: {}", named(.wanted.as_deref()), list(.found))]
    NoAdapter {
        /// Part of the name that was asked for.
        wanted: Option<String>,
        /// The adapters there are.
        found: Vec<String>,
    },
    /// The adapter gives no device.
    #[error("the adapter `{adapter}` gives no device: {reason}")]
    Request {
        /// The adapter.
        adapter: String,
        /// The message of wgpu.
        reason: String,
    },
    /// The device cannot compute in this precision.
    #[error("the device `{adapter}` cannot compute in {}: it lacks {lacks}", bits(.precision))]
    Precision {
        /// The adapter.
        adapter: String,
        /// The precision asked for.
        precision: Precision,
        /// The features that are missing.
        lacks: String,
    },
    /// The device lacks something that was asked for.
    #[error("the device `{adapter}` has no {what}: it lacks {lacks}")]
    Feature {
        /// The adapter.
        adapter: String,
        /// The ability asked for.
        what: &'static str,
        /// The feature that is missing.
        lacks: &'static str,
    },
    /// More is needed than the device allows.
    #[error("{what} needs {wanted}, but the device's `{limit}` is {allowed}")]
    Limit {
        /// The object that needs it.
        what: String,
        /// The amount it needs, in the unit of the limit.
        wanted: u64,
        /// The name of the limit.
        limit: &'static str,
        /// Its value.
        allowed: u64,
    },
    /// The device has no memory left.
    #[error("the device has no memory left for {what}: {reason}")]
    OutOfMemory {
        /// The object that needed it.
        what: String,
        /// The message of wgpu.
        reason: String,
    },
    /// The driver or wgpu refuses something.
    #[error("{what} is refused: {reason}")]
    Validation {
        /// The object or command that is refused.
        what: String,
        /// The message of wgpu or naga.
        reason: String,
    },
    /// The device is gone: it was reset, unplugged or destroyed.
    #[error("the device is lost: {reason}")]
    Lost {
        /// The reason, mostly a message of wgpu.
        reason: String,
    },
    /// The device did not finish in time.
    #[error("the device did not finish within {seconds} seconds")]
    Timeout {
        /// The time waited.
        seconds: u64,
    },
    /// A call that waits for the device, where no thread can wait: in a browser.
    #[error("a browser cannot wait for the device: the call's `async` twin has to be used")]
    Blocking,
    /// An integer of the kernel may need more than the 32 bits that a shader has, one of them a sign if it may be negative.
    #[error("kernel `{kernel}`: the integer `{text}` {}; a shader has 32 bits", range(.lo, .hi))]
    Integer {
        /// The kernel.
        kernel: String,
        /// The integer.
        text: String,
        /// The least it may be.
        lo: i64,
        /// The greatest it may be.
        hi: i64,
    },
    /// A kernel is not one that a shader can be made of: a defect of an earlier stage.
    #[error("kernel `{kernel}` {reason}")]
    Kernel {
        /// The kernel.
        kernel: String,
        /// The defect.
        reason: &'static str,
    },
    /// With this connectivity a kernel cannot be driven by rows: it must be compiled to be staged.
    #[error("kernel `{kernel}` {reason}: it cannot be driven by rows, take another schedule")]
    Rows {
        /// The kernel.
        kernel: String,
        /// The obstacle in its rows.
        reason: &'static str,
    },
    /// A number that would be infinite in the precision of the device.
    #[error("{what} is {value:e}, which is infinite in single precision: take double precision")]
    Narrow {
        /// The owner of the number.
        what: String,
        /// The number.
        value: f64,
    },
    /// Numbers or buffers do not fit those that they belong to: the parts of a linear system, or operands.
    #[error("{what}: {given} given, {wanted} needed")]
    System {
        /// The things that are counted.
        what: &'static str,
        /// The number needed.
        wanted: usize,
        /// The number given.
        given: usize,
    },
    /// An evaluation is bound to other vectors than those of the minimisation.
    #[error("{what} is bound to other vectors: bind it to those of the minimisation")]
    OtherVectors {
        /// The evaluation.
        what: &'static str,
    },
    /// An evaluation has no such array.
    #[error("the evaluation has no array {array} in job {job} of stage {stage}")]
    NoArray {
        /// The stage; those of matrices come first.
        stage: usize,
        /// The job in the stage.
        job: usize,
        /// The array of the job.
        array: usize,
    },
    /// Bound data do not fit the kernel.
    #[error(transparent)]
    Bind(BindError),
}

/// Another number of something is bound than a kernel needs.
pub(crate) fn bound(kernel: &str, what: impl Into<String>, wanted: usize, given: usize) -> Error {
    Error::Bind(BindError::Count { kernel: kernel.into(), what: what.into(), wanted, given })
}

fn range(lo: &i64, hi: &i64) -> String {
    if lo == hi { format!("is {lo} in an iteration") } else { format!("may lie in {lo}..={hi}") }
}

fn named(wanted: Option<&str>) -> String {
    wanted.map_or(String::new(), |name| format!(" with `{name}` in its name"))
}

fn list(found: &[String]) -> String {
    if found.is_empty() { "none".into() } else { found.join(", ") }
}

/// The width of the reals in words.
fn bits(precision: &Precision) -> &'static str {
    match precision {
        Precision::F32 => "single precision",
        Precision::F64 => "double precision",
    }
}
