//! From the solved program to kernels: one for each loop nest of the energy.

use super::{Buffer, Kernel, Output, Region, Root, demand::Demand, integer_steps, schedule};
use crate::index::Var;
use crate::program::{Program, Target, Update};
use crate::real::{Graph, Rebuild};
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
    /// Whether a target is among the outputs.
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
    let mut graph = program.graph.clone();
    let updates = evaluable(&mut graph, program, outputs);
    let graph = Arc::new(graph);
    let mut nests: Vec<(&[Var], Vec<usize>)> = Vec::new();
    for (k, update) in program.updates.iter().enumerate().filter(|(_, u)| outputs.has(&u.target)) {
        let nest = &update.vars[..update.base];
        match nests.iter_mut().find(|(vars, _)| *vars == nest) {
            Some((_, group)) => group.push(k),
            None => nests.push((nest, vec![k])),
        }
    }
    let name = |k: usize| {
        if nests.len() == 1 { program.name.clone() } else { format!("{}.{k}", program.name) }
    };
    (nests.iter().enumerate()).map(|(k, (vars, group))| nest_kernel(&graph, &updates, name(k), vars, group)).collect()
}

/// The updates with values whose sums can be evaluated where the updates stand.
fn evaluable(graph: &mut Graph, program: &Program, outputs: Outputs) -> Vec<Update> {
    let evaluable = |u: &Update| match outputs.has(&u.target) {
        true => Update { value: Rebuild::for_nest(graph, &u.vars, u.value), ..u.clone() },
        false => u.clone(),
    };
    program.updates.iter().map(evaluable).collect()
}

fn nest_kernel(graph: &Arc<Graph>, updates: &[Update], name: String, nest: &[Var], group: &[usize]) -> Kernel {
    let roots: Vec<Root> = (group.iter())
        .map(|&k| Root { vars: updates[k].vars.clone(), values: vec![updates[k].value], indices: vec![] })
        .collect();
    let scheduled = schedule(graph, &roots);
    let mut regions: Vec<Region> =
        scheduled.regions.iter().map(|&(parent, var)| Region { parent, var, width: 0 }).collect();
    let outputs = (group.iter().zip(&scheduled.region_of))
        .map(|(&update, &region)| {
            let Update { target, value, .. } = updates[update];
            let slots = match target {
                Target::Energy => 0,
                Target::Hessian { mirrored: true, .. } => 2,
                _ => 1,
            };
            let offset = regions[region].width;
            regions[region].width += slots;
            Output { update, region, buffer: buffer_of(&target), offset, slots, value, negated: false }
        })
        .collect();
    let demand = Demand::of(graph, &roots, nest.first().copied());
    let (checked_values, checked_indices) = demand.checked();
    Kernel {
        name,
        reductions: graph.indices.reductions(integer_steps(&scheduled.steps)),
        fused: Default::default(),
        graph: graph.clone(),
        steps: scheduled.steps,
        outputs,
        regions,
        outer: nest.first().copied(),
        checked_values,
        checked_indices,
    }
}
