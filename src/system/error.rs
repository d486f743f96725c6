//! Errors of systems.

use super::located::{EnergyError, NonFinite};
use super::options::Device;
use crate::executor::ThreadsError;
use crate::problem::{Place, ProblemError};

/// The reason why a system cannot be built or evaluated. Every message names the place, or the array with its shape.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The problem is not consistent.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// An energy is refused.
    #[error(transparent)]
    Energy(#[from] Box<EnergyError>),
    /// A parameter has nothing to bind to.
    #[error("{place}: nothing binds to `{parameter}` of {file}: {hint}")]
    Unbound {
        /// The term.
        place: Place,
        /// The parameter.
        parameter: String,
        /// The energy file.
        file: String,
        /// The advice.
        hint: String,
    },
    /// A `bind` key that is no parameter.
    #[error("{place}: {file} has no parameter `{parameter}`; it has {known}")]
    NoParameter {
        /// The key.
        place: Place,
        /// The key's name.
        parameter: String,
        /// The energy file.
        file: String,
        /// The parameters there are.
        known: String,
    },
    /// An array of the wrong shape.
    #[error(transparent)]
    Shape(Box<Misfit>),
    /// A term in element form without `over`, or a program with it.
    #[error("{place}: {message}")]
    Term {
        /// The term.
        place: Place,
        /// The rule.
        message: String,
    },
    /// No term reads an unknown.
    #[error("{place}: no term uses an unknown: bind one of [unknowns] to a parameter of an energy")]
    NoUnknown {
        /// The problem.
        place: Place,
    },
    /// An index out of range, or undefined: table, row and value.
    #[error(transparent)]
    Index(Box<EnergyError>),
    /// A NaN or infinity in a result.
    #[error(transparent)]
    NonFinite(Box<NonFinite>),
    /// A back-end does not do something, or its device fails.
    #[error(transparent)]
    Backend(#[from] spadina_core::backend::Error),
    /// The system is not on a GPU.
    #[error("the system was not built for the GPU: set `Options::device` to `Device::Gpu`")]
    NotOnGpuDevice,
    /// The library was built without the feature of a device.
    #[error("this library was built without the feature for the device `{device:?}`")]
    NotBuilt {
        /// The device.
        device: Device,
    },
    /// Threads could not be started.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// A name that no array has.
    #[error("the problem has no array `{name}`")]
    NoSuchArray {
        /// The name.
        name: String,
    },
    /// A handle of another system.
    #[error("the handle is of another system: ask this one for its own")]
    OtherSystem,
    /// New data of another shape.
    #[error("`{name}` has the shape {wanted}, of which only the first extent may change: {found} need a new system")]
    Reshape {
        /// The array.
        name: String,
        /// The new data.
        found: String,
        /// The shape there is.
        wanted: String,
    },
    /// A NaN or infinity in new data.
    #[error("`{name}` has {value} at {at:?}: data must be finite")]
    NotFinite {
        /// The array.
        name: String,
        /// The place in it.
        at: Vec<usize>,
        /// The number.
        value: f64,
    },
    /// The caller's Hessian buffer has another length than the layout.
    #[error("the Hessian's buffer has {found} entries, the layout {wanted}")]
    BufferLength {
        /// Its length.
        found: usize,
        /// The length wanted.
        wanted: usize,
    },
    /// A vector of unknowns that has not one number for each.
    #[error("the vector has {found} entries, but there are {wanted} unknowns")]
    VectorLength {
        /// Its length.
        found: usize,
        /// The number of unknowns.
        wanted: usize,
    },
    /// A direction that has not one number for each unknown.
    #[error("the direction has {found} entries, but there are {wanted} unknowns")]
    DirectionLength {
        /// Its length.
        found: usize,
        /// The number of unknowns.
        wanted: usize,
    },
    /// A Hessian in blocks, or in the caller's own storage, where scalar CSR is needed.
    #[error("{wanted} needs a scalar CSR matrix, not {found}: build the system with Layout::Full, Lower or Upper")]
    Layout {
        /// The operation.
        wanted: &'static str,
        /// The storage of the matrix.
        found: String,
    },
    /// Blocks that cannot be.
    #[error("blocks of edge length {size} cannot be stored")]
    BlockSize {
        /// The edge length.
        size: usize,
    },
    /// A storage whose slots do not fit.
    #[error("a slot of the Hessian's storage lies outside its {len} entries, or beyond 32 bits")]
    Slots {
        /// The length of the buffer.
        len: usize,
    },
}

/// An array whose shape does not fit the parameter that it binds to.
#[derive(Debug, thiserror::Error)]
#[error("{place}: `{array}` of shape {found} binds to `{parameter}` of {file}, which wants {wanted}")]
#[non_exhaustive]
pub struct Misfit {
    /// The term.
    pub place: Place,
    /// The array.
    pub array: String,
    /// Its shape.
    pub found: String,
    /// The parameter.
    pub parameter: String,
    /// The energy file.
    pub file: String,
    /// The shape wanted.
    pub wanted: String,
}

impl From<EnergyError> for Error {
    fn from(error: EnergyError) -> Self {
        Self::Energy(Box::new(error))
    }
}

impl From<NonFinite> for Error {
    fn from(error: NonFinite) -> Self {
        Self::NonFinite(Box::new(error))
    }
}

#[cfg(feature = "gpu")]
impl From<spadina_gpu::Error> for Error {
    fn from(error: spadina_gpu::Error) -> Self {
        Self::Backend(error.into())
    }
}
