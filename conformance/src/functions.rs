//! Functions against the same definitions run by the host: in place and called, with arguments of every kind.

use crate::program::{Builder, Setup};
use crate::subject::Subject;
use spadina_core::executor::Serial;
use spadina_core::function::{Native, binary, unary};
use spadina_core::real::{BinaryOp, Precision, UnaryOp};

/// Numbers of all sizes, integers, angles near multiples of a right angle and huge ones, and what is no number.
fn arguments() -> Vec<f64> {
    let mut numbers = vec![0.0, f64::INFINITY, f64::NAN, f64::MIN_POSITIVE, 5e-324, f64::MAX, 1e22, 3e9, 2e6];
    numbers.extend((1..200).map(|k| f64::from(k) * 0.05));
    numbers.extend((1..40).map(|k| f64::from(k) * std::f64::consts::FRAC_PI_2));
    numbers.extend((-150..150).map(|k| 1.37 * 2f64.powi(7 * k)));
    numbers.iter().flat_map(|&x| [x, -x]).collect()
}

/// Numbers of many sizes, integers, angles near multiples of a right angle and huge ones, and what is no number; none that
/// is not normal in the precision, for which devices may take zero.
fn normal_arguments(precision: Precision) -> Vec<f64> {
    let (least, most) = match precision {
        Precision::F32 => (2f64.powi(-120), 2f64.powi(126)),
        Precision::F64 => (2f64.powi(-1000), 2f64.powi(1020)),
    };
    let mut numbers = vec![0.0, f64::INFINITY, f64::NAN, 1e22, 3e9, 2e6, 1e-3];
    numbers.extend((1..200).map(|k| f64::from(k) * 0.05));
    numbers.extend((1..40).map(|k| f64::from(k) * std::f64::consts::FRAC_PI_2));
    numbers.extend((-60..60).map(|k| 1.37 * 2f64.powi(17 * k)));
    let fits = |x: &f64| !x.is_finite() || *x == 0.0 || (least..most).contains(x);
    numbers.into_iter().filter(fits).flat_map(|x| [x, -x]).collect()
}

/// A function of one or two arrays.
#[derive(Clone, Copy, Debug)]
enum Function {
    One(UnaryOp),
    Two(BinaryOp),
}

impl Function {
    fn all() -> impl Iterator<Item = Self> {
        let one = UnaryOp::ALL.iter().filter(|op| op.is_function()).map(|&op| Self::One(op));
        one.chain(BinaryOp::ALL.iter().filter(|op| op.is_function()).map(|&op| Self::Two(op)))
    }

    /// The value that the host computes, with the arguments in the precision.
    fn native(self, precision: Precision, fused: bool, [x, y]: [f64; 2]) -> Option<f64> {
        match precision {
            Precision::F64 => {
                let m = &mut Native::<f64>::new(fused);
                match self {
                    Self::One(op) => unary(m, op, x),
                    Self::Two(op) => binary(m, op, x, y),
                }
            }
            Precision::F32 => {
                let (m, x, y) = (&mut Native::<f32>::new(fused), x as f32, y as f32);
                let value = match self {
                    Self::One(op) => unary(m, op, x),
                    Self::Two(op) => binary(m, op, x, y),
                };
                value.map(f64::from)
            }
        }
    }

    /// A program that writes the values to the gradient; with other functions besides, so many that they are called.
    fn program(self, called: bool) -> Builder {
        let mut p = Builder::default();
        let (x, y) = (p.unknown("x"), p.unknown("y"));
        let (var, i) = p.elements();
        let (a, b) = (p.g.load(x, i), p.g.load(y, i));
        let value = match self {
            Self::One(op) => p.g.unary(op, a),
            Self::Two(BinaryOp::Pow) => p.g.pow(a, b),
            Self::Two(op) => p.g.binary(op, a, b),
        };
        p.gradient(&[var], x, i, value);
        for k in 0..if called { 20 } else { 0 } {
            let k = p.g.constant(f64::from(k));
            let sum = p.g.add(b, k);
            let sine = p.g.unary(UnaryOp::Sin, sum);
            p.energy(&[var], sine);
        }
        p
    }
}

/// The distance of two numbers in units in the last place; zero where both are subnormal, or both are no number.
fn units(precision: Precision, found: f64, wanted: f64) -> f64 {
    let (epsilon, least) = match precision {
        Precision::F32 => (f64::from(f32::EPSILON), f64::from(f32::MIN_POSITIVE)),
        Precision::F64 => (f64::EPSILON, f64::MIN_POSITIVE),
    };
    if found == wanted || (found.is_nan() && wanted.is_nan()) || found.abs().max(wanted.abs()) <= least {
        return 0.0;
    }
    (found - wanted).abs() / (epsilon * wanted.abs())
}

/// Functions give what their definitions give.
pub fn functions_give_what_their_definitions_give(subject: &Subject) {
    let precision = subject.precision;
    let xs = if subject.host { arguments() } else { normal_arguments(precision) };
    // Pairs of numbers of different size, and some of the same.
    let ys: Vec<f64> = (0..xs.len()).map(|k| xs[(k * 7 + k / 5) % xs.len()]).collect();
    let fused = subject.backend.abilities().fuses;
    for function in Function::all() {
        for called in if subject.host { vec![false, true] } else { vec![false] } {
            let mut kernel = function.program(called).kernel();
            if fused {
                kernel.fuse();
            }
            let mut setup = Setup::elements(xs.len() as i64);
            setup.arrays = vec![xs.clone(), ys.clone()];
            for region in &kernel.regions {
                let slots = if region.width == 0 { vec![] } else { (0..xs.len() as u32).collect() };
                setup.stream(region.width, slots, vec![]);
            }
            setup.gradient = xs.len();
            let results = subject.run(&kernel, &setup, &Serial);
            for ((&x, &y), &value) in xs.iter().zip(&ys).zip(&results.gradient) {
                let wanted = function.native(precision, fused, [x, y]).expect("a function");
                let what = format!("{function:?} of {x:e}, {y:e} in {precision:?}, called: {called}");
                let units = if subject.host { distance(value, wanted) } else { units(precision, value, wanted) };
                assert!(units <= subject.units, "{what}: {value:e}, not {wanted:e}");
            }
        }
    }
}

/// x, erf x and erfc x, rounded from 60 digits.
const ERROR_FUNCTIONS: &[(f64, f64, f64)] = &[
    (1e-09, 1.1283791670955127e-09, 0.9999999988716208),
    (0.0625, 0.07043197772238707, 0.9295680222776129),
    (0.3, 0.3286267594591274, 0.6713732405408726),
    (0.46, 0.4846553900016797, 0.5153446099983203),
    (0.47, 0.4937450508860821, 0.5062549491139179),
    (0.48, 0.5027496706947648, 0.4972503293052351),
    (0.75, 0.7111556336535151, 0.28884436634648486),
    (0.99, 0.8385080695553698, 0.1614919304446302),
    (1.0, 0.8427007929497149, 0.15729920705028513),
    (1.01, 0.8468104962282768, 0.1531895037717233),
    (1.5, 0.9661051464753108, 0.033894853524689274),
    (2.2, 0.9981371537020182, 0.0018628462979818898),
    (3.3, 0.9999969422902035, 3.0577097964381654e-06),
    (4.7, 0.9999999999700474, 2.9952597863796555e-11),
    (5.9, 0.9999999999999999, 7.190409783550478e-17),
    (8.5, 1.0, 2.7623240713337716e-33),
    (13.0, 1.0, 1.7395573154667246e-75),
    (26.0, 1.0, 5.663192408856143e-296),
    (-0.2, -0.22270258921047847, 1.2227025892104784),
    (-0.47, -0.4937450508860821, 1.4937450508860821),
    (-0.9, -0.7969082124228322, 1.7969082124228322),
    (-1.7, -0.9837904585907745, 1.9837904585907746),
    (-4.0, -0.9999999845827421, 1.999999984582742),
];

/// The error functions are within two units in the last place of the exact numbers.
pub fn error_functions_are_within_two_units(subject: &Subject) {
    let precision = subject.precision;
    // Numbers that the precision has.
    let exact = ERROR_FUNCTIONS.iter().filter(|(x, ..)| precision == Precision::F64 || *x == f64::from(*x as f32));
    let exact: Vec<_> = exact.collect();
    for (op, wanted) in [(UnaryOp::Erf, 1), (UnaryOp::Erfc, 2)] {
        let kernel = Function::One(op).program(false).kernel();
        let mut setup = Setup::elements(exact.len() as i64);
        setup.arrays = vec![exact.iter().map(|row| row.0).collect(), vec![0.0; exact.len()]];
        for region in &kernel.regions {
            let slots = if region.width == 0 { vec![] } else { (0..exact.len() as u32).collect() };
            setup.stream(region.width, slots, vec![]);
        }
        setup.gradient = exact.len();
        let results = subject.run(&kernel, &setup, &Serial);
        for (row, &value) in exact.iter().zip(&results.gradient) {
            let wanted = if wanted == 1 { row.1 } else { row.2 };
            let units = units(precision, value, wanted);
            assert!(units <= 2.0, "{}({:e}) in {precision:?}: {value:e}, not {wanted:e}: {units}", op.name(), row.0);
        }
    }
}

/// Zero for the same number, or where both are NaN.
fn distance(found: f64, wanted: f64) -> f64 {
    if found == wanted || (found.is_nan() && wanted.is_nan()) { 0.0 } else { f64::INFINITY }
}
