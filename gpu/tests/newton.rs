//! Newton's method on the device beside one in double precision with dense matrices.

mod support;

use spadina_core::executor::Serial;
use spadina_core::kernel::Kernel;
use spadina_core::pattern::Csr;
use spadina_core::program::Target;
use spadina_core::real::{ArrayKind, Precision, UnaryOp, Value};
use spadina_gpu::newton::{Newton, Outcome, Report, Settings, Step, Tolerance};
use spadina_gpu::solver::{self, Matrix, PRECONDITIONERS, Status};
use spadina_gpu::wgpu;
use spadina_gpu::wgsl::Options;
use spadina_gpu::{BoundEvaluation, Device, Evaluation, Job, Lengths, Pattern, Vectors};
use std::sync::atomic::{AtomicBool, Ordering};
use support::{Builder, Setup, device, precisions};

/// The energies of a chain of springs between numbers, each of which is pulled down and kept from zero:
/// `c[i] x[i] - log(x[i])` and, for the spring that begins at it, `(x[i + 1] - x[i])² / 2`, or that as a residual.
#[derive(Clone, Copy)]
struct Chain {
    n: usize,
    rows: bool,
    /// What is added to the energy of every term.
    offset: f64,
}

impl Chain {
    fn pull(k: usize) -> f64 {
        0.5 + (k % 7) as f64
    }

    fn start(k: usize) -> f64 {
        1.0 + (k * k % 5) as f64
    }

    /// Kernels: energy and gradient, and the Hessian too. The loop is over the springs; the last number has no term.
    fn kernel(self, hessian: bool) -> Kernel {
        let mut p = Builder::default();
        let x = p.unknown("x");
        let c = p.g.array("c", ArrayKind::Data);
        let (var, i) = p.elements();
        let next = p.ix().offset(i, 1);
        let (a, b, c) = (p.g.load(x, i), p.g.load(x, next), p.g.load(c, i));
        let d = p.g.sub(b, a);
        if self.rows {
            let guard = p.ix().bool(true);
            p.update(&[var], 1, Target::Residual { row: i, assign: true, nest: [1, 0], guard }, d);
        }
        let (pull, log) = (p.g.mul(c, a), p.g.unary(UnaryOp::Log, a));
        let energy = p.g.sub(pull, log);
        let spring = half_square(&mut p, d);
        let all = if self.rows { energy } else { p.g.add(energy, spring) };
        let offset = p.g.constant(self.offset);
        let all = p.g.add(all, offset);
        p.energy(&[var], all);
        let one = p.g.constant(1.0);
        let inverse = p.g.div(one, a);
        let slope = p.g.sub(c, inverse);
        let slope = p.g.sub(slope, d);
        p.gradient(&[var], x, i, slope);
        p.gradient(&[var], x, next, d);
        if hessian {
            let (square, minus) = (p.g.mul(inverse, inverse), p.g.constant(-1.0));
            let own = p.g.add(square, one);
            p.hessian(&[var], x, [i, i], false, own);
            p.hessian(&[var], x, [i, next], false, minus);
            p.hessian(&[var], x, [next, i], false, minus);
            p.hessian(&[var], x, [next, next], false, one);
        }
        p.kernel()
    }

    fn pattern(self) -> Csr {
        let (mut row_ptr, mut col_idx) = (vec![0], Vec::new());
        for k in 0..self.n {
            col_idx.extend((k.saturating_sub(1)..(k + 2).min(self.n)).map(|k| k as u32));
            row_ptr.push(col_idx.len());
        }
        Csr { cols: self.n, row_ptr, col_idx }
    }

    /// The data of a kernel: its streams have the slots of the outputs in their order.
    fn bound(self, kernel: &Kernel, start: &[f64], hessian: bool) -> Setup {
        let mut bound = Setup::elements(self.n as i64 - 1);
        bound.arrays = vec![start.to_vec(), (0..self.n).map(Self::pull).collect()];
        let pattern = self.pattern();
        let slot = |row: usize, column: usize| pattern.position(row as u32, column as u32).unwrap() as u32;
        let outputs = if hessian { 6 } else { 2 };
        let slots = |k: usize| {
            let row = self.rows.then_some(k as u32);
            let own = [k as u32, k as u32 + 1, slot(k, k), slot(k, k + 1), slot(k + 1, k), slot(k + 1, k + 1)];
            row.into_iter().chain(own.into_iter().take(outputs))
        };
        let width = usize::from(self.rows) + outputs;
        bound.stream(0, vec![], vec![]);
        bound.stream(width, (0..self.n - 1).flat_map(slots).collect(), vec![]);
        assert_eq!(kernel.regions[1].width, width);
        bound
    }

    fn evaluable(self, device: &Device, vectors: &Vectors, start: &[f64], hessian: bool) -> BoundEvaluation {
        let kernel = self.kernel(hessian);
        let compiled =
            device.compile(&kernel, &Options { precision: vectors.precision, ..Options::default() }).unwrap();
        let bound = self.bound(&kernel, start, hessian);
        let data = bound.data();
        let job = Job { compiled: &compiled, data: &data, streams: &bound.streams, offsets: &[0, 0], matrices: None };
        let rows = 0..self.n - 1;
        let squares = if self.rows { vec![rows] } else { Vec::new() };
        BoundEvaluation::new(
            device,
            vectors,
            &Evaluation { stages: vec![vec![job]], squares, ..Evaluation::default() },
            &Serial,
        )
        .unwrap()
    }

    /// The method at its start, and the vectors.
    fn newton(self, device: &Device, precision: Precision, settings: Settings) -> (Newton, Vectors) {
        let pattern = self.pattern();
        let residual = if self.rows { self.n - 1 } else { 0 };
        let lengths = Lengths { unknowns: self.n, hessian: pattern.nonzeros(), residual, jacobian: 0 };
        let vectors = Vectors::new(device, precision, lengths).unwrap();
        let start: Vec<f64> = (0..self.n).map(Self::start).collect();
        device.write(&vectors.unknowns, precision, 0, &start).unwrap();
        let on_device = Pattern::new(device, &pattern).unwrap();
        let matrix = Matrix {
            row_ptr: &on_device.row_ptr,
            col_idx: &on_device.col_idx,
            values: &vectors.hessian,
            block: 1,
            rows: self.n,
            blocks: pattern.nonzeros(),
            pattern: Some(&pattern),
        };
        let evaluations = [false, true].map(|hessian| self.evaluable(device, &vectors, &start, hessian));
        let fixed: Vec<bool> = (0..self.n).map(fixed).collect();
        (Newton::new(device, &vectors, evaluations, &matrix, &fixed, settings).unwrap(), vectors)
    }

    fn solve(self, device: &Device, precision: Precision, settings: Settings) -> (Report, Vec<Step>, Vec<f64>) {
        let (newton, vectors) = self.newton(device, precision, settings);
        let mut steps = Vec::new();
        let report = newton.solve(device, |step| steps.push(*step)).unwrap();
        let x = device.read(precision, &[(&vectors.unknowns, self.n)]).unwrap().remove(0);
        (report, steps, x)
    }

    /// Energy, gradient and matrix in double precision.
    fn dense(self, x: &[f64]) -> (f64, Vec<f64>, Vec<Vec<f64>>) {
        let mut energy = 0.0;
        let (mut g, mut h) = (vec![0.0; self.n], vec![vec![0.0; self.n]; self.n]);
        for k in 0..self.n - 1 {
            let d = x[k + 1] - x[k];
            energy += Self::pull(k) * x[k] - x[k].ln() + 0.5 * d * d;
            g[k] += Self::pull(k) - 1.0 / x[k] - d;
            g[k + 1] += d;
            h[k][k] += 1.0 / x[k] / x[k] + 1.0;
            h[k][k + 1] -= 1.0;
            h[k + 1][k] -= 1.0;
            h[k + 1][k + 1] += 1.0;
        }
        for k in (0..self.n).filter(|&k| fixed(k)) {
            g[k] = 0.0;
            (0..self.n).for_each(|j| (h[k][j], h[j][k]) = (0.0, 0.0));
            h[k][k] = 1.0;
        }
        (energy, g, h)
    }

    /// Newton's method with Armijo's rule: the energies after each step, and where it ends.
    fn reference(self) -> (Vec<f64>, Vec<f64>) {
        let mut x: Vec<f64> = (0..self.n).map(Self::start).collect();
        let mut energies = Vec::new();
        for _ in 0..100 {
            let (energy, g, h) = self.dense(&x);
            let d = eliminate(h, &g);
            let slope: f64 = -d.iter().zip(&g).map(|(d, g)| d * g).sum::<f64>();
            if slope > -1e-22 {
                break;
            }
            let mut alpha = 1.0;
            let moved = loop {
                let moved: Vec<f64> = x.iter().zip(&d).map(|(x, d)| x - alpha * d).collect();
                if self.dense(&moved).0 - energy <= 1e-4 * alpha * slope + 1e-14 * energy.abs() {
                    break moved;
                }
                alpha *= 0.5;
            };
            x = moved;
            energies.push(self.dense(&x).0);
        }
        (energies, x)
    }
}

fn half_square(p: &mut Builder, d: Value) -> Value {
    let (half, square) = (p.g.constant(0.5), p.g.mul(d, d));
    p.g.mul(half, square)
}

fn fixed(k: usize) -> bool {
    k % 17 == 5
}

/// The solution of a system that is positive definite.
fn eliminate(mut h: Vec<Vec<f64>>, g: &[f64]) -> Vec<f64> {
    let (n, mut x) = (g.len(), g.to_vec());
    for k in 0..n {
        let row = h[k].clone();
        for i in k + 1..n {
            let factor = h[i][k] / row[k];
            if factor != 0.0 {
                (k..n).for_each(|j| h[i][j] -= factor * row[j]);
                x[i] -= factor * x[k];
            }
        }
    }
    for k in (0..n).rev() {
        let sum: f64 = (k + 1..n).map(|j| h[k][j] * x[j]).sum();
        x[k] = (x[k] - sum) / h[k][k];
    }
    x
}

#[test]
fn minima_are_those_of_double_precision() {
    let Some(device) = device() else { return };
    for rows in [false, true] {
        let chain = Chain { n: 200, rows, offset: 0.0 };
        let (energies, wanted) = chain.reference();
        for (precision, _) in precisions(&device) {
            let (gradient, solved, near) = match precision {
                Precision::F32 => (1e-4, 1e-6, 1e-4),
                Precision::F64 => (1e-11, 1e-13, 1e-9),
            };
            for &preconditioner in PRECONDITIONERS {
                let linear = solver::Settings { preconditioner, tolerance: solved, ..solver::Settings::default() };
                let gradient = Tolerance { relative: gradient, absolute: 0.0 };
                let (report, steps, x) =
                    chain.solve(&device, precision, Settings { linear, gradient, ..Settings::default() });
                assert_eq!(report.outcome, Outcome::Stationary, "{report:?}");
                assert_eq!(report.steps as usize + 1, steps.len());
                for (k, (x, wanted)) in x.iter().zip(&wanted).enumerate() {
                    assert!((x - wanted).abs() < near * wanted.abs().max(1.0), "{k}: {x}, not {wanted}");
                    assert!(!fixed(k) || *x == Chain::start(k));
                }
                // The first trial leaves where the logarithm is defined, and is refused.
                assert!(steps[0].trials > 1 && steps[0].alpha < 1.0, "{:?}", steps[0]);
                for (step, energy) in steps.iter().zip(&energies) {
                    assert!((step.energy - energy).abs() < 1e-3 * energy.abs(), "{step:?}, {energy}");
                }
                let mut all = steps.iter().take(report.steps as usize);
                assert!(all.clone().all(|step| step.linear.0 == Status::Converged));
                // The last steps gain less than single precision sees in the energy.
                assert!(all.next_back().unwrap().difference > -1e-5 * report.first_energy.abs());
            }
        }
    }
}

/// Energies of which a last place is more than all that there is to gain.
#[test]
fn slopes_decide_where_energies_are_noise() {
    let Some(device) = device() else { return };
    for (precision, _) in precisions(&device) {
        let (offset, near) = match precision {
            Precision::F32 => (1e4, 1e-4),
            Precision::F64 => (1e13, 1e-9),
        };
        for rows in [false, true] {
            let chain = Chain { n: 200, rows, offset };
            let (_, wanted) = chain.reference();
            for relative in [1e-4, 0.0] {
                let gradient = Tolerance { relative, absolute: 0.0 };
                let (report, steps, x) = chain.solve(&device, precision, Settings { gradient, ..Settings::default() });
                let ends = if relative > 0.0 { Outcome::Stationary } else { Outcome::Exhausted };
                assert!(report.outcome == ends && steps.len() < 25, "{} {report:?}", steps.len());
                let near = if relative > 0.0 { 1e-3 } else { near };
                let away = x.iter().zip(&wanted).map(|(x, wanted)| (x - wanted).abs() / wanted.abs().max(1.0));
                assert!(away.clone().all(|away| away < near), "{:e} {report:?}", away.fold(0.0, f64::max));
            }
        }
    }
}

/// Runs a task on this thread, while another one polls the device.
fn polled<T>(device: &Device, task: impl Future<Output = T>) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                device.device().poll(wgpu::PollType::Poll).unwrap();
                std::thread::yield_now();
            }
        });
        let result = pollster::block_on(task);
        done.store(true, Ordering::Relaxed);
        result
    })
}

/// The twins that do not block find the same bits.
#[test]
fn tasks_that_are_woken_find_the_same() {
    if device().is_none() {
        return;
    }
    let device = pollster::block_on(Device::open_async(None)).unwrap();
    let chain = Chain { n: 200, rows: true, offset: 0.0 };
    for (precision, _) in precisions(&device) {
        let settings = Settings::default();
        let (newton, vectors) = chain.newton(&device, precision, settings);
        let mut steps = Vec::new();
        let found = polled(&device, async {
            let report = newton.solve_async(&device, |step| steps.push(*step)).await?;
            newton.gradient.run_async(&device).await?;
            let unknowns = (&vectors.unknowns, chain.n);
            let read = device.read_async(precision, &[unknowns, (&vectors.energy, 1)]).await?;
            device.wait_async().await?;
            Ok::<_, spadina_gpu::Error>((report, read))
        });
        let (report, mut read) = found.unwrap();
        assert_eq!(read.remove(1), [report.last.unwrap().energy]);
        assert_eq!((report, steps, read.remove(0)), chain.solve(&device, precision, settings));
    }
}

#[test]
fn ends_are_told() {
    let Some(device) = device() else { return };
    let chain = Chain { n: 50, rows: false, offset: 0.0 };
    let never = Tolerance::default();
    let settings = Settings { gradient: never, ..Settings::default() };
    let few = chain.solve(&device, Precision::F32, Settings { iterations: 2, ..settings });
    assert_eq!((few.0.outcome, few.0.steps, few.1.len()), (Outcome::Iterations, 2, 2));
    // As far as the precision goes.
    let (report, steps, x) = chain.solve(&device, Precision::F32, settings);
    assert!(matches!(report.outcome, Outcome::Exhausted | Outcome::Stationary), "{report:?}");
    let (_, wanted) = chain.reference();
    assert!(x.iter().zip(&wanted).all(|(x, wanted)| (x - wanted).abs() < 1e-4 * wanted.abs().max(1.0)));
    let decrement = Tolerance { relative: 1e-3, absolute: 0.0 };
    let converged = chain.solve(&device, Precision::F32, Settings { decrement, ..settings });
    assert!(converged.0.outcome == Outcome::Converged && converged.1.len() < steps.len(), "{:?}", converged.0);
    // A single trial, which is refused: the unknowns are as they were.
    let (report, _, x) = chain.solve(&device, Precision::F32, Settings { trials: 1, ..settings });
    assert_eq!((report.outcome, report.steps), (Outcome::NoStep, 0));
    assert!(x.iter().enumerate().all(|(k, &x)| x == Chain::start(k)));
    // A shift makes steps shorter; a negative one leaves no direction of descent.
    let shifted = |shift: f64| {
        let linear = solver::Settings { shift, ..solver::Settings::default() };
        chain.solve(&device, Precision::F32, Settings { linear, ..Settings::default() }).0
    };
    let (own, more, none) = (shifted(0.0), shifted(0.5), shifted(-10.0));
    assert!(more.outcome == Outcome::Stationary && more.steps > own.steps, "{own:?} {more:?}");
    assert_eq!((none.outcome, none.steps), (Outcome::NoDescent, 0));
    assert_eq!(none.last.unwrap().linear, (Status::Indefinite, 0));
    // The same bits again.
    assert_eq!(chain.solve(&device, Precision::F32, Settings { decrement, ..settings }), converged);
}

/// Evaluations that are bound to other vectors, or vectors that are said to have another precision.
#[test]
fn evaluations_of_other_vectors_are_refused() {
    let Some(device) = device() else { return };
    let chain = Chain { n: 50, rows: false, offset: 0.0 };
    let (own, vectors) = chain.newton(&device, Precision::F32, Settings::default());
    let (other, _) = chain.newton(&device, Precision::F32, Settings::default());
    let host = chain.pattern();
    let pattern = Pattern::new(&device, &host).unwrap();
    let matrix = Matrix {
        row_ptr: &pattern.row_ptr,
        col_idx: &pattern.col_idx,
        values: &vectors.hessian,
        block: 1,
        rows: chain.n,
        blocks: host.nonzeros(),
        pattern: Some(&host),
    };
    let refused = |vectors: &Vectors, evaluations: [&BoundEvaluation; 2]| {
        let evaluations = evaluations.map(Clone::clone);
        let fixed = vec![false; chain.n];
        Newton::new(&device, vectors, evaluations, &matrix, &fixed, Settings::default()).err().map(|e| e.to_string())
    };
    assert_eq!(refused(&vectors, [&own.gradient, &own.hessian]), None);
    let hint = "is bound to other vectors: bind it to those of the minimisation";
    let gradient = Some(format!("the evaluation of the gradient {hint}"));
    assert_eq!(refused(&vectors, [&other.gradient, &own.hessian]), gradient);
    assert_eq!(refused(&vectors, [&own.gradient, &other.hessian]), Some(format!("that of the Hessian {hint}")));
    let double = Vectors { precision: Precision::F64, ..vectors.clone() };
    assert_eq!(refused(&double, [&own.gradient, &own.hessian]), gradient);
}
