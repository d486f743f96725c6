//! Functions of jets: each by its value, its derivative and its second derivative.

use super::erf::{erf, erfc};
use super::jet::Jet;
use std::f64::consts::FRAC_2_SQRT_PI;

impl Jet {
    /// One divided by it.
    pub fn recip(&self) -> Self {
        let inverse = 1.0 / self.value();
        self.chain(inverse, -inverse * inverse, 2.0 * inverse * inverse * inverse)
    }

    /// The square root.
    pub fn sqrt(&self) -> Self {
        let root = self.value().sqrt();
        self.chain(root, 0.5 / root, -0.25 / (root * self.value()))
    }

    /// The exponential function.
    pub fn exp(&self) -> Self {
        let power = self.value().exp();
        self.chain(power, power, power)
    }

    /// The natural logarithm.
    pub fn log(&self) -> Self {
        let inverse = 1.0 / self.value();
        self.chain(self.value().ln(), inverse, -inverse * inverse)
    }

    /// A power with an integer for an exponent; the first power is linear.
    pub fn powi(&self, exponent: i32) -> Self {
        let (x, n) = (self.value(), f64::from(exponent));
        match exponent {
            0 => Self::constant(1.0),
            1 => self.clone(),
            2 => self.chain(x * x, 2.0 * x, 2.0),
            _ => self.chain(x.powi(exponent), n * x.powi(exponent - 1), n * (n - 1.0) * x.powi(exponent - 2)),
        }
    }

    /// A power with a number that depends on no unknown for an exponent.
    pub fn powf(&self, exponent: f64) -> Self {
        let (x, n) = (self.value(), exponent);
        self.chain(x.powf(n), n * x.powf(n - 1.0), n * (n - 1.0) * x.powf(n - 2.0))
    }

    /// A power of a positive number.
    pub fn pow(&self, exponent: &Jet) -> Self {
        (exponent * self.log()).exp()
    }

    /// The sine.
    pub fn sin(&self) -> Self {
        let (sin, cos) = self.value().sin_cos();
        self.chain(sin, cos, -sin)
    }

    /// The cosine.
    pub fn cos(&self) -> Self {
        let (sin, cos) = self.value().sin_cos();
        self.chain(cos, -sin, -cos)
    }

    /// The tangent.
    pub fn tan(&self) -> Self {
        let tan = self.value().tan();
        let first = 1.0 + tan * tan;
        self.chain(tan, first, 2.0 * tan * first)
    }

    /// The angle of a sine.
    pub fn asin(&self) -> Self {
        let x = self.value();
        let square = (1.0 - x) * (1.0 + x);
        self.chain(x.asin(), 1.0 / square.sqrt(), x / (square * square.sqrt()))
    }

    /// The angle of a cosine.
    pub fn acos(&self) -> Self {
        let x = self.value();
        let square = (1.0 - x) * (1.0 + x);
        self.chain(x.acos(), -1.0 / square.sqrt(), -x / (square * square.sqrt()))
    }

    /// The angle of a tangent.
    pub fn atan(&self) -> Self {
        let x = self.value();
        let first = 1.0 / (1.0 + x * x);
        self.chain(x.atan(), first, -2.0 * x * first * first)
    }

    /// The angle of the vector with this number for its second component.
    pub fn atan2(&self, along: &Jet) -> Self {
        let (y, x) = (self.value(), along.value());
        // The angle from where the vector is: its derivatives are those of the arc tangent at zero.
        let turned = (self * x - along * y) / (along * x + self * y);
        turned.atan() + y.atan2(x)
    }

    /// The hyperbolic sine.
    pub fn sinh(&self) -> Self {
        let (sinh, cosh) = (self.value().sinh(), self.value().cosh());
        self.chain(sinh, cosh, sinh)
    }

    /// The hyperbolic cosine.
    pub fn cosh(&self) -> Self {
        let (sinh, cosh) = (self.value().sinh(), self.value().cosh());
        self.chain(cosh, sinh, cosh)
    }

    /// The hyperbolic tangent.
    pub fn tanh(&self) -> Self {
        let (tanh, cosh) = (self.value().tanh(), self.value().cosh());
        let first = 1.0 / (cosh * cosh);
        self.chain(tanh, first, -2.0 * tanh * first)
    }

    /// The number with this hyperbolic sine.
    pub fn asinh(&self) -> Self {
        let x = self.value();
        let square = 1.0 + x * x;
        self.chain(x.asinh(), 1.0 / square.sqrt(), -x / (square * square.sqrt()))
    }

    /// The number with this hyperbolic cosine.
    pub fn acosh(&self) -> Self {
        let x = self.value();
        let square = (x - 1.0) * (x + 1.0);
        self.chain(x.acosh(), 1.0 / square.sqrt(), -x / (square * square.sqrt()))
    }

    /// The number with this hyperbolic tangent.
    pub fn atanh(&self) -> Self {
        let x = self.value();
        let first = 1.0 / ((1.0 - x) * (1.0 + x));
        self.chain(x.atanh(), first, 2.0 * x * first * first)
    }

    /// The error function.
    pub fn erf(&self) -> Self {
        let x = self.value();
        let first = FRAC_2_SQRT_PI * (-x * x).exp();
        self.chain(erf(x), first, -2.0 * x * first)
    }

    /// One minus the error function.
    pub fn erfc(&self) -> Self {
        let x = self.value();
        let first = -FRAC_2_SQRT_PI * (-x * x).exp();
        self.chain(erfc(x), first, -2.0 * x * first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Function = fn(&Jet) -> Jet;

    /// Every function of one number, with points where it is smooth.
    const FUNCTIONS: &[(&str, Function, &[f64])] = &[
        ("recip", Jet::recip, &[0.4, -1.7, 3.0]),
        ("sqrt", Jet::sqrt, &[0.4, 1.7, 30.0]),
        ("exp", Jet::exp, &[-2.0, 0.0, 1.3]),
        ("log", Jet::log, &[0.3, 1.0, 20.0]),
        ("powi 0", |x| x.powi(0), &[0.7]),
        ("powi 1", |x| x.powi(1), &[0.7, -2.0]),
        ("powi 2", |x| x.powi(2), &[0.7, -2.0]),
        ("powi 5", |x| x.powi(5), &[0.7, -2.0]),
        ("powi -3", |x| x.powi(-3), &[0.7, -2.0]),
        ("powf", |x| x.powf(1.7), &[0.3, 2.0]),
        ("pow, base", |x| x.pow(&Jet::constant(-0.8)), &[0.3, 2.0]),
        ("pow, exponent", |x| Jet::constant(1.9).pow(x), &[-0.3, 2.0]),
        ("pow, both", |x| x.pow(x), &[0.3, 2.0]),
        ("sin", Jet::sin, &[-1.0, 0.0, 2.5]),
        ("cos", Jet::cos, &[-1.0, 0.0, 2.5]),
        ("tan", Jet::tan, &[-1.0, 0.0, 2.5]),
        ("asin", Jet::asin, &[-0.8, 0.0, 0.6]),
        ("acos", Jet::acos, &[-0.8, 0.0, 0.6]),
        ("atan", Jet::atan, &[-3.0, 0.0, 0.6]),
        ("atan2, first", |x| x.atan2(&Jet::constant(-1.5)), &[-2.0, 0.7]),
        ("atan2, second", |x| Jet::constant(0.4).atan2(x), &[-2.0, 0.7]),
        ("atan2, both", |x| x.square().atan2(&x.sin()), &[-2.0, 0.7]),
        ("sinh", Jet::sinh, &[-2.0, 0.0, 1.0]),
        ("cosh", Jet::cosh, &[-2.0, 0.0, 1.0]),
        ("tanh", Jet::tanh, &[-2.0, 0.0, 1.0]),
        ("asinh", Jet::asinh, &[-2.0, 0.0, 1.0]),
        ("acosh", Jet::acosh, &[1.3, 4.0]),
        ("atanh", Jet::atanh, &[-0.7, 0.0, 0.4]),
        ("erf", Jet::erf, &[-2.0, 0.0, 0.6, 3.5]),
        ("erfc", Jet::erfc, &[-2.0, 0.0, 0.6, 3.5]),
        ("abs", Jet::abs, &[-2.0, 1.0]),
        ("max", |x| x.max(x.square()), &[0.5, 1.5]),
        ("min", |x| x.min(x.square()), &[0.5, 1.5]),
        ("sums and products", |x| (2.0 - x) * x / (x + 4.0) - -x * 0.3, &[-1.0, 2.0]),
    ];

    fn first(jet: &Jet) -> f64 {
        jet.gradient().get(&0).copied().unwrap_or(0.0)
    }

    fn second(jet: &Jet) -> f64 {
        jet.hessian().get(&(0, 0)).copied().unwrap_or(0.0)
    }

    /// A derivative by differences of the fourth order.
    fn slope(f: &dyn Fn(f64) -> f64, x: f64) -> f64 {
        let h = 1e-3;
        (8.0 * (f(x + h) - f(x - h)) - (f(x + 2.0 * h) - f(x - 2.0 * h))) / (12.0 * h)
    }

    #[test]
    fn derivatives_are_limits_of_differences() {
        for (name, function, points) in FUNCTIONS {
            for &x in *points {
                let at = |x: f64| function(&Jet::unknown(0, x));
                let exact = at(x);
                let wanted = [slope(&|x| at(x).value(), x), slope(&|x| first(&at(x)), x)];
                for (got, wanted) in [first(&exact), second(&exact)].into_iter().zip(wanted) {
                    let near = (got - wanted).abs() <= 1e-8 * wanted.abs().max(1.0);
                    assert!(near, "{name} at {x}: {got} instead of {wanted}");
                }
            }
        }
    }

    #[test]
    fn values_are_those_of_the_standard_library() {
        let (x, y) = (0.7f64, 0.3f64);
        let [a, b] = [Jet::unknown(0, x), Jet::unknown(1, y)];
        let cases = [
            (a.recip(), 1.0 / x),
            (a.sqrt(), x.sqrt()),
            (a.exp(), x.exp()),
            (a.log(), x.ln()),
            (a.powi(0), 1.0),
            (a.powi(2), x * x),
            (a.powi(-3), x.powi(-3)),
            (a.powf(1.7), x.powf(1.7)),
            (a.pow(&b), x.powf(y)),
            (a.sin(), x.sin()),
            (a.cos(), x.cos()),
            (a.tan(), x.tan()),
            (a.asin(), x.asin()),
            (a.acos(), x.acos()),
            (a.atan(), x.atan()),
            (a.atan2(&-&b), x.atan2(-y)),
            (a.sinh(), x.sinh()),
            (a.cosh(), x.cosh()),
            (a.tanh(), x.tanh()),
            (a.asinh(), x.asinh()),
            ((1.0 + &a).acosh(), (1.0 + x).acosh()),
            (a.atanh(), x.atanh()),
            (a.erf(), 0.6778011938374184),
            (a.erfc(), 0.3221988061625816),
        ];
        for (number, (jet, wanted)) in cases.iter().enumerate() {
            assert!((jet.value() - wanted).abs() <= 1e-15 * wanted.abs(), "{number}: {} {wanted}", jet.value());
        }
    }

    /// Mixed derivatives of a function of three unknowns, against differences of its gradient.
    #[test]
    fn mixed_derivatives_are_limits_of_differences() {
        let f = |at: [f64; 3]| {
            let [x, y, z] = [0, 1, 2].map(|k| Jet::unknown(k, at[k]));
            (&x * &y).sin() * (&z / (x.square() + 1.0)).exp() + y.pow(&z).erf() + z.atan2(&x) * (&x - &y).abs()
        };
        let at = [0.8, 1.7, 0.4];
        let exact = f(at);
        for row in 0..3 {
            let along = |derivative: &dyn Fn(&Jet) -> f64| {
                let moved = |x: f64| derivative(&f(std::array::from_fn(|k| if k == row { x } else { at[k] })));
                slope(&moved, at[row])
            };
            let wanted = along(&|jet| jet.value());
            assert!((exact.gradient()[&row] - wanted).abs() < 1e-9, "{row}: {}, {wanted}", exact.gradient()[&row]);
            for col in 0..=row {
                let wanted = along(&|jet| jet.gradient()[&col]);
                let got = exact.hessian()[&(row, col)];
                assert!((got - wanted).abs() < 1e-9, "{row}, {col}: {got}, {wanted}");
            }
        }
    }

    #[test]
    fn only_what_is_not_linear_has_second_derivatives() {
        let x = Jet::unknown(0, 0.7);
        for (name, function, _) in FUNCTIONS {
            let linear = ["powi 0", "powi 1", "abs"].contains(name);
            assert_eq!(function(&x).hessian().is_empty(), linear, "{name}");
            assert!(function(&Jet::constant(0.7)).gradient().is_empty(), "{name}");
        }
        assert!(x.powi(0).gradient().is_empty());
    }
}
