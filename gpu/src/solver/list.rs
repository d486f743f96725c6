//! The preconditioners there are.

use super::block_jacobi::BlockJacobi;
use super::multilevel::Multilevel;
use super::preconditioner::Preconditioner;

/// Every preconditioner of this crate. The first one is the default.
pub const PRECONDITIONERS: &[&dyn Preconditioner] = &[&BlockJacobi, &Multilevel];

/// The preconditioner with a name, if there is one.
pub fn preconditioner(name: &str) -> Option<&'static dyn Preconditioner> {
    PRECONDITIONERS.iter().copied().find(|own| own.name() == name)
}
