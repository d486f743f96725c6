//! A real number with its first and second derivatives by the unknowns.
//!
//! An entry is in a map if and only if it is structurally non-zero, whatever its value. The rules are few, and everything is
//! made of them:
//!
//! - a constant has no entry, an unknown has the one of its own;
//! - sums and multiples by a constant have the entries of their operands;
//! - a product has those, and second derivatives by an unknown of one factor and one of the other;
//! - a function that is not linear has second derivatives by any two unknowns of its argument ([`Jet::chain`]);
//! - a branch on reals has the entries of both sides and the values of one ([`Jet::choose`]).

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// First derivatives by the number of the unknown.
pub type Gradient = BTreeMap<usize, f64>;
/// Second derivatives by row and column, the lower triangle: no column is greater than its row.
pub type Hessian = BTreeMap<(usize, usize), f64>;

/// A value with the derivatives that are structurally non-zero.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Jet {
    value: f64,
    gradient: Gradient,
    hessian: Hessian,
}

impl Jet {
    /// A number that depends on no unknown.
    pub fn constant(value: f64) -> Self {
        Self { value, ..Self::default() }
    }

    /// The unknown of a number, and its value.
    pub fn unknown(number: usize, value: f64) -> Self {
        Self { value, gradient: Gradient::from([(number, 1.0)]), hessian: Hessian::new() }
    }

    /// The value.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The first derivatives.
    pub fn gradient(&self) -> &Gradient {
        &self.gradient
    }

    /// The second derivatives, the lower triangle.
    pub fn hessian(&self) -> &Hessian {
        &self.hessian
    }

    /// A multiple by a number that depends on no unknown.
    pub fn scaled(mut self, factor: f64) -> Self {
        self.value *= factor;
        self.gradient.values_mut().for_each(|g| *g *= factor);
        self.hessian.values_mut().for_each(|h| *h *= factor);
        self
    }

    /// A function that is not linear, by its value, its derivative and its second derivative at this number.
    pub fn chain(&self, value: f64, first: f64, second: f64) -> Self {
        let mut result = self.clone().scaled(first);
        result.value = value;
        for (&row, a) in &self.gradient {
            for (&col, b) in self.gradient.range(..=row) {
                *result.hessian.entry((row, col)).or_default() += second * a * b;
            }
        }
        result
    }

    /// The square. It is the product with itself.
    pub fn square(&self) -> Self {
        self * self
    }

    /// One side of a branch on reals.
    pub fn choose(condition: bool, yes: impl Into<Jet>, no: impl Into<Jet>) -> Self {
        let (taken, other) = if condition { (yes.into(), no.into()) } else { (no.into(), yes.into()) };
        let mut result = taken;
        other.gradient.keys().for_each(|&key| _ = result.gradient.entry(key).or_default());
        other.hessian.keys().for_each(|&key| _ = result.hessian.entry(key).or_default());
        result
    }

    /// The larger of two; the first if they are the same.
    pub fn max(&self, other: impl Into<Jet>) -> Self {
        let other = other.into();
        Self::choose(self.value >= other.value, self, other)
    }

    /// The smaller of two; the second if they are the same.
    pub fn min(&self, other: impl Into<Jet>) -> Self {
        let other = other.into();
        Self::choose(self.value < other.value, self, other)
    }

    /// The absolute value; at zero the derivative is 1.
    pub fn abs(&self) -> Self {
        Self::choose(self.value >= 0.0, self, -self)
    }
}

impl From<f64> for Jet {
    fn from(value: f64) -> Self {
        Self::constant(value)
    }
}

impl From<&Jet> for Jet {
    fn from(jet: &Jet) -> Self {
        jet.clone()
    }
}

fn sum(mut a: Jet, b: Jet) -> Jet {
    a += b;
    a
}

fn difference(a: Jet, b: Jet) -> Jet {
    sum(a, -b)
}

fn product(a: Jet, b: Jet) -> Jet {
    let mut result = a.clone().scaled(b.value);
    result += b.clone().scaled(a.value);
    result.value = a.value * b.value;
    for (&i, by_i) in &a.gradient {
        for (&j, by_j) in &b.gradient {
            // The entry (i, j) and its mirror image, of which one is stored; on the diagonal both are the same entry.
            let both = if i == j { 2.0 } else { 1.0 };
            *result.hessian.entry((i.max(j), i.min(j))).or_default() += both * by_i * by_j;
        }
    }
    result
}

fn quotient(a: Jet, b: Jet) -> Jet {
    product(a, b.recip())
}

/// An operator between jets, references to jets and numbers.
macro_rules! operator {
    ($trait:ident, $method:ident, $function:ident) => {
        impl<R: Into<Jet>> $trait<R> for Jet {
            type Output = Jet;

            fn $method(self, other: R) -> Jet {
                $function(self, other.into())
            }
        }

        impl<R: Into<Jet>> $trait<R> for &Jet {
            type Output = Jet;

            fn $method(self, other: R) -> Jet {
                $function(self.clone(), other.into())
            }
        }

        impl $trait<Jet> for f64 {
            type Output = Jet;

            fn $method(self, other: Jet) -> Jet {
                $function(self.into(), other)
            }
        }

        impl $trait<&Jet> for f64 {
            type Output = Jet;

            fn $method(self, other: &Jet) -> Jet {
                $function(self.into(), other.clone())
            }
        }
    };
}

operator!(Add, add, sum);
operator!(Sub, sub, difference);
operator!(Mul, mul, product);
operator!(Div, div, quotient);

impl Neg for Jet {
    type Output = Jet;

    fn neg(self) -> Jet {
        self.scaled(-1.0)
    }
}

impl Neg for &Jet {
    type Output = Jet;

    fn neg(self) -> Jet {
        self.clone().scaled(-1.0)
    }
}

impl<R: Into<Jet>> AddAssign<R> for Jet {
    fn add_assign(&mut self, other: R) {
        let other = other.into();
        self.value += other.value;
        other.gradient.into_iter().for_each(|(key, g)| *self.gradient.entry(key).or_default() += g);
        other.hessian.into_iter().for_each(|(key, h)| *self.hessian.entry(key).or_default() += h);
    }
}

impl Sum for Jet {
    fn sum<I: Iterator<Item = Jet>>(jets: I) -> Jet {
        jets.fold(Jet::default(), sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three unknowns.
    fn unknowns() -> [Jet; 3] {
        [1.5, -0.7, 2.25]
            .into_iter()
            .enumerate()
            .map(|(k, x)| Jet::unknown(k, x))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap()
    }

    fn first(jet: &Jet) -> Vec<usize> {
        jet.gradient.keys().copied().collect()
    }

    fn second(jet: &Jet) -> Vec<(usize, usize)> {
        jet.hessian.keys().copied().collect()
    }

    #[test]
    fn linear_operations_have_no_second_derivatives() {
        let [x, y, z] = unknowns();
        let linear = 2.0 * (&x - &y) + -&z / 4.0 + (&x * 3.0).abs() + x.max(&z) - y.min(0.5) + 1.0;
        assert_eq!(first(&linear), [0, 1, 2]);
        assert_eq!(second(&linear), []);
        assert!((linear.value - (4.4 - 0.5625 + 4.5 + 2.25 + 0.7 + 1.0)).abs() < 1e-14);
        let wanted = [(0, 2.0 + 3.0), (1, -2.0 - 1.0), (2, -0.25 + 1.0)];
        assert_eq!(linear.gradient, Gradient::from(wanted));
    }

    #[test]
    fn products_have_cross_terms_alone() {
        let [x, y, z] = unknowns();
        let product = &x * &y;
        assert_eq!(product.gradient, Gradient::from([(0, -0.7), (1, 1.5)]));
        assert_eq!(product.hessian, Hessian::from([((1, 0), 1.0)]));
        let square = x.square();
        assert_eq!(square.hessian, Hessian::from([((0, 0), 2.0)]));
        let mixed = (&x + &y) * (&x - &z);
        // x² - xz + xy - yz
        assert_eq!(second(&mixed), [(0, 0), (1, 0), (2, 0), (2, 1)]);
        assert_eq!(mixed.hessian, Hessian::from([((0, 0), 2.0), ((1, 0), 1.0), ((2, 0), -1.0), ((2, 1), -1.0)]));
        let cubic = &x * &y * &z;
        assert_eq!(cubic.hessian, Hessian::from([((1, 0), 2.25), ((2, 0), -0.7), ((2, 1), 1.5)]));
    }

    #[test]
    fn quotients_have_second_derivatives_by_the_divisor() {
        let [x, y, _] = unknowns();
        let quotient = &x / &y;
        let (a, b) = (1.5, -0.7);
        let close = |got: f64, wanted: f64| assert!((got - wanted).abs() < 1e-14 * wanted.abs(), "{got} {wanted}");
        assert_eq!(second(&quotient), [(1, 0), (1, 1)]);
        close(quotient.gradient[&0], 1.0 / b);
        close(quotient.gradient[&1], -a / (b * b));
        close(quotient.hessian[&(1, 0)], -1.0 / (b * b));
        close(quotient.hessian[&(1, 1)], 2.0 * a / (b * b * b));
        assert_eq!(second(&(3.0 / &x)), [(0, 0)]);
    }

    /// A function of a sum couples all of the sum, and of nothing else.
    #[test]
    fn functions_couple_what_they_see() {
        let [x, y, z] = unknowns();
        let coupled = (2.0 * &x + 3.0 * &y).chain(7.0, 0.5, 10.0) + z.chain(1.0, 1.0, 0.0);
        assert_eq!(coupled.value, 8.0);
        assert_eq!(coupled.gradient, Gradient::from([(0, 1.0), (1, 1.5), (2, 1.0)]));
        // The entry of z is there, though its value is zero.
        let wanted = [((0, 0), 40.0), ((1, 0), 60.0), ((1, 1), 90.0), ((2, 2), 0.0)];
        assert_eq!(coupled.hessian, Hessian::from(wanted));
        assert_eq!(Jet::constant(2.0).chain(1.0, 2.0, 3.0), Jet::constant(1.0));
        // f(g): f' g'' + f'' g'²
        assert_eq!(x.square().chain(0.0, 0.5, 10.0).hessian, Hessian::from([((0, 0), 0.5 * 2.0 + 10.0 * 9.0)]));
    }

    #[test]
    fn branches_have_the_entries_of_both_sides() {
        let [x, y, z] = unknowns();
        let branch = Jet::choose(x.value() > 0.0, x.square(), &y * &z);
        assert_eq!((branch.value, branch.gradient[&0], branch.hessian[&(0, 0)]), (2.25, 3.0, 2.0));
        assert_eq!(first(&branch), [0, 1, 2]);
        assert_eq!(second(&branch), [(0, 0), (2, 1)]);
        assert_eq!((branch.gradient[&1], branch.hessian[&(2, 1)]), (0.0, 0.0));
        assert_eq!(x.max(2.0), Jet { value: 2.0, gradient: Gradient::from([(0, 0.0)]), hessian: Hessian::new() });
        assert_eq!(y.abs().gradient[&1], -1.0);
    }

    #[test]
    fn sums_run_over_jets() {
        let total: Jet = unknowns().iter().map(Jet::square).sum();
        assert_eq!(second(&total), [(0, 0), (1, 1), (2, 2)]);
        assert!((total.value - (2.25 + 0.49 + 5.0625)).abs() < 1e-15);
    }
}
