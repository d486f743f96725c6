//! The walk over the steps of a kernel.

use super::plan::WHOLE;
use super::shared::GROUP;
use super::writer::Writer;
use crate::{Error, words};
use spadina_core::index::Var;
use spadina_core::kernel::Step;

impl Writer<'_> {
    /// Writes one function of the plan; the first is the entry point.
    pub(super) fn function(&mut self, number: usize) -> Result<(), Error> {
        let steps = self.plan.functions[number].clone();
        self.begin_function(number);
        if number == 0 {
            self.start_invocation();
        }
        match self.plan.calls.get(&WHOLE) {
            Some(calls) if number == 0 => self.calls(calls),
            _ => self.steps(steps.start, steps.end)?,
        }
        if number == 0 {
            self.end_invocation();
        }
        self.end_function();
        Ok(())
    }

    fn steps(&mut self, mut at: usize, end: usize) -> Result<(), Error> {
        let (kernel, plan) = (self.kernel, self.plan);
        let mut open: Vec<(usize, Step)> = Vec::new();
        while at < end {
            let step = kernel.steps[at];
            match step {
                Step::Index(i) => self.compute_index(i)?,
                Step::Value(v) => self.compute_value(v)?,
                Step::Zero(v) => self.zero(v),
                Step::Accumulate(v) => self.accumulate(v)?,
                Step::Output(k) => self.output(k)?,
                Step::Begin(var, _) => {
                    open.push((self.known(), step));
                    self.begin_loop(var, at)?;
                    if let Some(calls) = plan.calls.get(&at) {
                        self.calls(calls);
                        at = plan.ends[at];
                        continue;
                    }
                }
                Step::End => {
                    let Some((known, Step::Begin(_, region))) = open.pop() else {
                        return Err(self.error("ends a loop that it has not begun"));
                    };
                    if self.outermost != Some(plan.ends[at]) {
                        self.advance(region, plan.ends[at]);
                    }
                    self.end_block(known);
                    self.end_shared(plan.ends[at])?;
                }
            }
            at += 1;
        }
        Ok(())
    }

    /// The outermost loop is the invocation's own iteration; others are loops, some of which a workgroup shares.
    fn begin_loop(&mut self, var: Var, at: usize) -> Result<(), Error> {
        let indices = &self.kernel.graph.indices;
        let key = indices.var_index(var).index();
        if self.outermost == Some(at) {
            self.line("{");
            let first = words::wgsl(words::FIRST);
            self.define(key, &format!("{first} + i32(invocation)"));
            return Ok(());
        }
        let bounds = indices.loop_of(var);
        let (lo, hi) = (self.integer(bounds.lo)?, self.integer(bounds.hi)?);
        let name = self.variable(key);
        let declaration = if self.plan.crossing.contains_key(&key) { "" } else { "var " };
        let (first, next) = match self.shared.contains_key(&at) {
            true => (format!("{lo} + i32(local)"), format!("{name} += {GROUP}i")),
            false => (lo, format!("{name}++")),
        };
        if let (Step::Begin(_, region), true) = (self.kernel.steps[at], self.shared.contains_key(&at)) {
            self.start_shared(region);
        }
        self.line(&format!("for ({declaration}{name} = {first}; {name} < {hi}; {next}) {{"));
        self.remember_variable(key);
        Ok(())
    }

    fn calls(&mut self, numbers: &[usize]) {
        for number in numbers {
            self.line(&format!("piece{number}();"));
        }
    }
}
