//! The test's own programs: a small tree of statements that shares nothing with the front-end, and its text in WGSL.

use std::fmt::{self, Display, Formatter};

/// The length of the table `tab`.
pub const TABLE: u32 = 6;

/// A number of the type `u32`.
#[derive(Clone, Debug)]
pub enum Int {
    Const(u32),
    /// The size `n`.
    Size,
    Var(usize),
    Add(Box<Int>, Box<Int>),
    /// A variable minus one: zero becomes the largest number.
    Less(usize),
    /// A variable minus one, where it is not zero.
    Floored(usize),
    Mul(Box<Int>, u32),
    /// The divisor is never zero.
    Div(Box<Int>, u32),
    Rem(Box<Int>, u32),
    /// `tab[at % 6u]`
    Read(Box<Int>),
}

#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    Less,
    LessEqual,
    Equal,
    NotEqual,
    GreaterEqual,
    Greater,
}

/// A condition on integers.
#[derive(Clone, Debug)]
pub enum Cond {
    Compare(Comparison, Int, Int),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
    Not(Box<Cond>),
}

/// A product that is added to `e`, or to `a`: `x[at % n]` for each of `loads`, a number made of `scale`, and `p`.
#[derive(Clone, Debug)]
pub struct Term {
    pub to_inner: bool,
    pub scale: Option<Int>,
    pub kept: bool,
    pub loads: Vec<Int>,
}

/// What happens to an integer.
#[derive(Clone, Debug)]
pub enum Change {
    Up,
    Down,
    By(Int),
    Double,
    Half,
    Shift,
    Set(Int),
}

#[derive(Clone, Debug)]
pub enum Stmt {
    Add(Term),
    /// `p = x[at % n]`
    Keep(Int),
    Change(usize, Change),
    If(Cond, Vec<Stmt>, Vec<Stmt>),
    Break,
    Continue,
    /// `return e`, times `x[at % n]` if there is an `at`.
    Return(Option<Int>),
    Loop(Box<Loop>),
    /// `a = 0.0`, a loop, `e += a * x[at % n]`
    Inner(Box<Loop>, Int),
}

/// How a loop is written, and where its condition is tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// `for (var i = start; cond; step) { body }`
    For,
    /// `while (cond) { body step }`
    While,
    /// `while (true) { test body step }`
    Endless,
    /// `while (true) { body step test }`
    EndlessTestLast,
    /// `loop { test body step }`
    Bare,
    /// `loop { body step test }`
    BareTestLast,
    /// `loop { body continuing { step; break if !cond; } }`
    Continuing,
}

#[derive(Clone, Debug)]
pub struct Loop {
    pub form: Form,
    pub counter: usize,
    pub start: Int,
    pub cond: Cond,
    pub step: Change,
    pub body: Vec<Stmt>,
}

/// The statements between the declarations of `e`, `a`, `p`, `k0`, `k1` and the last term with its `return`.
#[derive(Clone, Debug)]
pub struct Program {
    pub body: Vec<Stmt>,
    /// Added at the end.
    pub last: Term,
    /// The number of integer variables.
    pub vars: usize,
}

impl Form {
    /// Whether the step stands at the end of the body, where `continue` would jump over it.
    pub fn steps_in_body(self) -> bool {
        !matches!(self, Form::For | Form::Continuing)
    }
}

/// The name of an integer variable: two stand before all loops, the others count.
struct Name(usize);

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 < 2 { write!(f, "k{}", self.0) } else { write!(f, "i{}", self.0 - 1) }
    }
}

impl Display for Int {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Int::Const(c) => write!(f, "{c}u"),
            Int::Size => write!(f, "n"),
            Int::Var(v) => write!(f, "{}", Name(*v)),
            Int::Add(a, b) => write!(f, "({a} + {b})"),
            Int::Less(v) => write!(f, "({} - 1u)", Name(*v)),
            Int::Floored(v) => write!(f, "(max({}, 1u) - 1u)", Name(*v)),
            Int::Mul(a, c) => write!(f, "({a} * {c}u)"),
            Int::Div(a, c) => write!(f, "({a} / {c}u)"),
            Int::Rem(a, c) => write!(f, "({a} % {c}u)"),
            Int::Read(at) => write!(f, "tab[{at} % {TABLE}u]"),
        }
    }
}

impl Display for Cond {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Cond::Compare(c, a, b) => {
                let sign = match c {
                    Comparison::Less => "<",
                    Comparison::LessEqual => "<=",
                    Comparison::Equal => "==",
                    Comparison::NotEqual => "!=",
                    Comparison::GreaterEqual => ">=",
                    Comparison::Greater => ">",
                };
                write!(f, "{a} {sign} {b}")
            }
            Cond::And(a, b) => write!(f, "({a}) && ({b})"),
            Cond::Or(a, b) => write!(f, "({a}) || ({b})"),
            Cond::Not(a) => write!(f, "!({a})"),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut factors = Vec::new();
        factors.extend(self.scale.iter().map(|c| format!("(f32({c} % 8u) + 1.0)")));
        factors.extend(self.loads.iter().map(|at| format!("x[{at} % n]")));
        factors.extend(self.kept.then(|| "p".to_string()));
        write!(f, "{}", factors.join(" * "))
    }
}

/// A change of a variable, without the semicolon.
struct Step<'a>(usize, &'a Change);

impl Display for Step<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = Name(self.0);
        match self.1 {
            Change::Up => write!(f, "{name}++"),
            Change::Down => write!(f, "{name}--"),
            Change::By(a) => write!(f, "{name} += {a}"),
            Change::Double => write!(f, "{name} *= 2u"),
            Change::Half => write!(f, "{name} /= 2u"),
            Change::Shift => write!(f, "{name} = {name} << 1u"),
            Change::Set(a) => write!(f, "{name} = {a}"),
        }
    }
}

impl Display for Stmt {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Stmt::Add(term) => writeln!(f, "{} += {term};", if term.to_inner { "a" } else { "e" }),
            Stmt::Keep(at) => writeln!(f, "p = x[{at} % n];"),
            Stmt::Change(var, change) => writeln!(f, "{};", Step(*var, change)),
            Stmt::If(cond, on, off) => {
                writeln!(f, "if ({cond}) {{")?;
                block(f, on)?;
                if !off.is_empty() {
                    writeln!(f, "}} else {{")?;
                    block(f, off)?;
                }
                writeln!(f, "}}")
            }
            Stmt::Break => writeln!(f, "break;"),
            Stmt::Continue => writeln!(f, "continue;"),
            Stmt::Return(None) => writeln!(f, "return e;"),
            Stmt::Return(Some(at)) => writeln!(f, "return e * x[{at} % n];"),
            Stmt::Loop(l) => l.fmt(f),
            Stmt::Inner(l, at) => write!(f, "a = 0.0;\n{l}e += a * x[{at} % n];\n"),
        }
    }
}

fn block(f: &mut Formatter<'_>, list: &[Stmt]) -> fmt::Result {
    list.iter().try_for_each(|stmt| stmt.fmt(f))
}

impl Display for Loop {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { form, counter, start, cond, step, body } = self;
        let (name, step) = (Name(*counter), Step(*counter, step));
        let (begin, end) = (format!("var {name} = {start};"), format!("{step};\n"));
        let test = format!("if (!({cond})) {{ break; }}\n");
        let (head, first, last) = match form {
            Form::For => (format!("for ({begin} {cond}; {step}) {{"), "", String::new()),
            Form::While => (format!("{begin}\nwhile ({cond}) {{"), "", end),
            Form::Endless => (format!("{begin}\nwhile (true) {{"), &test[..], end),
            Form::EndlessTestLast => (format!("{begin}\nwhile (true) {{"), "", end + &test),
            Form::Bare => (format!("{begin}\nloop {{"), &test[..], end),
            Form::BareTestLast => (format!("{begin}\nloop {{"), "", end + &test),
            Form::Continuing => {
                (format!("{begin}\nloop {{"), "", format!("continuing {{ {step}; break if !({cond}); }}\n"))
            }
        };
        write!(f, "{head}\n{first}")?;
        block(f, body)?;
        writeln!(f, "{last}}}")
    }
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "override n: u32;")?;
        writeln!(f, "@group(0) @binding(0) var<storage, read> x: array<f32>;")?;
        writeln!(f, "@group(0) @binding(1) var<storage, read> tab: array<u32>;")?;
        writeln!(f, "fn energy() -> f32 {{\nvar e = 0.0;\nvar a = 0.0;\nvar p = x[0];\nvar k0 = 1u;\nvar k1 = 0u;")?;
        block(f, &self.body)?;
        writeln!(f, "e += {};\nreturn e;\n}}", self.last)
    }
}
