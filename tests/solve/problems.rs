//! The example problems are sound: they load, build, and have finite energies where they begin. Some of them are solved.

use spadina::files::ProblemFile;
use spadina::minimize::{Settings, SolvedHessian, minimize_moved};
use spadina::simulate::{Setup, Simulation};
use spadina::{Options, System};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/problems")
}

#[test]
fn example_problems_begin() {
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        count += 1;
        let file = ProblemFile::read(&path).unwrap_or_else(|e| panic!("{e}"));
        let problem = file.load().unwrap_or_else(|e| panic!("{e}"));
        let report = problem.mesh.as_ref().map(|mesh| mesh.report());
        assert!(report.is_none_or(|r| r.is_clean()), "{}", path.display());
        let pins = file.pins(&problem, &file.solve.fix, &file.solve.moves).unwrap();
        assert!(pins.held.contains(&false));
        match file.simulate {
            Some(_) => {
                let setup = Setup::read(&file, &problem, Settings::default()).unwrap_or_else(|e| panic!("{e}"));
                let mut simulation = Simulation::new(problem, setup, Options::default()).unwrap();
                let report = simulation.step().unwrap();
                assert!(report.energies.total().is_finite(), "{}", path.display());
            }
            None => {
                let mut system = System::build(problem, Settings::default().options(Options::default())).unwrap();
                assert!(system.evaluate().unwrap().energy.is_finite(), "{}", path.display());
            }
        }
    }
    assert!(count >= 9, "{count}");
}

/// The number of iterations of an example.
fn iterations(name: &str) -> usize {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    iterations_of(name, &text)
}

fn iterations_of(name: &str, text: &str) -> usize {
    let file = ProblemFile::parse(folder().join(name), text).unwrap();
    let problem = file.load().unwrap();
    let pins = file.pins(&problem, &file.solve.fix, &file.solve.moves).unwrap();
    let settings = Settings::read(&file.solve, &problem);
    let mut system = System::build(problem, settings.options(Options::default())).unwrap();
    let report = minimize_moved(&mut system, &pins, 1, settings, |_| true).unwrap();
    assert!(report.outcome.is_minimum(), "{name}: {:?}", report.outcome);
    let last = report.iterations.last().unwrap();
    assert!(name == "smoothing.toml" || last.hessian == SolvedHessian::Unchanged, "{name}: {last:?}");
    report.iterations.len()
}

#[test]
fn example_problems_are_solved() {
    for (name, most) in [("chain", 60), ("arap", 40), ("flatten", 30), ("shell", 60), ("smoothing", 15)] {
        let count = iterations(&format!("{name}.toml"));
        assert!(count <= most, "{name}: {count} iterations");
    }
}

#[test]
fn nothing_needs_to_be_held() {
    let name = "flatten.toml";
    let free = std::fs::read_to_string(folder().join(name)).unwrap();
    let [node, ray] =
        ["[0, 0], [0, 1]", "[0, 0], [0, 1], [1, 1]"].map(|held| format!("{free}fix = {{ uv = [{held}] }}\n"));
    let [free, node, ray] = [&free, &node, &ray].map(|text| iterations_of(name, text));
    assert!(free <= node.min(ray) + 1, "{free} {node} {ray}");
}

/// As its caption says.
#[test]
fn the_soft_box_comes_to_rest() {
    let file = ProblemFile::read(folder().join("soft_body.toml")).unwrap();
    let problem = file.load().unwrap();
    let section = file.simulate.clone().unwrap();
    let setup = Setup::read(&file, &problem, Settings::read(&file.solve, &problem)).unwrap();
    let mut simulation = Simulation::new(problem, setup, Options::default()).unwrap();
    let steps = (section.time / section.step).round() as usize;
    let kinetic: Vec<f64> = (0..steps).map(|_| simulation.step().unwrap().energies.kinetic).collect();
    let most = kinetic.iter().copied().fold(0.0, f64::max);
    assert!(kinetic[steps - 1] < 1e-4 * most, "{} of {most}", kinetic[steps - 1]);
}
