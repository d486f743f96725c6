//! Choices, guards and loops.

use super::handle::{Bool, Handle, Int, Real, Symbol};
use super::session::{self, build};
use crate::real::Value;
use nalgebra::{SMatrix, Scalar};

/// The choices of [`select`]: handles, and vectors, matrices and arrays of them.
pub trait Choose: Sized {
    /// `if condition { a } else { b }`.
    #[track_caller]
    fn choose(condition: Bool, a: Self, b: Self) -> Self;

    /// The stand-in for a refused value.
    fn refused() -> Self;
}

impl Choose for Real {
    #[track_caller]
    fn choose(condition: Bool, a: Real, b: Real) -> Real {
        build(|s| {
            let (p, a, b) = (s.id(condition)?, s.id(a)?, s.id(b)?);
            Some(s.graph.select(p, a, b))
        })
    }

    fn refused() -> Real {
        Real::from_handle(Handle::Invalid)
    }
}

impl Choose for Int {
    #[track_caller]
    fn choose(condition: Bool, a: Int, b: Int) -> Int {
        build(|s| {
            let (p, a, b) = (s.id(condition)?, s.id(a)?, s.id(b)?);
            match s.graph.as_cond(p) {
                Some(cond) => Some(s.graph.indices.select(cond, a, b)),
                None => s.refuse("an integer that depends on a comparison of reals: indices depend on integers only"),
            }
        })
    }

    fn refused() -> Int {
        Int::from_handle(Handle::Invalid)
    }
}

impl Choose for Bool {
    #[track_caller]
    fn choose(condition: Bool, a: Bool, b: Bool) -> Bool {
        condition & a | !condition & b
    }

    fn refused() -> Bool {
        Bool::from_handle(Handle::Invalid)
    }
}

impl<T: Choose + Scalar + Copy, const R: usize, const C: usize> Choose for SMatrix<T, R, C> {
    #[track_caller]
    fn choose(condition: Bool, a: Self, b: Self) -> Self {
        a.zip_map(&b, |a, b| T::choose(condition, a, b))
    }

    fn refused() -> Self {
        Self::from_element(T::refused())
    }
}

impl<T: Choose + Copy, const N: usize> Choose for [T; N] {
    #[track_caller]
    fn choose(condition: Bool, a: Self, b: Self) -> Self {
        std::array::from_fn(|k| T::choose(condition, a[k], b[k]))
    }

    fn refused() -> Self {
        [T::refused(); N]
    }
}

/// `if condition { a } else { b }`, of reals, integers, conditions, vectors or matrices. The side that is not chosen has no
/// influence, not even a NaN.
#[track_caller]
pub fn select<T: Choose>(condition: impl Into<Bool>, a: T, b: T) -> T {
    T::choose(condition.into(), a, b)
}

/// `values[index]`, for an index that depends on data: `index` is checked when data are bound.
///
/// ```
/// use spadina_core::frontend::builder;
/// // The corner of a triangle that each element names.
/// let corner = builder::energy("corner", |e| builder::at(&e.node_scalars("x", 3), e.integer("corner")))?;
/// # Ok::<(), spadina_core::error::Diagnostic>(())
/// ```
#[track_caller]
pub fn at<T: Choose + Clone>(values: &[T], index: impl Into<Int>) -> T {
    let index = index.into();
    let within = |s: &mut session::Session| {
        let index = s.id(index)?;
        match s.graph.indices.as_const(index) {
            Some(k) if usize::try_from(k).is_ok_and(|k| k < values.len()) => {}
            None if !values.is_empty() => {}
            _ => return s.refuse(format!("this index is out of range: there are {} elements", values.len())),
        }
        let within = s.graph.indices.within(index, values.len());
        Some(s.wrap::<Int>(within))
    };
    let (Some(index), Some((last, others))) = (session::with(within).flatten(), values.split_last()) else {
        return T::refused();
    };
    let choose = |chosen, (k, value): (usize, &T)| T::choose(index.eq(k as i64), value.clone(), chosen);
    others.iter().enumerate().rev().fold(last.clone(), choose)
}

/// The results of loops and guards: nothing, a real, or several reals.
pub trait Reals: Sized {
    /// Each real replaced, in order.
    fn map_reals(self, replace: &mut dyn FnMut(Real) -> Real) -> Self;
}

impl Reals for () {
    fn map_reals(self, _: &mut dyn FnMut(Real) -> Real) -> Self {}
}

impl Reals for Real {
    fn map_reals(self, replace: &mut dyn FnMut(Real) -> Real) -> Self {
        replace(self)
    }
}

impl<const R: usize, const C: usize> Reals for SMatrix<Real, R, C> {
    fn map_reals(self, replace: &mut dyn FnMut(Real) -> Real) -> Self {
        self.map(replace)
    }
}

impl<T: Reals, const N: usize> Reals for [T; N] {
    fn map_reals(self, replace: &mut dyn FnMut(Real) -> Real) -> Self {
        self.map(|part| part.map_reals(replace))
    }
}

impl<A: Reals, B: Reals> Reals for (A, B) {
    fn map_reals(self, replace: &mut dyn FnMut(Real) -> Real) -> Self {
        (self.0.map_reals(replace), self.1.map_reals(replace))
    }
}

impl Reals for Vec<Real> {
    fn map_reals(self, replace: &mut dyn FnMut(Real) -> Real) -> Self {
        self.into_iter().map(replace).collect()
    }
}

/// Puts the condition of writes back at the end of a guard.
struct Guarded {
    outer: Option<Value>,
}

impl Guarded {
    #[track_caller]
    fn enter(condition: Bool) -> Guarded {
        let enter = |s: &mut session::Session| {
            let condition = s.id(condition)?;
            let inner = s.graph.and(s.path, condition);
            Some(std::mem::replace(&mut s.path, inner))
        };
        Guarded { outer: session::with(enter).flatten() }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(outer) = self.outer {
            session::with(|s| s.path = outer);
        }
    }
}

/// The value where the condition holds, else zero. Writes to a residual inside the closure happen where it holds. The
/// closure runs once in any case.
///
/// On conditions of integers no derivative entry is stored that only excluded iterations would touch.
#[track_caller]
pub fn when<T: Reals>(condition: impl Into<Bool>, value: impl FnOnce() -> T) -> T {
    let condition = condition.into();
    let guarded = Guarded::enter(condition);
    let value = value();
    drop(guarded);
    let mut mask = |value: Real| select(condition, value, Real::from(0.0));
    value.map_reals(&mut mask)
}

/// A loop that is open until it is dropped.
struct OpenLoop {
    index: Int,
    depth: Option<usize>,
}

impl OpenLoop {
    #[track_caller]
    fn new(lo: Int, hi: Int) -> OpenLoop {
        let open = |s: &mut session::Session| {
            let (lo, hi) = (s.id(lo)?, s.id(hi)?);
            let depth = s.depth();
            let index = s.open_loop(lo, hi);
            Some((s.wrap(index), depth))
        };
        match session::with(open).flatten() {
            Some((index, depth)) => OpenLoop { index, depth: Some(depth) },
            None => OpenLoop { index: Int::from_handle(Handle::Invalid), depth: None },
        }
    }

    /// Ends the loop and sums what it gave.
    #[track_caller]
    fn sum<T: Reals>(self, terms: T) -> T {
        let mut values: Vec<Option<Value>> = Vec::new();
        let terms = terms.map_reals(&mut |term| {
            values.push(session::with(|s| s.id(term)).flatten());
            term
        });
        let var = self.depth.and_then(|depth| session::with(|s| s.close_loops(depth)).flatten());
        let mut values = values.into_iter();
        terms.map_reals(&mut |_| {
            let value = values.next().flatten();
            build(|s| Some(s.graph.sum(var?, value?)))
        })
    }
}

impl Drop for OpenLoop {
    fn drop(&mut self) {
        if let Some(depth) = self.depth {
            session::with(|s| s.close_loops(depth));
        }
    }
}

/// The sum of what the closure gives, over `lo..hi`. The closure runs once, with a symbol; the loop is empty where
/// `hi <= lo`. Loops nest, their bounds may come from outer loops and tables, and the sum may be used like any real.
#[track_caller]
pub fn sum<T: Reals>(lo: impl Into<Int>, hi: impl Into<Int>, term: impl FnOnce(Int) -> T) -> T {
    let open = OpenLoop::new(lo.into(), hi.into());
    let terms = term(open.index);
    open.sum(terms)
}

/// A loop whose closure writes to a residual.
#[track_caller]
pub fn for_each(lo: impl Into<Int>, hi: impl Into<Int>, body: impl FnOnce(Int)) {
    let open = OpenLoop::new(lo.into(), hi.into());
    body(open.index);
}
