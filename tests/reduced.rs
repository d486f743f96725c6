//! Projection at the linear waist, against matrices put together by hand.

use nalgebra::{DMatrix, Matrix4};
use spadina::system::{Device, Precision, Projection};
use spadina::{Options, Problem, System, Term};

fn options(device: Device, projection: Projection) -> Options {
    Options::default().device(device).projection(Some(projection))
}

fn build(problem: &Problem, options: Options) -> System {
    System::build(problem.clone(), options).unwrap_or_else(|e| panic!("{e}"))
}

/// The Hessian as a dense matrix.
fn dense(problem: &Problem, options: Options) -> DMatrix<f64> {
    let mut system = build(problem, options);
    let n = system.unknowns();
    let at = system.evaluate().unwrap_or_else(|e| panic!("{e}"));
    let mut matrix = DMatrix::zeros(n, n);
    at.hessian.coordinates().unwrap().for_each(|(row, col, value)| matrix[(row, col)] = value);
    matrix
}

#[track_caller]
fn assert_near(got: &DMatrix<f64>, wanted: &DMatrix<f64>, tolerance: f64) {
    let scale = wanted.amax();
    assert!((got - wanted).amax() <= tolerance * scale, "{got}instead of {wanted}");
}

fn assert_semi_definite(matrix: &DMatrix<f64>) {
    let eigenvalues = matrix.clone().symmetric_eigenvalues();
    assert!(eigenvalues.min() >= -1e-12 * eigenvalues.amax(), "{eigenvalues}");
}

/// The gradient of deformation of a triangle is `F = [x1 - x0, x2 - x0] B`: Lᵀ P(∇²ψ(F)) L by hand, with P as an
/// unknown of its own gives it.
#[test]
fn carries_the_projected_matrix_of_the_waist() {
    let psi = "let d = F.x * F.w - F.y * F.z; return dot(F, F) * (1.0 + 1.0 / (d * d)) - 3.0 * F.x * F.w;";
    let triangle = format!(
        "fn psi(F: vec4f) -> f32 {{ {psi} }}
fn energy(x: array<vec2f, 3>, B: vec4f) -> f32 {{
  let a = x[1] - x[0]; let b = x[2] - x[0];
  return psi(vec4f(a.x * B.x + b.x * B.z, a.x * B.y + b.x * B.w, a.y * B.x + b.y * B.z, a.y * B.y + b.y * B.w));
}}"
    );
    let x = [[0.1, 0.0], [1.3, 0.4], [0.2, 0.7]];
    let b = [1.4, -0.3, 0.5, 0.8];
    let problem = Problem::new().unknown("x", x.to_vec()).array("B", vec![b]).indices("over", vec![[0, 1, 2]]);
    let problem = problem.term(Term::energy("triangle.wgsl", &triangle).over("over"));
    // L by node and component.
    let mut l = DMatrix::zeros(4, 6);
    for component in 0..2 {
        for column in 0..2 {
            let row = 2 * component + column;
            l[(row, 2 + component)] = b[column];
            l[(row, 4 + component)] = b[2 + column];
            l[(row, component)] = -b[column] - b[2 + column];
        }
    }
    let flat = DMatrix::from_iterator(6, 1, x.iter().flatten().copied());
    let f = &l * flat;
    let alone = Problem::new().unknown("F", vec![[f[0], f[1], f[2], f[3]]]).indices("over", vec![[0]]);
    let text =
        format!("fn energy(F: array<vec4f, 1>) -> f32 {{ return psi(F[0]); }} fn psi(F: vec4f) -> f32 {{ {psi} }}");
    let alone = alone.term(Term::energy("psi.wgsl", &text).over("over"));
    let unprojected = dense(&alone, Options::default());
    assert!(Matrix4::from_iterator(unprojected.iter().copied()).symmetric_eigenvalues().min() < -0.1);
    let clamped = dense(&alone, options(Device::Interpreter, Projection::Clamp));
    let wanted = l.transpose() * clamped * &l;
    for device in [Device::Cpu, Device::Interpreter] {
        let got = dense(&problem, options(device, Projection::Reduced));
        assert_near(&got, &wanted, 1e-12);
        let direct = dense(&problem, options(device, Projection::Clamp));
        assert!((&got - direct).amax() > 1e-3 * got.amax(), "two different matrices");
    }
}

/// Edge vectors are orthogonal up to a factor: there the reduced matrix is the clamped one. The pattern is the same.
#[test]
fn springs_are_clamped() {
    let text = "fn energy(x: array<vec3f, 2>, k: f32) -> f32 { let l = length(x[1] - x[0]) - 1.0; return k * l * l; }";
    let x: Vec<[f64; 3]> = (0..200).map(|k| [0.3 * f64::from(k), (0.1 * f64::from(k)).sin(), 0.0]).collect();
    let edges: Vec<[i32; 2]> = (0..199).map(|k| [k, k + 1]).chain((0..197).map(|k| [k, k + 3])).collect();
    let problem = Problem::new().unknown("x", x).array("k", 2.0).indices("edges", edges);
    let problem = problem.term(Term::energy("springs.wgsl", text).over("edges"));
    let wanted = dense(&problem, options(Device::Interpreter, Projection::Clamp));
    for device in [Device::Cpu, Device::Interpreter] {
        assert_near(&dense(&problem, options(device, Projection::Reduced)), &wanted, 1e-12);
    }
    let single = options(Device::Cpu, Projection::Reduced).precision(Precision::F32);
    assert_near(&dense(&problem, single), &wanted, 1e-5);
}

/// Without linear combinations the unknowns are the waist.
#[test]
fn no_waist() {
    let text = "fn energy(x: array<f32, 2>) -> f32 { return x[0] * x[1] * x[1] - x[0] * x[0]; }";
    let problem = Problem::new().unknown("x", vec![1.0, -2.0, 0.5]).indices("over", vec![[0, 1], [1, 2], [2, 2]]);
    let problem = problem.term(Term::energy("products.wgsl", text).over("over"));
    let wanted = dense(&problem, options(Device::Cpu, Projection::Clamp));
    assert_eq!(dense(&problem, options(Device::Cpu, Projection::Reduced)), wanted);
}

/// Loops inside of loops, guards, and combinations of unknowns that stand in one loop only.
#[test]
fn programs() {
    let text = "
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
fn energy() -> f32 {
  var e = 0.0;
  for (var i = 0u; i < n; i++) {
    for (var j = 0u; j < n; j++) {
      let c = i * n + j;
      if (j + 1u < n) { let d = x[c + 1u] - x[c]; e += d * d * d * d - d * d; }
      if (i + 1u < n) { let d = x[c + n] - x[c]; e += cos(2.0 * d); }
    }
  }
  for (var k = 0u; k < n; k++) { let s = x[k] + x[k + n]; e += s * s * s; }
  return e;
}";
    let x: Vec<f64> = (0..64).map(|k| (0.7 * f64::from(k)).sin()).collect();
    let problem = Problem::new().unknown("x", x).indices("n", 8).term(Term::energy("grid.wgsl", text));
    let wanted = dense(&problem, options(Device::Interpreter, Projection::Reduced));
    assert_semi_definite(&wanted);
    assert_near(&dense(&problem, options(Device::Cpu, Projection::Reduced)), &wanted, 1e-12);
    // All combinations are differences or sums of two: the matrix is the clamped one of every combination alone.
    let mut by_hand = DMatrix::zeros(64, 64);
    let x = problem.unknowns[0].1.data.clone();
    let mut add = |a: usize, b: usize, sign: f64, second: f64| {
        let second = second.max(0.0);
        by_hand[(a, a)] += second;
        by_hand[(b, b)] += second;
        by_hand[(a, b)] += sign * second;
        by_hand[(b, a)] += sign * second;
    };
    for c in 0..64 {
        if c % 8 < 7 {
            let d: f64 = x[c + 1] - x[c];
            add(c, c + 1, -1.0, 12.0 * d * d - 2.0);
        }
        if c < 56 {
            add(c, c + 8, -1.0, -4.0 * (2.0 * (x[c + 8] - x[c])).cos());
        }
    }
    (0..8).for_each(|k| add(k, k + 8, 1.0, 6.0 * (x[k] + x[k + 8])));
    assert_near(&wanted, &by_hand, 1e-12);
}

/// Elements that have no number of their own in a loop are refused with the place.
#[test]
fn refused() {
    let text = "
override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
fn energy() -> f32 {
  var e = 0.0;
  for (var i = 0u; i < n; i++) { for (var j = 0u; j < i; j++) { let d = x[i] - x[j]; e += cos(d) * y[j]; } }
  return e;
}";
    let problem = Problem::new().unknown("x", vec![1.0, 2.0, 4.0]).array("y", vec![1.0; 3]).indices("n", 3);
    let problem = problem.term(Term::energy("pairs.wgsl", text));
    let error = System::build(problem, options(Device::Cpu, Projection::Reduced)).err().unwrap().to_string();
    assert!(error.starts_with("pairs.wgsl:7:") && error.contains("another loop"), "{error}");
}

/// A NaN in a matrix is found and named.
#[test]
fn not_finite() {
    let text = "fn energy(x: array<f32, 2>) -> f32 { return pow(x[1] - x[0], 1.5); }";
    let edges: Vec<[i32; 2]> = (0..19).map(|k| [k, k + 1]).chain([[4, 4]]).collect();
    let problem = Problem::new().unknown("x", (0..20).map(f64::from).collect::<Vec<_>>()).indices("edges", edges);
    let problem = problem.term(Term::energy("root.wgsl", text).over("edges"));
    for device in [Device::Cpu, Device::Interpreter] {
        let error = build(&problem, options(device, Projection::Reduced)).evaluate().err().unwrap().to_string();
        assert!(error.contains("element 19"), "{error}");
    }
}
