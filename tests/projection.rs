//! Projected element Hessians: known matrices, and machine code against the interpreter, which decomposes by another
//! library.

use spadina::system::{Device, Layout, Projection};
use spadina::{Options, Problem, System, Term};
use std::path::{Path, PathBuf};

fn options(device: Device, projection: Projection) -> Options {
    Options::default().device(device).projection(Some(projection))
}

/// The Hessian as a dense matrix, and the number of its entries.
fn dense(problem: &Problem, options: Options) -> (Vec<Vec<f64>>, usize) {
    let mut system = System::build(problem.clone(), options).unwrap_or_else(|e| panic!("{e}"));
    let n = system.unknowns();
    let at = system.evaluate().unwrap_or_else(|e| panic!("{e}"));
    let mut matrix = vec![vec![0.0; n]; n];
    for (row, col, value) in at.hessian.coordinates().unwrap() {
        matrix[row][col] = value;
    }
    (matrix, at.hessian.nonzeros())
}

fn assert_near(got: &[Vec<f64>], wanted: &[Vec<f64>], what: &str) {
    let scale = wanted.iter().flatten().fold(0.0f64, |m, v| m.max(v.abs()));
    for (g, w) in got.iter().flatten().zip(wanted.iter().flatten()) {
        assert!((g - w).abs() <= 1e-12 * scale, "{what}: {got:?} instead of {wanted:?}");
    }
}

fn elements(text: &str, nodes: i32, stencil: &[Vec<i32>]) -> Problem {
    let x: Vec<f64> = (0..nodes).map(|k| 0.3 + 0.7 * f64::from(k)).collect();
    let width = stencil[0].len();
    let flat = stencil.concat();
    let table = spadina::Tensor::new(vec![stencil.len(), width], flat).unwrap();
    Problem::new().unknown("x", x).indices("over", table).term(Term::energy("e.wgsl", text).over("over"))
}

/// A path x - y - z: its Hessian has no entry of x and z, but its projections do.
#[test]
fn entries_that_only_the_projection_has() {
    let text = "fn energy(x: array<f32, 3>) -> f32 { return x[0] * x[1] + x[1] * x[2]; }";
    let problem = elements(text, 3, &[vec![0, 1, 2]]);
    let (r, h) = (0.5f64.sqrt(), 0.5);
    let clamped = vec![vec![r / 2.0, h, r / 2.0], vec![h, r, h], vec![r / 2.0, h, r / 2.0]];
    let absolute = vec![vec![r, 0.0, r], vec![0.0, 2.0 * r, 0.0], vec![r, 0.0, r]];
    for device in [Device::Cpu, Device::Interpreter] {
        for (projection, wanted) in [(Projection::Clamp, &clamped), (Projection::Abs, &absolute)] {
            let (got, nonzeros) = dense(&problem, options(device, projection));
            assert_near(&got, wanted, text);
            assert_eq!(nonzeros, 9);
        }
    }
}

/// Unknowns that no chain of entries connects get no entry.
#[test]
fn unconnected_unknowns_stay_apart() {
    let text = "fn energy(x: array<f32, 4>) -> f32 { return x[0] * x[1] - x[2] * x[2] + sin(x[3]); }";
    let problem = elements(text, 4, &[vec![0, 1, 2, 3]]);
    let (matrix, nonzeros) = dense(&problem, options(Device::Cpu, Projection::Clamp));
    assert_eq!(nonzeros, 4 + 1 + 1);
    assert_near(&matrix[..2], &[vec![0.5, 0.5, 0.0, 0.0], vec![0.5, 0.5, 0.0, 0.0]], text);
    assert_eq!(matrix[2][2], 0.0);
}

/// Unknowns have no entry where their guard is off, and reading them there is not needed.
#[test]
fn guarded_entries() {
    let text = "
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 {
  var e = 0.0;
  for (var i = 0u; i < n; i++) {
    e += 0.5 * x[i] * x[i];
    if (i + 1u < n) { e += 2.0 * x[i] * x[i + 1u]; }
    if (i + 2u < n) { e += x[i] * x[i + 2u]; }
  }
  return e;
}";
    let problem = Problem::new().unknown("x", vec![1.0; 4]).indices("n", 4);
    let problem = problem.term(Term::energy("guards.wgsl", text));
    let (by_code, nonzeros) = dense(&problem, options(Device::Cpu, Projection::Clamp));
    let (wanted, same) = dense(&problem, options(Device::Interpreter, Projection::Clamp));
    assert_near(&by_code, &wanted, "guards");
    // i and i + 1, and i and i + 2, from the energy; i + 1 and i + 2 are connected by i.
    assert_eq!((nonzeros, same), (4 + 2 * (3 + 2), 4 + 2 * (3 + 2)));
    // The last iteration sees x[3] alone: 0.5 x², convex. The one before couples x[2] and x[3] by 2: [1 2; 2 0].
    let lambda = 0.5 + 0.5 * 17.0f64.sqrt();
    let (a, b) = (lambda, 2.0);
    let square = a * a + b * b;
    assert!((wanted[3][3] - 1.0 - lambda * b * b / square - second()).abs() < 1e-12);
}

/// The share that the iteration with three unknowns gives its last: the clamped [1 2 1; 2 0 0; 1 0 0] at (2, 2).
fn second() -> f64 {
    // Eigenvalues of [1 s; s 0] with s² = 5, by the direction (2, 1) / s of the last two.
    let s = 5.0f64.sqrt();
    let lambda = 0.5 + 0.5 * 21.0f64.sqrt();
    let square = lambda * lambda + s * s;
    lambda * s * s / square / 5.0
}

/// The folders of the conformance cases.
fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|folder| folder.join("problem.toml").exists()).collect()
}

/// Machine code and interpreter agree on every case, for every number of threads and every layout.
#[test]
fn conformance_cases() {
    let mut projected = 0;
    for case in cases() {
        let problem = Problem::read(case.join("problem.toml")).unwrap();
        for projection in [Projection::Clamp, Projection::Abs, Projection::Reduced] {
            let (reference, scale) = match System::build(problem.clone(), options(Device::Interpreter, projection)) {
                Ok(mut system) => {
                    let at = system.evaluate().unwrap();
                    let mut unprojected = System::build(problem.clone(), Options::default()).unwrap();
                    let whole = unprojected.evaluate().unwrap();
                    let near = (at.energy - whole.energy).abs() <= 1e-12 * whole.energy.abs();
                    assert!(near, "{}", case.display());
                    let scale = whole.hessian.values.iter().fold(0.0f64, |m, v| m.max(v.abs()));
                    (at.hessian.values.to_vec(), scale)
                }
                Err(refused) => {
                    let same = System::build(problem.clone(), options(Device::Cpu, projection)).err().unwrap();
                    assert_eq!(refused.to_string(), same.to_string());
                    continue;
                }
            };
            projected += 1;
            let mut first: Option<Vec<f64>> = None;
            for threads in [1, 2, 7] {
                let options = options(Device::Cpu, projection).threads(Some(threads));
                let mut system = System::build(problem.clone(), options).unwrap();
                let values = system.evaluate().unwrap().hessian.values.to_vec();
                for (got, wanted) in values.iter().zip(&reference) {
                    assert!((got - wanted).abs() <= 1e-11 * scale, "{}: {got} {wanted}", case.display());
                }
                assert_eq!(*first.get_or_insert_with(|| values.clone()), values, "{}", case.display());
            }
            let lower = options(Device::Cpu, projection).layout(Layout::Lower);
            let lower = dense(&problem, lower).0;
            let full = dense(&problem, options(Device::Cpu, projection)).0;
            for (row, (a, b)) in lower.iter().zip(&full).enumerate() {
                assert_eq!(a[..=row], b[..=row], "{}", case.display());
            }
        }
    }
    assert!(projected >= 30, "{projected}");
}

/// Terms without element Hessian are refused with the place; residuals have JᵀJ.
#[test]
fn refused() {
    let text = "
@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < arrayLength(&x); i++) { sum += x[i] * x[i]; }
  return sum * sum;
}";
    let problem = Problem::new().unknown("x", vec![1.0, 2.0]).term(Term::energy("square.wgsl", text));
    let error = System::build(problem, options(Device::Cpu, Projection::Clamp)).err().unwrap().to_string();
    assert!(error.starts_with("square.wgsl:5:") && error.contains("cannot be projected"), "{error}");
    let text = "fn residual(x: array<f32, 2>) -> f32 { return x[0] * x[1] - 1.0; }";
    let table = spadina::Tensor::new(vec![1, 2], vec![0, 1]).unwrap();
    let problem = Problem::new().unknown("x", vec![1.0, 3.0]).indices("over", table);
    let problem = problem.term(Term::residual("product.wgsl", text).over("over"));
    let error = System::build(problem.clone(), options(Device::Cpu, Projection::Clamp)).err().unwrap().to_string();
    assert!(error.contains("--gauss-newton"), "{error}");
    for projection in [None, Some(Projection::Clamp)] {
        for device in [Device::Cpu, Device::Interpreter] {
            let options = Options::default().device(device).projection(projection).gauss_newton(true);
            let (matrix, _) = dense(&problem, options);
            assert_eq!(matrix, [vec![9.0, 3.0], vec![3.0, 1.0]]);
        }
    }
    let (matrix, _) = dense(&problem, Options::default());
    assert_eq!(matrix, [vec![9.0, 5.0], vec![5.0, 1.0]]);
}

/// A NaN in one element's Hessian is found and named, however its neighbours are projected.
#[test]
fn not_finite() {
    let text = "fn energy(x: array<f32, 2>, k: f32) -> f32 { return k * pow(x[1] - x[0], 1.5); }";
    let x: Vec<f64> = (0..20).map(f64::from).collect();
    let edges: Vec<[i32; 2]> = (0..19).map(|k| [k, k + 1]).chain([[4, 4]]).collect();
    let problem = Problem::new().unknown("x", x).array("k", -1.0).indices("edges", edges);
    let problem = problem.term(Term::energy("root.wgsl", text).over("edges"));
    for device in [Device::Cpu, Device::Interpreter] {
        let mut system = System::build(problem.clone(), options(device, Projection::Clamp)).unwrap();
        let error = system.evaluate().err().unwrap().to_string();
        assert!(error.contains("element 19"), "{error}");
    }
}

/// A problem of elements with data `k`, two nodes of two components each, and its dense projection.
fn pairs(text: &str, k: &[f64], device: Device) -> Vec<Vec<f64>> {
    let n = k.len() as i32;
    let stencil: Vec<[i32; 2]> = (0..n).map(|e| [2 * e, 2 * e + 1]).collect();
    let problem = Problem::new().unknown("x", vec![[1.0, 1.0]; 2 * k.len()]).array("k", k.to_vec());
    let problem = problem.indices("over", stencil).term(Term::energy("pairs.wgsl", text).over("over"));
    dense(&problem, options(device, Projection::Clamp)).0
}

/// Unknowns that never meet have no entry in the element's matrix: what the projection of large elements leaves there must
/// not reach those that are evaluated after them.
#[test]
fn batches_leave_nothing_behind() {
    let text = "fn energy(x: array<vec2f, 2>, k: f32) -> f32 { return k * (x[0].y * x[1].x - x[0].x * x[1].y); }";
    let k: Vec<f64> = (0..200).map(|e| if e < 64 { 1e20 * (1.0 + f64::from(e) / 64.0) } else { 1.0 }).collect();
    let matrix = pairs(text, &k, Device::Cpu);
    // [0 k; k 0] becomes k / 2 [1 1; 1 1].
    for (at, row) in matrix.iter().enumerate().skip(4 * 64) {
        assert!((row[at] - 0.5).abs() < 1e-14, "{}", row[at]);
    }
}

/// Elements as small as numbers are.
#[test]
fn subnormal_elements() {
    let text = "fn energy(x: array<vec2f, 2>, k: f32) -> f32 { return 1e-155 * k * 1e-155 * x[0].x * x[1].x; }";
    for device in [Device::Cpu, Device::Interpreter] {
        let matrix = pairs(text, &[1.0, 3.0], device);
        for (k, scale) in [(0, 1.0), (4, 3.0)] {
            assert!((matrix[k][k] / 1e-310 - 0.5 * scale).abs() < 1e-9, "{device:?}: {:e}", matrix[k][k]);
        }
    }
}

/// Combinations that are almost, but not quite, the same.
#[test]
fn directions_that_nearly_agree() {
    let text = "fn energy(x: array<f32, 2>) -> f32 {
        let a = x[0] - x[1];
        let b = x[0] - 1.0000000005 * x[1];
        return 1.0e9 * (a * a - b * b);
    }";
    let problem = elements(text, 2, &[vec![0, 1]]);
    let wanted = dense(&problem, options(Device::Interpreter, Projection::Clamp)).0;
    let got = dense(&problem, options(Device::Cpu, Projection::Clamp)).0;
    for (g, w) in got.iter().flatten().zip(wanted.iter().flatten()) {
        assert!((g - w).abs() < 1e-5, "{got:?} instead of {wanted:?}");
    }
    assert!(got[0][0] > 0.3 && got[0][0] < 0.4);
}
