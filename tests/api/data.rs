//! New numbers, new connectivity, new lengths, without compiling again.

use crate::{SPRING, build, everything, points, springs, springs_over, strip, wave, waves};
use spadina::{Error, Options, Problem, System, Tensor, Term};

#[test]
fn new_unknowns_parameters_and_element_data() {
    let mut system = build(springs(7));
    for round in 1..4 {
        let x: Vec<f64> = waves(14).iter().enumerate().map(|(k, v)| round as f64 * v + k as f64).collect();
        let rest: Vec<f64> = (0..6).map(|k| 1.0 + 0.2 * wave(k * round)).collect();
        let k = 1.0 + round as f64;
        system.set_unknown("x", &x).unwrap();
        system.set_array("rest", &rest).unwrap();
        system.set_array("k", &[k]).unwrap();
        let mut problem = springs(7);
        problem.unknowns[0].1.data = x;
        problem.arrays[0].1.data = rest;
        problem.arrays[1].1.data = vec![k];
        let mut fresh = build(problem);
        assert_eq!(everything(&mut system), everything(&mut fresh));
        assert_eq!(system.value().unwrap(), fresh.value().unwrap());
        let gradient = system.gradient().unwrap().1.to_vec();
        assert_eq!(gradient, fresh.gradient().unwrap().1);
        assert_eq!(system.problem().arrays, fresh.problem().arrays);
    }
}

#[test]
fn new_connectivity_is_that_of_a_fresh_system() {
    let mut system = build(springs(6));
    let compile = system.seconds().compile;
    let tables: [Vec<[i32; 2]>; 5] = [
        vec![[0, 5], [1, 4], [2, 3], [5, 1], [0, 2]],
        vec![[3, 3], [0, 1], [1, 0], [4, 5], [5, 4]],
        vec![[0, 1]],
        vec![],
        (0..12).map(|k| [k % 6, (k * k + 1) % 6]).filter(|[a, b]| a != b).collect(),
    ];
    for edges in tables {
        let edges: Vec<[i32; 2]> = edges.into_iter().filter(|[a, b]| a != b).collect();
        let mut fresh = build(springs_over(6, edges.clone()));
        let rest = fresh.problem().arrays[0].1.data.clone();
        // In either order: only the next evaluation looks at both.
        if edges.len().is_multiple_of(2) {
            system.set_indices("edges", edges).unwrap();
            system.set_array("rest", &rest).unwrap();
        } else {
            system.set_array("rest", &rest).unwrap();
            system.set_indices("edges", edges).unwrap();
        }
        assert_eq!(everything(&mut system), everything(&mut fresh));
        assert_eq!(system.pattern().unwrap(), fresh.pattern().unwrap());
    }
    assert_eq!(system.seconds().compile, compile);
}

#[test]
fn more_nodes_than_before() {
    let mut system = build(strip(9));
    for nodes in [12, 5, 2, 9] {
        let mut fresh = build(strip(nodes));
        let problem = fresh.problem().clone();
        system.set_unknown("x", &problem.unknowns[0].1.data).unwrap();
        system.set_array("w", &problem.arrays[0].1.data).unwrap();
        system.set_indices("triangles", problem.indices[0].1.clone()).unwrap();
        assert_eq!(system.unknowns(), 3 * nodes);
        assert_eq!(everything(&mut system), everything(&mut fresh));
        assert_eq!(system.product(&waves(3 * nodes)).unwrap(), fresh.product(&waves(3 * nodes)).unwrap());
    }
}

#[test]
fn element_data_must_fit_the_elements() {
    let mut system = build(springs(6));
    for edges in [vec![[0, 1], [1, 2]], (1..6).flat_map(|k| [[k - 1, k], [0, k]]).collect()] {
        let count = edges.len();
        system.set_indices("edges", edges).unwrap();
        for _ in 0..2 {
            let message = system.evaluate().unwrap_err().to_string();
            assert!(message.contains("`rest` of shape (5,)") && message.contains(&format!("({count},)")), "{message}");
            assert!(system.value().is_err() && system.gradient().is_err() && system.pattern().is_err());
            assert!(system.product(&[0.0; 12]).is_err());
        }
        system.set_array("rest", &vec![1.0; count]).unwrap();
        system.evaluate().unwrap();
        system.set_array("rest", &[1.0; 5]).unwrap();
        assert!(matches!(system.value(), Err(Error::Shape(_))));
        system.set_indices("edges", (1..6).map(|k| [k - 1, k]).collect::<Vec<_>>()).unwrap();
        system.evaluate().unwrap();
    }
}

#[test]
fn fewer_nodes_than_the_table_names() {
    let mut system = build(springs(6));
    system.set_unknown("x", &waves(8)).unwrap();
    let message = system.evaluate().unwrap_err().to_string();
    assert!(message.contains("out of range of `x` of shape (4, 2)") && message.contains("`edges` row"), "{message}");
    system.set_unknown("x", &waves(12)).unwrap();
    system.evaluate().unwrap();
    system.set_indices("edges", vec![[0, 6]; 5]).unwrap();
    assert!(matches!(system.evaluate(), Err(Error::Index { .. })));
    system.set_indices("edges", vec![[0, -1]; 5]).unwrap();
    assert!(matches!(system.evaluate(), Err(Error::Index { .. })));
}

#[test]
fn a_gathered_array_that_shrinks_is_noticed() {
    let energy = "fn energy(x: array<f32, 2>, X: array<f32, 2>) -> f32 { let d = x[0] - x[1] - X[0]; return d * d; }";
    let problem = Problem::new().unknown("x", waves(4)).array("X", waves(4)).indices("e", vec![[0, 3], [3, 2]]);
    let mut system = build(problem.term(Term::energy("a.wgsl", energy).over("e")));
    system.evaluate().unwrap();
    system.set_array("X", &waves(3)).unwrap();
    let message = system.evaluate().unwrap_err().to_string();
    assert!(message.contains("out of range of `X` of shape (3,)"), "{message}");
    system.set_array("X", &waves(40)).unwrap();
    system.evaluate().unwrap();
}

#[test]
fn program_form_follows_lengths_and_sizes() {
    let text = "override n: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
fn energy() -> f32 {
  var sum = 0.0;
  for (var i = 0u; i + 1u < n; i++) { let d = x[i] - x[i + 1u]; sum += a[i] * d * d * d * d; }
  for (var i = 0u; i < arrayLength(&a); i++) { sum += a[i] * a[i]; }
  return sum;
}";
    let problem = |n: usize| {
        let data = Problem::new().unknown("x", waves(n)).array("a", waves(n)).indices("n", n as i32);
        data.term(Term::energy("chain.wgsl", text))
    };
    let mut system = build(problem(5));
    for n in [9, 3, 1, 5] {
        system.set_unknown("x", &waves(n)).unwrap();
        system.set_array("a", &waves(n)).unwrap();
        system.set_indices("n", n as i32).unwrap();
        assert_eq!(everything(&mut system), everything(&mut build(problem(n))));
    }
    system.set_indices("n", 6).unwrap();
    assert!(matches!(system.evaluate(), Err(Error::Index { .. })));
}

#[test]
fn what_new_data_may_not_be() {
    let mut system = build(springs(4));
    let refused = |result: Result<(), Error>, part: &str| {
        let message = result.unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    };
    refused(system.set_unknown("y", &[]), "no array `y`");
    refused(system.set_unknown("x", &[0.0; 7]), "(4, 2), of which only the first extent may change: 7 numbers");
    refused(system.set_array("k", &[1.0, 2.0]), "2 numbers");
    refused(system.set_array("rest", &[1.0, f64::NAN, 1.0]), "NaN at [1]");
    refused(system.set_array("edges", &[1.0]), "no array `edges`");
    refused(system.set_indices("edges", vec![0, 1, 2]), "data of shape (3,)");
    refused(system.set_indices("edges", vec![[0, 1, 2]]), "data of shape (1, 3)");
    refused(system.set_indices("edges", Tensor { shape: vec![9, 2], data: vec![0, 1] }), "shape (9, 2)");
    refused(system.product(&[0.0; 3]).map(|_| ()), "3 entries, but there are 8 unknowns");
    refused(system.product(&[f64::INFINITY; 8]).map(|_| ()), "must be finite");
    let mut own = [0.0; 3];
    refused(system.evaluate_into(&mut own).map(|_| ()), "3 entries, the layout");
    // Nothing of this has changed the system.
    assert_eq!(everything(&mut system), everything(&mut build(springs(4))));
}

#[test]
fn nothing_at_all() {
    for problem in [springs_over(0, vec![]), springs_over(3, vec![]), springs_over(1, vec![])] {
        let n = 2 * problem.unknowns[0].1.shape[0];
        for device in [spadina::system::Device::Cpu, spadina::system::Device::Interpreter] {
            let mut system = System::build(problem.clone(), Options::default().device(device)).unwrap();
            let (energy, gradient, row_ptr, columns, values) = everything(&mut system);
            assert_eq!((energy, gradient, row_ptr), (0.0, vec![0.0; n], vec![0; n + 1]));
            assert!(columns.is_empty() && values.is_empty());
            assert_eq!(system.product(&vec![1.0; n]).unwrap(), vec![0.0; n]);
        }
    }
}

#[test]
fn an_unknown_that_no_element_uses_has_empty_rows() {
    let mut system = build(springs_over(5, vec![[0, 4], [4, 1]]).unknown("z", points::<3>(2)));
    let (_, gradient, row_ptr, _, _) = everything(&mut system);
    assert_eq!(gradient.len(), 16);
    for row in (4..8).chain(10..16) {
        assert_eq!((gradient[row], row_ptr[row]), (0.0, row_ptr[row + 1]));
    }
    assert!(row_ptr[0] < row_ptr[1]);
}

#[test]
fn a_text_is_compiled_for_its_problem_alone() {
    let problem = Problem::new().unknown("x", points::<2>(3)).array("rest", 1.0).array("k", 1.0);
    let problem = problem.indices("e", vec![[0, 1]]).term(Term::energy("s.wgsl", SPRING).over("e"));
    let mut system = build(problem);
    // The rest length is one number for all here, however many elements there are.
    assert!(matches!(system.set_array("rest", &[1.0, 2.0]), Err(Error::Reshape { .. })));
    system.set_indices("e", vec![[0, 1], [1, 2]]).unwrap();
    system.evaluate().unwrap();
}
