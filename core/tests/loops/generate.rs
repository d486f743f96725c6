//! Random programs, read off a tape of bytes; zeros are the simplest choice everywhere.

use super::syntax::{Change, Comparison, Cond, Form, Int, Loop, Program, Stmt, Term};
use super::tape::Tape;

/// The integer variables before all loops.
const MUTABLE: usize = 2;

/// A generator of one program.
pub struct Generator<'a> {
    tape: Tape<'a>,
    /// The integers in scope.
    ints: Vec<usize>,
    /// Those of them that statements may change.
    mutable: Vec<usize>,
    vars: usize,
    /// Whether there is a loop around that adds up `a`.
    inner: bool,
    /// Statements that may still be written.
    fuel: usize,
}

/// What a statement may be, by where it stands.
#[derive(Clone, Copy)]
struct Place {
    /// Whether there is a loop to leave, and whether `continue` would reach its step.
    in_loop: bool,
    may_continue: bool,
    /// Loops that may still be opened inside of each other.
    depth: usize,
}

fn up_to(n: &Int, counter: usize) -> Cond {
    Cond::Compare(Comparison::Less, Int::Var(counter), n.clone())
}

impl<'a> Generator<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let known: Vec<usize> = (0..MUTABLE).collect();
        Self { tape: Tape::new(bytes), ints: known.clone(), mutable: known, vars: MUTABLE, inner: false, fuel: 24 }
    }

    /// A loop, and what may follow it.
    pub fn program(mut self) -> Program {
        let depth = [2, 2, 2, 3][self.tape.pick(4)];
        let place = Place { in_loop: false, may_continue: false, depth };
        let mut body = vec![Stmt::Loop(Box::new(self.repeat(place)))];
        for _ in 0..self.tape.pick(3) {
            body.push(self.stmt(place));
        }
        let loads = (0..2).map(|_| Int::Var(self.one_of_mutable())).collect();
        Program { body, last: Term { to_inner: false, scale: None, kept: true, loads }, vars: self.vars }
    }

    /// Whether something of this percentage happens; not, at the end of the tape.
    fn chance(&mut self, percent: usize) -> bool {
        self.tape.pick(100) >= 100 - percent
    }

    fn one_of_mutable(&mut self) -> usize {
        self.mutable[self.tape.pick(self.mutable.len())]
    }

    fn leaf(&mut self) -> Int {
        let constants = [0, 1, 2, 3, 5].map(Int::Const);
        let mut leaves: Vec<Int> = constants.into_iter().chain([Int::Size, Int::Size]).collect();
        leaves.extend(self.ints.iter().map(|&v| Int::Var(v)));
        leaves.swap_remove(self.tape.pick(leaves.len()))
    }

    fn int(&mut self, depth: usize) -> Int {
        let kind = self.tape.pick(100);
        if depth == 0 || kind < 45 {
            return self.leaf();
        }
        let a = Box::new(self.int(depth - 1));
        match kind {
            45..60 => Int::Add(a, Box::new(self.int(depth - 1))),
            60..68 => Int::Rem(a, [2, 3][self.tape.pick(2)]),
            68..74 => Int::Div(a, 2),
            74..80 => Int::Mul(a, 2),
            80..84 => Int::Floored(self.ints[self.tape.pick(self.ints.len())]),
            _ => Int::Read(a),
        }
    }

    /// A position. Only here integers pass below zero: a bound that did would have a loop run for ages, taken or not.
    fn at(&mut self) -> Int {
        match self.chance(5) {
            true => Int::Less(self.ints[self.tape.pick(self.ints.len())]),
            false => self.int(1),
        }
    }

    fn compare(&mut self) -> Cond {
        const LIST: [Comparison; 7] = [
            Comparison::Less,
            Comparison::Less,
            Comparison::LessEqual,
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::GreaterEqual,
            Comparison::Greater,
        ];
        let sign = LIST[self.tape.pick(LIST.len())];
        Cond::Compare(sign, self.int(1), self.int(1))
    }

    fn cond(&mut self, depth: usize) -> Cond {
        let kind = self.tape.pick(100);
        if depth == 0 || kind < 70 {
            return self.compare();
        }
        let a = Box::new(self.cond(depth - 1));
        match kind {
            70..85 => Cond::And(a, Box::new(self.cond(depth - 1))),
            85..95 => Cond::Or(a, Box::new(self.cond(depth - 1))),
            _ => Cond::Not(a),
        }
    }

    fn term(&mut self) -> Stmt {
        let to_inner = self.inner && self.tape.pick(4) < 3;
        if to_inner && self.tape.pick(2) == 0 {
            return Stmt::Add(Term { to_inner, scale: None, kept: false, loads: vec![self.at()] });
        }
        let kind = self.tape.pick(5);
        let scale = (kind == 3).then(|| self.int(1));
        let loads = (0..if kind == 4 { 1 } else { 2 }).map(|_| self.at()).collect();
        Stmt::Add(Term { to_inner, scale, kept: kind == 4, loads })
    }

    fn stmts(&mut self, place: Place, count: usize) -> Vec<Stmt> {
        let (known, mutable) = (self.ints.clone(), self.mutable.clone());
        let list = (0..count).map(|_| self.stmt(place)).collect();
        (self.ints, self.mutable) = (known, mutable);
        list
    }

    fn stmt(&mut self, place: Place) -> Stmt {
        let kind = self.tape.pick(100);
        if self.fuel == 0 {
            return self.term();
        }
        self.fuel -= 1;
        match kind {
            36..50 => {
                let var = self.one_of_mutable();
                Stmt::Change(var, self.change())
            }
            50..56 => Stmt::Keep(self.at()),
            56..72 => {
                let (cond, count) = (self.cond(2), [1, 1, 2][self.tape.pick(3)]);
                let on = self.stmts(place, count);
                let off = if self.chance(30) { self.stmts(place, 1) } else { vec![] };
                Stmt::If(cond, on, off)
            }
            72..75 => {
                let cond = self.cond(1);
                let at = self.chance(30).then(|| self.at());
                Stmt::If(cond, vec![Stmt::Return(at)], vec![])
            }
            75..81 if place.in_loop => {
                let cond = self.cond(1);
                let leaves = !place.may_continue || self.tape.pick(3) < 2;
                Stmt::If(cond, vec![if leaves { Stmt::Break } else { Stmt::Continue }], vec![])
            }
            81..95 if place.depth > 0 => Stmt::Loop(Box::new(self.repeat(place))),
            95.. if place.depth > 0 => {
                let outside = std::mem::replace(&mut self.inner, true);
                let l = self.repeat(place);
                self.inner = outside;
                Stmt::Inner(Box::new(l), self.at())
            }
            _ => self.term(),
        }
    }

    fn change(&mut self) -> Change {
        match self.tape.pick(20) {
            0..7 => Change::Up,
            7..10 => Change::By(Int::Const([1, 2, 3][self.tape.pick(3)])),
            10 => Change::Double,
            11 => [Change::Shift, Change::Half][self.tape.pick(2)].clone(),
            _ => Change::Set(self.int(2)),
        }
    }

    fn step(&mut self, counter: usize) -> Change {
        match self.tape.pick(20) {
            0..10 => Change::Up,
            10..12 => Change::By(Int::Const(2)),
            12 => Change::Double,
            13 => Change::Shift,
            14..16 => Change::Set(Int::Add(Box::new(Int::Var(counter)), Box::new(Int::Var(0)))),
            16..18 => Change::By(self.leaf()),
            _ => Change::Down,
        }
    }

    /// The condition under which a loop goes on.
    fn bound(&mut self, counter: usize) -> Cond {
        let bound = if self.chance(40) { self.int(1) } else { Int::Size };
        let plain = up_to(&bound, counter);
        match self.tape.pick(100) {
            0..75 => plain,
            75..90 => Cond::And(Box::new(plain), Box::new(self.cond(1))),
            90..95 => Cond::Compare(Comparison::NotEqual, Int::Var(counter), bound),
            _ => Cond::Compare(Comparison::LessEqual, Int::Var(counter), bound),
        }
    }

    fn repeat(&mut self, outside: Place) -> Loop {
        const FORMS: [Form; 20] = {
            let mut forms = [Form::For; 20];
            (forms[12], forms[13], forms[14], forms[15]) = (Form::While, Form::While, Form::Endless, Form::Bare);
            (forms[16], forms[17]) = (Form::EndlessTestLast, Form::BareTestLast);
            (forms[18], forms[19]) = (Form::Continuing, Form::Continuing);
            forms
        };
        let form = FORMS[self.tape.pick(FORMS.len())];
        let mut start = if self.chance(50) { self.int(1) } else { Int::Const(0) };
        let counter = self.vars;
        self.vars += 1;
        let (known, mutable) = (self.ints.clone(), self.mutable.clone());
        self.ints.push(counter);
        let (cond, mut step) = (self.bound(counter), self.step(counter));
        if let Cond::Compare(Comparison::NotEqual, ..) = cond {
            // From another start or by another step it would go through all of 32 bits.
            (start, step) = (Int::Const(0), Change::Up);
        }
        if form.steps_in_body() {
            self.mutable.push(counter);
        }
        let place = Place { in_loop: true, may_continue: !form.steps_in_body(), depth: outside.depth - 1 };
        let count = [1, 2, 2, 3][self.tape.pick(4)];
        let body = self.stmts(place, count);
        (self.ints, self.mutable) = (known, mutable);
        if form != Form::For {
            // The counter outlives a loop that it is declared before.
            self.ints.push(counter);
        }
        Loop { form, counter, start, cond, step, body }
    }
}
