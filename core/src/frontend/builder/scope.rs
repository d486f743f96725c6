//! The data that the closure of a program form reads, and the residual that it writes.

use super::control::{self, Reals};
use super::handle::{Handle, Int, Real, Symbol};
use super::linear::Vector;
use super::session::{self, Deferred, Session};
use crate::frontend::kit::Data;
use crate::frontend::{Fallback, Numbers, ParameterType};
use crate::program::Write;
use crate::real::Array;

/// The data of a program. Its methods declare sizes and arrays, by the names that data bind to.
#[derive(Debug)]
pub struct Scope {
    _private: (),
}

/// Data of one build, and how many rows there are.
#[derive(Clone, Copy, Debug)]
struct BoundRows {
    stamp: u64,
    data: Data,
    rows: Int,
}

/// A flat array of reals.
#[derive(Clone, Copy, Debug)]
pub struct RealArray(BoundRows);

/// An array of reals by rows of `D`.
#[derive(Clone, Copy, Debug)]
pub struct RealRows<const D: usize>(BoundRows);

/// A flat array of integers.
#[derive(Clone, Copy, Debug)]
pub struct IntArray(BoundRows);

/// An array of integers by rows of `D`.
#[derive(Clone, Copy, Debug)]
pub struct IntRows<const D: usize>(BoundRows);

impl Scope {
    pub(super) fn new() -> Scope {
        Scope { _private: () }
    }

    /// An integer that is bound at load and is not negative, as `override n: u32`.
    #[track_caller]
    pub fn size(&self, name: &str) -> Int {
        single(name, Numbers::Unsigned, None)
    }

    /// An integer that is bound at load, as `override n: i32`.
    #[track_caller]
    pub fn signed_size(&self, name: &str) -> Int {
        single(name, Numbers::Signed, None)
    }

    /// A number that is bound at load, as `override k: f32`.
    #[track_caller]
    pub fn scalar(&self, name: &str) -> Real {
        single(name, Numbers::Real, None)
    }

    /// A number that has a value if nothing binds to it.
    #[track_caller]
    pub fn scalar_or(&self, name: &str, default: f64) -> Real {
        let bound = single(name, Numbers::Real, Some(Fallback::Number(default)));
        let is_unbound = session::with(|s| s.inputs.roles().unbound.contains(name));
        if is_unbound == Some(true) { Real::from(default) } else { bound }
    }

    /// A flat array of reals.
    #[track_caller]
    pub fn reals(&self, name: &str) -> RealArray {
        RealArray(array(name, Numbers::Real, 1))
    }

    /// An array of reals by rows of `D`.
    #[track_caller]
    pub fn rows<const D: usize>(&self, name: &str) -> RealRows<D> {
        RealRows(array(name, Numbers::Real, D))
    }

    /// A flat array of integers that are not negative.
    #[track_caller]
    pub fn integers(&self, name: &str) -> IntArray {
        IntArray(array(name, Numbers::Unsigned, 1))
    }

    /// A flat array of integers.
    #[track_caller]
    pub fn signed_integers(&self, name: &str) -> IntArray {
        IntArray(array(name, Numbers::Signed, 1))
    }

    /// An array of integers that are not negative, by rows of `D`.
    #[track_caller]
    pub fn integer_rows<const D: usize>(&self, name: &str) -> IntRows<D> {
        IntRows(array(name, Numbers::Unsigned, D))
    }

    /// An array of integers by rows of `D`.
    #[track_caller]
    pub fn signed_integer_rows<const D: usize>(&self, name: &str) -> IntRows<D> {
        IntRows(array(name, Numbers::Signed, D))
    }

    /// The [`sum`](super::sum) over a loop.
    #[track_caller]
    pub fn sum<T: Reals>(&self, lo: impl Into<Int>, hi: impl Into<Int>, term: impl FnOnce(Int) -> T) -> T {
        control::sum(lo, hi, term)
    }

    /// A [loop](super::for_each) whose closure writes to the residual.
    #[track_caller]
    pub fn for_each(&self, lo: impl Into<Int>, hi: impl Into<Int>, body: impl FnOnce(Int)) {
        control::for_each(lo, hi, body);
    }

    /// `r[row] += value`, once for each iteration of the loops around it.
    #[track_caller]
    pub fn residual(&self, row: impl Into<Int>, value: impl Into<Real>) {
        write(row.into(), value.into(), false);
    }

    /// `r[row] = value`: no other write touches the row.
    #[track_caller]
    pub fn set_residual(&self, row: impl Into<Int>, value: impl Into<Real>) {
        write(row.into(), value.into(), true);
    }
}

/// A number, by itself.
#[track_caller]
fn single<T: Symbol>(name: &str, numbers: Numbers, default: Option<Fallback>) -> T {
    let declare = |s: &mut Session| {
        s.parameter(name, ParameterType::Override(numbers), default)?;
        Some(s.defer(Deferred::Single { parameter: name.to_string(), numbers })(0))
    };
    session::with(declare).flatten().unwrap_or(T::from_handle(Handle::Invalid))
}

/// Declares an array; one that is refused belongs to no build.
#[track_caller]
fn array(name: &str, numbers: Numbers, components: usize) -> BoundRows {
    let declare = |s: &mut Session| {
        if components == 0 {
            return s.refuse(format!("the rows of `{name}` have no entries: they have one component at least"));
        }
        s.parameter(name, ParameterType::Array { numbers, components }, None)?;
        let data = s.inputs.data(&mut s.graph, name, numbers);
        let rows = Deferred::Length { parameter: name.to_string(), components };
        Some(BoundRows { stamp: s.stamp(), data, rows: s.defer(rows)(0) })
    };
    let refused = BoundRows { stamp: 0, data: Data::Reals(Array(0)), rows: Int::from_handle(Handle::Invalid) };
    session::with(declare).flatten().unwrap_or(refused)
}

#[track_caller]
fn write(row: Int, value: Real, assign: bool) {
    session::with(|s| {
        let (row, value) = (s.id(row)?, s.id(value)?);
        if s.inputs.element().is_some() {
            return s.refuse("the element form of a residual gives its rows as the result of its closure");
        }
        let (vars, loops, path, span) = (s.vars(), s.loops(), s.path, s.graph.span);
        s.writes.push(Write { vars, loops, row, assign, path, value, span });
        Some(())
    });
}

impl BoundRows {
    /// The numbers of a row.
    #[track_caller]
    fn row<T: Symbol>(&self, at: Int, components: usize) -> Vec<T> {
        let read = |s: &mut Session| {
            // Data of another build have a length of another build.
            if self.stamp != s.stamp() {
                s.id(self.rows)?;
            }
            let at = s.id(at)?;
            let first = s.graph.indices.scale(at, components as i64);
            let row = self.data.row(&mut s.graph, first, components);
            row.into_iter().map(|number| Some(s.wrap(T::of_data(number)?))).collect()
        };
        session::with(read).flatten().unwrap_or_else(|| vec![T::from_handle(Handle::Invalid); components])
    }
}

/// The count of rows of every kind of array.
macro_rules! lengths {
    ($([$($generics:tt)*] $ty:ty;)*) => {$(
        impl<$($generics)*> $ty {
            /// The number of rows.
            pub fn len(&self) -> Int {
                self.0.rows
            }
        }
    )*};
}

lengths! {
    [] RealArray;
    [const D: usize] RealRows<D>;
    [] IntArray;
    [const D: usize] IntRows<D>;
}

impl RealArray {
    /// An entry.
    #[track_caller]
    pub fn at(&self, index: impl Into<Int>) -> Real {
        self.0.row(index.into(), 1)[0]
    }
}

impl<const D: usize> RealRows<D> {
    /// A row.
    #[track_caller]
    pub fn at(&self, index: impl Into<Int>) -> Vector<D> {
        Vector::from_vec(self.0.row(index.into(), D))
    }
}

impl IntArray {
    /// An entry.
    #[track_caller]
    pub fn at(&self, index: impl Into<Int>) -> Int {
        self.0.row(index.into(), 1)[0]
    }
}

impl<const D: usize> IntRows<D> {
    /// A row.
    #[track_caller]
    pub fn at(&self, index: impl Into<Int>) -> [Int; D] {
        let row = self.0.row(index.into(), D);
        std::array::from_fn(|c| row[c])
    }
}
