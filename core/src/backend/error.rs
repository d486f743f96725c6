//! Why a back-end does not do something.

/// Why kernels were not compiled, bound or evaluated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The back-end cannot do it.
    #[error("{what} is not done by the device `{by}`: take another one")]
    Refused {
        /// What was asked for.
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
    /// Less is bound than a kernel needs.
    #[error("kernel `{kernel}` needs {wanted} {what}, but {given} are bound")]
    Missing {
        /// The kernel.
        kernel: String,
        /// The kind of data.
        what: &'static str,
        /// The number that the kernel reads or writes.
        wanted: usize,
        /// The number that is bound.
        given: usize,
    },
    /// A stream has another shape than the kernel.
    #[error("the records of region {region} of kernel `{kernel}` have {given} slots, the kernel writes {wanted}")]
    Width {
        /// The kernel.
        kernel: String,
        /// The region.
        region: usize,
        /// Slots the kernel writes.
        wanted: usize,
        /// Slots in a record.
        given: usize,
    },
    /// A stream is too short, or the beginnings of its records are not those of its loop.
    #[error("the records of region {region} of kernel `{kernel}` do not cover the outermost loop")]
    Records {
        /// The kernel.
        kernel: String,
        /// The region.
        region: usize,
    },
    /// The ranges of the streams are not ranges of the outermost loop.
    #[error("the ranges of the streams of kernel `{kernel}` do not lie in the outermost loop")]
    Ranges {
        /// The kernel.
        kernel: String,
    },
}
