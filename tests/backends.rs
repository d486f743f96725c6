//! Every back-end passes the same numeric tests.

use spadina::backend::{Backend, Host};
use spadina::system::Precision;
use spadina_conformance::{Subject, without_gpu};
use std::sync::Arc;

#[path = "backends/outside.rs"]
mod outside;

fn cpu() -> Arc<dyn Backend> {
    Arc::new(Host::new(spadina::backend::cpu()))
}

/// The GPU in a precision; nothing where there is no adapter, unless `SPADINA_REQUIRE_GPU` is set, or where the adapter has
/// no double precision.
fn gpu(precision: Precision) -> Option<Subject> {
    use spadina::gpu::{Backend, Device, Schedule};
    let backend = Device::open(None).and_then(|device| Backend::new(device, precision, Schedule::Auto));
    match backend {
        Ok(backend) => Some(Subject::device(Arc::new(backend), precision)),
        Err(error) => {
            match error.to_string().contains("cannot compute in double precision") {
                true => println!("not tested: {error}"),
                false => without_gpu(error),
            }
            None
        }
    }
}

mod interpreter {
    spadina_conformance::suite!(Some(super::Subject::interpreter()));
}

mod cpu_double {
    spadina_conformance::suite!(Some(super::Subject::exact(super::cpu())));
}

mod cpu_single {
    spadina_conformance::suite!(Some(super::Subject::single(super::cpu())));
}

mod gpu_single {
    spadina_conformance::suite!(super::gpu(super::Precision::F32));
}

mod gpu_double {
    spadina_conformance::suite!(super::gpu(super::Precision::F64));
}

mod from_outside {
    use super::outside::Closures;
    use super::{Arc, Host, Subject};
    spadina_conformance::suite!(Some(Subject::exact(Arc::new(Host::new(Arc::new(Closures))))));
}
