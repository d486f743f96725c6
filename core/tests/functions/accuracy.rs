//! Errors in units in the last place, over the whole range.

use crate::oracle::{Oracle, error};
use spadina_core::function::{Native, binary, unary};
use spadina_core::real::{BinaryOp, Graph, Precision, UnaryOp};

/// What is measured of a function.
struct Case<'a> {
    name: &'a str,
    /// In both precisions.
    limits: [f64; 2],
    /// Where most numbers are drawn from.
    typical: [f64; 2],
}

/// Pseudo-random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 2f64.powi(53)
    }

    /// A number: of any magnitude, from the typical range, or near one of its ends or a multiple of π/2.
    fn number(&mut self, precision: Precision, typical: [f64; 2]) -> f64 {
        let x = match self.bits() % 8 {
            0 | 1 => match precision {
                Precision::F64 => f64::from_bits(self.bits()),
                Precision::F32 => f64::from(f32::from_bits(self.bits() as u32)),
            },
            2 => typical[(self.bits() % 2) as usize] * (1.0 + self.unit() * 2f64.powi(-(self.bits() as i32 & 31))),
            3 => (self.bits() % 10000) as f64 * std::f64::consts::FRAC_PI_2 * (1.0 + (self.unit() - 0.5) * 1e-12),
            4 => 1.0 + (self.unit() - 0.5) * 2f64.powi(-(self.bits() as i32 & 31)),
            _ => typical[0] + (typical[1] - typical[0]) * self.unit(),
        };
        if x.is_nan() || x.is_infinite() { 0.75 } else { self.rounded(precision, x) }
    }

    fn rounded(&self, precision: Precision, x: f64) -> f64 {
        match precision {
            Precision::F64 => x,
            Precision::F32 => f64::from(x as f32),
        }
    }
}

fn samples() -> usize {
    std::env::var("SPADINA_SAMPLES").ok().and_then(|n| n.parse().ok()).unwrap_or(1500)
}

/// The largest errors of a function: `value` in a precision with and without fused operations, `exact` by the oracle.
fn check<const N: usize>(
    case: &Case<'_>,
    value: impl Fn(Precision, bool, [f64; N]) -> f64,
    mut exact: impl FnMut([f64; N]) -> astro_float_num::BigFloat,
    domain: impl Fn([f64; N]) -> bool,
) {
    let mut random = Random(0x5eed);
    let kinds = [(Precision::F64, 53, -1022, f64::MAX), (Precision::F32, 24, -126, f64::from(f32::MAX))];
    for ((precision, digits, least, max), limit) in kinds.into_iter().zip(case.limits) {
        let mut worst = (0.0, [0.0; N], false);
        for _ in 0..samples() {
            let x = [0; N].map(|_| random.number(precision, case.typical));
            if !domain(x) {
                continue;
            }
            let exact = exact(x);
            for fused in [false, true] {
                let error = error(value(precision, fused, x), &exact, digits, least, max);
                if error > worst.0 {
                    worst = (error, x, fused);
                }
            }
        }
        let (error, at, fused) = worst;
        println!("{:8} {precision:?}: {error:.3} units at {at:?}, fused: {fused}", case.name);
        assert!(error <= limit, "{} in {precision:?}: {error} units at {at:?}, fused: {fused}", case.name);
    }
}

fn single(op: UnaryOp, precision: Precision, fused: bool, x: f64) -> f64 {
    match precision {
        Precision::F64 => unary(&mut Native::<f64>::new(fused), op, x).expect("a function"),
        Precision::F32 => f64::from(unary(&mut Native::<f32>::new(fused), op, x as f32).expect("a function")),
    }
}

fn double(op: BinaryOp, precision: Precision, fused: bool, [x, y]: [f64; 2]) -> f64 {
    match precision {
        Precision::F64 => binary(&mut Native::<f64>::new(fused), op, x, y).expect("a function"),
        Precision::F32 => {
            f64::from(binary(&mut Native::<f32>::new(fused), op, x as f32, y as f32).expect("a function"))
        }
    }
}

/// The functions of one real, each with ranges that most numbers are drawn from.
const CASES: &[(UnaryOp, [f64; 2])] = &[
    (UnaryOp::Exp, [-750.0, 720.0]),
    (UnaryOp::Exp, [-2.0, 2.0]),
    (UnaryOp::Exp2, [-1080.0, 1030.0]),
    (UnaryOp::Exp2, [-2.0, 2.0]),
    (UnaryOp::Log, [0.0, 4.0]),
    (UnaryOp::Log2, [0.0, 4.0]),
    (UnaryOp::Sin, [-8.0, 8.0]),
    (UnaryOp::Cos, [-8.0, 8.0]),
    (UnaryOp::Tan, [-8.0, 8.0]),
    (UnaryOp::Asin, [-1.0, 1.0]),
    (UnaryOp::Acos, [-1.0, 1.0]),
    (UnaryOp::Atan, [-4.0, 4.0]),
    (UnaryOp::Sinh, [-4.0, 4.0]),
    (UnaryOp::Sinh, [-715.0, 715.0]),
    (UnaryOp::Cosh, [-4.0, 4.0]),
    (UnaryOp::Cosh, [-715.0, 715.0]),
    (UnaryOp::Tanh, [-4.0, 4.0]),
    (UnaryOp::Asinh, [-4.0, 4.0]),
    (UnaryOp::Acosh, [1.0, 4.0]),
    (UnaryOp::Atanh, [-1.0, 1.0]),
    (UnaryOp::Erf, [-3.0, 3.0]),
    (UnaryOp::Erf, [-1e-3, 6.5]),
    (UnaryOp::Erfc, [-1.0, 3.0]),
    (UnaryOp::Erfc, [-7.0, 11.0]),
    (UnaryOp::Erfc, [26.0, 27.4]),
];

/// Every function of the list is measured; the compiler cannot ask for its ranges.
#[test]
fn no_function_is_forgotten() {
    for op in UnaryOp::ALL.iter().filter(|op| op.is_function()) {
        let name = op.name();
        assert!(
            CASES.iter().any(|(own, _)| own == op),
            "`{name}` has no ranges in CASES of core/tests/functions/accuracy.rs"
        );
    }
    for op in BinaryOp::ALL.iter().filter(|op| op.is_function()) {
        assert!(matches!(op, BinaryOp::Pow | BinaryOp::Atan2), "`{}` has no test of its accuracy", op.name());
    }
}

/// The derivative of every function, against differences with many more digits.
#[test]
fn derivatives_are_those_of_the_functions() {
    let mut oracle = Oracle::new();
    for &(op, [from, to]) in CASES {
        for share in [0.07, 0.21, 0.38, 0.55, 0.73, 0.94] {
            let x = from + (to - from) * share;
            let mut g = Graph::default();
            let (at, value) = (g.constant(x), g.constant(op.eval(x)));
            let slope = op.derivative(&mut g, at, value).expect("a derivative");
            let slope = g.as_const(slope).expect("a number");
            let wanted = oracle.slope(op, x);
            if slope.abs() < 1e-280 || !slope.is_finite() || !op.eval(x).is_finite() {
                continue;
            }
            assert!((slope - wanted).abs() <= 1e-8 * wanted.abs(), "{} at {x}: {slope:e}, not {wanted:e}", op.name());
            let [formula, _] = oracle.derivatives(op, x);
            assert!((formula - wanted).abs() <= 1e-8 * wanted.abs(), "{} at {x}: the oracle's formula", op.name());
        }
    }
}

#[test]
fn functions_of_one_real_are_within_two_units() {
    let mut oracle = Oracle::new();
    for &(op, typical) in CASES {
        let case = Case { name: op.name(), limits: [2.0, 2.0], typical };
        let domain = |[x]: [f64; 1]| {
            let value = op.eval(x);
            !value.is_nan() && value.abs() < f64::INFINITY && x != 0.0
        };
        check(&case, |p, fused, [x]| single(op, p, fused, x), |[x]| oracle.unary(op, x), domain);
    }
}

#[test]
fn functions_of_two_reals_are_within_two_units() {
    let mut oracle = Oracle::new();
    for typical in [[0.0, 3.0], [0.0, 40.0], [0.9, 1.1]] {
        let case = Case { name: "pow", limits: [2.0, 2.0], typical };
        let domain = |[x, y]: [f64; 2]| x > 0.0 && y != 0.0 && (y * x.ln()).abs() < 800.0;
        let value = |p, fused, x| double(BinaryOp::Pow, p, fused, x);
        check(&case, value, |[x, y]| oracle.binary(BinaryOp::Pow, x, y), domain);
    }
    let case = Case { name: "atan2", limits: [2.0, 2.0], typical: [-2.0, 2.0] };
    let domain = |[x, y]: [f64; 2]| x != 0.0 && y != 0.0;
    let value = |p, fused, x| double(BinaryOp::Atan2, p, fused, x);
    check(&case, value, |[x, y]| oracle.binary(BinaryOp::Atan2, x, y), domain);
}

/// Rounding the square of x costs x² half units, and that is all.
#[test]
fn derivatives_of_error_functions_are_right_over_the_whole_range() {
    let mut g = Graph::default();
    let mut slope = |op: UnaryOp, x: f64| {
        let (x, y) = (g.constant(x), g.constant(op.eval(x)));
        let slope = op.derivative(&mut g, x, y).expect("a derivative");
        g.as_const(slope).expect("a number")
    };
    let mut oracle = Oracle::new();
    for x in (-1100..=1100).map(|k| 0.025 * f64::from(k)) {
        let exact = oracle.bell(x);
        for (op, sign) in [(UnaryOp::Erf, 1.0), (UnaryOp::Erfc, -1.0)] {
            let error = error(sign * slope(op, x), &exact, 53, -1022, f64::MAX);
            assert!(error <= 2.0 + x * x, "{} at {x}: {error} units", op.name());
        }
    }
    for x in [1e10, -1e200, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(slope(UnaryOp::Erf, x), 0.0);
    }
    assert!(slope(UnaryOp::Erfc, f64::NAN).is_nan());
}
