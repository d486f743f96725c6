//! Problems with results of the reference implementation.

use crate::expected::{Entries, Results, differences};
use crate::subject::{Subject, Threads};
use spadina::{Options, Problem, System};
use spadina_core::executor::{Executor, Serial};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder that has the cases.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conformance")
}

/// The folders of the cases, in order.
pub fn folders() -> Vec<PathBuf> {
    let root = root();
    let folders = std::fs::read_dir(&root).unwrap_or_else(|e| panic!("{}: {e}", root.display()));
    let folders = folders.map(|entry| entry.expect("an entry of a folder").path());
    let mut folders: Vec<PathBuf> = folders.filter(|folder| folder.join("problem.toml").exists()).collect();
    folders.sort();
    folders
}

/// The problems, by the names of their folders.
pub fn problems() -> impl Iterator<Item = (String, Problem)> {
    folders().into_iter().map(|folder| {
        let problem = Problem::read(folder.join("problem.toml")).unwrap_or_else(|e| panic!("{e}"));
        (folder.file_name().unwrap_or_default().to_string_lossy().into_owned(), problem)
    })
}

/// The options under which a subject is tested.
pub fn options(subject: &Subject) -> Options {
    Options::default().precision(subject.precision).executor(Arc::new(Threads(2)))
}

/// A system on the subject.
pub fn system(subject: &Subject, problem: &Problem, options: Options) -> System {
    System::with_backend(problem.clone(), options, subject.backend.clone()).unwrap_or_else(|e| panic!("{e}"))
}

/// The results of a system, as they are on disk.
fn results(system: &mut System) -> Results {
    let unknowns = system.unknowns();
    let at = system.evaluate().unwrap_or_else(|e| panic!("{e}"));
    let entries = |matrix: spadina::Matrix<'_>| -> Entries {
        let coordinates = matrix.coordinates().unwrap_or_else(|e| panic!("{e}"));
        coordinates.map(|(row, col, value)| ((row, col), value)).collect()
    };
    let norm = |numbers: &[f64]| numbers.iter().map(|x| x * x).sum::<f64>().sqrt();
    let mut summary = serde_json::json!({
        "energy": at.energy,
        "gradient_norm": norm(at.gradient),
        "hessian_norm": norm(at.hessian.values),
        "unknowns": unknowns,
        "nonzeros": at.hessian.nonzeros(),
    });
    if let Some(jacobian) = at.jacobian {
        summary["jacobian_nonzeros"] = jacobian.nonzeros().into();
    }
    Results {
        summary,
        gradient: at.gradient.to_vec(),
        hessian: entries(at.hessian),
        residual: at.residual.map(<[f64]>::to_vec),
        jacobian: at.jacobian.map(entries),
    }
}

/// Results are those expected, and patterns exactly.
pub fn expected_results(subject: &Subject) {
    let mut failed = Vec::new();
    for (folder, (name, problem)) in folders().into_iter().zip(problems()) {
        let found = results(&mut system(subject, &problem, options(subject)));
        let wanted = Results::read(&folder.join("expected")).unwrap_or_else(|e| panic!("{e}"));
        let different = differences(&found, &wanted, subject.problems);
        if !different.is_empty() {
            failed.push(format!("{name}: {}", different.join("; ")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Threads and repetitions change no bit.
pub fn threads_and_repetitions_change_no_bit(subject: &Subject) {
    for (name, problem) in problems() {
        let bits = |executor: Arc<dyn Executor>, repetitions: usize| -> Vec<Vec<u64>> {
            let mut system = system(subject, &problem, options(subject).executor(executor));
            let all = |at: spadina::Evaluation<'_>| {
                let lists = [&[at.energy], at.gradient, at.hessian.values].concat();
                lists.iter().map(|x| x.to_bits()).collect()
            };
            (0..repetitions).map(|_| all(system.evaluate().unwrap_or_else(|e| panic!("{e}")))).collect()
        };
        let once = bits(Arc::new(Serial), 2);
        assert_eq!(once[0], once[1], "{name}: the second time");
        assert_eq!(once[0], bits(Arc::new(Threads(3)), 1)[0], "{name}: three threads");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comparison itself: expected results agree with themselves, and every kind of damage is found.
    #[test]
    fn the_comparison_finds_what_differs() {
        let all = folders();
        assert!(all.len() >= 14, "{} cases", all.len());
        for folder in all {
            let expected = Results::read(&folder.join("expected")).unwrap();
            assert_eq!(differences(&expected, &expected, 0.0), Vec::<String>::new(), "{}", folder.display());
            for (wanted, damage) in damages() {
                let mut got = expected.clone();
                damage(&mut got);
                if got != expected {
                    let found = differences(&got, &expected, 1e-12).join("; ");
                    assert!(found.contains(wanted), "{}: `{found}` should name {wanted}", folder.display());
                }
            }
            let mut close = expected.clone();
            close.gradient.iter_mut().for_each(|g| *g *= 1.0 + 1e-14);
            assert!(differences(&close, &expected, 1e-12).is_empty());
        }
    }

    type Damage = fn(&mut Results);

    fn damages() -> Vec<(&'static str, Damage)> {
        vec![
            ("energy", |r| r.summary["energy"] = (r.summary["energy"].as_f64().unwrap() * (1.0 + 1e-9)).into()),
            ("energy", |r| r.summary["energy"] = serde_json::Value::Null),
            ("nonzeros", |r| r.summary["nonzeros"] = (r.summary["nonzeros"].as_u64().unwrap() + 1).into()),
            ("gradient", |r| r.gradient[0] += 1e-6),
            ("gradient", |r| r.gradient[0] = f64::NAN),
            ("gradient", |r| r.gradient.push(0.0)),
            ("Hessian: differs", |r| *r.hessian.values_mut().next().unwrap() += 1e-6),
            ("Hessian: entries missing [(", |r| _ = r.hessian.pop_first()),
            ("entries too many [(1000, 0)]", |r| _ = r.hessian.insert((1000, 0), 0.0)),
            ("residual", |r| r.residual.iter_mut().for_each(|v| v[0] += 1e-6)),
            ("residual there: false", |r| r.residual = None),
            ("Jacobian", |r| r.jacobian.iter_mut().for_each(|m| _ = m.pop_first())),
            ("Jacobian", |r| r.jacobian = r.jacobian.is_none().then(Default::default)),
        ]
    }
}
