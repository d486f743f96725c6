//! From the solved program to kernels: one for each loop nest of the energy.

use super::{Buffer, Kernel, Output, Region, Root, demand::Demand, guards, integer_steps, runs, runs::Write, schedule};
use crate::index::Var;
use crate::program::{Program, Target, Update};
use crate::real::{Graph, Rebuild};
use crate::verify;
use std::sync::Arc;

/// Which outputs a kernel computes; what only others need is dead code in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Outputs {
    /// The energy.
    pub energy: bool,
    /// The gradient.
    pub gradient: bool,
    /// The Hessian.
    pub hessian: bool,
    /// The residual.
    pub residual: bool,
    /// The Jacobian.
    pub jacobian: bool,
    /// Products with the seed.
    pub product: bool,
}

impl Outputs {
    /// Returns true if a target is among the outputs.
    pub fn has(self, target: &Target) -> bool {
        match buffer_of(target) {
            Buffer::Energy => self.energy,
            Buffer::Gradient => self.gradient,
            Buffer::Hessian => self.hessian,
            Buffer::Residual => self.residual,
            Buffer::Jacobian => self.jacobian,
            Buffer::Product => self.product,
        }
    }
}

fn buffer_of(target: &Target) -> Buffer {
    match target {
        Target::Energy => Buffer::Energy,
        Target::Gradient(_) => Buffer::Gradient,
        Target::Hessian { .. } => Buffer::Hessian,
        Target::Residual { .. } => Buffer::Residual,
        Target::Jacobian { .. } => Buffer::Jacobian,
        Target::Product(_) | Target::ResidualProduct(_) => Buffer::Product,
    }
}

/// The kernels of a program, one for each loop nest of its energy or residual, in order of first appearance.
pub fn build(program: &Program, outputs: Outputs) -> Vec<Kernel> {
    build_with(program, outputs, false)
}

/// Like [`build`]; with `runs`, outputs whose entries follow each other in memory share a slot: the gradient's, and those of
/// matrices that are stored as CSR of both triangles.
pub fn build_with(program: &Program, outputs: Outputs, runs: bool) -> Vec<Kernel> {
    let mut graph = program.graph.clone();
    let updates = evaluable(&mut graph, program, outputs);
    let mut nests: Vec<Nest> = Vec::new();
    for (k, update) in program.updates.iter().enumerate().filter(|(_, u)| outputs.has(&u.target)) {
        let nest = &update.vars[..update.base];
        let at = nests.iter().position(|(vars, _)| *vars == nest).unwrap_or_else(|| {
            nests.push((nest, Vec::new()));
            nests.len() - 1
        });
        let mirrored = matches!(update.target, Target::Hessian { mirrored: true, .. });
        nests[at].1.push(Write { update: k, transposed: false });
        nests[at].1.extend(mirrored.then_some(Write { update: k, transposed: true }));
    }
    if runs {
        nests.iter_mut().for_each(|(_, writes)| runs::order(&mut graph.indices, &updates, writes));
    }
    let graph = Arc::new(graph);
    let name = |k: usize| {
        if nests.len() == 1 { program.name.clone() } else { format!("{}.{k}", program.name) }
    };
    let kernel = |(k, nest): (usize, &Nest)| nest_kernel(&graph, &updates, name(k), nest, runs);
    let kernels: Vec<Kernel> = nests.iter().enumerate().map(kernel).collect();
    verify::debug("build", || kernels.iter().try_for_each(verify::kernel));
    kernels
}

/// The updates with values whose sums can be evaluated where the updates stand.
fn evaluable(graph: &mut Graph, program: &Program, outputs: Outputs) -> Vec<Update> {
    let evaluable = |u: &Update| match outputs.has(&u.target) {
        true => Update { value: Rebuild::for_nest(graph, &u.vars, u.value), ..u.clone() },
        false => u.clone(),
    };
    program.updates.iter().map(evaluable).collect()
}

/// A loop nest with the writes in it.
type Nest<'a> = (&'a [Var], Vec<Write>);

fn nest_kernel(graph: &Arc<Graph>, updates: &[Update], name: String, (nest, writes): &Nest, runs: bool) -> Kernel {
    let roots: Vec<Root> = (writes.iter())
        .map(|&Write { update: k, .. }| Root {
            vars: updates[k].vars.clone(),
            values: vec![updates[k].value],
            indices: vec![],
        })
        .collect();
    let scheduled = schedule(graph, &roots);
    let mut outputs: Vec<Output> = (writes.iter().zip(&scheduled.region_of))
        .map(|(&Write { update, transposed }, &region)| {
            let Update { target, value, .. } = updates[update];
            let buffer = buffer_of(&target);
            Output {
                update,
                region,
                buffer,
                offset: 0,
                shift: 0,
                transposed,
                node: None,
                value,
                negated: false,
                sets: false,
            }
        })
        .collect();
    let mut indices = graph.indices.clone();
    let always: Vec<bool> = match runs {
        true => {
            let guards = guards(graph, &mut indices, updates, &outputs);
            guards.into_iter().map(|guard| indices.as_bool(guard) == Some(true)).collect()
        }
        false => vec![false; outputs.len()],
    };
    let mut widths = vec![0; scheduled.regions.len()];
    runs::assign(&mut indices, updates, &mut outputs, &always, &mut widths);
    let mut steps = scheduled.steps;
    runs::pair(&mut steps, &outputs);
    let regions =
        scheduled.regions.iter().zip(widths).map(|(&(parent, var), width)| Region { parent, var, width }).collect();
    let demand = Demand::of(graph, &roots, nest.first().copied());
    let (checked_values, checked_indices) = demand.checked();
    Kernel {
        name,
        reductions: graph.indices.reductions(integer_steps(&steps)),
        fused: Default::default(),
        fuses: false,
        graph: graph.clone(),
        steps,
        outputs,
        regions,
        outer: nest.first().copied(),
        checked_values,
        checked_indices,
    }
}
