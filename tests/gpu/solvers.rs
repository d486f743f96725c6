//! Linear systems and minimisations on the GPU against a direct solver in double precision.

use super::{difference, on_gpu, peer};
use faer::linalg::solvers::Solve;
use faer::sparse::{SparseColMat, Triplet};
use spadina::gpu::newton::{self, Newton, Outcome, Tolerance};
use spadina::gpu::solver::{Multilevel, PRECONDITIONERS, Settings, Solver, Status};
use spadina::system::{Device, GpuOptions, Precision, Projection};
use spadina::{Error, Matrix, Options, Problem, System, Tensor, Term};

const NEO_HOOKEAN: &str = include_str!("../../examples/energies/neo_hookean.wgsl");
const DIRICHLET: &str = include_str!("../../examples/energies/symmetric_dirichlet.wgsl");

fn clamped(precision: Precision) -> Options {
    Options::default().precision(precision).projection(Some(Projection::Clamp))
}

/// Solves `(H + shift I) d = b` with the rows and columns of fixed unknowns those of the identity, by a Cholesky
/// factorisation.
fn cholesky(matrix: Matrix<'_>, shift: f64, fixed: &[bool], b: &[f64]) -> Vec<f64> {
    let free = |&(row, col, _): &(usize, usize, f64)| row >= col && !fixed[row] && !fixed[col];
    let entries = matrix.coordinates().unwrap().filter(free).map(|(row, col, value)| Triplet { row, col, val: value });
    let diagonal =
        fixed.iter().enumerate().map(|(k, &fixed)| Triplet { row: k, col: k, val: if fixed { 1.0 } else { shift } });
    let n = fixed.len();
    let all: Vec<Triplet<usize, usize, f64>> = entries.chain(diagonal).collect();
    let lower = SparseColMat::try_new_from_triplets(n, n, &all).unwrap();
    let factor = lower.sp_cholesky(faer::Side::Lower).unwrap();
    let rhs = faer::Mat::from_fn(n, 1, |row, _| if fixed[row] { 0.0 } else { b[row] });
    factor.solve(&rhs).col(0).iter().copied().collect()
}

/// `(H + shift I) x`, without fixed unknowns.
fn product(matrix: Matrix<'_>, shift: f64, fixed: &[bool], x: &[f64]) -> Vec<f64> {
    let mut product: Vec<f64> = x.iter().map(|x| shift * x).collect();
    for (row, col, value) in matrix.coordinates().unwrap() {
        product[row] += value * x[col];
    }
    product.iter_mut().zip(fixed).filter(|(_, fixed)| **fixed).for_each(|(p, _)| *p = 0.0);
    product
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Conjugate gradients with both preconditioners solve what Cholesky's factors solve.
#[test]
fn linear_systems_of_the_benchmarks() {
    for (letter, size, node) in [("A", 20, 2), ("B", 5, 3), ("C", 6, 3), ("D", 12, 3)] {
        let problem = peer(letter, size);
        let mut cpu = System::build(problem.clone(), clamped(Precision::F64)).unwrap();
        let wanted = cpu.evaluate().unwrap();
        let fixed: Vec<bool> = (0..wanted.gradient.len()).map(|k| k < 3 * node).collect();
        // Hinges do not see how a sheet is stretched: without a shift their Hessian is singular.
        let largest = wanted.hessian.values.iter().fold(0.0f64, |most, v| most.max(*v));
        let shift = 1e-2 * largest;
        let b: Vec<f64> = wanted.gradient.iter().zip(&fixed).map(|(g, &fixed)| if fixed { 0.0 } else { -g }).collect();
        let x = cholesky(wanted.hessian, shift, &fixed, &b);
        for (precision, tolerance, near) in [(Precision::F32, 1e-5, 1e-3), (Precision::F64, 1e-10, 1e-7)] {
            let Some(mut gpu) = on_gpu(&problem, &clamped(precision)) else { continue };
            gpu.evaluate().unwrap();
            let resident = gpu.resident().unwrap();
            for &preconditioner in PRECONDITIONERS {
                let own = Settings {
                    node: node as u32,
                    preconditioner,
                    tolerance,
                    shift,
                    negate: true,
                    ..Settings::default()
                };
                let (matrix, rhs) = (resident.matrix().unwrap(), &resident.vectors.gradient);
                let solver = Solver::new(resident.device, precision, &matrix, rhs, &fixed, own).unwrap();
                let report = solver.solve(resident.device).unwrap();
                let what = format!("{letter}, {precision:?}, {preconditioner:?}: {report:?}");
                assert_eq!(report.status, Status::Converged, "{what}");
                let read = resident.device.read(precision, &[(&solver.buffers.solution, b.len())]).unwrap();
                let found = &read[0];
                let residual = difference(&product(wanted.hessian, shift, &fixed, found), &b);
                assert!(residual < 100.0 * tolerance, "{what}: the residual is {residual:e}");
                let error: Vec<f64> = found.iter().zip(&x).map(|(a, b)| a - b).collect();
                let norm = |v: &[f64]| dot(v, &product(wanted.hessian, shift, &fixed, v)).sqrt();
                assert!(norm(&error) < near * norm(&x), "{what}: {:e} away", norm(&error) / norm(&x));
            }
        }
    }
}

/// Newton's method in double precision with a direct solver: where it ends, and how many steps it took.
fn minimise(problem: &Problem, fixed: &[bool]) -> (Vec<f64>, f64) {
    let mut system = System::build(problem.clone(), clamped(Precision::F64)).unwrap();
    let mut x = problem.unknowns[0].1.data.clone();
    // Where elements have negative eigenvalues at the minimum, projected steps converge linearly.
    for _ in 0..300 {
        let at = system.evaluate().unwrap();
        let energy = at.energy;
        let b: Vec<f64> = at.gradient.iter().zip(fixed).map(|(g, &fixed)| if fixed { 0.0 } else { -g }).collect();
        let d = cholesky(at.hessian, 0.0, fixed, &b);
        let slope = -dot(&b, &d);
        if slope > -1e-13 * energy.abs() {
            return (x, energy);
        }
        let mut alpha = 1.0;
        x = loop {
            let trial: Vec<f64> = x.iter().zip(&d).map(|(x, d)| x + alpha * d).collect();
            system.set_unknown("x", &trial).unwrap();
            match system.value() {
                Ok(value) if value - energy <= 1e-4 * alpha * slope + 1e-14 * energy.abs() => break trial,
                Ok(_) | Err(Error::NonFinite { .. }) => alpha *= 0.5,
                Err(error) => panic!("{error}"),
            }
        };
    }
    panic!("Newton's method does not end");
}

/// Minimises on the device, in single precision with displacements, and compares. `near`: how far nodes may be from the
/// minimum, in the unit of the problem.
fn compare(problem: &Problem, fixed: &[bool], node: u32, near: f64) {
    let (x, energy) = minimise(problem, fixed);
    let gpu = GpuOptions::default().displacements(true);
    let Some(mut system) = on_gpu(problem, &clamped(Precision::F32).gpu(gpu)) else { return };
    let start = problem.unknowns[0].1.data.clone();
    let resident = system.resident().unwrap();
    resident.set_unknowns(&vec![0.0; start.len()]).unwrap();
    let linear = Settings { node, tolerance: 1e-4, preconditioner: &Multilevel, ..Settings::default() };
    let settings = newton::Settings {
        linear,
        gradient: Tolerance { relative: 1e-5, absolute: 0.0 },
        iterations: 100,
        ..newton::Settings::default()
    };
    let evaluations = [resident.gradient.clone(), resident.hessian.clone()];
    let matrix = resident.matrix().unwrap();
    let newton = Newton::new(resident.device, resident.vectors, evaluations, &matrix, fixed, settings).unwrap();
    let mut energies = Vec::new();
    let report = newton.solve(resident.device, |step| energies.push(step.energy)).unwrap();
    let ended = matches!(report.outcome, Outcome::Stationary | Outcome::Converged | Outcome::Exhausted);
    assert!(ended && report.steps > 3, "{report:?} {energies:?}");
    let last = energies[energies.len() - 1];
    assert!((last - energy).abs() < 1e-4 * energy.abs(), "{report:?}: the minimum is {energy}");
    let moved = resident.unknowns().unwrap();
    let away = x.iter().zip(&start).zip(&moved).map(|((x, start), u)| (start + u - x).abs()).fold(0.0, f64::max);
    assert!(away < near, "{report:?}: {away} from the minimum");
    let held = moved.iter().zip(fixed).filter(|(_, fixed)| **fixed);
    assert!(held.into_iter().all(|(u, _)| *u == 0.0));
}

/// A beam of tetrahedra that is held at one end and hangs down.
#[test]
fn a_hanging_beam() {
    let [nx, ny, nz] = [12usize, 3, 3];
    let number = |i: usize, j: usize, k: usize| (i * (ny + 1) + j) * (nz + 1) + k;
    let mut nodes = Vec::new();
    let mut tetrahedra: Vec<[i32; 4]> = Vec::new();
    for i in 0..=nx {
        for (j, k) in (0..=ny).flat_map(|j| (0..=nz).map(move |k| (j, k))) {
            nodes.push([i as f64 / 3.0, j as f64 / 3.0, k as f64 / 3.0]);
            if i < nx && j < ny && k < nz {
                for (path, turned) in [([0, 1, 2], false), ([1, 2, 0], false), ([2, 0, 1], false)].into_iter().chain([
                    ([0, 2, 1], true),
                    ([2, 1, 0], true),
                    ([1, 0, 2], true),
                ]) {
                    let mut at = [i, j, k];
                    let a = number(i, j, k) as i32;
                    let mut next = |axis: usize| {
                        at[axis] += 1;
                        number(at[0], at[1], at[2]) as i32
                    };
                    let [b, c, d] = path.map(&mut next);
                    tetrahedra.push(if turned { [a, c, b, d] } else { [a, b, c, d] });
                }
            }
        }
    }
    let fixed: Vec<bool> = (0..3 * nodes.len()).map(|k| k < 3 * (ny + 1) * (nz + 1)).collect();
    let all: Vec<i32> = (0..nodes.len() as i32).collect();
    let weight = "fn energy(x: array<vec3f, 1>, weight: f32) -> f32 { return weight * x[0].y; }";
    let problem = Problem::new()
        .unknown("x", nodes.clone())
        .array("X", nodes)
        .array("mu", 400.0)
        .array("lambda", 1000.0)
        .array("weight", 0.05)
        .indices("tetrahedra", Tensor::from(tetrahedra))
        .indices("nodes", all)
        .term(Term::energy("neo_hookean.wgsl", NEO_HOOKEAN).over("tetrahedra"))
        .term(Term::energy("weight.wgsl", weight).over("nodes"));
    compare(&problem, &fixed, 3, 1e-3);
}

/// The flattening of a curved disc, which can neither move nor turn.
#[test]
fn a_parametrization() {
    let (rings, spokes) = (8, 24);
    let mut uv = vec![[0.0, 0.0]];
    for (r, s) in (1..=rings).flat_map(|r| (0..spokes).map(move |s| (r, s))) {
        let (radius, angle) = (r as f64 / rings as f64, std::f64::consts::TAU * s as f64 / spokes as f64);
        uv.push([radius * angle.cos(), radius * angle.sin()]);
    }
    let surface = |p: &[f64; 2]| [p[0], p[1], 0.8 * (p[0] * p[0] + p[1] * p[1])];
    let node = |r: usize, s: usize| if r == 0 { 0 } else { (1 + (r - 1) * spokes + s % spokes) as i32 };
    let mut triangles = Vec::new();
    for (r, s) in (0..rings).flat_map(|r| (0..spokes).map(move |s| (r, s))) {
        triangles.push([node(r, s), node(r + 1, s), node(r + 1, s + 1)]);
        triangles.extend((r > 0).then(|| [node(r, s), node(r + 1, s + 1), node(r, s + 1)]));
    }
    let rest: Vec<[f64; 3]> = uv.iter().map(surface).collect();
    // The centre, and the direction of a node on the boundary.
    let turned = 2 * (1 + (rings - 1) * spokes) + 1;
    let fixed: Vec<bool> = (0..2 * uv.len()).map(|k| k < 2 || k == turned).collect();
    let problem = Problem::new()
        .unknown("x", uv)
        .array("X", rest)
        .indices("triangles", Tensor::from(triangles))
        .term(Term::energy("symmetric_dirichlet.wgsl", DIRICHLET).over("triangles"));
    compare(&problem, &fixed, 2, 2e-3);
}

/// Requests for the resident data of a system on another device are refused.
#[test]
fn systems_that_are_not_on_the_gpu_say_so() {
    let options = Options::default().device(Device::Cpu);
    let mut system = System::build(peer("A", 2), options).unwrap();
    assert!(matches!(system.resident().err(), Some(Error::NotOnGpuDevice)));
}
