//! What the closure of a program form reads and writes.

use super::control::{self, Reals};
use super::handle::{Handle, Int, Real, Symbol, build};
use super::linear::Vector;
use super::session::{self, Deferred, Session};
use crate::frontend::ParameterType;
use crate::index::Table;
use crate::program::Write;
use crate::real::Array;

/// The data of a program. Its methods declare sizes and arrays, by the names that data bind to.
#[derive(Debug)]
pub struct Scope {
    _private: (),
}

/// Data of one build, and how many rows there are.
#[derive(Clone, Copy, Debug)]
struct Bound<T> {
    stamp: u64,
    data: T,
    rows: Int,
}

/// A flat array of reals.
#[derive(Clone, Copy, Debug)]
pub struct RealArray(Bound<Array>);

/// An array of reals by rows of `D`.
#[derive(Clone, Copy, Debug)]
pub struct RealRows<const D: usize>(Bound<Array>);

/// A flat array of integers.
#[derive(Clone, Copy, Debug)]
pub struct IntArray(Bound<Table>);

/// An array of integers by rows of `D`.
#[derive(Clone, Copy, Debug)]
pub struct IntRows<const D: usize>(Bound<Table>);

impl Scope {
    pub(super) fn new() -> Scope {
        Scope { _private: () }
    }

    /// An integer that is bound at load and is not negative, as `override n: u32`.
    #[track_caller]
    pub fn size(&self, name: &str) -> Int {
        size(name, false)
    }

    /// An integer that is bound at load, as `override n: i32`.
    #[track_caller]
    pub fn signed_size(&self, name: &str) -> Int {
        size(name, true)
    }

    /// A number that is bound at load, as `override k: f32`.
    #[track_caller]
    pub fn scalar(&self, name: &str) -> Real {
        scalar(name, None)
    }

    /// A number that has a value if nothing binds to it.
    #[track_caller]
    pub fn scalar_or(&self, name: &str, default: f64) -> Real {
        scalar(name, Some(default))
    }

    /// A flat array of reals.
    #[track_caller]
    pub fn reals(&self, name: &str) -> RealArray {
        RealArray(reals(name, 1))
    }

    /// An array of reals by rows of `D`.
    #[track_caller]
    pub fn rows<const D: usize>(&self, name: &str) -> RealRows<D> {
        RealRows(reals(name, D))
    }

    /// A flat array of integers that are not negative.
    #[track_caller]
    pub fn integers(&self, name: &str) -> IntArray {
        IntArray(integers(name, 1, false))
    }

    /// A flat array of integers.
    #[track_caller]
    pub fn signed_integers(&self, name: &str) -> IntArray {
        IntArray(integers(name, 1, true))
    }

    /// An array of integers that are not negative, by rows of `D`.
    #[track_caller]
    pub fn integer_rows<const D: usize>(&self, name: &str) -> IntRows<D> {
        IntRows(integers(name, D, false))
    }

    /// An array of integers by rows of `D`.
    #[track_caller]
    pub fn signed_integer_rows<const D: usize>(&self, name: &str) -> IntRows<D> {
        IntRows(integers(name, D, true))
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

#[track_caller]
fn size(name: &str, signed: bool) -> Int {
    let declare = |s: &mut Session| {
        let name = s.parameter(name, ParameterType::Size { signed }, None)?.array;
        Some(s.defer(Deferred::Size { name, signed })(0))
    };
    session::with(declare).flatten().unwrap_or(Int::from_handle(Handle::Invalid))
}

#[track_caller]
fn scalar(name: &str, default: Option<f64>) -> Real {
    let declare = |s: &mut Session| {
        let bound = s.parameter(name, ParameterType::Scalar, default)?.array;
        let array = s.array(&bound);
        Some(s.defer(Deferred::Row { array, table: None, components: 1, loaded: None })(0))
    };
    session::with(declare).flatten().unwrap_or(Real::from_handle(Handle::Invalid))
}

#[track_caller]
fn reals(name: &str, components: usize) -> Bound<Array> {
    let declare = |s: &mut Session| {
        let bound = s.declare(name, ParameterType::RealArray { components }, components)?;
        Some((s.array(&bound), bound))
    };
    bound(declare, components, Array(0))
}

#[track_caller]
fn integers(name: &str, components: usize, signed: bool) -> Bound<Table> {
    let declare = |s: &mut Session| {
        let bound = s.declare(name, ParameterType::IndexArray { components, signed }, components)?;
        Some((s.graph.indices.table(&bound, !signed), bound))
    };
    bound(declare, components, Table(0))
}

/// Declares an array; `none` stands in for one that was refused, and belongs to no build.
#[track_caller]
fn bound<T>(declare: impl FnOnce(&mut Session) -> Option<(T, String)>, components: usize, none: T) -> Bound<T> {
    let declare = |s: &mut Session| {
        let (data, bound) = declare(s)?;
        let name = Session::length_name(&bound, components);
        let rows = s.defer(Deferred::Size { name, signed: false })(0);
        Some(Bound { stamp: s.stamp(), data, rows })
    };
    let refused = Bound { stamp: 0, data: none, rows: Int::from_handle(Handle::Invalid) };
    session::with(declare).flatten().unwrap_or(refused)
}

#[track_caller]
fn write(row: Int, value: Real, assign: bool) {
    session::with(|s| {
        let (row, value) = (s.id(row)?, s.id(value)?);
        if s.element.is_some() {
            return s.refuse("the element form of a residual gives its rows as the result of its closure");
        }
        let (vars, loops, path, span) = (s.vars(), s.loops(), s.path, s.graph.span);
        s.writes.push(Write { vars, loops, row, assign, path, value, span });
        Some(())
    });
}

impl Session {
    /// Declares an array that has entries in its rows; gives what it is bound to.
    fn declare(&mut self, name: &str, ty: ParameterType, components: usize) -> Option<String> {
        if components == 0 {
            return self.refuse(format!("the rows of `{name}` have no entries: they have one component at least"));
        }
        Some(self.parameter(name, ty, None)?.array)
    }
}

impl<T: Copy> Bound<T> {
    /// The data and the first entry of a row.
    fn row(&self, s: &mut Session, at: Int, components: usize) -> Option<(T, crate::index::Index)> {
        // Data of another build have a length of another build.
        if self.stamp != s.stamp() {
            s.id(self.rows)?;
        }
        let at = s.id(at)?;
        Some((self.data, s.graph.indices.scale(at, components as i64)))
    }
}

impl Bound<Array> {
    #[track_caller]
    fn reals(&self, at: Int, components: usize) -> Vec<Real> {
        let read = |s: &mut Session| {
            let (array, first) = self.row(s, at, components)?;
            let values = s.row(array, first, components);
            Some(values.into_iter().map(|v| s.wrap(v)).collect())
        };
        session::with(read).flatten().unwrap_or_else(|| vec![Real::from_handle(Handle::Invalid); components])
    }
}

impl Bound<Table> {
    #[track_caller]
    fn integer(&self, at: Int, components: usize, component: usize) -> Int {
        build(|s| {
            let (table, first) = self.row(s, at, components)?;
            let at = s.graph.indices.offset(first, component as i64);
            Some(s.graph.indices.read(table, at))
        })
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
        self.0.reals(index.into(), 1)[0]
    }
}

impl<const D: usize> RealRows<D> {
    /// A row.
    #[track_caller]
    pub fn at(&self, index: impl Into<Int>) -> Vector<D> {
        Vector::from_vec(self.0.reals(index.into(), D))
    }
}

impl IntArray {
    /// An entry.
    #[track_caller]
    pub fn at(&self, index: impl Into<Int>) -> Int {
        self.0.integer(index.into(), 1, 0)
    }
}

impl<const D: usize> IntRows<D> {
    /// A row.
    #[track_caller]
    pub fn at(&self, index: impl Into<Int>) -> [Int; D] {
        let index = index.into();
        std::array::from_fn(|c| self.0.integer(index, D, c))
    }
}
