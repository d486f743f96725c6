//! Random programs and worlds, read off a tape of bytes: shrinking the tape shrinks the program, and zeros are the
//! simplest choice everywhere.

use super::ast::{Bool, Int, Nest, Real, Search, Sum};
use super::tape::Tape;
use spadina_core::real::{BinaryOp, Compare, UnaryOp};

/// What is known of the values of a loop variable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Below the number of nodes.
    Node,
    /// Below the stride.
    Stride,
    /// Below nodes times stride.
    Flat,
    /// A position in the table `ring`.
    Ring,
    /// Not negative, small.
    Small,
}

/// What programs may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// Everything.
    Any,
    /// No branches on reals.
    NoBranches,
    /// Operations whose derivatives are all positive at positive unknowns: nothing can cancel.
    Positive,
}

const N: Int = Int::Size(0);
const W: Int = Int::Size(1);

fn add(a: Int, b: Int) -> Int {
    Int::Add(Box::new(a), Box::new(b))
}

fn sub(a: Int, b: Int) -> Int {
    Int::Sub(Box::new(a), Box::new(b))
}

fn times(a: Int, b: Int) -> Int {
    Int::Mul(Box::new(a), Box::new(b))
}

fn rem(a: Int, b: Int) -> Int {
    Int::Rem(Box::new(a), Box::new(b))
}

fn div(a: Int, b: Int) -> Int {
    Int::Div(Box::new(a), Box::new(b))
}

fn read(table: usize, at: Int) -> Int {
    Int::Read(table, Box::new(at))
}

fn unary(op: UnaryOp, a: Real) -> Real {
    Real::Unary(op, Box::new(a))
}

fn binary(op: BinaryOp, a: Real, b: Real) -> Real {
    Real::Binary(op, Box::new(a), Box::new(b))
}

fn square(a: Real) -> Real {
    binary(BinaryOp::Mul, a.clone(), a)
}

/// `c + a²`
fn above(c: f64, a: Real) -> Real {
    binary(BinaryOp::Add, Real::Const(c), square(a))
}

fn guard(c: Bool, a: Real, b: Real) -> Real {
    Real::Guard(c, Box::new(a), Box::new(b))
}

/// A generator of one program.
pub struct Generator<'a> {
    tape: Tape<'a>,
    style: Style,
    fuel: usize,
    /// Searches around the expression at hand.
    searches: usize,
    pool: Vec<(Vec<Kind>, Real)>,
}

impl<'a> Generator<'a> {
    pub fn new(bytes: &'a [u8], style: Style) -> Self {
        Self { tape: Tape::new(bytes), style, fuel: 18, searches: 0, pool: Vec::new() }
    }

    /// A sum over a nest, or a free expression.
    pub fn energy(&mut self) -> Real {
        match self.tape.pick(4) {
            0 => self.sum(&[]),
            1 => self.real(&[]),
            2 => binary(BinaryOp::Add, self.sum(&[]), self.sum(&[])),
            _ => {
                let inner = self.sum(&[]);
                unary(UnaryOp::Exp, binary(BinaryOp::Mul, Real::Const(0.125), inner))
            }
        }
    }

    /// Updates of residual rows.
    pub fn residual(&mut self) -> Vec<Nest> {
        let count = 1 + self.tape.pick(3);
        (0..count).map(|_| self.nest()).collect()
    }

    fn nest(&mut self) -> Nest {
        let (mut loops, mut env) = (Vec::new(), Vec::new());
        for _ in 0..self.tape.pick(3) {
            let (lo, hi, kind) = self.bounds(&env);
            loops.push((lo, hi));
            env.push(kind);
        }
        let row = match self.tape.pick(3) {
            0 => self.node(&env),
            1 => Int::Const(self.tape.pick(4) as i64),
            _ => add(times(self.node(&env), W), self.stride(&env)),
        };
        self.fuel = 10;
        Nest { loops, row, value: self.real(&env) }
    }

    fn has(&mut self, env: &[Kind], kind: Kind) -> Option<Int> {
        let all: Vec<usize> = (0..env.len()).rev().filter(|&k| env[k] == kind).collect();
        if all.is_empty() { None } else { Some(Int::Var(all[self.tape.pick(all.len())])) }
    }

    /// An integer in `0..n`.
    fn node(&mut self, env: &[Kind]) -> Int {
        let base = match self.has(env, Kind::Node) {
            Some(v) => v,
            None => match (self.has(env, Kind::Ring), self.has(env, Kind::Flat), self.has(env, Kind::Small)) {
                (Some(r), ..) => read(1, r),
                (_, Some(f), _) => div(f, W),
                (.., Some(s)) => rem(s, N),
                _ => Int::Const(0),
            },
        };
        match self.tape.pick(14) {
            0..=3 => base,
            4 => read(2, base),
            5 => read(2, read(2, base)),
            6 => rem(add(base, Int::Const(1)), N),
            7 => sub(sub(N, Int::Const(1)), base),
            8 => div(base, Int::Const(2)),
            9 => rem(add(times(base, Int::Const(2)), Int::Const(1)), N),
            10 => self.has(env, Kind::Ring).map_or(Int::Const(0), |r| read(1, r)),
            11 if self.searches < 2 => rem(self.first(env), N),
            12 if self.searches < 2 => rem(self.count(env), N),
            _ => {
                let other = read(2, base.clone());
                Int::Select(Box::new(self.cond(env)), Box::new(base), Box::new(other))
            }
        }
    }

    /// An integer in `0..w`.
    fn stride(&mut self, env: &[Kind]) -> Int {
        match self.has(env, Kind::Stride) {
            Some(s) => s,
            None => match self.has(env, Kind::Flat) {
                Some(f) => rem(f, W),
                None if self.tape.pick(2) == 0 => Int::Const(0),
                None => sub(W, Int::Const(1)),
            },
        }
    }

    /// A number of nodes that a search gives.
    fn node_count(&mut self, env: &[Kind]) -> Int {
        let first = self.first(env);
        let few = Bool::Less(first.clone(), N);
        Int::Select(Box::new(few), Box::new(first), Box::new(N))
    }

    /// The first value of a loop that satisfies a condition.
    fn first(&mut self, env: &[Kind]) -> Int {
        let Search { depth, lo, hi, body } = self.search(env);
        let inside = Bool::And(Box::new(Bool::Less(Int::Var(depth), N)), Box::new(body));
        Int::First(Box::new(Search { depth, lo, hi, body: inside }))
    }

    /// How many values of a loop satisfy a condition.
    fn count(&mut self, env: &[Kind]) -> Int {
        let Search { depth, lo, hi, body } = self.search(env);
        let body = Int::Select(Box::new(body), Box::new(Int::Const(1)), Box::new(Int::Const(0)));
        Int::Sum(Box::new(Search { depth, lo, hi, body }))
    }

    fn search(&mut self, env: &[Kind]) -> Search<Bool> {
        let depth = self.tape.pick(env.len() + 1);
        let outer = &env[..depth];
        self.searches += 1;
        let (lo, hi, body) = if self.searches > 2 {
            (Int::Const(0), N, Bool::Less(Int::Const(0), read(2, Int::Var(depth))))
        } else {
            let (lo, hi, kind) = self.bounds(outer);
            (lo, hi, self.cond(&[outer, &[kind]].concat()))
        };
        self.searches -= 1;
        Search { depth, lo, hi, body }
    }

    /// An integer of which nothing is known.
    fn any_int(&mut self, env: &[Kind]) -> Int {
        match self.tape.pick(6) {
            4 if self.searches < 2 => self.first(env),
            5 if self.searches < 2 => self.count(env),
            0 => self.node(env),
            1 if !env.is_empty() => Int::Var(self.tape.pick(env.len())),
            2 => sub(self.node(env), Int::Const(self.tape.pick(3) as i64)),
            _ => Int::Const(self.tape.pick(4) as i64),
        }
    }

    fn cond(&mut self, env: &[Kind]) -> Bool {
        match self.tape.pick(6) {
            0 | 1 => Bool::Less(self.any_int(env), self.any_int(env)),
            2 => Bool::Equal(self.any_int(env), self.any_int(env)),
            3 => Bool::Not(Box::new(Bool::Equal(self.any_int(env), Int::Const(0)))),
            4 => Bool::And(Box::new(self.cond(env)), Box::new(self.cond(env))),
            _ => Bool::Or(Box::new(self.cond(env)), Box::new(self.cond(env))),
        }
    }

    fn load(&mut self, env: &[Kind]) -> Real {
        match self.tape.pick(6) {
            0 | 1 => Real::Load(1, self.node(env)),
            2 | 3 => Real::Load(0, add(times(self.node(env), W), self.stride(env))),
            4 => match self.has(env, Kind::Flat) {
                Some(f) => Real::Load(0, f),
                None => Real::Load(0, rem(add(self.node(env), Int::Const(1)), times(N, W))),
            },
            _ => Real::Load(2, self.node(env)),
        }
    }

    /// `if e in range { y[e] } else { other }` where `e` may leave the range.
    fn guarded_load(&mut self, env: &[Kind]) -> Real {
        let e = match self.tape.pick(3) {
            0 => add(self.node(env), Int::Const(1)),
            1 => sub(self.node(env), Int::Const(1)),
            _ => sub(add(self.node(env), self.node(env)), Int::Const(1)),
        };
        let low = Bool::Less(Int::Const(-1), e.clone());
        let high = Bool::Less(e.clone(), N);
        let inside = Bool::And(Box::new(low), Box::new(high));
        let index = if self.tape.pick(2) == 0 { e } else { read(2, e) };
        let other = if self.tape.pick(2) == 0 { Real::Const(0.0) } else { self.load(env) };
        guard(inside, Real::Load(1, index), other)
    }

    /// Bounds of a loop and what they say of its variable.
    fn bounds(&mut self, env: &[Kind]) -> (Int, Int, Kind) {
        match self.tape.pick(14) {
            9 if self.searches < 2 => (Int::Const(0), self.node_count(env), Kind::Node),
            0 | 1 => (Int::Const(0), N, Kind::Node),
            2 => (Int::Const(0), W, Kind::Stride),
            3 => (Int::Const(0), Int::Const(1 + self.tape.pick(3) as i64), Kind::Small),
            4 => (Int::Const(1), N, Kind::Node),
            5 => (Int::Const(0), add(self.node(env), Int::Const(1)), Kind::Node),
            6 => (self.node(env), N, Kind::Node),
            7 => (Int::Const(0), times(N, W), Kind::Flat),
            8 => (Int::Const(0), read(2, self.node(env)), Kind::Node),
            _ => {
                let v = self.node(env);
                (read(0, v.clone()), read(0, add(v, Int::Const(1))), Kind::Ring)
            }
        }
    }

    fn sum(&mut self, env: &[Kind]) -> Real {
        let depth = if self.tape.pick(4) == 3 { self.tape.pick(env.len() + 1) } else { env.len() };
        let outer = &env[..depth];
        let (lo, hi, kind) = self.bounds(outer);
        let inner = [outer, &[kind]].concat();
        let body = if self.tape.pick(4) == 3 && inner.len() < 3 { self.sum(&inner) } else { self.real(&inner) };
        Real::Sum(Sum { depth, lo, hi, body: Box::new(body) })
    }

    fn pair(&mut self, env: &[Kind]) -> (Real, Real) {
        (self.real(env), self.real(env))
    }

    /// Any real over the loops `env`.
    pub fn real(&mut self, env: &[Kind]) -> Real {
        if self.fuel == 0 {
            return self.load(env);
        }
        self.fuel -= 1;
        let real = if self.style == Style::Positive { self.positive(env) } else { self.any(env) };
        self.pool.push((env.to_vec(), real.clone()));
        real
    }

    /// An expression built before that may stand here too.
    fn pooled(&mut self, env: &[Kind]) -> Real {
        let fits: Vec<usize> = (0..self.pool.len()).filter(|&k| env.starts_with(&self.pool[k].0)).collect();
        if fits.is_empty() { self.load(env) } else { self.pool[fits[self.tape.pick(fits.len())]].1.clone() }
    }

    fn positive(&mut self, env: &[Kind]) -> Real {
        match self.tape.pick(12) {
            0 | 1 => self.load(env),
            2 => {
                let (a, b) = self.pair(env);
                binary(BinaryOp::Add, a, b)
            }
            3 | 4 => {
                let (a, b) = self.pair(env);
                binary(BinaryOp::Mul, a, b)
            }
            5 => square(self.real(env)),
            6 => unary(UnaryOp::Exp, binary(BinaryOp::Mul, Real::Const(0.125), self.real(env))),
            7 => guard(self.cond(env), self.real(env), Real::Const(0.0)),
            8 => self.guarded_load(env),
            9 => self.pooled(env),
            10 => binary(BinaryOp::Mul, Real::Integer(add(self.node(env), Int::Const(1))), self.real(env)),
            _ if env.len() < 3 => self.sum(env),
            _ => guard(self.cond(env), self.real(env), self.load(env)),
        }
    }

    fn any(&mut self, env: &[Kind]) -> Real {
        match self.tape.pick(22) {
            0 | 1 => self.load(env),
            2 => {
                let (a, b) = self.pair(env);
                binary(BinaryOp::Add, a, b)
            }
            3 => {
                let (a, b) = self.pair(env);
                binary(BinaryOp::Sub, a, b)
            }
            4 | 5 => {
                let (a, b) = self.pair(env);
                binary(BinaryOp::Mul, a, b)
            }
            6 => square(self.real(env)),
            7 => {
                let (a, b) = self.pair(env);
                binary(BinaryOp::Div, a, above(1.0, b))
            }
            8 | 9 => self.smooth(env),
            10 => self.two_arguments(env),
            11..=14 if env.len() < 3 => self.sum(env),
            15 => guard(self.cond(env), self.real(env), self.real(env)),
            16 => guard(self.cond(env), self.real(env), Real::Const(0.0)),
            17 => self.guarded_load(env),
            18 => self.pooled(env),
            19 => self.branch(env),
            20 => match self.tape.pick(3) {
                0 => Real::Integer(self.any_int(env)),
                1 => Real::Const((self.tape.pick(9) as f64 - 4.0) * 0.5),
                _ => unary(UnaryOp::Neg, self.real(env)),
            },
            _ => self.masked_partial(env),
        }
    }

    fn smooth(&mut self, env: &[Kind]) -> Real {
        let u = self.real(env);
        match self.tape.pick(9) {
            0 => unary(UnaryOp::Sin, u),
            1 => unary(UnaryOp::Tanh, u),
            2 => unary(UnaryOp::Exp, binary(BinaryOp::Mul, Real::Const(0.125), u)),
            3 => unary(UnaryOp::Sqrt, above(1.0, u)),
            4 => unary(UnaryOp::Log, above(2.0, u)),
            5 => unary(UnaryOp::Atan, u),
            6 => unary(UnaryOp::Asinh, u),
            7 => unary(UnaryOp::Cos, u),
            _ if self.style == Style::Any => unary(UnaryOp::Abs, u),
            _ => square(u),
        }
    }

    fn two_arguments(&mut self, env: &[Kind]) -> Real {
        let (a, b) = self.pair(env);
        match self.tape.pick(4) {
            0 => binary(BinaryOp::Atan2, a, above(1.0, b)),
            1 => binary(BinaryOp::Pow, above(1.0, a), Real::Const([1.5, -0.5, 2.0, 3.0, 0.5][self.tape.pick(5)])),
            2 => binary(BinaryOp::Pow, above(1.0, a), unary(UnaryOp::Sin, b)),
            _ => binary(BinaryOp::Div, a, unary(UnaryOp::Exp, unary(UnaryOp::Sin, b))),
        }
    }

    fn branch(&mut self, env: &[Kind]) -> Real {
        if self.style != Style::Any {
            return self.smooth(env);
        }
        let op = [Compare::Less, Compare::LessEqual, Compare::Equal, Compare::NotEqual][self.tape.pick(4)];
        Real::Select(op, Box::new([self.real(env), self.real(env), self.real(env), self.real(env)]))
    }

    /// `if 0 < u { f(u) } else { … }` with an `f` that has no value or no derivative elsewhere.
    fn masked_partial(&mut self, env: &[Kind]) -> Real {
        let u = self.real(env);
        if self.style != Style::Any {
            return square(u);
        }
        let f = match self.tape.pick(4) {
            0 => unary(UnaryOp::Sqrt, u.clone()),
            1 => unary(UnaryOp::Log, u.clone()),
            2 => binary(BinaryOp::Div, Real::Const(1.0), u.clone()),
            _ => binary(BinaryOp::Pow, u.clone(), Real::Const(1.5)),
        };
        let (f, other) = match self.tape.pick(3) {
            0 => (f, Real::Const(0.0)),
            1 => (f, self.load(env)),
            _ => (binary(BinaryOp::Mul, f, self.real(env)), Real::Const(0.0)),
        };
        Real::Select(Compare::Less, Box::new([Real::Const(0.0), u, f, other]))
    }
}
