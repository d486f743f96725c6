//! A fuzzer for a stable toolchain: `driver TARGET SECONDS [SEED]`.
//!
//! It mutates seeds (flips, dictionary, splices, lines and numbers), keeps inputs with outcomes not seen before, and
//! watches every input for panics, time and memory. What it finds is written to `artifacts/`; an input that kills the
//! process is left in `artifacts/TARGET-current`. The inputs follow from the seed argument.

#[path = "driver/memory.rs"]
mod memory;
#[path = "driver/mutate.rs"]
mod mutate;

use mutate::Mutator;
use spadina_fuzz::{Target, energy, is_foreign, mesh, problem, seeds, take_panic, watch_panics};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// An input that takes longer is a finding.
const SLOW: Duration = Duration::from_secs(2);

/// An input that takes longer ends the process.
const HUNG: Duration = Duration::from_secs(60);

/// An input that holds more memory than this, in bytes, is a finding, too.
const LARGE: usize = 1 << 30;

/// The most inputs kept that are accepted, and as many that are refused.
const CORPUS: usize = 4000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |k: usize| arguments.get(k).map(String::as_str).unwrap_or("");
    let (target, seeds, dictionary): (Target, _, &str) = match argument(0) {
        "energy" => (energy, seeds::energies(), include_str!("../../dictionaries/wgsl.dict")),
        "problem" => (problem, seeds::problems(), include_str!("../../dictionaries/toml.dict")),
        "mesh" => (mesh, seeds::meshes(), include_str!("../../dictionaries/mesh.dict")),
        _ => return usage(),
    };
    if let Ok(input) = std::fs::read(argument(1)) {
        return replay(target, &input);
    }
    let Ok(seconds) = argument(1).parse::<u64>() else { return usage() };
    let seed = argument(2).parse().unwrap_or(0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts");
    if let Err(e) = std::fs::create_dir_all(&folder) {
        eprintln!("{}: {e}", folder.display());
        return ExitCode::FAILURE;
    }
    let mutator = Mutator::new(seed, &[dictionary, include_str!("../../dictionaries/wgsl.dict")]);
    let mut run = Run { name: argument(0).to_string(), target, folder, findings: BTreeMap::new(), slowest: SLOW / 100 };
    run.fuzz(seeds, mutator, Duration::from_secs(seconds));
    if run.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage() -> ExitCode {
    eprintln!("usage: driver energy|problem|mesh SECONDS [SEED]\n       driver energy|problem|mesh FILE");
    ExitCode::from(2)
}

/// Runs one input and says what became of it.
fn replay(target: Target, input: &[u8]) -> ExitCode {
    let start = Instant::now();
    println!("{}", target(input));
    println!("{:.3} s, {} MiB", start.elapsed().as_secs_f64(), memory::peak() >> 20);
    ExitCode::SUCCESS
}

/// Ends the process when one input takes too long.
fn watch_time() {
    let mut last = 0;
    loop {
        std::thread::sleep(HUNG);
        let now = EXECUTIONS.load(Ordering::Relaxed);
        if now == last {
            eprintln!("an input takes more than {} s", HUNG.as_secs());
            std::process::abort();
        }
        last = now;
    }
}

static EXECUTIONS: AtomicU64 = AtomicU64::new(0);

struct Run {
    name: String,
    target: Target,
    folder: PathBuf,
    /// By kind, the number of inputs.
    findings: BTreeMap<String, usize>,
    slowest: Duration,
}

impl Run {
    fn fuzz(&mut self, seeds: Vec<Vec<u8>>, mut mutator: Mutator, limit: Duration) {
        watch_panics();
        std::thread::spawn(watch_time);
        let start = Instant::now();
        let mut outcomes = HashSet::new();
        let (mut executions, mut refused, mut most) = (0u64, 0u64, 0);
        let mut said = start;
        for input in &seeds {
            outcomes.insert(self.execute(input, &mut most));
        }
        // Inputs that are accepted, and those that are refused.
        let mut corpus = [seeds, Vec::new()];
        while start.elapsed() < limit {
            let input = mutator.mutate(&corpus);
            let outcome = self.execute(&input, &mut most);
            executions += 1;
            let good = ["derived", "evaluated", "read"].iter().any(|word| outcome.starts_with(word));
            let bad = usize::from(!good);
            refused += bad as u64;
            if corpus[bad].len() < CORPUS && outcomes.insert(outcome) {
                corpus[bad].push(input);
            }
            if said.elapsed() > Duration::from_secs(60) {
                said = Instant::now();
                println!("{}: {executions} inputs, {} outcomes", self.name, outcomes.len());
            }
        }
        let accepted = executions - refused;
        println!("{}: {executions} inputs, {accepted} accepted, {} outcomes", self.name, outcomes.len());
        println!("slowest {:.3} s, most memory {} MiB", self.slowest.as_secs_f64(), most >> 20);
        for (kind, count) in &self.findings {
            println!("{count:6} x {kind}");
        }
    }

    /// Runs an input; what is wrong is written down.
    fn execute(&mut self, input: &[u8], most: &mut usize) -> String {
        // If the process dies, this is what it died of.
        let _ = std::fs::write(self.folder.join(format!("{}-current", self.name)), input);
        memory::reset();
        EXECUTIONS.fetch_add(1, Ordering::Relaxed);
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| (self.target)(input)).unwrap_or_else(|_| "panicked".into());
        let (time, held) = (start.elapsed(), memory::peak());
        *most = held.max(*most);
        self.slowest = time.max(self.slowest);
        if let Some(panic) = take_panic() {
            let kind = if is_foreign(&panic) { "panic in a dependency" } else { "panic" };
            let place = panic.split(": ").next().unwrap_or("").to_string();
            self.found(&format!("{kind} at {place}"), input, &panic);
        }
        if time > SLOW {
            self.found("slow", input, &format!("{:.1} s", time.as_secs_f64()));
        }
        if held > LARGE {
            self.found("large", input, &format!("{} MiB", held >> 20));
        }
        outcome
    }

    /// Keeps the first inputs of each kind.
    fn found(&mut self, kind: &str, input: &[u8], detail: &str) {
        let count = self.findings.entry(kind.to_string()).or_default();
        *count += 1;
        if *count <= 3 {
            let slug: String = kind.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            let slug = &slug[slug.len().saturating_sub(60)..];
            let file = self.folder.join(format!("{}-{slug}-{count}", self.name));
            println!("{}: {detail}", file.display());
            let _ = std::fs::write(file, input);
        }
    }
}
