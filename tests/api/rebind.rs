//! Connectivity that changes again and again: only what changes is bound again, and nothing else is another result.

use super::{SPRING, TRIANGLE, wave};
use proptest::prelude::*;
use spadina::system::Projection;
use spadina::{Options, Problem, System, Tensor, Term};

const PAIR: &str = "fn energy(y: array<vec3f, 2>, k: f32) -> f32 {
  let d = y[1] - y[0];
  return k * sqrt(1.0 + dot(d, d)) * (1.0 + 0.1 * y[0].x);
}";

/// Triangles that stay, pairs and springs that come and go, and a weight for each pair.
fn problem(pairs: &[[i32; 2]], springs: &[[i32; 2]]) -> Problem {
    let nodes = 12;
    let table = |rows: &[[i32; 2]]| Tensor { shape: vec![rows.len(), 2], data: rows.concat() };
    Problem::new()
        .unknown("x", (0..nodes).map(|k| [wave(3 * k), wave(3 * k + 1), wave(3 * k + 2)]).collect::<Vec<_>>())
        .unknown("z", (0..nodes).map(|k| [wave(2 * k), wave(2 * k + 1)]).collect::<Vec<_>>())
        .array("w", (0..nodes - 2).map(|k| 1.0 + 0.1 * wave(k)).collect::<Vec<_>>())
        .array("k", 0.7)
        .array("weights", (0..pairs.len()).map(wave).collect::<Vec<_>>())
        .array("rest", (0..springs.len()).map(wave).collect::<Vec<_>>())
        .indices("triangles", (0..nodes as i32 - 2).map(|k| [k, k + 1, k + 2]).collect::<Vec<_>>())
        .indices("pairs", table(pairs))
        .indices("springs", table(springs))
        .term(Term::energy("triangle.wgsl", TRIANGLE).over("triangles").bind("x", "x"))
        .term(Term::energy("pair.wgsl", PAIR).over("pairs").bind("y", "x").bind("k", "weights"))
        .term(Term::energy("spring.wgsl", SPRING).over("springs").bind("x", "z"))
}

fn check(system: &mut System, fresh: &mut System) {
    let direction: Vec<f64> = (0..fresh.unknowns()).map(wave).collect();
    assert_eq!(system.product(&direction).unwrap(), fresh.product(&direction).unwrap());
    let wanted = fresh.evaluate().unwrap();
    let found = system.evaluate().unwrap();
    assert_eq!(found.hessian.col_idx, wanted.hessian.col_idx);
    assert_eq!(found.hessian.row_ptr, wanted.hessian.row_ptr);
    assert_eq!((found.energy, found.gradient), (wanted.energy, wanted.gradient));
    assert_eq!(found.hessian.values, wanted.hessian.values);
}

fn rows() -> impl Strategy<Value = Vec<[i32; 2]>> {
    // A spring of no length has no derivative.
    prop::collection::vec((0..12, 1..12).prop_map(|(a, by)| [a, (a + by) % 12]), 0..9)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_bound_again_is_what_would_be_built(
        changes in prop::collection::vec((any::<bool>(), rows()), 1..8),
        projected in any::<bool>(),
    ) {
        let options = Options::default().projection(projected.then_some(Projection::Clamp));
        let (mut pairs, mut springs) = (vec![[0, 5]], vec![[2, 3]]);
        let mut system = System::build(problem(&pairs, &springs), options.clone()).unwrap();
        for (first, rows) in changes {
            let table = Tensor { shape: vec![rows.len(), 2], data: rows.concat() };
            let numbers: Vec<f64> = (0..rows.len()).map(wave).collect();
            match first {
                true => {
                    system.set_indices("pairs", table).unwrap();
                    system.set_array("weights", &numbers).unwrap();
                    pairs = rows;
                }
                false => {
                    system.set_array("rest", &numbers).unwrap();
                    system.set_indices("springs", table).unwrap();
                    springs = rows;
                }
            }
            let mut fresh = System::build(problem(&pairs, &springs), options.clone()).unwrap();
            check(&mut system, &mut fresh);
        }
    }
}

#[test]
fn an_index_out_of_range_leaves_nothing_behind() {
    let (pairs, springs) = ([[0, 5]], [[2, 3]]);
    let mut system = System::build(problem(&pairs, &springs), Options::default()).unwrap();
    for rows in [[[1, 7]], [[1, 12]], [[3, 4]]] {
        system.set_indices("pairs", rows.to_vec()).unwrap();
        match rows[0][1] {
            12 => assert!(system.evaluate().unwrap_err().to_string().contains("12"), "out of range"),
            _ => check(&mut system, &mut System::build(problem(&rows, &springs), Options::default()).unwrap()),
        }
    }
}

#[test]
fn data_of_some_terms_are_computed_again() {
    let (pairs, springs) = ([[0, 5]], [[2, 3]]);
    let mut system = System::build(problem(&pairs, &springs), Options::default()).unwrap();
    system.evaluate().unwrap();
    let w: Vec<f64> = (0..10).map(|k| 2.0 + wave(k)).collect();
    system.set_array("w", &w).unwrap();
    let mut other = problem(&pairs, &springs);
    other.arrays[0].1.data = w;
    check(&mut system, &mut System::build(other, Options::default()).unwrap());
}
