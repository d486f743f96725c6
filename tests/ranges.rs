//! First and second derivatives of functions of several reals over their whole range and in both precisions: within a bound, or
//! refused. Never a zero that is none.

use spadina::system::{Device, Precision};
use spadina::{Options, Problem, System, Term};

/// The bound, in units of the precision.
const UNITS: f64 = 60.0;

/// The derivatives of an energy of `a` and `b`: by `a`, by `b`, and the three second ones, row by row.
type Five = [f64; 5];

struct Subject {
    system: System,
    name: String,
    precision: Precision,
}

impl Subject {
    fn all(body: &str) -> Vec<Subject> {
        let text = format!(
            "fn energy(x: array<f32, 1>, y: array<f32, 1>) -> f32 {{ let a = x[0]; let b = y[0]; return {body}; }}"
        );
        let devices =
            [(Device::Interpreter, Precision::F64), (Device::Cpu, Precision::F64), (Device::Cpu, Precision::F32)];
        let of = |(device, precision)| {
            let problem = Problem::new().unknown("x", vec![1.5]).unknown("y", vec![1.5]).indices("one", vec![[0]]);
            let problem = problem.term(Term::energy("f", text.clone()).over("one"));
            let options = Options::default().device(device).precision(precision).threads(1);
            Subject {
                system: System::build(problem, options).unwrap(),
                name: format!("{body} on {device:?}"),
                precision,
            }
        };
        devices.map(of).into()
    }

    /// A number of the precision.
    fn rounded(&self, x: f64) -> f64 {
        if self.precision == Precision::F32 { f64::from(x as f32) } else { x }
    }

    /// The largest number.
    fn most(&self) -> f64 {
        if self.precision == Precision::F32 { f64::from(f32::MAX) } else { f64::MAX }
    }

    fn found(&mut self, [a, b]: [f64; 2]) -> Option<Five> {
        self.system.set_unknowns(&[a, b]).ok()?;
        let at = self.system.evaluate().ok()?;
        let mut five = [at.gradient[0], at.gradient[1], 0.0, 0.0, 0.0];
        for (row, col, value) in at.hessian.coordinates().unwrap() {
            five[2 + row + col] = value;
        }
        Some(five)
    }

    /// What is wrong at a point: a refusal where all that is wanted is in range, or a number that is not near. `sizes` are those of the
    /// terms that a derivative is the sum of.
    fn wrong(&mut self, at: [f64; 2], wanted: Five, sizes: Five) -> Option<String> {
        let (epsilon, least) = match self.precision {
            Precision::F32 => (f64::from(f32::EPSILON), f64::from(f32::MIN_POSITIVE)),
            Precision::F64 => (f64::EPSILON, f64::MIN_POSITIVE),
        };
        let most = self.most();
        let inside = |v: &f64| v.abs() < most.sqrt() && (*v == 0.0 || v.abs() > least.sqrt());
        let Some(found) = self.found(at) else {
            return wanted.iter().all(inside).then(|| format!("{} at {at:?}: refused, not {wanted:?}", self.name));
        };
        let near = |k: usize| (found[k] - wanted[k]).abs() <= UNITS * epsilon * sizes[k].abs() + 4.0 * least;
        (!(0..5).all(near)).then(|| format!("{} at {at:?}: {found:?}, not {wanted:?}", self.name))
    }
}

/// Sizes of numbers of a precision, up to a root of its range.
fn sizes(precision: Precision, root: i32) -> impl Iterator<Item = f64> {
    let most = if precision == Precision::F32 { 36 } else { 300 } / root;
    (-most..=most).step_by(if most > 40 { 7 } else { 1 }).map(|power| 1.7 * 10f64.powi(power))
}

fn report(all: &[String]) {
    assert!(all.is_empty(), "{} points:\n{}", all.len(), all.join("\n"));
}

#[test]
fn powers_of_literal_exponents() {
    let mut all = Vec::new();
    for p in [-2.5, -1.0, -0.5, 0.3, 0.5, 1.5, 2.0, 3.0, 7.0] {
        for mut subject in Subject::all(&format!("pow(a, {p:?})")) {
            for x in sizes(subject.precision, 1) {
                let x = subject.rounded(x);
                let wanted = [p * x.powf(p - 1.0), 0.0, p * (p - 1.0) * x.powf(p - 2.0), 0.0, 0.0];
                if x.powf(p) < subject.most() {
                    all.extend(subject.wrong([x, 1.0], wanted, wanted));
                }
            }
        }
    }
    report(&all);
}

#[test]
fn powers_of_exponents_that_vary() {
    let mut all = Vec::new();
    for mut subject in Subject::all("pow(a, b)") {
        for x in sizes(subject.precision, 1) {
            for p in [-2.5, -0.7, 0.3, 1.2, 4.5] {
                let (x, p) = (subject.rounded(x), subject.rounded(p));
                let (power, log) = (x.powf(p), x.ln());
                let cross = x.powf(p - 1.0);
                let second = p * (p - 1.0) * x.powf(p - 2.0);
                let wanted = [p * cross, power * log, second, cross * (1.0 + p * log), power * log * log];
                let sizes = [wanted[0], wanted[1], second, cross * (1.0 + (p * log).abs()), wanted[4]];
                all.extend(subject.wrong([x, p], wanted, sizes));
            }
        }
    }
    report(&all);
}

#[test]
fn lengths_and_directions() {
    let mut all = Vec::new();
    for body in ["length(vec2f(a, b))", "distance(vec2f(a, 0.0), vec2f(0.0, b))"] {
        for mut subject in Subject::all(body) {
            for size in sizes(subject.precision, 2) {
                for [x, y] in [[0.6, 0.8], [-0.3, 0.7], [0.9, -1e-3]] {
                    let (x, y) = (subject.rounded(x * size), subject.rounded(y * size));
                    let l = x.hypot(y);
                    let (u, v) = (x / l, y / l);
                    let wanted = [u, v, v * v / l, -u * v / l, u * u / l];
                    all.extend(subject.wrong([x, y], wanted, [u, v, 1.0 / l, 1.0 / l, 1.0 / l]));
                }
            }
        }
    }
    // Beyond, the cube of the length overflows, which is refused.
    for mut subject in Subject::all("normalize(vec2f(a, b)).x") {
        assert!(
            [1e13, 1e20].iter().all(|size| subject.precision == Precision::F64 || subject.found([*size; 2]).is_none())
        );
        assert!([1e104, 1e160, 1e300].iter().all(|size| subject.found([*size; 2]).is_none()));
        for size in sizes(subject.precision, 3) {
            for [x, y] in [[0.6, 0.8], [-0.3, 0.7], [0.9, -0.1]] {
                let (x, y) = (subject.rounded(x * size), subject.rounded(y * size));
                let l = x.hypot(y);
                let (u, v) = (x / l, y / l);
                let (l2, mixed) = (l * l, v * (2.0 * u * u - v * v));
                let wanted = [v * v / l, -u * v / l, -3.0 * u * v * v / l2, mixed / l2, u * (2.0 * v * v - u * u) / l2];
                all.extend(subject.wrong([x, y], wanted, [1.0 / l, 1.0 / l, 4.0 / l2, 4.0 / l2, 4.0 / l2]));
            }
        }
    }
    report(&all);
}

#[test]
fn smooth_steps_of_any_width() {
    let mut all = Vec::new();
    for mut subject in Subject::all("smoothstep(0.0, b, a)") {
        for width in sizes(subject.precision, 2) {
            for t in [-0.5, 0.1, 0.4, 0.75, 1.5] {
                let (w, x) = (subject.rounded(width), subject.rounded(t * width));
                let t: f64 = x / w;
                let (slope, bend) =
                    if (0.0..1.0).contains(&t) { (6.0 * t * (1.0 - t), 6.0 - 12.0 * t) } else { (0.0, 0.0) };
                let (first, second) = (slope / w, bend / (w * w));
                let wanted = [first, -t * first, second, -first / w - t * second, 2.0 * t * first / w + t * t * second];
                let sizes = [2.0 / w, 2.0 / w, 12.0 / (w * w), 12.0 / (w * w), 12.0 / (w * w)];
                all.extend(subject.wrong([x, w], wanted, sizes));
            }
        }
    }
    report(&all);
}

#[test]
fn ratios_of_any_size() {
    let mut all = Vec::new();
    for mut subject in Subject::all("a / b") {
        for size in sizes(subject.precision, 3) {
            for [x, y] in [[1.0, 3.0], [-7.0, 0.3]] {
                let (x, y) = (subject.rounded(x), subject.rounded(y * size));
                let wanted = [1.0 / y, -x / (y * y), 0.0, -1.0 / (y * y), 2.0 * x / (y * y * y)];
                all.extend(subject.wrong([x, y], wanted, wanted));
            }
        }
    }
    for mut subject in Subject::all("inverseSqrt(a)") {
        for x in sizes(subject.precision, 1) {
            let x = subject.rounded(x);
            let r = 1.0 / x.sqrt();
            let wanted = [-0.5 * r / x, 0.0, 0.75 * r / x / x, 0.0, 0.0];
            all.extend(subject.wrong([x, 1.0], wanted, wanted));
        }
    }
    report(&all);
}
