//! Zeros, infinities, NaN, domains' ends, integers, subnormal numbers: as IEEE 754 says, and so the standard library.

use spadina_core::function::{Arithmetic, Native, binary, unary};
use spadina_core::real::{BinaryOp, UnaryOp};

const NUMBERS: &[f64] = &[
    0.0,
    0.5,
    1.0,
    1.5,
    2.0,
    3.0,
    4.0,
    1e-320,
    5e-324,
    f64::MIN_POSITIVE,
    1e-300,
    1e-40,
    f32::MIN_POSITIVE as f64,
    1e-20,
    0.25,
    0.1,
    std::f64::consts::FRAC_PI_2,
    std::f64::consts::PI,
    10.0,
    88.7,
    89.0,
    103.0,
    104.0,
    127.0,
    128.0,
    149.0,
    150.0,
    709.7,
    710.0,
    711.0,
    745.0,
    746.0,
    1023.0,
    1024.0,
    1074.0,
    1075.0,
    9007199254740991.0,
    9007199254740992.0,
    16777215.0,
    16777217.0,
    1e10,
    1e22,
    1e38,
    1e300,
    f32::MAX as f64,
    f64::MAX,
    f64::INFINITY,
    f64::NAN,
];

fn numbers() -> impl Iterator<Item = f64> {
    NUMBERS.iter().flat_map(|&x| [x, -x])
}

/// Whether the values are the same, up to rounding where they are neither zero nor infinite.
fn agree(value: f64, expected: f64, epsilon: f64, smallest: f64) -> bool {
    if expected.is_nan() || value.is_nan() {
        return value.is_nan() && expected.is_nan();
    }
    if expected == 0.0 || expected.is_infinite() {
        return value == expected && value.is_sign_negative() == expected.is_sign_negative();
    }
    (value - expected).abs() <= 2.5 * epsilon * expected.abs().max(smallest)
}

/// The standard library's inverse hyperbolic functions lose digits, or all of them.
fn is_inverse_hyperbolic(op: UnaryOp) -> bool {
    matches!(op, UnaryOp::Asinh | UnaryOp::Acosh | UnaryOp::Atanh)
}

#[test]
fn functions_of_one_real_have_their_special_values() {
    for &op in UnaryOp::ALL {
        for x in numbers() {
            for fused in [false, true] {
                let Some(value) = unary(&mut Native::<f64>::new(fused), op, x) else { continue };
                let expected = op.eval(x);
                let same = agree(value, expected, f64::EPSILON, f64::MIN_POSITIVE);
                let inverse = is_inverse_hyperbolic(op) && x.is_finite() && value.is_finite();
                assert!(same || inverse, "{} of {x:e}: {value:e}, not {expected:e}", op.name());
            }
            let single = x as f32;
            let Some(value) = unary(&mut Native::<f32>::new(false), op, single) else { continue };
            let expected = op.eval(f64::from(single)) as f32;
            let (value, expected) = (f64::from(value), f64::from(expected));
            let same = agree(value, expected, f64::from(f32::EPSILON), f64::from(f32::MIN_POSITIVE));
            let inverse = is_inverse_hyperbolic(op) && x.is_finite() && value.is_finite();
            assert!(same || inverse, "{} of {single:e} in single precision: {value:e}, not {expected:e}", op.name());
        }
    }
}

#[test]
fn functions_of_two_reals_have_their_special_values() {
    for &op in BinaryOp::ALL {
        for (x, y) in numbers().flat_map(|x| numbers().map(move |y| (x, y))) {
            for fused in [false, true] {
                let Some(value) = binary(&mut Native::<f64>::new(fused), op, x, y) else { continue };
                let expected = op.eval(x, y);
                let same = agree(value, expected, f64::EPSILON, f64::MIN_POSITIVE);
                assert!(same, "{} of {x:e} and {y:e}: {value:e}, not {expected:e}", op.name());
            }
            let (a, b) = (x as f32, y as f32);
            let Some(value) = binary(&mut Native::<f32>::new(false), op, a, b) else { continue };
            let expected = f64::from(op.eval(f64::from(a), f64::from(b)) as f32);
            let value = f64::from(value);
            let same = agree(value, expected, f64::from(f32::EPSILON), f64::from(f32::MIN_POSITIVE));
            assert!(same, "{} of {a:e} and {b:e} in single precision: {value:e}, not {expected:e}", op.name());
        }
    }
}

#[test]
fn powers_of_two_and_their_logarithms_are_exact() {
    let m = &mut Native::<f64>::new(false);
    for n in -1074..1024 {
        let n = f64::from(n);
        let power = unary(m, UnaryOp::Exp2, n).expect("a function");
        assert_eq!(power, n.exp2());
        assert_eq!(unary(m, UnaryOp::Log2, power), Some(n));
        assert_eq!(binary(m, BinaryOp::Pow, 2.0, n), Some(power));
    }
}

#[test]
fn angles_near_multiples_of_a_quarter_turn_keep_their_digits() {
    let m = &mut Native::<f64>::new(false);
    // The double nearest to a multiple of π/2, in relation to its size; and multiples that a naive reduction gets wrong.
    let worst = 6381956970095103.0 * 2f64.powi(797);
    let cosine = unary(m, UnaryOp::Cos, worst).expect("a function");
    assert!((cosine / -4.687165924254624e-19 - 1.0).abs() < 1e-15, "{cosine:e}");
    for (x, sine) in
        [(1e22, -0.8522008497671888), (f64::MAX, 0.004961954789184062), (2f64.powi(1000), -0.15920170308624246)]
    {
        let value = unary(m, UnaryOp::Sin, x).expect("a function");
        assert!((value / sine - 1.0).abs() < 1e-15, "sin {x:e} = {value:e}");
    }
    let mut single = Native::<f32>::new(false);
    for x in [16367173.0f32 * 2f32.powi(72), f32::MAX, 1e10] {
        let value = unary(&mut single, UnaryOp::Cos, x).expect("a function");
        let exact = f64::from(x).cos();
        assert!((f64::from(value) / exact - 1.0).abs() < 1e-6, "cos {x:e} = {value:e}, not {exact:e}");
    }
}

#[test]
fn rounding_errors_of_products_are_known() {
    let m = &mut Native::<f64>::new(false);
    for k in 1..2000 {
        let (a, b) = (f64::from(k).sqrt() * 1e7, (f64::from(k) + 0.3).cbrt() / 3e9);
        let p = a * b;
        let (error, exact) = (m.product_error(a, b, p), a.mul_add(b, -p));
        assert!((error - exact).abs() <= 1e-8 * exact.abs(), "{a} * {b}");
    }
}

/// The standard library has no error function to compare with.
#[test]
fn error_functions_have_their_special_values() {
    let infinity = f64::INFINITY;
    let erf = [(0.0, 0.0), (-0.0, -0.0), (infinity, 1.0), (-infinity, -1.0), (f64::NAN, f64::NAN), (1e300, 1.0)];
    let erfc = [(0.0, 1.0), (-0.0, 1.0), (infinity, 0.0), (-infinity, 2.0), (f64::NAN, f64::NAN), (-1e300, 2.0)];
    let small = [(5e-324, 5e-324), (1e-310, 1.1283791670955e-310), (-1e-300, -1.1283791670955126e-300)];
    for (op, list) in [(UnaryOp::Erf, &erf[..]), (UnaryOp::Erfc, &erfc[..]), (UnaryOp::Erf, &small[..])] {
        for &(x, expected) in list {
            for fused in [false, true] {
                let value = unary(&mut Native::<f64>::new(fused), op, x).expect("a function");
                assert!(agree(value, expected, f64::EPSILON, f64::MIN_POSITIVE), "{} of {x:e}: {value:e}", op.name());
                let single = unary(&mut Native::<f32>::new(fused), op, x as f32).expect("a function");
                let (single, expected) = (f64::from(single), f64::from(expected as f32));
                let same = agree(single, expected, f64::from(f32::EPSILON), f64::from(f32::MIN_POSITIVE));
                assert!(same, "{} of {x:e}: {single:e} in single precision", op.name());
            }
        }
    }
}
