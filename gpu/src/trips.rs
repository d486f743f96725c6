//! Limits of the loops of one invocation: Mesa's software adapter leaves all loops of an invocation, without a word,
//! when they have run for [`LIMIT`] iterations.

use crate::wgsl::GROUP;
use crate::{Device, Error, integers};
use spadina_core::bind::Data;
use spadina_core::executor::Executor;
use spadina_core::index::{Index, Indices, Intervals, Loop};
use spadina_core::kernel::{Kernel, Step};
use spadina_core::pattern::FaultKind;

/// Iterations after which that adapter stops.
const LIMIT: u64 = 65_535;

/// The adapter.
const ADAPTER: &str = "llvmpipe";

/// In errors.
const NAME: &str = "iterations of loops in llvmpipe";

/// The share of one invocation in the loops of a kernel.
#[derive(Clone, Copy)]
pub(crate) struct Invocation {
    /// Iterations of the outermost loop.
    pub times: u64,
    /// True if a workgroup shares the loops that stand in no other.
    pub shared: bool,
}

impl Device {
    /// The most iterations of an invocation's loops, if there is a limit.
    pub(crate) fn iterations(&self) -> Option<u64> {
        self.name().contains(ADAPTER).then_some(LIMIT)
    }

    /// Refuses loops that this device would leave early.
    pub(crate) fn check_iterations(&self, what: &str, wanted: u64) -> Result<(), Error> {
        match self.iterations() {
            Some(allowed) if wanted > allowed => Err(Error::Limit { what: what.into(), wanted, limit: NAME, allowed }),
            _ => Ok(()),
        }
    }

    /// Refuses a kernel whose loops, below the outermost one, this device would leave early.
    pub(crate) fn check_loops(
        &self,
        kernel: &Kernel,
        data: &Data<'_>,
        invocation: Invocation,
        executor: &dyn Executor,
    ) -> Result<(), Error> {
        let Some(limit) = self.iterations() else { return Ok(()) };
        let Invocation { times, shared } = invocation;
        self.check_iterations(&format!("kernel `{}`", kernel.name), times)?;
        let mut indices = kernel.graph.indices.clone();
        let products = products(kernel, &mut indices);
        // Every loop has the same part of the limit.
        let allowed = limit / times.max(1) / products.len().max(1) as u64 * u64::from(if shared { GROUP } else { 1 });
        let intervals = Intervals::of(&indices, products.iter().copied(), &data.sizes, &data.tables);
        // What fits 31 bits after it has been multiplied is not above the limit.
        let scale = i64::from(i32::MAX) / (allowed.max(1) as i64);
        let open = products.into_iter().filter(|&product| intervals.get(product).hi > allowed as i64);
        let scaled: Vec<Index> = open.map(|product| indices.scale(product, scale)).collect();
        // What has no value is in an iteration that does not run.
        let refused = |kind: FaultKind| matches!(kind, FaultKind::Wraps(..) | FaultKind::TooLong(_));
        let exceeds = || integers::evaluate_in(indices, &scaled, data, executor).is_err_and(refused);
        match scaled.is_empty() || !exceeds() {
            true => Ok(()),
            false => {
                let what = format!("one element of kernel `{}`", kernel.name);
                Err(Error::Limit { what, wanted: limit + 1, limit: NAME, allowed: limit })
            }
        }
    }
}

/// For every loop below the outermost one, and every reduction among the integers, the product of its length with those of
/// the loops around it.
fn products(kernel: &Kernel, indices: &mut Indices) -> Vec<Index> {
    let mut found = Vec::new();
    let mut open: Vec<Option<Index>> = Vec::new();
    for step in &kernel.steps {
        let around = open.iter().rev().flatten().next().copied();
        match *step {
            // The outermost loop is the invocation itself.
            Step::Begin(..) if kernel.is_outer(*step) => open.push(None),
            Step::Begin(var, _) => {
                let own = indices.loop_of(var).clone();
                let product = times(indices, &own, around);
                found.push(product);
                open.push(Some(product));
            }
            Step::End => drop(open.pop()),
            Step::Index(i) if kernel.reductions.contains_key(&i) => {
                let Some((var, _)) = indices.reduced(i) else { unreachable!("a reduction has a loop") };
                let own = indices.loop_of(var).clone();
                found.push(times(indices, &own, around));
            }
            _ => {}
        }
    }
    found
}

fn times(indices: &mut Indices, own: &Loop, around: Option<Index>) -> Index {
    let length = indices.sub(own.hi, own.lo);
    around.map_or(length, |around| indices.mul(around, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina_conformance::program::Builder;
    use spadina_core::executor::Serial;
    use spadina_core::program::Target;

    /// So many elements that nobody evaluates the lengths of their loops.
    #[test]
    fn what_is_not_known_to_be_short_is_refused() {
        let Ok(device) = Device::open(None) else { return };
        let mut p = Builder::default();
        let (var, i) = p.elements();
        let (zero, many) = (p.ix().int(0), p.ix().int(70_000));
        let end = p.ix().rem(i, many);
        let (inner, _) = p.var(1, zero, end, "j");
        let one = p.g.constant(1.0);
        p.update(&[var, inner], 1, Target::Energy, one);
        let kernel = p.kernel();
        let refused = |elements: i64| {
            let data = Data { sizes: vec![elements], ..Data::default() };
            device.check_loops(&kernel, &data, Invocation { times: 1, shared: false }, &Serial).is_err()
        };
        let limited = device.iterations().is_some();
        assert!(!refused(60_000));
        assert_eq!([70_000, (1 << 30) + 5].map(refused), [limited; 2]);
    }
}
