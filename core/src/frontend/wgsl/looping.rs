//! Loops: short ones run iteration by iteration, long ones once, with their counter as a symbol.

use super::machine::{Frame, Machine, Result};
use super::trip::{Carried, LoopParts, Placeholders, Plan};
use super::value::{Root, Val, merge};
use crate::error::Diagnostic;
use crate::index::{Index, Var};
use crate::real::{BinaryOp, Graph, Node, Value};
use naga::{AddressSpace, Block, Expression, Handle, Statement};
use rustc_hash::{FxHashMap, FxHashSet};

/// Loops whose trip counts multiply to at most this are unrolled.
const UNROLL: u64 = 64;

/// Iterations of a loop that can only be unrolled.
const FORCED_UNROLL: u64 = 4096;

/// Expressions that unrolling one loop may build.
const UNROLL_NODES: usize = 1 << 20;

const ONLY_SUMS: &str = "a loop may carry nothing but sums: this variable comes out of an iteration as something else \
                         than its old value plus a term. Write it as `v += term`, or give the loop a literal trip count";

const LAST_VALUE: &str = "this variable is assigned anew in every iteration of a loop, and its last value is used \
                          after it: declare it inside the loop, or add up";

impl<'m> Machine<'m> {
    /// Executes a loop.
    pub fn loop_statement(
        &mut self,
        frame: &mut Frame<'m>,
        body: &'m Block,
        continuing: &'m Block,
        break_if: Option<Handle<Expression>>,
    ) -> Result<()> {
        let parts = LoopParts { body, continuing, break_if, span: self.graph.span };
        let none = self.graph.bool(false);
        let (broken, continued) = (self.new_cell(Val::Bool(none)), self.new_cell(Val::Bool(none)));
        let outer = (frame.broken.replace(broken), frame.continued.replace(continued));
        let result = self.run_loop(frame, parts);
        (frame.broken, frame.continued) = outer;
        self.graph.span = parts.span;
        result
    }

    fn run_loop(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<()> {
        let carried = self.carried(frame, parts)?;
        let plan = match self.plan_loop(frame, parts, &carried) {
            Ok(plan) => plan,
            Err(reason) => return self.unroll_or(frame, parts, reason),
        };
        let count = self.graph.indices.as_const(plan.count).map(|c| c.max(0) as u64);
        if let Some(count) = count
            && count.saturating_mul(self.unrolled) <= UNROLL
        {
            return self.unroll(frame, parts, count);
        }
        let attempt = self.begin_attempt(frame);
        let writes = self.writes.len();
        match self.keep_loop(frame, parts, &plan, &carried) {
            Ok(clean) if clean || count.is_none_or(|count| count > FORCED_UNROLL) => {
                // The attempt held: redo what it assigned, outside of its journal.
                let kept = self.writes.split_off(writes);
                let changed = self.abandon(frame, attempt);
                self.writes.extend(kept);
                for (cell, value) in changed {
                    self.set_cell(cell, value);
                }
                Ok(())
            }
            result => {
                self.abandon(frame, attempt);
                match (count, result) {
                    (Some(count), _) if count <= FORCED_UNROLL => self.unroll(frame, parts, count),
                    (_, Err(reason)) => Err(reason),
                    (_, Ok(_)) => Ok(()),
                }
            }
        }
    }

    /// Unrolls a loop without a known trip count, if its test turns out literal; otherwise gives the reason why it has
    /// none.
    fn unroll_or(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, reason: Diagnostic) -> Result<()> {
        let attempt = self.begin_attempt(frame);
        let writes = self.writes.len();
        match self.unroll(frame, parts, FORCED_UNROLL) {
            Ok(()) => {
                let kept = self.writes.split_off(writes);
                let changed = self.abandon(frame, attempt);
                self.writes.extend(kept);
                for (cell, value) in changed {
                    self.set_cell(cell, value);
                }
                Ok(())
            }
            Err(_) => {
                self.abandon(frame, attempt);
                Err(reason)
            }
        }
    }

    /// Runs a loop iteration by iteration until its test is literally false.
    fn unroll(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, count: u64) -> Result<()> {
        let outer = self.unrolled;
        self.unrolled = outer.saturating_mul(count.max(1));
        let nodes = self.graph.len() + self.graph.indices.len();
        let mut regions = Vec::new();
        for iteration in 0.. {
            let grown = self.graph.len() + self.graph.indices.len() - nodes;
            if iteration > FORCED_UNROLL || grown > UNROLL_NODES {
                self.graph.span = parts.span;
                return self.error("this loop is too long to be unrolled, and its trip count cannot be found");
            }
            self.block(frame, parts.body)?;
            self.clear(frame.continued);
            let left = self.left(frame)?;
            match self.literal(left) {
                Some(true) => break,
                Some(false) => {}
                None if iteration == 0 && count == FORCED_UNROLL => {
                    return self.error("the end of this loop depends on data");
                }
                None => {
                    let stayed = self.graph.not(left);
                    regions.push(self.open(frame, stayed));
                }
            }
            self.block(frame, parts.continuing)?;
            let Some(condition) = parts.break_if else { continue };
            let ends = self.predicate(frame, condition)?;
            match self.literal(ends) {
                Some(true) => break,
                Some(false) => {}
                None => {
                    let stayed = self.graph.not(ends);
                    regions.push(self.open(frame, stayed));
                }
            }
        }
        while let Some(region) = regions.pop() {
            self.close(region);
        }
        self.unrolled = outer;
        self.clear(frame.broken);
        self.clear(frame.continued);
        Ok(())
    }

    fn clear(&mut self, flag: Option<usize>) {
        let none = self.graph.bool(false);
        if let Some(cell) = flag {
            self.set_cell(cell, Val::Bool(none));
        }
    }

    /// Runs the body once with the counter as a symbol, and sums what it adds. `false`: a variable carries something
    /// else, which is an error if it is used.
    fn keep_loop(
        &mut self,
        frame: &mut Frame<'m>,
        parts: LoopParts<'m>,
        plan: &Plan,
        carried: &Carried,
    ) -> Result<bool> {
        let (var, t) = self.loop_variable(frame, plan)?;
        if !self.stays_unsigned(plan, t) {
            return self.error(
                "a u32 in the test of this loop may pass below zero, where it wraps: the trip count cannot be bounded",
            );
        }
        let mut known = plan.steps.clone();
        // A counter that only the body steps is found in a first run, and is a symbol in the second.
        loop {
            let attempt = self.begin_attempt(frame);
            let writes = self.writes.len();
            let list = self.symbols(carried, &known, t);
            self.iteration(frame, parts, plan)?;
            let found = self.steps(&list, |cell| !known.contains_key(&cell));
            let kept = self.writes.split_off(writes);
            let changed: FxHashMap<usize, Val> = self.abandon(frame, attempt).into_iter().collect();
            self.graph.span = parts.span;
            self.all_foreseen(frame, carried, &changed)?;
            let moving = found.iter().any(|(_, (_, step))| self.graph.indices.as_const(*step) != Some(0));
            if moving {
                known.extend(found);
                continue;
            }
            for mut write in kept {
                if self.leaks(write.value, &list) || self.holds_placeholder(write.row, &list) {
                    return Err(Diagnostic::new(write.span, ONLY_SUMS));
                }
                write.vars.insert(0, var);
                self.writes.push(write);
            }
            return self.outcomes(carried, &list, &changed, var, &known, plan);
        }
    }

    /// Checks that an iteration assigned no variable that was not given a symbol.
    fn all_foreseen(&self, frame: &Frame<'m>, carried: &Carried, changed: &FxHashMap<usize, Val>) -> Result<()> {
        let flow: Vec<usize> = frame.flow().collect();
        let older = |cell: &usize| *cell < frame.returned || (frame.first_cell..frame.end_cell()).contains(cell);
        let foreseen = |cell: &usize| carried.cells.binary_search(cell).is_ok() || flow.contains(cell);
        if changed.keys().any(|cell| older(cell) && !foreseen(cell)) {
            return self.error("this loop assigns a variable through a pointer that cannot be followed");
        }
        Ok(())
    }

    /// The variable of a loop, and the number of the iteration.
    fn loop_variable(&mut self, frame: &Frame<'m>, plan: &Plan) -> Result<(Var, Index)> {
        let local = |cell: usize| {
            let at = cell.checked_sub(frame.first_cell)?;
            frame.locals?.iter().nth(at).and_then(|(_, v)| v.name.clone())
        };
        let counter = plan.direct.or(plan.vars.first().map(|(_, cell)| *cell));
        let name = counter.and_then(local).unwrap_or_else(|| "i".to_string());
        let begins = plan.direct.and_then(|cell| plan.steps.get(&cell)).map(|(init, _)| *init);
        let lo = begins.unwrap_or_else(|| self.graph.indices.int(0));
        let hi = self.graph.indices.add(lo, plan.count);
        let var = self.graph.indices.var(self.depth, lo, hi, &name);
        let symbol = self.graph.indices.var_index(var);
        Ok((var, self.graph.indices.sub(symbol, lo)))
    }

    /// Puts the values of an iteration into the variables.
    fn symbols(&mut self, carried: &Carried, known: &super::trip::Steps, t: Index) -> Placeholders {
        let unknown = carried.cells.iter().copied().filter(|cell| !known.contains_key(cell));
        let list = self.set_placeholders(unknown.collect::<Vec<_>>());
        for cell in &carried.cells {
            if let Some(&step) = known.get(cell)
                && let Val::Int { signed, .. } = self.cells[*cell]
            {
                let index = self.closed_form(step, t);
                self.set_cell(*cell, Val::Int { index, signed });
            }
        }
        list
    }

    /// Runs the body and the step once, without the test.
    fn iteration(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>, plan: &Plan) -> Result<()> {
        self.depth += 1;
        if let Some(head) = plan.head {
            for (statement, span) in parts.body.span_iter().take(head) {
                self.graph.span = self.source.place(*span);
                if let Statement::Emit(range) = statement {
                    for handle in range.clone() {
                        self.emit(frame, handle)?;
                    }
                }
            }
        }
        self.statements(frame, parts.body, plan.head.map_or(0, |at| at + 1))?;
        self.clear(frame.continued);
        let left = self.left(frame)?;
        if self.literal(left) != Some(false) {
            self.graph.span = parts.span;
            return self.error(
                "this loop is left by `break` or `return` besides its test: make it a guard, or give the loop a \
                 literal trip count",
            );
        }
        self.block(frame, parts.continuing)?;
        self.depth -= 1;
        Ok(())
    }

    /// The values of the variables after the loop.
    fn outcomes(
        &mut self,
        carried: &Carried,
        list: &Placeholders,
        changed: &FxHashMap<usize, Val>,
        var: Var,
        known: &super::trip::Steps,
        plan: &Plan,
    ) -> Result<bool> {
        let mut clean = true;
        let placeholders: FxHashMap<usize, &Val> = list.values.iter().map(|(c, v)| (*c, v)).collect();
        let zero = self.graph.indices.int(0);
        let times = self.graph.indices.max(plan.count, zero);
        for &cell in &carried.cells {
            let before = self.cells[cell].clone();
            let after = if let (Some(&step), Val::Int { signed, .. }) = (known.get(&cell), &before) {
                Val::Int { index: self.closed_form(step, times), signed: *signed }
            } else {
                let (Some(placeholder), Some(new)) = (placeholders.get(&cell), changed.get(&cell)) else { continue };
                let span = self.assigned[cell];
                self.graph.span = span;
                self.outcome(list, &before, placeholder, new, var)
            };
            after.leaves(&mut |leaf| clean &= !matches!(leaf, Val::Poison(reason) if reason.message == ONLY_SUMS));
            self.set_cell(cell, after);
        }
        Ok(clean)
    }

    fn outcome(&mut self, list: &Placeholders, before: &Val, placeholder: &Val, new: &Val, var: Var) -> Val {
        match (before, placeholder, new) {
            (Val::Composite(a), Val::Composite(p), Val::Composite(n)) if a.len() == p.len() && p.len() == n.len() => {
                let parts = a.iter().zip(p.iter()).zip(n.iter());
                Val::composite(parts.map(|((a, p), n)| self.outcome(list, a, p, n, var)))
            }
            (_, _, Val::Poison(_)) => new.clone(),
            (Val::Real(a), Val::Real(p), Val::Real(n)) => {
                if p == n {
                    return before.clone();
                }
                if let Some(term) = increment(&mut self.graph, *n, *p) {
                    if self.leaks(term, list) {
                        return self.poison(ONLY_SUMS);
                    }
                    let sum = self.graph.sum(var, term);
                    return Val::Real(self.graph.add(*a, sum));
                }
                if self.leaks(*n, list) {
                    return self.poison(ONLY_SUMS);
                }
                let fixed = !self.graph.indices.contains(self.graph.free(*n), var);
                self.last_value(before, new, var, fixed)
            }
            (_, Val::Int { index: p, .. }, Val::Int { index: n, .. }) => {
                if p == n {
                    return before.clone();
                }
                let free = self.graph.indices.free(*n);
                let fixed = !self.holds_placeholder(*n, list) && !self.graph.indices.contains(free, var);
                self.last_value(before, new, var, fixed)
            }
            (_, Val::Bool(p), Val::Bool(n)) => {
                if p == n {
                    return before.clone();
                }
                let fixed = !self.leaks(*n, list) && !self.graph.indices.contains(self.graph.free(*n), var);
                self.last_value(before, new, var, fixed)
            }
            _ => self.poison(LAST_VALUE),
        }
    }

    /// The value of a variable that every iteration assigns anew: known if it is the same in all of them.
    fn last_value(&mut self, before: &Val, new: &Val, var: Var, fixed: bool) -> Val {
        if !fixed {
            return self.poison(LAST_VALUE);
        }
        let l = self.graph.indices.loop_of(var).clone();
        let runs = self.graph.indices.lt(l.lo, l.hi);
        let runs = self.graph.cond(runs);
        merge(&mut self.graph, runs, new, before)
    }

    /// Whether a value depends on what the iteration before left behind.
    fn leaks(&self, value: Value, list: &Placeholders) -> bool {
        let free = self.graph.free(value);
        if self.graph.indices.vars(free).iter().any(|v| list.vars.contains(v)) {
            return true;
        }
        let mut seen: FxHashSet<Value> = FxHashSet::default();
        let mut pending = vec![value];
        while let Some(at) = pending.pop() {
            if !self.graph.carried(at) || !seen.insert(at) {
                continue;
            }
            if matches!(self.graph.node(at), Node::Carried(key) if *key >= list.first_key) {
                return true;
            }
            self.graph.operands(at, |a| pending.push(a));
        }
        false
    }

    /// The variables that the statements of a loop may assign.
    fn carried(&mut self, frame: &mut Frame<'m>, parts: LoopParts<'m>) -> Result<Carried> {
        let in_body = self.assigned_by(frame, parts.body)?;
        let mut cells: Vec<usize> = self.assigned_by(frame, parts.continuing)?.into_iter().collect();
        cells.extend(&in_body);
        cells.sort_unstable();
        cells.dedup();
        Ok(Carried { cells, in_body })
    }

    fn assigned_by(&mut self, frame: &mut Frame<'m>, block: &'m Block) -> Result<FxHashSet<usize>> {
        let mut cells = FxHashSet::default();
        let mut pending = vec![block];
        while let Some(block) = pending.pop() {
            for statement in block.iter() {
                match statement {
                    Statement::Block(inner) => pending.push(inner),
                    Statement::If { accept, reject, .. } => pending.extend([accept, reject]),
                    Statement::Switch { cases, .. } => pending.extend(cases.iter().map(|c| &c.body)),
                    Statement::Loop { body, continuing, .. } => pending.extend([body, continuing]),
                    Statement::Store { pointer, .. } => cells.extend(self.root_cell(frame, *pointer)),
                    Statement::Call { arguments, .. } => {
                        for argument in arguments {
                            cells.extend(self.root_cell(frame, *argument));
                        }
                        cells.extend(self.mutable_private());
                    }
                    _ => {}
                }
            }
        }
        Ok(cells)
    }

    /// The variable a pointer expression leads to.
    fn root_cell(&self, frame: &Frame<'m>, pointer: Handle<Expression>) -> Option<usize> {
        let mut at = pointer;
        loop {
            match frame.arena[at] {
                Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => at = base,
                Expression::LocalVariable(local) => return Some(frame.first_cell + local.index()),
                Expression::GlobalVariable(handle) => return self.private.get(&handle).copied(),
                Expression::FunctionArgument(number) => {
                    return match frame.arguments.get(number as usize) {
                        Some(Val::Pointer(p)) => match p.root {
                            Root::Cell(cell) => Some(cell),
                            Root::Storage(_) => None,
                        },
                        _ => None,
                    };
                }
                _ => return None,
            }
        }
    }

    /// The private variables that some function may assign: those the user wrote.
    fn mutable_private(&self) -> Vec<usize> {
        let private = |h: &Handle<naga::GlobalVariable>| {
            let variable = &self.module.global_variables[*h];
            variable.space == AddressSpace::Private && !self.source.is_constant(variable.name.as_deref().unwrap_or(""))
        };
        self.private.iter().filter(|(h, _)| private(h)).map(|(_, cell)| *cell).collect()
    }
}

/// The term that `value` adds to the placeholder `carried`: through sums, differences and selects of both sides.
fn increment(g: &mut Graph, value: Value, carried: Value) -> Option<Value> {
    let mut seen: FxHashSet<Value> = FxHashSet::default();
    let mut order = Vec::new();
    let mut pending = vec![value];
    while let Some(at) = pending.pop() {
        if g.carried(at) && seen.insert(at) {
            order.push(at);
            g.operands(at, |a| pending.push(a));
        }
    }
    order.sort_unstable();
    // `None`: holds the placeholder in another way. Absent: does not hold it.
    let mut terms: FxHashMap<Value, Option<Value>> = FxHashMap::default();
    let zero = g.constant(0.0);
    terms.insert(carried, Some(zero));
    for at in order {
        if at == carried {
            continue;
        }
        let mut holds = false;
        g.operands(at, |a| holds |= terms.contains_key(&a));
        if !holds {
            continue;
        }
        let term = |v: Value| terms.get(&v).copied();
        let new = match *g.node(at) {
            Node::Binary(BinaryOp::Add, a, b) => match (term(a), term(b)) {
                (Some(Some(x)), None) => Some(g.add(x, b)),
                (None, Some(Some(y))) => Some(g.add(a, y)),
                _ => None,
            },
            Node::Binary(BinaryOp::Sub, a, b) => match (term(a), term(b)) {
                (Some(Some(x)), None) => Some(g.sub(x, b)),
                _ => None,
            },
            Node::Select(p, a, b) => match (term(p), term(a), term(b)) {
                (None, Some(Some(x)), Some(Some(y))) => Some(g.select(p, x, y)),
                _ => None,
            },
            _ => None,
        };
        terms.insert(at, new);
    }
    terms.get(&value).copied().flatten()
}
