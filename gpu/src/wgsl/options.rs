//! Options for emitting kernels.

use crate::schedule::Schedule;
use spadina_core::kernel::Kernel;
use spadina_core::real::{ArrayKind, Precision};

/// The name of the entry point.
pub const ENTRY: &str = "evaluate";

/// Statements above which a function is cut: naga reads functions of this length in linear time.
const FUNCTION_LIMIT: usize = 400;

/// Invocations in a workgroup: as many as run in step on every graphics processor (32 or 64).
const WORKGROUP: u32 = 64;

/// In which buffer the entries of an array lie.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ArrayBuffer {
    /// The vector of all unknowns.
    Unknowns,
    /// The rows of the residual.
    Rows,
    /// The data of the kernel.
    Data,
}

/// Options for emitting a kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The precision of the reals.
    pub precision: Precision,
    /// Statements above which a function is cut into several.
    pub function_limit: usize,
    /// Invocations in a workgroup; at most 256 for a browser.
    pub workgroup: u32,
    /// By array id, where its entries lie. Arrays beyond the end: unknowns among the unknowns, others among the data.
    pub sources: Vec<ArrayBuffer>,
    /// The way in which outputs are assembled.
    pub schedule: Schedule,
    /// Numbers of an invocation that registers hold: bodies that need more are split where the parts should take less time.
    /// By the kind of the adapter if none is given.
    pub registers: Option<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            precision: Precision::F32,
            function_limit: FUNCTION_LIMIT,
            workgroup: WORKGROUP,
            sources: Vec::new(),
            schedule: Schedule::Auto,
            registers: None,
        }
    }
}

impl Options {
    /// The source of each array of a kernel.
    pub(crate) fn sources(&self, kernel: &Kernel) -> Vec<ArrayBuffer> {
        let arrays = kernel.graph.arrays().iter().enumerate();
        let of_kind = |kind: &ArrayKind| match kind {
            ArrayKind::Unknown | ArrayKind::Combinations(_) => ArrayBuffer::Unknowns,
            ArrayKind::Weights => ArrayBuffer::Rows,
            ArrayKind::Data | ArrayKind::Constant(_) | ArrayKind::Reference(_) => ArrayBuffer::Data,
            ArrayKind::Matrices(_) | ArrayKind::Stored(_) => ArrayBuffer::Data,
        };
        arrays.map(|(k, info)| self.sources.get(k).copied().unwrap_or(of_kind(&info.kind))).collect()
    }
}
