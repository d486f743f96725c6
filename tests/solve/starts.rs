//! Bad starts: every one ends in a minimum or in a message that says why not.

use super::{NEO_HOOKEAN, noise, soft_box};
use spadina::mesh::{Mesh, Shape};
use spadina::minimize::{self, Outcome, Settings, minimize};
use spadina::{Options, Problem, System, Tensor, Term};

/// As rigid as possible: |F - R|² with the nearest rotation R, finite for inverted triangles, too.
const RIGID: &str = "fn energy(x: array<vec2f, 3>, X: array<vec2f, 3>) -> f32 {
  let rest = mat2x2f(X[1] - X[0], X[2] - X[0]);
  let area = 0.5 * determinant(rest);
  let inverse = mat2x2f(rest[1].y, -rest[0].y, -rest[1].x, rest[0].x) * (0.5 / area);
  let F = mat2x2f(x[1] - x[0], x[2] - x[0]) * inverse;
  let squares = dot(F[0], F[0]) + dot(F[1], F[1]);
  return area * (squares - 2.0 * sqrt(squares + 2.0 * determinant(F) + 1e-12) + 2.0);
}";

const SPRING: &str = "fn energy(x: array<vec3f, 2>, X: array<vec3f, 2>) -> f32 {
  let s = length(x[1] - x[0]) - length(X[1] - X[0]);
  return 50.0 * s * s;
}";

/// The number of 20 starts from which minimisation ended in a minimum; every other end must say why.
fn minima(problem: &Problem, held: &[bool], start: impl Fn(usize, usize, f64) -> f64) -> usize {
    let settings = Settings::default().iterations(500);
    let mut system = System::build(problem.clone(), settings.options(Options::default())).unwrap();
    let rest = problem.unknowns[0].1.data.clone();
    let mut count = 0;
    for seed in 0..20 {
        let place = |(k, &x): (usize, &f64)| if held[k] { x } else { start(seed, k, x) };
        system.set_unknowns(&rest.iter().enumerate().map(place).collect::<Vec<_>>()).unwrap();
        match minimize(&mut system, held, settings, |_| true) {
            Ok(report) if report.outcome.is_minimum() => count += 1,
            Ok(report) => {
                assert!(matches!(report.outcome, Outcome::Iterations | Outcome::NoStep), "{seed}: {report:?}")
            }
            Err(minimize::Error::System(error)) => {
                let message = error.to_string();
                assert!(message.contains("is not finite: term 0 (") && message.contains("element"), "{message}");
            }
            Err(error) => panic!("{seed}: {error}"),
        }
    }
    count
}

#[test]
fn springs_from_anywhere() {
    let mesh = Mesh::generate(&Shape::Cloth { cells: [6, 6], size: [1.0, 1.0] }).unwrap();
    let points = Tensor::new([mesh.nodes(), 3], mesh.points.clone()).unwrap();
    let problem = Problem::new().with_mesh(mesh).unknown("x", points);
    // Something weak that keeps nodes near their places: without it, crumpled springs have flat valleys of minima.
    let near = "fn energy(x: array<vec3f, 3>, X: array<vec3f, 3>) -> f32 {
      return 0.1 * (dot(x[0] - X[0], x[0] - X[0]) + dot(x[1] - X[1], x[1] - X[1]) + dot(x[2] - X[2], x[2] - X[2]));
    }";
    let problem = problem.term(Term::energy("spring.wgsl", SPRING).over("edges"));
    let problem = problem.term(Term::energy("near.wgsl", near).over("triangles"));
    let held: Vec<bool> = (0..problem.unknown_count()).map(|k| k < 21).collect();
    assert_eq!(minima(&problem, &held, |seed, k, _| noise(seed, k)), 20);
}

#[test]
fn rigid_triangles_from_inverted_starts() {
    let mesh = Mesh::generate(&Shape::Grid { cells: [6, 6], size: [1.0, 1.0] }).unwrap();
    let points = Tensor::new([mesh.nodes(), 2], mesh.points.clone()).unwrap();
    let problem = Problem::new().with_mesh(mesh).unknown("x", points);
    let problem = problem.term(Term::energy("rigid.wgsl", RIGID).over("triangles"));
    let held: Vec<bool> = (0..problem.unknown_count()).map(|k| k < 14).collect();
    // Mirrored, crumpled, and both.
    let start = |seed: usize, k: usize, x: f64| (if seed.is_multiple_of(2) { -x } else { x }) + 0.5 * noise(seed, k);
    assert_eq!(minima(&problem, &held, start), 20);
}

#[test]
fn barriers_from_crumpled_starts() {
    let problem = soft_box([3, 2, 2], [1.5, 1.0, 1.0], (1.0, 2.0));
    let held: Vec<bool> = problem.unknowns[0].1.data.chunks(3).flat_map(|p| [p[0] == 0.0; 3]).collect();
    let little = |seed: usize, k: usize, x: f64| x + 0.06 * noise(seed, k);
    assert_eq!(minima(&problem, &held, little), 20);
    // Where elements are inverted, the energy is not finite: the message names the first one.
    let much = |seed: usize, k: usize, x: f64| x + 2.0 * noise(seed, k);
    assert_eq!(minima(&problem, &held, much), 0);
    assert!(NEO_HOOKEAN.contains("log"));
}
