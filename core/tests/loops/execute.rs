//! The reference: statements executed one after the other, with integers that wrap around as in WGSL.
//!
//! Reals are products of unknowns, so that the energy is a polynomial; value, derivatives and structure are read off its
//! monomials.

use super::syntax::{Change, Comparison, Cond, Form, Int, Loop, Program, Stmt, TABLE, Term};

/// What a program runs on.
pub struct Inputs {
    pub n: u32,
    pub table: [u32; TABLE as usize],
}

/// A coefficient and the unknowns it is multiplied with.
#[derive(Clone, Debug)]
pub struct Monomial {
    pub scale: f64,
    pub unknowns: Vec<usize>,
}

impl Monomial {
    fn times(&self, unknown: usize) -> Self {
        Self { scale: self.scale, unknowns: [&self.unknowns[..], &[unknown]].concat() }
    }
}

/// The program runs for longer than its test is worth, or for ever.
#[derive(Debug)]
pub struct TooLong;

/// Iterations of all loops together.
const ITERATIONS: usize = 400;

#[derive(PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
    Return,
}

struct State<'a> {
    inputs: &'a Inputs,
    vars: Vec<u32>,
    /// The unknown that `p` holds.
    kept: usize,
    energy: Vec<Monomial>,
    /// What `a` holds.
    inner: Vec<Monomial>,
    iterations: usize,
}

/// The energy of a program.
pub fn execute(program: &Program, inputs: &Inputs) -> Result<Vec<Monomial>, TooLong> {
    let mut vars = vec![0; program.vars];
    vars[0] = 1;
    let mut state = State { inputs, vars, kept: 0, energy: Vec::new(), inner: Vec::new(), iterations: 0 };
    if state.block(&program.body)? != Flow::Return {
        state.add(&program.last);
    }
    Ok(state.energy)
}

impl State<'_> {
    fn int(&self, int: &Int) -> u32 {
        let of = |a: &Int| self.int(a);
        match int {
            Int::Const(c) => *c,
            Int::Size => self.inputs.n,
            Int::Var(v) => self.vars[*v],
            Int::Add(a, b) => of(a).wrapping_add(of(b)),
            Int::Less(v) => self.vars[*v].wrapping_sub(1),
            Int::Floored(v) => self.vars[*v].saturating_sub(1),
            Int::Mul(a, c) => of(a).wrapping_mul(*c),
            Int::Div(a, c) => of(a) / c,
            Int::Rem(a, c) => of(a) % c,
            Int::Read(at) => self.inputs.table[(of(at) % TABLE) as usize],
        }
    }

    fn holds(&self, cond: &Cond) -> bool {
        match cond {
            Cond::Compare(c, a, b) => {
                let (a, b) = (self.int(a), self.int(b));
                match c {
                    Comparison::Less => a < b,
                    Comparison::LessEqual => a <= b,
                    Comparison::Equal => a == b,
                    Comparison::NotEqual => a != b,
                    Comparison::GreaterEqual => a >= b,
                    Comparison::Greater => a > b,
                }
            }
            Cond::And(a, b) => self.holds(a) && self.holds(b),
            Cond::Or(a, b) => self.holds(a) || self.holds(b),
            Cond::Not(a) => !self.holds(a),
        }
    }

    /// The unknown at `x[at % n]`.
    fn unknown(&self, at: &Int) -> usize {
        (self.int(at) % self.inputs.n) as usize
    }

    fn add(&mut self, term: &Term) {
        let mut unknowns: Vec<usize> = term.loads.iter().map(|at| self.unknown(at)).collect();
        unknowns.extend(term.kept.then_some(self.kept));
        let scale = term.scale.as_ref().map_or(1.0, |c| f64::from(self.int(c) % 8) + 1.0);
        let sum = if term.to_inner { &mut self.inner } else { &mut self.energy };
        sum.push(Monomial { scale, unknowns });
    }

    fn change(&mut self, var: usize, change: &Change) {
        let old = self.vars[var];
        self.vars[var] = match change {
            Change::Up => old.wrapping_add(1),
            Change::Down => old.wrapping_sub(1),
            Change::By(a) => old.wrapping_add(self.int(a)),
            Change::Double | Change::Shift => old.wrapping_mul(2),
            Change::Half => old / 2,
            Change::Set(a) => self.int(a),
        };
    }

    fn block(&mut self, list: &[Stmt]) -> Result<Flow, TooLong> {
        for stmt in list {
            let flow = self.stmt(stmt)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<Flow, TooLong> {
        match stmt {
            Stmt::Add(term) => self.add(term),
            Stmt::Keep(at) => self.kept = self.unknown(at),
            Stmt::Change(var, change) => self.change(*var, change),
            Stmt::If(cond, on, off) => return self.block(if self.holds(cond) { on } else { off }),
            Stmt::Break => return Ok(Flow::Break),
            Stmt::Continue => return Ok(Flow::Continue),
            Stmt::Return(at) => {
                if let Some(factor) = at.as_ref().map(|at| self.unknown(at)) {
                    self.energy = self.energy.iter().map(|m| m.times(factor)).collect();
                }
                return Ok(Flow::Return);
            }
            Stmt::Loop(l) => return self.repeat(l),
            Stmt::Inner(l, at) => {
                self.inner.clear();
                let flow = self.repeat(l)?;
                if flow != Flow::Next {
                    return Ok(flow);
                }
                let factor = self.unknown(at);
                self.energy.extend(self.inner.iter().map(|m| m.times(factor)));
            }
        }
        Ok(Flow::Next)
    }

    fn repeat(&mut self, l: &Loop) -> Result<Flow, TooLong> {
        self.vars[l.counter] = self.int(&l.start);
        let first = matches!(l.form, Form::For | Form::While | Form::Endless | Form::Bare);
        loop {
            if first && !self.holds(&l.cond) {
                return Ok(Flow::Next);
            }
            self.iterations += 1;
            if self.iterations > ITERATIONS {
                return Err(TooLong);
            }
            match self.block(&l.body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                Flow::Return => return Ok(Flow::Return),
            }
            self.change(l.counter, &l.step);
            if !first && !self.holds(&l.cond) {
                return Ok(Flow::Next);
            }
        }
    }
}
