//! The errors of back-ends.

/// The reason kernels were not compiled, bound or evaluated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The back-end cannot do it.
    #[error("{what} is not done by the device `{by}`: take another one")]
    Refused {
        /// The request.
        what: String,
        /// The back-end.
        by: String,
    },
    /// A kernel of a term cannot be compiled.
    #[error("{term}: cannot be compiled: {source}")]
    Compile {
        /// The term.
        term: String,
        /// The back-end's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The device, or its driver, refuses.
    #[error(transparent)]
    Device(Box<dyn std::error::Error + Send + Sync>),
    /// Bound data or streams do not have the shape of a kernel.
    #[error(transparent)]
    Bind(#[from] BindError),
}

/// Bound data or streams do not have the shape of a kernel.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another number of something than the kernel needs.
    #[error("kernel `{kernel}`: {given} {what} are bound, {wanted} are needed")]
    Count {
        /// The kernel.
        kernel: String,
        /// The things that are counted.
        what: String,
        /// The number that the kernel needs at least, or exactly.
        wanted: usize,
        /// The number that is bound.
        given: usize,
    },
    /// The data are those of other kernels than were compiled.
    #[error("the data are bound to other kernels than were compiled for them")]
    OtherKernels,
    /// A buffer of another length than the results have.
    #[error("the buffer of the {name} has {given} entries, {wanted} are needed")]
    Buffer {
        /// The results.
        name: &'static str,
        /// The length needed.
        wanted: usize,
        /// The length of the buffer.
        given: usize,
    },
    /// The ranges of the streams are not ranges of the outermost loop.
    #[error("kernel `{kernel}`: the ranges of the streams do not lie in the outermost loop")]
    Ranges {
        /// The kernel.
        kernel: String,
    },
}
