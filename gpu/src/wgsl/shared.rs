//! Loops that stand in no loop, of kernels without an outermost one or before it: one workgroup shares their iterations.
//!
//! Every invocation of the workgroup runs the same steps; of a loop that stands in no other it runs every
//! [`GROUP`]-th iteration, and after the loop the invocations add up what they have, by a fixed tree. What stands in no loop
//! is written by one of them.

use rustc_hash::FxHashMap;
use spadina_core::kernel::{Kernel, Step, loop_ends};
use spadina_core::real::Value;

/// Invocations of the workgroup.
pub(crate) const GROUP: u32 = spadina_shaders::GROUP;

/// The two parts of a kernel with sums before its outermost loop.
pub(super) struct Prelude {
    /// A kernel that computes the sums.
    pub sums: Kernel,
    /// The kernel that finds the sums computed.
    pub rest: Kernel,
    /// The sums, in the order in which they are stored.
    pub stored: Vec<Value>,
}

/// Splits a kernel, if sums over loops stand before its outermost loop.
pub(super) fn prelude(kernel: &Kernel) -> Option<Prelude> {
    let outer = kernel.outermost()?;
    let ends = loop_ends(&kernel.steps);
    let mut rest = Vec::new();
    let mut stored = Vec::new();
    let mut at = 0;
    while at < outer {
        match kernel.steps[at] {
            Step::Begin(..) => {
                at = ends[at] + 1;
                continue;
            }
            Step::Zero(sum) => stored.push(sum),
            _ => {}
        }
        rest.push(kernel.steps[at]);
        at += 1;
    }
    if stored.is_empty() {
        return None;
    }
    rest.extend_from_slice(&kernel.steps[outer..]);
    let sums = Kernel { steps: kernel.steps[..outer].to_vec(), outputs: Vec::new(), ..kernel.clone() };
    Some(Prelude { sums, rest: Kernel { steps: rest, ..kernel.clone() }, stored })
}

/// Returns true if a kernel has no outermost loop and a workgroup can share its loops: the records of a loop have the
/// numbers of its iterations if no loop stands around it.
pub(super) fn is_shared(kernel: &Kernel) -> bool {
    kernel.outer.is_none() && kernel.regions.iter().all(|region| region.parent.is_none_or(|parent| parent == 0))
}

/// The loops that stand in no loop, by the positions where they begin, with the sums that they compute.
pub(super) fn shared_loops(kernel: &Kernel) -> FxHashMap<usize, Vec<Value>> {
    let mut loops: FxHashMap<usize, Vec<Value>> = FxHashMap::default();
    let mut open = Vec::new();
    for (at, step) in kernel.steps.iter().enumerate() {
        match (*step, open.as_slice()) {
            (Step::Begin(..), []) => {
                loops.insert(at, Vec::new());
                open.push(at);
            }
            (Step::Begin(..), _) => open.push(at),
            (Step::End, _) => drop(open.pop()),
            (Step::Accumulate(sum), &[outermost]) => loops.entry(outermost).or_default().push(sum),
            _ => {}
        }
    }
    loops
}
