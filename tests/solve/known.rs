//! Equilibria whose shape is known.

use super::{DIRICHLET, WEIGHT, soft_box, solve};
use spadina::minimize::{Adjoint, Settings};
use spadina::{Problem, Tensor, Term};
use std::f64::consts::{FRAC_PI_2, PI};

/// The stiffness of the hanging chain, its length and its span; its weight is one for each unit of length.
const CHAIN: (f64, f64, f64) = (50.0, 2.0, 1.5);

/// The depth of the middle of a chain of springs below its two ends.
fn sag(links: i32) -> f64 {
    let spring = "fn energy(x: array<vec2f, 2>, stiffness: f32, rest: f32) -> f32 {
      let s = length(x[1] - x[0]) / rest - 1.0;
      return 0.5 * stiffness * rest * s * s;
    }";
    let weight = "fn energy(x: array<vec2f, 2>, rest: f32) -> f32 { return 0.5 * rest * (x[0].y + x[1].y); }";
    let (stiffness, length, span) = CHAIN;
    let place = |k: i32| f64::from(k) / f64::from(links);
    let problem = Problem::new()
        .unknown("x", (0..=links).map(|k| [span * place(k), -0.5 * (PI * place(k)).sin()]).collect::<Vec<_>>())
        .array("stiffness", stiffness)
        .array("rest", length / f64::from(links))
        .indices("links", (0..links).map(|k| [k, k + 1]).collect::<Vec<_>>())
        .term(Term::energy("spring.wgsl", spring).over("links"))
        .term(Term::energy("weight.wgsl", weight).over("links"));
    let last = 2 * links as usize;
    let held: Vec<bool> = (0..last + 2).map(|k| k < 2 || k >= last).collect();
    let (report, system) = solve(problem, &held, Settings::default());
    assert!(report.outcome.is_minimum(), "{:?}", report.outcome);
    -system.vector()[links as usize + 1]
}

#[test]
fn chains_are_elastic_catenaries() {
    // From the lowest point, s along the chain at rest, with the horizontal tension H:
    // x = H s / EA + H asinh(s / H), y = s² / 2 EA + √(H² + s²) - H. H by bisection, so that x is half of the span.
    let (stiffness, length, span) = CHAIN;
    let s = 0.5 * length;
    let (mut low, mut high) = (0.01, 10.0f64);
    for _ in 0..100 {
        let h = 0.5 * (low + high);
        match h * s / stiffness + h * (s / h).asinh() < 0.5 * span {
            true => low = h,
            false => high = h,
        }
    }
    let wanted = s * s / (2.0 * stiffness) + low.hypot(s) - low;
    let errors = [20, 40, 80].map(|links| (sag(links) - wanted).abs());
    for pair in errors.windows(2) {
        let order = (pair[0] / pair[1]).log2();
        assert!((order - 2.0).abs() < 0.1, "{order}, {errors:?}");
    }
    assert!(errors[2] < 1e-3 * wanted, "{errors:?}");
}

#[test]
fn affine_maps_of_the_boundary_are_affine_inside() {
    let problem = soft_box([4, 4, 4], [1.0, 1.0, 1.0], (1.0, 3.0));
    let rest = problem.unknowns[0].1.data.clone();
    let map = |p: &[f64]| [1.2 * p[0] + 0.3 * p[1], 0.9 * p[1] - 0.1 * p[2] + 0.2, 0.2 * p[0] + 1.1 * p[2]];
    let wanted: Vec<f64> = rest.chunks(3).flat_map(map).collect();
    let outside = |p: &[f64]| p.iter().any(|x| x.min(1.0 - x).abs() < 1e-9);
    let held: Vec<bool> = rest.chunks(3).flat_map(|p| [outside(p); 3]).collect();
    let mut problem = problem;
    let start = wanted.iter().zip(&held).enumerate();
    // Free nodes begin elsewhere.
    let start = start.map(|(k, (w, &held))| if held { *w } else { w + 0.02 * super::noise(1, k) });
    problem.unknowns[0].1.data = start.collect();
    let (report, system) = solve(problem, &held, Settings::default());
    assert!(report.outcome.is_minimum() && report.iterations.len() < 10, "{report:?}");
    let error = system.vector().iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(error < 1e-9, "{error:e}");
}

/// The deflection of a cantilever of length 10 and section 1 × 1 under its weight, in terms of beam theory with shear
/// (Timoshenko): w L⁴ / (8 E I) + w L² / (2 κ G A).
fn deflection(n: usize) -> f64 {
    let (young, weight) = (1e7, 1.0);
    // Poisson's ratio zero.
    let problem = soft_box([10 * n, n, n], [10.0, 1.0, 1.0], (0.5 * young, 0.0));
    let problem = problem.array("weight", weight).term(Term::energy("weight.wgsl", WEIGHT).over("tetrahedra"));
    let rest = problem.unknowns[0].1.data.clone();
    let held: Vec<bool> = rest.chunks(3).flat_map(|p| [p[0] == 0.0; 3]).collect();
    let (report, system) = solve(problem, &held, Settings::default());
    assert!(report.outcome.is_minimum(), "{:?}", report.outcome);
    let x = system.vector();
    let tip: Vec<f64> =
        rest.chunks(3).zip(x.chunks(3)).filter(|(p, _)| p[0] == 10.0).map(|(p, x)| p[2] - x[2]).collect();
    let theory = weight * 1e4 / (8.0 * young / 12.0) + weight * 100.0 / (2.0 * 5.0 / 6.0 * 0.5 * young);
    tip.iter().sum::<f64>() / tip.len() as f64 / theory
}

#[test]
fn cantilevers_bend_as_beam_theory_says() {
    let found = [2, 4, 8].map(deflection);
    let order = ((1.0 - found[1]) / (1.0 - found[2])).log2();
    assert!(found[2] > 0.9 && found[2] < 1.0 && (1.6..2.2).contains(&order), "{found:?}, order {order}");
    // Without its error of second order.
    let limit = found[2] + (found[2] - found[1]) / 3.0;
    assert!((limit - 1.0).abs() < 0.03, "{limit}, {found:?}");
}

#[test]
fn developable_surfaces_unroll_without_distortion() {
    // Half a cylinder; its triangulation is flat inside, too.
    let (around, along) = (16, 8);
    let node = |i: usize, j: usize| (i * (along + 1) + j) as i32;
    let grid = || (0..=around).flat_map(|i| (0..=along).map(move |j| (i, j)));
    let angle = |i: usize| PI * i as f64 / around as f64;
    let points: Vec<[f64; 3]> = grid().map(|(i, j)| [angle(i).cos(), angle(i).sin(), 0.25 * j as f64]).collect();
    let mut triangles = Vec::new();
    for (i, j) in (0..around).flat_map(|i| (0..along).map(move |j| (i, j))) {
        triangles.push([node(i, j), node(i, j + 1), node(i + 1, j + 1)]);
        triangles.push([node(i, j), node(i + 1, j + 1), node(i + 1, j)]);
    }
    // A wedge of a ring: stretched here, compressed there.
    let start = |(i, j): (usize, usize)| {
        let (radius, turn) = (1.0 + 0.3 * j as f64, FRAC_PI_2 * i as f64 / around as f64);
        [radius * turn.cos(), radius * turn.sin()]
    };
    let problem = Problem::new()
        .unknown("x", grid().map(start).collect::<Vec<_>>())
        .array("X", points)
        .indices("triangles", Tensor::from(triangles))
        .term(Term::energy("symmetric_dirichlet.wgsl", DIRICHLET).over("triangles"));
    // One node and a component of another hold it in the plane.
    let held: Vec<bool> = (0..2 * (around + 1) * (along + 1)).map(|k| k < 2 || k == 3).collect();
    let (report, system) = solve(problem, &held, Settings::default());
    assert!(report.outcome.is_minimum(), "{:?}", report.outcome);
    // The chords of the arc.
    let chord = 2.0 * (0.5 * angle(1)).sin();
    let area = chord * around as f64 * 0.25 * along as f64;
    let energy = report.iterations.last().unwrap().energy;
    assert!((energy / (4.0 * area) - 1.0).abs() < 1e-12, "{energy} {area}");
    let x = system.vector();
    let at = |i: usize, j: usize| [x[2 * node(i, j) as usize], x[2 * node(i, j) as usize + 1]];
    let (a, b) = (at(0, 0), at(around, along));
    let diagonal = ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt();
    assert!((diagonal - (chord * around as f64).hypot(0.25 * along as f64)).abs() < 1e-7, "{diagonal}");
}

/// The tip of a bent beam, derived by stiffness and by the places of nodes at rest, against differences.
#[test]
fn sensitivities_of_an_elastic_body() {
    let problem = |mu: f64, moved: Option<(usize, f64)>| {
        let problem = soft_box([6, 2, 2], [3.0, 1.0, 1.0], (mu, 200.0)).array("weight", 2.0);
        let mut problem = problem.term(Term::energy("weight.wgsl", WEIGHT).over("tetrahedra"));
        if let Some((at, by)) = moved {
            problem.arrays.iter_mut().find(|(name, _)| name == "X").unwrap().1.data[at] += by;
        }
        problem
    };
    let rest = problem(100.0, None).unknowns[0].1.data.clone();
    let held: Vec<bool> = rest.chunks(3).flat_map(|p| [p[0] == 0.0; 3]).collect();
    let settings = Settings::default().tolerance(1e-12);
    let tip = rest.len() - 1;
    let run = |mu: f64, moved| solve(problem(mu, moved), &held, settings);
    let (report, mut system) = run(100.0, None);
    assert!(report.outcome.is_minimum());
    let mut adjoint = Adjoint::new(&mut system, &held, &["mu", "X"]).unwrap();
    let mut by = vec![0.0; rest.len()];
    by[tip] = 1.0;
    let found = adjoint.gradient(&by).unwrap();
    let height = |mu: f64, moved| run(mu, moved).1.vector()[tip];
    let check = |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 1e-5, "{found} {wanted}");
    check(found.arrays[0].data[0], (height(100.1, None) - height(99.9, None)) / 0.2);
    for at in [tip, tip / 2, 31] {
        let h = 1e-4;
        let wanted = (height(100.0, Some((at, h))) - height(100.0, Some((at, -h)))) / (2.0 * h);
        check(found.arrays[1].data[at], wanted);
    }
}
