//! Simulations that are played with.

use super::device;
use spadina::files::ProblemFile;
use spadina::minimize::{ProjectionPolicy, Settings};
use spadina::simulate::Setup;
use spadina::system::Options;
use spadina_pictures::render::{self, Up};
use spadina_view::{Animation, LiveSimulation, Positions};

/// A soft box above two balls.
const PROBLEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/problems/soft_body.toml");

/// One iteration of Newton's method for each frame.
fn live() -> LiveSimulation {
    let file = ProblemFile::read(PROBLEM).unwrap();
    let problem = file.load().unwrap();
    let read = Settings::read(&file.solve, &problem);
    let settings = read.iterations(1).projection(ProjectionPolicy::Always);
    let setup = Setup::read(&file, &problem, settings).unwrap();
    LiveSimulation::new(problem, setup, Options::default()).unwrap()
}

fn points(live: &mut LiveSimulation) -> Vec<[f32; 3]> {
    let Positions::Host(points) = live.scene().positions else { panic!("simulations are on the host") };
    points.to_vec()
}

/// The height of the middle.
fn height(live: &mut LiveSimulation) -> f32 {
    let points = points(live);
    points.iter().map(|p| p[2]).sum::<f32>() / points.len() as f32
}

fn steps(live: &mut LiveSimulation, count: usize) {
    (0..count).for_each(|_| live.step().unwrap());
}

/// The value of a line of the statistics.
fn told(live: &LiveSimulation, name: &str) -> String {
    live.statistics().into_iter().find(|(own, _)| own == name).map(|(_, value)| value).unwrap_or_default()
}

#[test]
fn simulations_follow_the_mouse() {
    let mut live = live();
    let start = points(&mut live);
    assert_eq!((live.ground(), live.scene().obstacles.len()), (Some(-0.6), 2));
    steps(&mut live, 60);
    assert_eq!((told(&live, "time"), told(&live, "iterations")), ("0.600 s".into(), "1".into()));
    assert!(told(&live, "nodes touching").parse::<usize>().unwrap() > 0);
    let low = height(&mut live);
    assert!(low < 0.0, "{low}");
    // The upper corner is pulled up, and all of the box with it.
    let corner = start.len() - 1;
    let there = [0.4, 0.3, 0.5];
    live.grab(corner, Some(there));
    steps(&mut live, 150);
    let held = points(&mut live)[corner];
    let away = (0..3).map(|k| (held[k] - there[k]).powi(2)).sum::<f32>().sqrt();
    assert!(away < 0.06, "{held:?}");
    assert!(height(&mut live) > low + 0.05, "{} {low}", height(&mut live));
    // What is not there is left alone.
    live.grab(99_999, Some(there));
    live.grab(corner, None);
    let before = height(&mut live);
    steps(&mut live, 20);
    assert!(height(&mut live) < before - 0.1);
    live.reset();
    assert_eq!((points(&mut live), told(&live, "time")), (start, "0.000 s".into()));
}

#[test]
fn gravity_and_numbers_have_sliders() {
    let mut live = live();
    let names: Vec<String> = live.parameters().into_iter().map(|parameter| parameter.name).collect();
    assert_eq!(names, ["mu", "lambda", "gravity"]);
    let before = height(&mut live);
    live.set_parameter(2, 0.0);
    steps(&mut live, 5);
    assert!((height(&mut live) - before).abs() < 1e-6);
    live.set_parameter(2, 20.0);
    live.set_parameter(0, 3e4);
    live.set_parameter(3, 1.0);
    steps(&mut live, 5);
    assert!(height(&mut live) < before - 0.01);
    let values: Vec<f64> = live.parameters().into_iter().map(|parameter| parameter.value).collect();
    assert_eq!(values, [3e4, 6e4, 20.0]);
}

#[test]
fn obstacles_and_the_ground_are_in_the_picture() {
    let Some(device) = device() else { return };
    let mut live = live();
    let settings = render::Settings { width: 600, height: 400, ground: live.ground(), ..render::Settings::default() };
    let points = points(&mut live);
    let scene = live.scene();
    let camera = scene.camera(points, 1.5, Up::Z, settings.ground);
    let image = spadina_view::picture(&device, &scene, &camera, &settings).unwrap();
    let count = |seen: fn(&[u8; 4]) -> bool| image.pixels.iter().filter(|pixel| seen(pixel)).count();
    // The body is blue, the balls are grey and darker than what is behind them.
    let blue = count(|p| p[2] > 90 && p[2].saturating_sub(p[0]) > 40);
    let grey = count(|p| p[0] < 185 && p[0] >= p[2] && p[0] - p[2] < 30);
    assert!(blue > 3_000 && grey > 5_000, "{blue} {grey}");
}
