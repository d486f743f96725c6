//! The test's own expressions: a small tree that shares nothing with the graph, and the data it is evaluated on.

use spadina_core::real::{BinaryOp, Compare, UnaryOp};

/// An integer. `Var(k)` is the variable of the `k`-th loop around it, the outermost is 0.
#[derive(Clone, Debug)]
pub enum Int {
    Const(i64),
    Var(usize),
    Size(usize),
    Add(Box<Int>, Box<Int>),
    Sub(Box<Int>, Box<Int>),
    Mul(Box<Int>, Box<Int>),
    Div(Box<Int>, Box<Int>),
    Rem(Box<Int>, Box<Int>),
    Read(usize, Box<Int>),
    Select(Box<Bool>, Box<Int>, Box<Int>),
    First(Box<Search<Bool>>),
    Sum(Box<Search<Int>>),
}

/// Something in a loop of its own, which sees the outermost `depth` loops around it.
#[derive(Clone, Debug)]
pub struct Search<T> {
    pub depth: usize,
    pub lo: Int,
    pub hi: Int,
    pub body: T,
}

/// A condition on integers.
#[derive(Clone, Debug)]
pub enum Bool {
    Less(Int, Int),
    Equal(Int, Int),
    Not(Box<Bool>),
    And(Box<Bool>, Box<Bool>),
    Or(Box<Bool>, Box<Bool>),
}

/// A real.
#[derive(Clone, Debug)]
pub enum Real {
    Const(f64),
    Load(usize, Int),
    Integer(Int),
    Unary(UnaryOp, Box<Real>),
    Binary(BinaryOp, Box<Real>, Box<Real>),
    /// `if a op b { c } else { d }`
    Select(Compare, Box<[Real; 4]>),
    /// `if condition { a } else { b }`
    Guard(Bool, Box<Real>, Box<Real>),
    Sum(Sum),
}

/// `Σ body` over `lo..hi`. It sees the outermost `depth` loops around it only, and its variable is number `depth`: a
/// sum that a front-end would compute before the loops it does not see.
#[derive(Clone, Debug)]
pub struct Sum {
    pub depth: usize,
    pub lo: Int,
    pub hi: Int,
    pub body: Box<Real>,
}

/// A loop of a residual's nest.
#[derive(Clone, Debug)]
pub struct Nest {
    pub loops: Vec<(Int, Int)>,
    pub row: Int,
    pub value: Real,
}

/// Names of sizes, tables and arrays, by their numbers in the tree.
pub const SIZES: [&str; 2] = ["n", "w"];
pub const TABLES: [&str; 3] = ["ptr", "ring", "tab"];
pub const ARRAYS: [&str; 3] = ["x", "y", "d"];
/// Arrays before this one are unknowns.
pub const UNKNOWN_ARRAYS: usize = 2;
/// Unknowns in a world at most.
pub const MAX_UNKNOWNS: usize = 9;

/// Sizes, tables and arrays.
#[derive(Clone, Debug)]
pub struct World {
    pub sizes: Vec<i64>,
    pub tables: Vec<Vec<i32>>,
    pub arrays: Vec<Vec<f64>>,
}

impl World {
    /// The number of the first entry of each array in the global vector.
    pub fn offsets(&self) -> [usize; 2] {
        [0, self.arrays[0].len()]
    }

    pub fn unknowns(&self) -> usize {
        self.arrays[..UNKNOWN_ARRAYS].iter().map(Vec::len).sum()
    }
}

/// Why an evaluation has no value: an index out of range, or a division by zero, on a path that is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfRange;

/// The value of an integer.
pub fn integer(world: &World, vars: &[i64], int: &Int) -> Result<i64, OutOfRange> {
    let of = |i: &Int| integer(world, vars, i);
    Ok(match int {
        Int::Const(c) => *c,
        Int::Var(k) => vars[*k],
        Int::Size(k) => world.sizes[*k],
        Int::Add(a, b) => of(a)? + of(b)?,
        Int::Sub(a, b) => of(a)? - of(b)?,
        Int::Mul(a, b) => of(a)? * of(b)?,
        Int::Div(a, b) => of(a)?.checked_div(of(b)?).ok_or(OutOfRange)?,
        Int::Rem(a, b) => of(a)?.checked_rem(of(b)?).ok_or(OutOfRange)?,
        Int::Read(table, at) => {
            let at = usize::try_from(of(at)?).map_err(|_| OutOfRange)?;
            i64::from(*world.tables[*table].get(at).ok_or(OutOfRange)?)
        }
        Int::First(search) => {
            let (iterations, hi) = search.iterations(world, vars)?;
            for inner in iterations {
                if condition(world, &inner, &search.body)? {
                    return Ok(inner[search.depth]);
                }
            }
            hi
        }
        Int::Sum(sum) => {
            let (iterations, _) = sum.iterations(world, vars)?;
            iterations.iter().map(|inner| integer(world, inner, &sum.body)).sum::<Result<i64, _>>()?
        }
        Int::Select(c, a, b) => {
            if condition(world, vars, c)? {
                of(a)?
            } else {
                of(b)?
            }
        }
    })
}

impl<T> Search<T> {
    /// What the body sees, for each value of the variable; and the end of the loop.
    fn iterations(&self, world: &World, vars: &[i64]) -> Result<(Vec<Vec<i64>>, i64), OutOfRange> {
        let outer = &vars[..self.depth];
        let (lo, hi) = (integer(world, outer, &self.lo)?, integer(world, outer, &self.hi)?);
        Ok(((lo..hi).map(|v| [outer, &[v]].concat()).collect(), hi))
    }
}

/// The value of a condition; the right side of a conjunction is evaluated only where it decides.
pub fn condition(world: &World, vars: &[i64], cond: &Bool) -> Result<bool, OutOfRange> {
    let of = |i: &Int| integer(world, vars, i);
    let is = |c: &Bool| condition(world, vars, c);
    Ok(match cond {
        Bool::Less(a, b) => of(a)? < of(b)?,
        Bool::Equal(a, b) => of(a)? == of(b)?,
        Bool::Not(a) => !is(a)?,
        Bool::And(a, b) => is(a)? && is(b)?,
        Bool::Or(a, b) => is(a)? || is(b)?,
    })
}

/// Where a load goes: the global number of an unknown, or data.
pub enum Place {
    Unknown(usize),
    Data(f64),
}

/// Resolves a load.
pub fn place(world: &World, vars: &[i64], array: usize, at: &Int) -> Result<Place, OutOfRange> {
    let at = usize::try_from(integer(world, vars, at)?).map_err(|_| OutOfRange)?;
    let value = *world.arrays[array].get(at).ok_or(OutOfRange)?;
    Ok(if array < UNKNOWN_ARRAYS { Place::Unknown(world.offsets()[array] + at) } else { Place::Data(value) })
}
