//! Functions in machine code against the same definitions run by the host: in place and called, for one element and for
//! several, with arguments of every kind.

mod support;

use spadina_core::backend::CompileOptions;
use spadina_core::executor::Serial;
use spadina_core::function::{Native, binary, unary};
use spadina_core::real::{BinaryOp, Precision, UnaryOp};
use spadina_jit_cpu::{Options, has_fused_multiply_add};
use support::{Bound, Builder};

/// Numbers of all sizes, integers, angles near multiples of a right angle and huge ones, and what is no number.
fn arguments() -> Vec<f64> {
    let mut numbers = vec![0.0, f64::INFINITY, f64::NAN, f64::MIN_POSITIVE, 5e-324, f64::MAX, 1e22, 3e9, 2e6];
    numbers.extend((1..200).map(|k| f64::from(k) * 0.05));
    numbers.extend((1..40).map(|k| f64::from(k) * std::f64::consts::FRAC_PI_2));
    numbers.extend((-150..150).map(|k| 1.37 * 2f64.powi(7 * k)));
    numbers.iter().flat_map(|&x| [x, -x]).collect()
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

    /// What the host computes.
    fn native(self, precision: Precision, x: f64, y: f64) -> Option<f64> {
        let fused = has_fused_multiply_add();
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

/// The same number, or both NaN.
fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

#[test]
fn machine_code_gives_what_the_definitions_give() {
    let xs = arguments();
    // Pairs of numbers of different size, and some of the same.
    let ys: Vec<f64> = (0..xs.len()).map(|k| xs[(k * 7 + k / 5) % xs.len()]).collect();
    for function in Function::all() {
        for called in [false, true] {
            let mut kernel = function.program(called).kernel();
            if has_fused_multiply_add() {
                kernel.fuse();
            }
            let mut bound = Bound::elements(xs.len() as i64);
            bound.arrays = vec![xs.clone(), ys.clone()];
            for region in &kernel.regions {
                let slots = if region.width == 0 { vec![] } else { (0..xs.len() as u32).collect() };
                bound.stream(region.width, slots, vec![]);
            }
            bound.gradient = xs.len();
            for (precision, wide) in [Precision::F64, Precision::F32].into_iter().flat_map(|p| [(p, false), (p, true)])
            {
                let options = Options { wide: wide && Options::default().wide, ..Options::default() };
                let how = CompileOptions { precision, ..support::DOUBLE };
                let results = support::compiled(&kernel, &bound, (&options, &how), &Serial);
                for ((&x, &y), &value) in xs.iter().zip(&ys).zip(&results.gradient) {
                    let expected = function.native(precision, x, y).expect("a function");
                    let what = format!("{function:?} of {x:e}, {y:e} in {precision:?}, wide: {wide}, called: {called}");
                    assert!(same(value, expected), "{what}: {value:e}, not {expected:e}");
                }
            }
        }
    }
}
