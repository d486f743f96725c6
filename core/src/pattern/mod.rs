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
mod storage;
mod sweep;
mod symbolic;
mod wrapping;
mod written;

pub use csr::Csr;
pub use dense::dense_streams;
pub use entries::{Entries, Places, RegionEntries, streams};
pub use fault::{Fault, FaultKind};
pub use gram::Gram;
pub use hessian::hessian_pattern;
pub use storage::{Block, Coo, Full, Lower, Storage, Triangle, Upper, slots};
pub use symbolic::Symbolic;
pub use wrapping::check_words;
