//! Known motions.

use super::force::BarrierForce;
use super::*;

const SPRING: &str = "fn energy(x: array<vec2f, 2>, k: f32) -> f32 {
  let s = length(x[1] - x[0]) - 1.0;
  return 0.5 * k * s * s;
}";

fn spring(k: f64) -> Problem {
    Problem::new()
        .unknown("x", vec![[0.0, 0.0], [1.1, 0.0]])
        .array("k", k)
        .indices("springs", vec![[0, 1]])
        .term(Term::energy("spring.wgsl", SPRING).over("springs"))
}

/// An oscillator: how far from cos(ωt) at time one.
fn error(integrator: Integrator, steps: usize) -> f64 {
    let setup = Setup { integrator, step: 1.0 / steps as f64, ..Setup::new("x", vec![1.0, 1.0]) };
    let mut simulation = Simulation::new(spring(2.0), setup, Options::default()).unwrap();
    (0..steps).for_each(|_| drop(simulation.step().unwrap()));
    let x = simulation.positions();
    // Reduced mass one half: ω = 2.
    (x[2] - x[0] - 1.0 - 0.1 * 2.0f64.cos()).abs()
}

#[test]
fn integrators_have_their_orders() {
    for (integrator, order) in [(Integrator::ImplicitEuler, 1.0), (Integrator::Bdf2, 2.0)] {
        let errors = [100, 200, 400].map(|steps| error(integrator, steps));
        for pair in errors.windows(2) {
            let found = (pair[0] / pair[1]).log2();
            assert!((found - order).abs() < 0.15, "{integrator:?}: {found}, {errors:?}");
        }
    }
}

#[test]
fn momentum_is_kept() {
    for integrator in [Integrator::ImplicitEuler, Integrator::Bdf2] {
        let velocity = vec![0.3, -0.2, -0.5, 0.9];
        let setup = Setup { integrator, velocity, ..Setup::new("x", vec![1.0, 3.0]) };
        let mut simulation = Simulation::new(spring(1e3), setup, Options::default()).unwrap();
        for _ in 0..100 {
            simulation.step().unwrap();
            let v = simulation.velocities();
            let momentum = [v[0] + 3.0 * v[2], v[1] + 3.0 * v[3]];
            assert!((momentum[0] + 1.2).abs() < 1e-7 && (momentum[1] - 2.5).abs() < 1e-7, "{momentum:?}");
        }
    }
}

#[test]
fn a_saved_state_goes_on_alike() {
    for integrator in [Integrator::ImplicitEuler, Integrator::Bdf2] {
        let setup = Setup { integrator, gravity: vec![0.0, -9.81], ..Setup::new("x", vec![1.0, 3.0]) };
        let make = || Simulation::new(spring(1e3), setup.clone(), Options::default()).unwrap();
        let mut first = make();
        (0..10).for_each(|_| drop(first.step().unwrap()));
        let numbers = first.state().to_numbers();
        let mut second = make();
        second.set_state(&State::from_numbers(&numbers).unwrap()).unwrap();
        (0..10).for_each(|_| drop(first.step().unwrap()));
        (0..10).for_each(|_| drop(second.step().unwrap()));
        assert_eq!(first.state(), second.state());
        for cut in 0..numbers.len() {
            assert_eq!(State::from_numbers(&numbers[..cut]), None, "{cut}");
        }
    }
}

#[test]
fn a_ball_of_two_nodes_lands_and_grips() {
    let plane = |friction, slope: f64| Obstacle {
        shape: Shape::Plane { point: vec![0.0, -1.0], normal: vec![slope, 1.0] },
        friction,
        distance: 0.05,
        stiffness: 1.0,
        damping: 0.0,
    };
    for (friction, slides) in [(0.1, true), (0.5, false)] {
        let setup = Setup {
            gravity: vec![0.0, -9.81],
            obstacles: vec![plane(friction, 0.2)],
            ..Setup::new("x", vec![1.0, 1.0])
        };
        let mut simulation = Simulation::new(spring(1e4), setup, Options::default()).unwrap();
        (0..150).for_each(|_| drop(simulation.step().unwrap()));
        let landed = simulation.positions();
        (0..100).for_each(|_| drop(simulation.step().unwrap()));
        let after = simulation.positions();
        let gap = |x: &[f64]| (0.2 * x[0] + x[1] + 1.0).min(0.2 * x[2] + x[3] + 1.0);
        assert!(gap(&landed) > 0.0 && gap(&after) > 0.0);
        let way = after[0] - landed[0];
        assert_eq!(way > 0.1, slides, "{friction}: {way}");
        if !slides {
            assert!(way < 0.01, "{way}");
        }
    }
}

/// Both lose energy, implicit Euler in every step and much more.
#[test]
fn integrators_damp() {
    let lost = |integrator| {
        let setup = Setup { integrator, step: 0.05, ..Setup::new("x", vec![1.0, 1.0]) };
        let mut simulation = Simulation::new(spring(2.0), setup, Options::default()).unwrap();
        let energies: Vec<f64> = (0..200).map(|_| simulation.step().unwrap().energies.total()).collect();
        let falls = energies.windows(2).all(|pair| pair[1] <= pair[0]);
        (energies[199] / energies[0], falls)
    };
    let (euler, falls) = lost(Integrator::ImplicitEuler);
    assert!(euler < 0.2 && falls, "{euler}");
    let (bdf2, _) = lost(Integrator::Bdf2);
    assert!(bdf2 > 0.85 && bdf2 < 1.0, "{bdf2}");
}

#[test]
fn a_grabbed_node_arrives() {
    let mut simulation = Simulation::new(spring(1e3), Setup::new("x", vec![1.0, 3.0]), Options::default()).unwrap();
    let pattern = simulation.system.pattern().unwrap().clone();
    let to = [1.5, 0.3];
    simulation.grab(1, Some(&to)).unwrap();
    let report = simulation.step().unwrap();
    let x = simulation.positions();
    // The energy of the hand is not the problem's.
    let elastic = 0.5 * 1e3 * ((x[2] - x[0]).hypot(x[3] - x[1]) - 1.0).powi(2);
    assert!((report.energies.elastic - elastic).abs() < 1e-9, "{:?} {elastic}", report.energies);
    assert_eq!(simulation.system.pattern().unwrap(), &pattern);
    (0..800).for_each(|_| drop(simulation.step().unwrap()));
    let x = simulation.positions();
    assert!((x[2] - to[0]).hypot(x[3] - to[1]) < 1e-3, "{x:?}");
    // Two nodes are grabbed one after the other; then nothing changes their momentum.
    simulation.grab(0, Some(&[0.0, 1.0])).unwrap();
    (0..5).for_each(|_| drop(simulation.step().unwrap()));
    simulation.grab(0, None).unwrap();
    let momentum = |v: &[f64]| [v[0] + 3.0 * v[2], v[1] + 3.0 * v[3]];
    let before = momentum(simulation.velocities());
    assert!(before[1] > 1e-2, "{before:?}");
    (0..50).for_each(|_| drop(simulation.step().unwrap()));
    let after = momentum(simulation.velocities());
    assert!((0..2).all(|k| (before[k] - after[k]).abs() < 1e-7), "{before:?} {after:?}");
    assert_eq!(simulation.system.pattern().unwrap(), &pattern);
}

#[test]
fn what_is_let_go_moves_as_if_it_had_not_been_touched() {
    let make = || {
        let gravity = vec![0.0, -9.81];
        Simulation::new(spring(1e3), Setup { gravity, ..Setup::new("x", vec![1.0, 1.0]) }, Options::default()).unwrap()
    };
    let (mut touched, mut free) = (make(), make());
    touched.grab(1, Some(&[3.0, 4.0])).unwrap();
    touched.let_go().unwrap();
    (0..20).for_each(|_| drop((touched.step().unwrap(), free.step().unwrap())));
    assert_eq!(touched.state(), free.state());
    touched.grab(0, Some(&[0.0, 1.0])).unwrap();
    (0..20).for_each(|_| drop(touched.step().unwrap()));
    touched.reset().unwrap();
    assert_eq!(touched.state(), make().state());
    (0..20).for_each(|_| drop(touched.step().unwrap()));
    let apart = touched.positions().iter().zip(free.positions()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-7, "{apart:e}");
}

#[test]
fn what_cannot_be_grabbed_is_refused() {
    let make = || Simulation::new(spring(1e3), Setup::new("x", vec![1.0, 1.0]), Options::default()).unwrap();
    let mut simulation = make();
    assert!(matches!(simulation.grab(2, None), Err(Error::Node { node: 2, nodes: 2 })));
    assert!(matches!(simulation.grab(0, Some(&[1.0])), Err(Error::Length { found: 1, wanted: 2, .. })));
    assert!(simulation.grab(0, Some(&[f64::NAN, 0.0])).is_err());
    let mut other = make();
    simulation.step().unwrap();
    other.step().unwrap();
    assert_eq!(simulation.state(), other.state());
}

/// The energies of a step against what they are by definition.
#[test]
fn energies_are_those_of_their_terms() {
    let plane = Obstacle {
        shape: Shape::Plane { point: vec![0.0, -1.0], normal: vec![0.0, 2.0] },
        friction: 0.3,
        distance: 0.1,
        stiffness: 2.0,
        damping: 1.0,
    };
    let ball = Obstacle { shape: Shape::Sphere { center: vec![0.0, -1.5], radius: 0.55 }, ..plane.clone() };
    let setup = Setup {
        gravity: vec![0.5, -9.81],
        velocity: vec![0.0, -1.0, 1.0, -1.0],
        obstacles: vec![plane.clone(), ball.clone()],
        ..Setup::new("x", vec![1.0, 3.0])
    };
    let mut simulation = Simulation::new(spring(1e3), setup, Options::default()).unwrap();
    let mut touched = [false; 2];
    for step in 0..100 {
        if step == 60 {
            simulation.grab(1, Some(&[1.2, 0.1])).unwrap();
        }
        let found = simulation.step().unwrap().energies;
        let (x, v) = (simulation.positions(), simulation.velocities());
        let nodes = || x.chunks(2).zip(v.chunks(2)).zip([1.0, 3.0]);
        let barrier = |obstacle: &Obstacle, x: &[f64]| {
            let share = obstacle.distance(x).0 / obstacle.distance;
            if share < 1.0 { -obstacle.stiffness * (share - 1.0).powi(2) * share.ln() } else { 0.0 }
        };
        let wanted = Energies {
            kinetic: nodes().map(|((_, v), mass)| 0.5 * mass * (v[0] * v[0] + v[1] * v[1])).sum(),
            gravity: nodes().map(|((x, _), mass)| -mass * (0.5 * x[0] - 9.81 * x[1])).sum(),
            contact: x.chunks(2).map(|x| barrier(&plane, x) + barrier(&ball, x)).sum(),
            elastic: 0.5 * 1e3 * ((x[2] - x[0]).hypot(x[3] - x[1]) - 1.0).powi(2),
        };
        for (obstacle, touched) in [&plane, &ball].into_iter().zip(&mut touched) {
            *touched |= x.chunks(2).any(|x| barrier(obstacle, x) > 0.0);
        }
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * (1.0 + b.abs());
        let pairs = [
            (found.kinetic, wanted.kinetic),
            (found.gravity, wanted.gravity),
            (found.contact, wanted.contact),
            (found.elastic, wanted.elastic),
        ];
        assert!(pairs.into_iter().all(|(found, wanted)| near(found, wanted)), "{found:?} {wanted:?}");
    }
    assert_eq!(touched, [true; 2]);
}

/// Friction is measured by the force of the barrier, whose energy is the term's.
#[test]
fn forces_of_barriers_are_the_derivatives_of_their_terms() {
    let shapes = [
        Shape::Plane { point: vec![0.1, -1.0, 0.3], normal: vec![1.0, 2.0, -0.5] },
        Shape::Sphere { center: vec![0.1, 0.2, -0.3], radius: 0.7 },
    ];
    for shape in shapes {
        let obstacle = Obstacle::new(shape, 0.2, 3.0).damping(0.0);
        let problem = Problem::new().unknown("x", vec![[0.0, 0.0, 0.0]]);
        let bodies = Bodies { unknown: "x", width: 3, masses: &[1.0], step: 0.01, slip: 1.0 };
        let (problem, contact) = Contact::add(problem, (0, &obstacle), &bodies).unwrap();
        let mut forces = BarrierForce::new(obstacle.distance, obstacle.stiffness).unwrap();
        let mut system = System::build(problem, Options::default()).unwrap();
        system.set_indices(contact.table(), vec![[0]]).unwrap();
        let start = [0.4, 0.5, 0.6];
        let (away, normal) = obstacle.distance(&start);
        for distance in [1e-4, 0.01, 0.1, 0.19, 0.2, 0.3] {
            let x: Vec<f64> = start.iter().zip(&normal).map(|(x, n)| x + (distance - away) * n).collect();
            system.set_unknown("x", &x).unwrap();
            let (force, stiffness) = forces.at(&[obstacle.distance(&x).0]).unwrap();
            let (force, stiffness) = (force[0], stiffness[0]);
            let nearer = forces.at(&[obstacle.distance(&x).0 - 1e-6]).unwrap().0[0];
            assert!(((nearer - force) / 1e-6 - stiffness).abs() <= 0.02 * (1.0 + stiffness), "{distance}: {stiffness}");
            for (gradient, normal) in system.gradient().unwrap().1.iter().zip(&normal) {
                let error = (gradient + force * normal).abs();
                assert!(error <= 1e-9 * (1.0 + force), "{obstacle:?} {distance}: {gradient} {force} {normal}");
            }
        }
    }
}

#[test]
fn guards_end_steps_before_obstacles() {
    let ball = Obstacle {
        shape: Shape::Sphere { center: vec![0.0, 0.0], radius: 1.0 },
        friction: 0.0,
        distance: 0.1,
        stiffness: 1.0,
        damping: 0.0,
    };
    let guard = obstacle::guard(vec![ball], 0..4, 2);
    let x = [-3.0, 0.0, 5.0, 5.0];
    // Ten units would go through the ball, which is two away.
    assert!((guard.reach(&x, &[10.0, 0.0, 0.0, 0.0]) - 0.18).abs() < 1e-12);
    // Whole steps of one unit end before it, but two of them do not.
    assert!((guard.reach(&x, &[1.0, 0.0, 0.0, 0.0]) - 1.8).abs() < 1e-12);
    assert_eq!(guard.reach(&x, &[-1.0, 0.0, 1.0, 1.0]), f64::INFINITY);
}

fn ground(height: f64) -> Obstacle {
    Obstacle::new(Shape::Plane { point: vec![0.0, height], normal: vec![0.0, 1.0] }, 0.1, 1.0)
}

#[test]
fn nodes_that_are_led_into_obstacles_are_named() {
    let motion = Motion::new(vec![3], vec![0.0, 1.0], vec![vec![0.0], vec![-2.0]]);
    let setup = Setup::new("x", vec![1.0, 1.0]).step(0.1).motions(vec![motion]);
    let setup = setup.obstacles(vec![ground(-5.0), ground(-1.1)]);
    let mut simulation = Simulation::new(spring(1.0), setup, Options::default()).unwrap();
    (0..5).for_each(|_| drop(simulation.step().unwrap()));
    let before = simulation.state();
    let error = simulation.step().unwrap_err();
    assert!(matches!(error, Error::Moved { step: 6, node: 1, obstacle: 1, .. }), "{error}");
    assert!(error.to_string().contains("key frames move node 1 to obstacle 1, 1.000e-1 behind its surface"), "{error}");
    // Nothing has changed, and it fails again.
    assert_eq!(simulation.state(), before);
    assert_eq!(simulation.step().unwrap_err().to_string(), error.to_string());
}

#[test]
fn states_behind_obstacles_are_refused() {
    let setup = |height| Setup::new("x", vec![1.0, 1.0]).gravity(vec![0.0, -9.81]).obstacles(vec![ground(height)]);
    let mut low = Simulation::new(spring(1.0), setup(-9.0), Options::default()).unwrap();
    (0..30).for_each(|_| drop(low.step().unwrap()));
    let mut high = Simulation::new(spring(1.0), setup(-0.2), Options::default()).unwrap();
    assert!(matches!(high.set_state(&low.state()), Err(Error::Inside { node: 0, obstacle: 0, .. })));
    high.step().unwrap();
}

#[test]
fn nodes_without_mass_are_held() {
    let setup = |masses, held| Setup::new("x", masses).gravity(vec![0.0, -9.81]).held(held);
    let make = |masses, held| Simulation::new(spring(1e3), setup(masses, held), Options::default());
    let held = || vec![true, true, false, false];
    let run = |masses| {
        let mut simulation = make(masses, held()).unwrap();
        (0..20).for_each(|_| drop(simulation.step().unwrap()));
        simulation.positions()
    };
    let (without, with) = (run(vec![0.0, 1.0]), run(vec![7.0, 1.0]));
    assert!(without.iter().zip(&with).all(|(a, b)| (a - b).abs() < 1e-12), "{without:?} {with:?}");
    for (masses, held) in [
        (vec![0.0, 1.0], vec![true, false, false, false]),
        (vec![1.0, 0.0], held()),
        (vec![-1.0, 1.0], held()),
        (vec![f64::NAN, 1.0], held()),
    ] {
        assert!(matches!(make(masses, held), Err(Error::Mass { .. })));
    }
}

/// The energies of a state, before a step and after it.
#[test]
fn energies_are_there_from_the_start() {
    let setup = Setup::new("x", vec![1.0, 3.0]).gravity(vec![0.0, -9.81]).velocity(vec![0.0, 2.0, 0.0, 0.0]);
    let setup = setup.obstacles(vec![ground(-0.05)]);
    let mut simulation = Simulation::new(spring(1e3), setup.clone(), Options::default()).unwrap();
    let start = simulation.energies().unwrap();
    let barrier = -2.0 * (0.5f64 - 1.0).powi(2) * 0.5f64.ln();
    for (found, wanted) in [(start.kinetic, 2.0), (start.elastic, 5.0), (start.gravity, 0.0), (start.contact, barrier)]
    {
        assert!((found - wanted).abs() < 1e-12, "{start:?}");
    }
    // To ask for them changes nothing.
    let mut other = Simulation::new(spring(1e3), setup, Options::default()).unwrap();
    for _ in 0..5 {
        let report = simulation.step().unwrap();
        assert_eq!(simulation.energies().unwrap(), report.energies);
        other.step().unwrap();
        assert_eq!(simulation.state(), other.state());
    }
}
