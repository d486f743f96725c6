//! Friction on a slope: what is not too steep holds, whatever the integrator and the step.

use spadina::Options;
use spadina::files::ProblemFile;
use spadina::minimize::Settings;
use spadina::simulate::{Integrator, Setup, Simulation};

/// Coulomb's coefficient of the case, whose box slides from its arc tangent on.
const FRICTION: f64 = 0.5;

/// Both integrators, each with a long and a short step.
const WAYS: [(Integrator, f64); 4] = [
    (Integrator::ImplicitEuler, 0.01),
    (Integrator::Bdf2, 0.01),
    (Integrator::ImplicitEuler, 0.002),
    (Integrator::Bdf2, 0.002),
];

/// A box on a slope of some degrees, its problem file with other words in it.
fn on_slope(degrees: f64, (integrator, step): (Integrator, f64), words: &[(&str, &str)]) -> Simulation {
    let path = super::folder("friction_chatter").join("problem.toml");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for (old, new) in words {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let file = ProblemFile::parse(path, &text).unwrap();
    let problem = file.load().unwrap();
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let setup = Setup::read(&file, &problem, Settings::read(&file.solve, &problem)).unwrap();
    let setup = setup.integrator(integrator).step(step).gravity(vec![9.81 * sine, 0.0, -9.81 * cosine]);
    Simulation::new(problem, setup, Options::default()).unwrap()
}

/// The place of the mean node along the slope.
fn place(simulation: &Simulation) -> f64 {
    let x = simulation.positions();
    x.iter().step_by(3).sum::<f64>() / (x.len() / 3) as f64
}

/// The way down the slope until a time, and in the last tenth of a second of it.
fn ways(mut simulation: Simulation, time: f64) -> [f64; 2] {
    let start = place(&simulation);
    let steps = |time: f64| (time / simulation.setup().step).round() as usize;
    let (first, last) = (steps(time - 0.1), steps(0.1));
    (0..first).for_each(|_| drop(simulation.step().unwrap()));
    let before = place(&simulation);
    (0..last).for_each(|_| drop(simulation.step().unwrap()));
    let end = place(&simulation);
    [end - start, end - before]
}

#[test]
fn boxes_stick_below_the_angle_and_slide_above() {
    for way in WAYS {
        let [all, last] = ways(on_slope(25.0, way, &[]), 0.5);
        assert!(all < 0.01 && last.abs() < 1e-4, "{way:?}: {all} {last}");
    }
    for way in &WAYS[..2] {
        let [_, last] = ways(on_slope(28.5, *way, &[]), 0.5);
        assert!(last > 1e-2, "{way:?}: {last}");
    }
}

#[test]
fn boxes_slide_from_the_angle_of_friction_on() {
    // Coarser, and nearly where it rests.
    let words = [("cells = [4, 4, 2]", "cells = [2, 2, 1]"), ("-0.005]", "-0.009]")];
    for way in &WAYS[..2] {
        let (mut low, mut high) = (22.0, 32.0);
        while high - low > 0.1 {
            let middle = 0.5 * (low + high);
            let [_, last] = ways(on_slope(middle, *way, &words), 0.5);
            match last > 1e-3 {
                true => high = middle,
                false => low = middle,
            }
        }
        let (found, wanted) = (0.5 * (low + high), FRICTION.atan().to_degrees());
        assert!((found / wanted - 1.0).abs() < 0.01, "{way:?}: {found} {wanted}");
    }
}
