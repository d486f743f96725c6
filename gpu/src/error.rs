//! What can go wrong on a GPU, with what the user needs to mend it.

use spadina_core::backend::BindError;
use spadina_core::real::Precision;

/// Why a kernel was not compiled, bound or run.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum Error {
    /// What no GPU does.
    #[error("{what} is not done on the GPU: take the CPU")]
    Refused {
        /// What was asked for.
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
        /// What wgpu says.
        reason: String,
    },
    /// The device cannot compute in this precision.
    #[error("the device `{adapter}` cannot compute in {}: it lacks {lacks}", bits(.precision))]
    Precision {
        /// The adapter.
        adapter: String,
        /// What was asked for.
        precision: Precision,
        /// The features that are missing.
        lacks: String,
    },
    /// The device lacks something that was asked for.
    #[error("the device `{adapter}` has no {what}: it lacks {lacks}")]
    Feature {
        /// The adapter.
        adapter: String,
        /// What was asked for.
        what: &'static str,
        /// The feature that is missing.
        lacks: &'static str,
    },
    /// More is needed than the device allows.
    #[error("{what} needs {wanted}, but the device's `{limit}` is {allowed}")]
    Limit {
        /// What needs it.
        what: String,
        /// How much it needs, in the unit of the limit.
        wanted: u64,
        /// The name of the limit.
        limit: &'static str,
        /// Its value.
        allowed: u64,
    },
    /// The device has no memory left.
    #[error("the device has no memory left for {what}: {reason}")]
    OutOfMemory {
        /// What needed it.
        what: String,
        /// What wgpu says.
        reason: String,
    },
    /// The driver or wgpu refuses something.
    #[error("{what} is refused: {reason}")]
    Validation {
        /// What was asked for.
        what: String,
        /// What wgpu says.
        reason: String,
    },
    /// The device is gone: it was reset, unplugged or destroyed.
    #[error("the device is lost: {reason}")]
    Lost {
        /// What wgpu says.
        reason: String,
    },
    /// The device did not finish in time.
    #[error("the device did not finish within {seconds} seconds")]
    Timeout {
        /// How long was waited.
        seconds: u64,
    },
    /// An integer of the kernel may need more than the 32 bits with a sign that a shader has.
    #[error("kernel `{kernel}`: the integer `{text}` {}; a shader has 32 bits with a sign", range(.lo, .hi))]
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
        /// What is wrong with it.
        reason: &'static str,
    },
    /// With this connectivity a kernel cannot be driven by rows: it must be compiled to be staged.
    #[error("kernel `{kernel}` {reason}: it cannot be driven by rows, take another schedule")]
    Rows {
        /// The kernel.
        kernel: String,
        /// What is wrong with its rows.
        reason: &'static str,
    },
    /// A number that would be infinite in the precision of the device.
    #[error("{what} is {value:e}, which is infinite in single precision: take double precision")]
    Narrow {
        /// What has the number.
        what: String,
        /// The number.
        value: f64,
    },
    /// The parts of a linear system do not fit each other.
    #[error("a linear system has {given} {what} {wanted} are needed")]
    System {
        /// What does not fit.
        what: &'static str,
        /// How many are needed.
        wanted: usize,
        /// How many there are.
        given: usize,
    },
    /// What is bound does not fit the kernel.
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
