//! Handles of unknowns, arrays and index arrays, next to their names.

use crate::{build, everything, springs, wave};
use spadina::Error;

#[test]
fn handles_do_what_names_do() {
    let (mut named, mut handled) = (build(springs(20)), build(springs(20)));
    let x = handled.unknown_handle("x").unwrap();
    let (k, rest) = (handled.array_handle("k").unwrap(), handled.array_handle("rest").unwrap());
    let edges = handled.indices_handle("edges").unwrap();
    assert_eq!(everything(&mut named), everything(&mut handled));
    for round in 1..4usize {
        let moved: Vec<f64> = (0..40).map(|at| at as f64 + wave(round * at)).collect();
        let fewer: Vec<[i32; 2]> = (0..20 - 2 * round as i32).map(|at| [at, at + 1]).collect();
        let rests = vec![0.9; fewer.len()];
        named.set_unknown("x", &moved).unwrap();
        named.set_array(&String::from("k"), &[round as f64]).unwrap();
        named.set_indices("edges", fewer.clone()).unwrap();
        named.set_array("rest", &rests).unwrap();
        handled.set_unknown(x, &moved).unwrap();
        handled.set_array(k, &[round as f64]).unwrap();
        handled.set_indices(edges, fewer).unwrap();
        handled.set_array(rest, &rests).unwrap();
        assert_eq!(everything(&mut named), everything(&mut handled));
    }
}

#[test]
fn handles_of_another_system_are_refused() {
    let (one, mut other) = (build(springs(5)), build(springs(5)));
    let before = everything(&mut other);
    let refused = |result: Result<(), Error>| assert!(matches!(result, Err(Error::OtherSystem)), "{result:?}");
    refused(other.set_unknown(one.unknown_handle("x").unwrap(), &[0.0; 10]));
    refused(other.set_array(one.array_handle("k").unwrap(), &[0.0]));
    refused(other.set_indices(one.indices_handle("edges").unwrap(), vec![[0, 1]]));
    assert_eq!(everything(&mut other), before);
    assert_ne!(one.array_handle("k").unwrap(), other.array_handle("k").unwrap());
    assert_ne!(one.array_handle("k").unwrap(), one.array_handle("rest").unwrap());
    assert_eq!(one.array_handle("k").unwrap(), one.array_handle("k").unwrap());
}

#[test]
fn handles_are_of_what_they_name() {
    let system = build(springs(5));
    let message = |error: Error| error.to_string();
    assert_eq!(system.array_handle("x").map_err(message).unwrap_err(), "the problem has no array `x`");
    assert_eq!(system.unknown_handle("k").map_err(message).unwrap_err(), "the problem has no array `k`");
    assert_eq!(system.indices_handle("rest").map_err(message).unwrap_err(), "the problem has no array `rest`");
}

#[cfg(feature = "solve")]
#[test]
fn simulations_take_handles_of_their_systems() {
    use spadina::simulate::{Setup, Simulation};
    let other = build(springs(3));
    let mut simulation =
        Simulation::new(springs(3), Setup::new("x", vec![1.0; 3]), spadina::Options::default()).unwrap();
    let k = simulation.system().array_handle("k").unwrap();
    simulation.set_array(k, &[0.0]).unwrap();
    let elastic = |simulation: &mut Simulation| simulation.step().unwrap().energies.elastic;
    assert_eq!(elastic(&mut simulation), 0.0);
    simulation.set_array("k", &[10.0]).unwrap();
    assert!(elastic(&mut simulation) > 0.0);
    assert!(simulation.set_array(other.array_handle("k").unwrap(), &[0.0]).is_err());
}
