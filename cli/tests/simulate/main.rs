//! `spadina simulate`: frames and rows of its own, restarts, and what it says.

#[path = "../common/mod.rs"]
mod common;
mod folder;
mod restart;
mod words;

use common::{spadina, stderr};
use std::path::{Path, PathBuf};
use std::process::Output;

/// A copy of a case of `tests/field`, and the folder in it that runs write into.
struct Case(tempfile::TempDir);

impl Case {
    fn new(name: &str) -> Case {
        let folder = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/field").join(name);
        for entry in std::fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        Case(folder)
    }

    /// A case whose problem has some texts replaced.
    fn with(name: &str, changes: &[(&str, &str)]) -> Case {
        let case = Case::new(name);
        case.change(changes);
        case
    }

    fn change(&self, changes: &[(&str, &str)]) {
        let path = self.0.path().join("problem.toml");
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        std::fs::write(&path, text).unwrap();
    }

    fn out(&self) -> PathBuf {
        self.0.path().join("o")
    }

    /// The arguments of a run.
    fn arguments(&self, problem: &str, more: &[&str]) -> Vec<std::ffi::OsString> {
        let path = self.0.path().join(problem);
        let own = ["simulate".into(), path.into(), "--out".into(), self.out().into()];
        own.into_iter().chain(more.iter().map(Into::into)).collect()
    }

    fn run(&self, more: &[&str]) -> Output {
        spadina(self.arguments("problem.toml", more))
    }

    /// A run that succeeds.
    fn good(&self, more: &[&str]) -> Output {
        let output = self.run(more);
        assert!(output.status.success(), "{}", stderr(&output));
        output
    }

    /// A run that is refused with a message, and leaves the folder as it was.
    fn refused(&self, more: &[&str], wanted: &str) {
        let before = self.content();
        let output = self.run(more);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.lines().any(|line| line.starts_with("error: ") && line.contains(wanted)), "{message}");
        assert_eq!(self.content(), before, "{wanted}");
    }

    /// The names of the files that runs have left, in order.
    fn names(&self) -> Vec<String> {
        self.content().into_iter().map(|(name, _)| name).collect()
    }

    fn content(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.out()).into_iter().flatten().flatten();
        let read =
            |entry: std::fs::DirEntry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap());
        let mut all: Vec<_> = entries.map(read).collect();
        all.sort();
        all
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.out()).unwrap();
        std::fs::write(self.out().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.out().join(name)).unwrap()).into_owned()
    }

    /// The rows of `energies.csv`, without the times that they took.
    fn rows(&self) -> Vec<String> {
        let text = self.read("energies.csv");
        let untimed = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 10, "{line}");
            [&cells[..8], &cells[9..]].concat().join(",")
        };
        text.lines().map(untimed).collect()
    }
}

/// The files of a run besides frames.
const FILES: [&str; 5] = ["energies.csv", "energies.svg", "result.json", "simulation.json", "state.npy"];

/// The names of some frames.
fn frames(end: &str, numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("frame_{number:05}.{end}")).collect()
}

/// Some names in order.
fn sorted(parts: &[Vec<String>]) -> Vec<String> {
    let mut all: Vec<String> = parts.concat();
    all.extend(FILES.map(String::from));
    all.sort();
    all
}
