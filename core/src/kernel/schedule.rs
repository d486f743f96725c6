//! The order of evaluation: every node in the outermost loop that knows its variables, right before its first use.
//!
//! Sums become loops with accumulators; sums over the same variable that do not need each other share a loop. A node
//! that depends on a loop variable is computed in each loop that uses it.

use crate::index::{Index, IndexNode, Var, VarSet};
use crate::real::{Graph, Node, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// One step of an evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Compute an integer or a condition.
    Index(Index),
    /// Compute a real or a predicate. Never a [`Node::Sum`].
    Value(Value),
    /// Set the accumulator of a sum to zero.
    Zero(Value),
    /// Add the body of a sum to its accumulator; after the loop, the accumulator is the value of the sum.
    Accumulate(Value),
    /// Begin the loop of a variable; its bounds have been computed. The region is 0 for loops without outputs.
    Begin(Var, usize),
    /// End the innermost loop.
    End,
    /// Perform an output.
    Output(usize),
}

/// For every position of a [`Step::Begin`] the position of its [`Step::End`], and the other way round; 0 for other steps.
pub fn loop_ends(steps: &[Step]) -> Vec<usize> {
    let mut ends = vec![0; steps.len()];
    let mut open = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Begin(..) => open.push(at),
            Step::End => {
                let Some(begin) = open.pop() else { unreachable!("every loop that ends has begun") };
                ends[begin] = at;
                ends[at] = begin;
            }
            _ => {}
        }
    }
    ends
}

/// The integers among the steps.
pub fn integer_steps(steps: &[Step]) -> impl Iterator<Item = Index> {
    steps.iter().filter_map(|s| if let Step::Index(i) = s { Some(*i) } else { None })
}

/// The nodes to compute in one loop nest.
#[derive(Clone, Debug)]
pub struct Root {
    /// The loops, outermost first.
    pub vars: Vec<Var>,
    /// Values needed.
    pub values: Vec<Value>,
    /// Integers needed.
    pub indices: Vec<Index>,
}

/// A root or the body of a sum, still to be placed below some loops.
#[derive(Clone)]
enum Task {
    Root(usize),
    Sum(Value),
}

/// A node of either arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Any {
    Index(Index),
    Value(Value),
}

/// Orders the evaluation of the roots. Gives the steps, and the region of every root with the regions' parents.
pub fn schedule(graph: &Graph, roots: &[Root]) -> Schedule {
    let nodes = graph.indices.len() + graph.len();
    let mut state =
        Scheduler { graph, roots, done: vec![false; nodes], seen: vec![0; nodes], round: 0, out: Schedule::default() };
    state.out.regions.push((None, None));
    state.out.region_of = vec![0; roots.len()];
    let tasks = (0..roots.len()).map(Task::Root).collect();
    state.block(&[], 0, tasks);
    state.out
}

/// Steps with the loop structure of the outputs.
#[derive(Clone, Default, Debug)]
pub struct Schedule {
    /// The steps.
    pub steps: Vec<Step>,
    /// Parent and variable of each region; region 0 is the whole.
    pub regions: Vec<(Option<usize>, Option<Var>)>,
    /// The region of each root.
    pub region_of: Vec<usize>,
}

struct Scheduler<'a> {
    graph: &'a Graph,
    roots: &'a [Root],
    /// By [`Scheduler::key`], whether a node has been computed in an open block.
    done: Vec<bool>,
    /// By key, the last round that met a node.
    seen: Vec<u32>,
    round: u32,
    out: Schedule,
}

impl Scheduler<'_> {
    /// Emits everything that belongs directly into the loops `scope`, then the loops inside.
    fn block(&mut self, scope: &[Var], region: usize, tasks: Vec<Task>) {
        let mut added = Vec::new();
        let needed = self.needed(&tasks);
        if let Some(var) = scope.last() {
            let at = Any::Index(self.graph.indices.var_index(*var));
            self.set_done(at);
            added.push(at);
        }
        self.sum_loops(scope, &needed, &mut added);
        let (own, inner): (Vec<Task>, Vec<Task>) = tasks.into_iter().partition(|t| self.next_var(t, scope).is_none());
        for task in own {
            self.own_task(scope, region, task, &mut added);
        }
        for any in &needed {
            self.emit(*any, scope, &mut added);
        }
        let mut loops: Vec<(Var, Vec<Task>)> = Vec::new();
        for task in inner {
            let Some(var) = self.next_var(&task, scope) else { unreachable!("an inner task has a loop to enter") };
            match loops.iter_mut().find(|(v, _)| *v == var) {
                Some((_, group)) => group.push(task),
                None => loops.push((var, vec![task])),
            }
        }
        for (var, group) in loops {
            let inner = self.out.regions.len();
            self.out.regions.push((Some(region), Some(var)));
            self.loop_over(scope, var, inner, group);
        }
        for any in added {
            let key = self.key(any);
            self.done[key] = false;
        }
    }

    fn loop_over(&mut self, scope: &[Var], var: Var, region: usize, tasks: Vec<Task>) {
        self.out.steps.push(Step::Begin(var, region));
        let inner = [scope, &[var]].concat();
        self.block(&inner, region, tasks);
        self.out.steps.push(Step::End);
    }

    /// The loop a root still has to enter.
    fn next_var(&self, task: &Task, scope: &[Var]) -> Option<Var> {
        match task {
            Task::Root(root) => self.roots[*root].vars.get(scope.len()).copied(),
            Task::Sum(_) => None,
        }
    }

    fn own_task(&mut self, scope: &[Var], region: usize, task: Task, added: &mut Vec<Any>) {
        match task {
            Task::Root(root) => {
                let Root { values, indices, .. } = self.roots[root].clone();
                indices.into_iter().for_each(|i| self.emit(Any::Index(i), scope, added));
                values.into_iter().for_each(|v| self.emit(Any::Value(v), scope, added));
                self.out.region_of[root] = region;
                self.out.steps.push(Step::Output(root));
            }
            Task::Sum(sum) => {
                let Node::Sum(_, body) = *self.graph.node(sum) else { unreachable!("sums alone accumulate") };
                self.emit(Any::Value(body), scope, added);
                self.out.steps.push(Step::Accumulate(sum));
            }
        }
    }

    /// The loops of the sums that belong into this block, in order of need, with what they need before them.
    fn sum_loops(&mut self, scope: &[Var], needed: &[Any], added: &mut Vec<Any>) {
        let is_sum = |any: &Any| matches!(*any, Any::Value(v) if matches!(self.graph.node(v), Node::Sum(..)));
        if !needed.iter().any(is_sum) {
            return;
        }
        let mut depth: FxHashMap<Value, u32> = FxHashMap::default();
        let mut by_depth: Vec<Vec<Value>> = Vec::new();
        for any in needed {
            let Any::Value(value) = *any else { continue };
            let mut own = 0;
            self.graph.operands(value, |a| own = own.max(depth.get(&a).copied().unwrap_or(0)));
            if matches!(self.graph.node(value), Node::Sum(..)) && self.belongs(*any, scope) {
                own += 1;
                by_depth.resize_with(by_depth.len().max(own as usize), Vec::new);
                by_depth[own as usize - 1].push(value);
            }
            depth.insert(value, own);
        }
        for level in by_depth {
            let mut groups: Vec<(Var, Vec<Task>)> = Vec::new();
            for sum in level {
                let Node::Sum(var, _) = *self.graph.node(sum) else {
                    unreachable!("sums alone have loops of their own")
                };
                let mut bounds = Vec::new();
                self.graph.index_operands(sum, |i| bounds.push(i));
                bounds.into_iter().for_each(|i| self.emit(Any::Index(i), scope, added));
                match groups.iter_mut().find(|(v, _)| *v == var) {
                    Some((_, group)) => group.push(Task::Sum(sum)),
                    None => groups.push((var, vec![Task::Sum(sum)])),
                }
            }
            for (var, group) in groups {
                for any in self.needed(&group) {
                    self.emit(any, scope, added);
                }
                for task in &group {
                    if let Task::Sum(sum) = task {
                        self.out.steps.push(Step::Zero(*sum));
                    }
                }
                let sums: Vec<Any> = group
                    .iter()
                    .filter_map(|t| if let Task::Sum(s) = t { Some(Any::Value(*s)) } else { None })
                    .collect();
                self.loop_over(scope, var, 0, group);
                sums.iter().for_each(|&sum| self.set_done(sum));
                added.extend(sums);
            }
        }
    }

    /// Everything the tasks are built from that has no number yet, operands first.
    fn needed(&mut self, tasks: &[Task]) -> Vec<Any> {
        let mut pending: Vec<Any> = Vec::new();
        for task in tasks {
            match task {
                Task::Root(root) => {
                    let Root { vars, values, indices } = &self.roots[*root];
                    pending.extend(values.iter().map(|&v| Any::Value(v)));
                    pending.extend(indices.iter().map(|&i| Any::Index(i)));
                    for var in vars {
                        let l = self.graph.indices.loop_of(*var);
                        pending.extend([Any::Index(l.lo), Any::Index(l.hi)]);
                    }
                }
                Task::Sum(sum) => self.graph.operands(*sum, |body| pending.push(Any::Value(body))),
            }
        }
        self.round += 1;
        let mut needed = Vec::new();
        while let Some(any) = pending.pop() {
            if !self.is_done(any) && self.meets(any) {
                needed.push(any);
                self.operands(any, |a| pending.push(a));
            }
        }
        needed.sort_unstable();
        needed
    }

    fn operands(&self, any: Any, mut visit: impl FnMut(Any)) {
        match any {
            Any::Index(i) => self.graph.indices.operands(i, |a| visit(Any::Index(a))),
            Any::Value(v) => {
                self.graph.index_operands(v, |a| visit(Any::Index(a)));
                self.graph.operands(v, |a| visit(Any::Value(a)));
            }
        }
    }

    fn free(&self, any: Any) -> VarSet {
        match any {
            Any::Index(i) => self.graph.indices.free(i),
            Any::Value(v) => self.graph.free(v),
        }
    }

    /// Returns true if all loops a node depends on are open.
    fn belongs(&self, any: Any, scope: &[Var]) -> bool {
        self.graph.indices.vars(self.free(any)).iter().all(|v| scope.contains(v))
    }

    /// Adds to `missing` what a node needs first in these loops: operands, and below a reduction, whose own loop runs
    /// when it is evaluated, all that does not move with that loop.
    fn missing(&self, any: Any, scope: &[Var], missing: &mut Vec<Any>) {
        let mut seen: FxHashSet<Any> = FxHashSet::default();
        let mut pending = vec![any];
        while let Some(at) = pending.pop() {
            let reduction = matches!(at, Any::Index(i) if self.graph.indices.reduced(i).is_some());
            self.operands(at, |a| {
                if self.belongs(a, scope) {
                    if !self.is_done(a) {
                        missing.push(a);
                    }
                } else if (reduction || at != any) && seen.insert(a) {
                    pending.push(a);
                }
            });
        }
    }

    /// Emits a node after its operands, as far as they belong here.
    fn emit(&mut self, root: Any, scope: &[Var], added: &mut Vec<Any>) {
        let mut pending = vec![root];
        while let Some(&any) = pending.last() {
            if self.is_done(any) || !self.belongs(any, scope) {
                pending.pop();
                continue;
            }
            let before = pending.len();
            self.missing(any, scope, &mut pending);
            if pending.len() > before {
                pending[before..].reverse();
                continue;
            }
            pending.pop();
            match any {
                Any::Index(i) if !matches!(self.graph.indices.node(i), IndexNode::Var(_)) => {
                    self.out.steps.push(Step::Index(i))
                }
                Any::Value(v) if !matches!(self.graph.node(v), Node::Sum(..)) => self.out.steps.push(Step::Value(v)),
                _ => {}
            }
            self.set_done(any);
            added.push(any);
        }
    }

    /// The number of a node among those of both arenas.
    fn key(&self, any: Any) -> usize {
        match any {
            Any::Index(i) => i.index(),
            Any::Value(v) => self.graph.indices.len() + v.index(),
        }
    }

    fn is_done(&self, any: Any) -> bool {
        self.done[self.key(any)]
    }

    fn set_done(&mut self, any: Any) {
        let key = self.key(any);
        self.done[key] = true;
    }

    /// Returns true if this round meets a node for the first time.
    fn meets(&mut self, any: Any) -> bool {
        let key = self.key(any);
        std::mem::replace(&mut self.seen[key], self.round) != self.round
    }
}
