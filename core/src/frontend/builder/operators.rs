//! Operators between handles, and between handles and numbers.

use super::handle::{Bool, Handle, Int, Real, Symbol};
use super::session::build;
use crate::frontend::kit;
use crate::index::Index;
use crate::real::{Graph, Value};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};
use std::ops::{BitAnd, BitOr, BitXor, Not};

impl From<f64> for Real {
    fn from(number: f64) -> Real {
        Real(Handle::Constant(number))
    }
}

impl From<f32> for Real {
    fn from(number: f32) -> Real {
        Real::from(f64::from(number))
    }
}

impl From<bool> for Bool {
    fn from(truth: bool) -> Bool {
        Bool(Handle::Constant(truth))
    }
}

impl Int {
    /// A literal; what does not fit 64 bits is refused.
    #[track_caller]
    fn of(number: Option<i64>) -> Int {
        match number {
            Some(number) => Int(Handle::Constant(number)),
            None => build(|s| s.refuse("an integer that does not fit 64 bits")),
        }
    }
}

macro_rules! integers {
    ($($ty:ty)*) => {$(
        impl From<$ty> for Int {
            #[track_caller]
            fn from(number: $ty) -> Int {
                Int::of(i64::try_from(number).ok())
            }
        }
    )*};
}

integers!(i8 u8 i16 u16 i32 u32 i64 u64 isize usize);

macro_rules! real_operators {
    ($($trait:ident $method:ident $assign:ident $assign_method:ident $compute:expr;)*) => {$(
        impl $trait for Real {
            type Output = Real;

            #[track_caller]
            fn $method(self, right: Real) -> Real {
                build(|s| {
                    let (a, b) = (s.id(self)?, s.id(right)?);
                    let compute: fn(&mut Graph, Value, Value) -> Value = $compute;
                    Some(compute(&mut s.graph, a, b))
                })
            }
        }

        impl $trait<f64> for Real {
            type Output = Real;

            #[track_caller]
            fn $method(self, right: f64) -> Real {
                $trait::$method(self, Real::from(right))
            }
        }

        impl $trait<Real> for f64 {
            type Output = Real;

            #[track_caller]
            fn $method(self, right: Real) -> Real {
                $trait::$method(Real::from(self), right)
            }
        }

        impl $assign for Real {
            #[track_caller]
            fn $assign_method(&mut self, right: Real) {
                *self = $trait::$method(*self, right);
            }
        }

        impl $assign<f64> for Real {
            #[track_caller]
            fn $assign_method(&mut self, right: f64) {
                *self = $trait::$method(*self, right);
            }
        }
    )*};
}

real_operators! {
    Add add AddAssign add_assign Graph::add;
    Sub sub SubAssign sub_assign Graph::sub;
    Mul mul MulAssign mul_assign Graph::mul;
    Div div DivAssign div_assign Graph::div;
    Rem rem RemAssign rem_assign kit::remainder;
}

/// An integer operation, or why it is refused.
type IntegerOperation = fn(&mut Graph, Index, Index) -> Result<Index, &'static str>;

/// Division and remainder refuse a literal zero.
fn divisor(g: &Graph, b: Index) -> Result<(), &'static str> {
    if g.indices.as_const(b) == Some(0) { Err("integer division by zero") } else { Ok(()) }
}

macro_rules! integer_operators {
    ($($trait:ident $method:ident $assign:ident $assign_method:ident $compute:expr;)*) => {$(
        impl<T: Into<Int>> $trait<T> for Int {
            type Output = Int;

            #[track_caller]
            fn $method(self, right: T) -> Int {
                let right = right.into();
                build(|s| {
                    let (a, b) = (s.id(self)?, s.id(right)?);
                    let compute: IntegerOperation = $compute;
                    match compute(&mut s.graph, a, b) {
                        Ok(index) => Some(index),
                        Err(reason) => s.refuse(reason),
                    }
                })
            }
        }

        impl $trait<Int> for i64 {
            type Output = Int;

            #[track_caller]
            fn $method(self, right: Int) -> Int {
                $trait::$method(Int::from(self), right)
            }
        }

        impl<T: Into<Int>> $assign<T> for Int {
            #[track_caller]
            fn $assign_method(&mut self, right: T) {
                *self = $trait::$method(*self, right);
            }
        }
    )*};
}

integer_operators! {
    Add add AddAssign add_assign |g, a, b| Ok(g.indices.add(a, b));
    Sub sub SubAssign sub_assign |g, a, b| Ok(g.indices.sub(a, b));
    Mul mul MulAssign mul_assign |g, a, b| Ok(g.indices.mul(a, b));
    Div div DivAssign div_assign |g, a, b| divisor(g, b).map(|()| g.indices.div(a, b));
    Rem rem RemAssign rem_assign |g, a, b| divisor(g, b).map(|()| g.indices.rem(a, b));
}

macro_rules! negations {
    ($($trait:ident $method:ident $ty:ident $compute:expr;)*) => {$(
        impl $trait for $ty {
            type Output = $ty;

            #[track_caller]
            fn $method(self) -> $ty {
                build(|s| {
                    let a = s.id(self)?;
                    let compute: fn(&mut Graph, <$ty as Symbol>::Id) -> <$ty as Symbol>::Id = $compute;
                    Some(compute(&mut s.graph, a))
                })
            }
        }
    )*};
}

negations! {
    Neg neg Real Graph::neg;
    Neg neg Int |g, a| g.indices.neg(a);
    Not not Bool Graph::not;
}

/// One of the conditions holds, not both.
fn either(g: &mut Graph, a: Value, b: Value) -> Value {
    let (not_a, not_b) = (g.not(a), g.not(b));
    let (left, right) = (g.and(a, not_b), g.and(not_a, b));
    g.or(left, right)
}

macro_rules! bool_operators {
    ($($trait:ident $method:ident $compute:expr;)*) => {$(
        impl<T: Into<Bool>> $trait<T> for Bool {
            type Output = Bool;

            #[track_caller]
            fn $method(self, right: T) -> Bool {
                let right = right.into();
                build(|s| {
                    let (a, b) = (s.id(self)?, s.id(right)?);
                    let compute: fn(&mut Graph, Value, Value) -> Value = $compute;
                    Some(compute(&mut s.graph, a, b))
                })
            }
        }
    )*};
}

bool_operators! {
    BitAnd bitand Graph::and;
    BitOr bitor Graph::or;
    BitXor bitxor either;
}

macro_rules! folds {
    ($($ty:ident $unit:literal $zero:literal;)*) => {$(
        impl Sum for $ty {
            fn sum<I: Iterator<Item = $ty>>(terms: I) -> $ty {
                terms.fold($ty::from($zero), |a, b| a + b)
            }
        }

        impl<'a> Sum<&'a $ty> for $ty {
            fn sum<I: Iterator<Item = &'a $ty>>(terms: I) -> $ty {
                terms.copied().sum()
            }
        }

        impl Product for $ty {
            fn product<I: Iterator<Item = $ty>>(factors: I) -> $ty {
                factors.fold($ty::from($unit), |a, b| a * b)
            }
        }

        impl<'a> Product<&'a $ty> for $ty {
            fn product<I: Iterator<Item = &'a $ty>>(factors: I) -> $ty {
                factors.copied().product()
            }
        }
    )*};
}

folds! {
    Real 1.0 0.0;
    Int 1 0;
}
