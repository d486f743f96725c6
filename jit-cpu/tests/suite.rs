//! The kernels of the common suite in every configuration of the code generator.

use spadina_conformance::Subject;
use spadina_core::backend::Host;
use spadina_jit_cpu::{Options, cranelift};
use std::sync::Arc;

/// The code generator with these settings: the longest block, the longest kernel that is optimised, several iterations side by side.
fn subject(block_limit: usize, quick_above: usize, wide: bool) -> Option<Subject> {
    let Options { wide: has_vectors, .. } = Options::default();
    let options = Options { block_limit, quick_above, wide: wide && has_vectors, ..Options::default() };
    Some(Subject::exact(Arc::new(Host::new(cranelift(options)))))
}

mod narrow {
    spadina_conformance::kernel_suite!(super::subject(4000, 20_000, false));
}

mod quick {
    spadina_conformance::kernel_suite!(super::subject(4000, 0, true));
}

mod short_blocks {
    spadina_conformance::kernel_suite!(super::subject(12, 0, true));
}

mod shortest_blocks {
    spadina_conformance::kernel_suite!(super::subject(1, 20_000, true));
}
