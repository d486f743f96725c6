//! Policies of terms and problems, and how many elements they touch.

use super::policies::DATA;
use super::{everywhere, pairs};
use spadina::{Options, Problem, Singular, System, Term};

/// Stretches of `F`, whose closed form has the root of a discriminant that is zero at rest.
#[test]
fn principal_stretches_at_rest() {
    let text = "fn energy(x: array<vec2f, 3>) -> f32 {
        let F = mat2x2f(x[1] - x[0], x[2] - x[0]);
        let C = transpose(F) * F;
        let mean = 0.5 * (C[0].x + C[1].y);
        let root = sqrt(mean * mean - determinant(C));
        let a = sqrt(mean + root) - 1.0;
        let b = sqrt(mean - root) - 1.0;
        return a * a + b * b;
    }";
    let problem = Problem::new().unknown("x", vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]);
    let problem =
        problem.indices("triangles", vec![[0, 1, 2]]).term(Term::energy("stretch.wgsl", text).over("triangles"));
    for (mut system, _) in everywhere(&problem) {
        let message = system.evaluate().unwrap_err().to_string();
        assert!(message.contains("`sqrt` has no derivative there") && message.contains("stretch.wgsl:5:"), "{message}");
    }
    for policy in [Singular::Zero, Singular::Smooth(1e-3)] {
        for (mut system, _) in everywhere(&problem.clone().singular(policy)) {
            assert_eq!(system.singular_elements().unwrap(), 1);
            let at = system.evaluate().unwrap();
            assert!(at.energy.abs() < 1e-5 && at.gradient.iter().all(|g| g.abs() < 1e-2), "{policy:?}");
        }
    }
}

/// The policy is that of the term, or else of the problem; elements are counted over all terms with one.
#[test]
fn policies_of_terms_and_counts() {
    let length = "fn energy(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]) + distance(x[0], x[1]) * 2.0; }";
    let rows = "fn residual(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]); }";
    let program = "override n: u32;
        @group(0) @binding(0) var<storage, read> x: array<vec2f>;
        fn energy() -> f32 {
            var sum = 0.0;
            for (var i = 0u; i < n; i++) {
                for (var j = 0u; j < n; j++) { if i < j { sum += length(x[i] - x[j]); } }
            }
            return sum;
        }";
    let guarded = "fn energy(x: array<vec2f, 2>) -> f32 {
        let d = x[1] - x[0];
        if dot(d, d) == 0.0 { return 0.0; }
        return length(d);
    }";
    let problem = Problem::new()
        .unknown("x", vec![[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 2.0]])
        .indices("edges", vec![[0, 1], [1, 2], [2, 3]])
        .indices("n", 4);
    let energy = |text: &str| Term::energy("e.wgsl", text).over("edges");
    let cases = [
        (problem.clone().term(energy(length)).singular(Singular::Zero), 2),
        (problem.clone().term(energy(length).singular(Singular::Zero)), 2),
        (problem.clone().term(energy(length).singular(Singular::Smooth(1e-3))).term(energy(guarded)), 2),
        (problem.clone().term(energy(guarded)).singular(Singular::Zero), 0),
        (problem.clone().term(Term::residual("r.wgsl", rows).over("edges")).singular(Singular::Zero), 2),
        (problem.clone().term(Term::energy("p.wgsl", program)).singular(Singular::Zero), 3),
        (problem.clone().term(energy(length)).term(energy(length)).singular(Singular::Zero), 4),
    ];
    for (number, (problem, count)) in cases.into_iter().enumerate() {
        for (mut system, _) in everywhere(&problem) {
            assert_eq!(system.singular_elements().unwrap(), count, "{number}");
            system.evaluate().unwrap();
            if number == 0 {
                system.set_indices("edges", vec![[0, 1], [0, 2], [1, 2], [0, 3]]).unwrap();
                assert_eq!(system.singular_elements().unwrap(), 3);
                system.set_unknown("x", &[0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 1.0, 2.0]).unwrap();
                assert_eq!(system.singular_elements().unwrap(), 1);
            }
        }
    }
    let refused = problem.term(energy(length)).term(energy(length).singular(Singular::Zero));
    assert!(System::build(refused, Options::default()).unwrap().evaluate().is_err());
}

#[test]
fn a_distance_is_positive() {
    for epsilon in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let plain = || pairs("return length(v);", DATA);
        let mut of_term = plain();
        of_term.terms[0].singular = Some(Singular::Smooth(epsilon));
        for problem in [plain().singular(Singular::Smooth(epsilon)), of_term] {
            let message = System::build(problem, Options::default()).err().unwrap().to_string();
            assert!(message.contains("`epsilon` is") && message.contains("a number above zero is wanted"), "{message}");
        }
    }
    // Its square is what is added.
    let vanishing = pairs("return length(v);", DATA).singular(Singular::Smooth(1e-170));
    let message = System::build(vanishing, Options::default()).err().unwrap().to_string();
    assert!(message.contains("whose square is none too small"), "{message}");
}

#[test]
fn iterations_count_them() {
    use spadina::minimize::{Settings, minimize};
    let settings = Settings::default();
    let text = "fn energy(x: array<f32, 2>) -> f32 { let d = x[1] - x[0]; return abs(d) + sqrt(d * d) + x[0] * x[0] + d * d; }";
    let problem = Problem::new().unknown("x", vec![1.0, 1.0]).indices("one", vec![[0, 1]]);
    let problem = problem.term(Term::energy("e.wgsl", text).over("one")).singular(Singular::Zero);
    let mut system = System::build(problem, settings.options(Options::default())).unwrap();
    let report = minimize(&mut system, &[false; 2], settings, |_| true).unwrap();
    assert_eq!(report.iterations[0].singular, 1);
}
