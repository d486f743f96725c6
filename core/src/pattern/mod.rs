//! Load time: with sizes and tables bound, the rows and columns of every update are evaluated over its loops, which
//! gives the sparsity pattern and the slot of each update.

mod chunks;
mod csr;
mod dense;
mod entries;
mod enumerate;
mod fault;
mod gram;
mod hessian;
mod incidence;
mod nodes;
mod slots;
mod storage;
mod streams;
mod sweep;
mod symbolic;
mod wrapping;
mod written;

pub use csr::Csr;
pub use dense::dense_streams;
pub use entries::{Entries, RegionEntries};
pub use fault::{Fault, FaultKind};
pub use gram::Gram;
pub use hessian::hessian_pattern;
pub use storage::{Block, Coo, Full, Lower, Places, Storage, Triangle, Upper, slots};
pub use streams::streams;
pub use symbolic::Symbolic;
pub use wrapping::check_words;
