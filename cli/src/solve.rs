//! `spadina solve`.

use crate::color::Color;
use crate::error::Error;
use crate::output::{self, OutputFile, check_folder, write_folder};
use crate::progress::{BUILDING, Bar, during, interrupted, watch_interrupts};
use crate::shown::Shown;
use crate::trend::Trend;
use crate::{columns, input, summary};
use clap::Args;
use serde::Serialize;
use spadina::files;
use spadina::minimize::{self, Iteration, Outcome, Report, Settings, SolvedHessian};
use spadina::{Options, Problem, System};
use spadina_pictures::plot::{Plot, Series};
use spadina_pictures::scene::Geometry;
use std::fmt;
use std::path::PathBuf;
use std::time::Instant;

/// The arguments of `spadina solve`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The problem file; its section [solve] says how.
    #[arg(value_name = "PROBLEM.toml")]
    problem: PathBuf,
    /// The folder for the results; made if it is missing [default: `output` of [solve], or `out`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the report as JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// The numbers by which picture.png is coloured [default: the displacement, or an unknown with one number for each node].
    #[arg(long, value_enum, value_name = "WHAT")]
    color: Option<Color>,
    /// The number of threads, up to 1024 [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// The names of the results, besides those of the unknowns.
const FILES: [&str; 8] =
    ["result.json", "convergence.svg", "mesh.vtk", "mesh.obj", "mesh.ply", "picture.png", "uv.obj", "uv.png"];

/// `result.json`.
#[derive(Serialize)]
struct Solved<'a> {
    outcome: &'static str,
    message: String,
    energy: f64,
    gradient_norm: f64,
    unknowns: usize,
    held: usize,
    nonzeros: usize,
    tested: Option<Tested>,
    /// Elements at singular points where it ended, if a term has a policy for these.
    #[serde(skip_serializing_if = "Option::is_none")]
    singular: Option<usize>,
    iterations: &'a [Iteration],
    seconds: Seconds,
}

/// The decrement where it ended, and the Hessian that it was found with.
#[derive(Clone, Copy, Serialize)]
struct Tested {
    decrement: f64,
    decrement_limit: Option<f64>,
    hessian: SolvedHessian,
}

impl Tested {
    fn of(last: &Iteration) -> Self {
        Self { decrement: last.decrement, decrement_limit: last.decrement_limit, hessian: last.hessian }
    }
}

impl fmt::Display for Tested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "decrement {:.1e}", self.decrement + 0.0)?;
        self.decrement_limit.map_or(Ok(()), |limit| write!(f, " of {limit:.1e}"))?;
        write!(f, ", with {}", self.hessian)
    }
}

/// Seconds, all that passed: those of the solution are the sum of the parts below.
#[derive(Clone, Copy, Serialize)]
struct Seconds {
    build: f64,
    compile: f64,
    pattern: f64,
    solve: f64,
    symbolic: f64,
    evaluate: f64,
    linear: f64,
    other: f64,
}

impl Seconds {
    fn of(built: &spadina::system::BuildSeconds, report: &Report, solve: f64) -> Self {
        let sum = |part: fn(&Iteration) -> f64| report.iterations.iter().map(part).sum::<f64>() + 0.0;
        let (evaluate, linear) = (sum(|i| i.seconds_evaluate), sum(|i| i.seconds_linear));
        // Conjugate gradients that stall order the unknowns within an iteration.
        let symbolic = report.seconds_symbolic;
        let other = (solve - symbolic - evaluate - linear).max(0.0);
        let (build, compile, pattern) = (built.build, built.compile, built.pattern + built.store);
        Self { build, compile, pattern, solve, symbolic, evaluate, linear, other }
    }
}

/// Minimises the energy of a problem and writes what came out.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let (file, problem) = input::read(&arguments.problem)?;
    let pins = file.pins(&problem, &file.solve.fix, &file.solve.moves)?;
    let folder = arguments.out.clone().or_else(|| file.solve.output.as_ref().map(|o| file.resolve(o)));
    let folder = folder.unwrap_or_else(|| "out".into());
    // Not after minutes of work.
    check_folder(&folder)?;
    arguments.color.map_or(Ok(()), |color| color.check(&problem))?;
    let unknown = |name: &str| problem.unknowns.iter().any(|(own, _)| name.strip_suffix(".npy") == Some(own));
    input::keep(&file, &folder, |name| FILES.contains(&name) || unknown(name))?;
    let settings = Settings::read(&file.solve, &problem).stop(interrupted);
    let options =
        Options::default().threads(arguments.threads.map(usize::from)).projection(files::projection(&file.solve));
    let options = settings.options(options);
    let geometry = Geometry::of(&problem);
    let mut system = during(BUILDING, || System::build(problem, options))?;
    let nonzeros = system.pattern()?.nonzeros();
    watch_interrupts();
    let bar = Bar::open(arguments.json);
    let fit = |line: &str| columns::fit(HEAD, &FIRST, line, columns::room());
    bar.line(&fit(HEAD));
    let start = Instant::now();
    let steps = file.solve.steps.unwrap_or(1);
    let mut trend = Trend::default();
    let report = minimize::minimize_moved(&mut system, &pins, steps, settings, |iteration| {
        bar.line(&fit(&row(iteration)));
        if iteration.linear_stalled {
            bar.warn(&stalled(iteration));
        }
        trend.add(iteration);
        bar.advance(&trend.text());
        !interrupted()
    })?;
    let solve = start.elapsed().as_secs_f64();
    bar.finish();
    let seconds = Seconds::of(&system.seconds(), &report, solve);
    let counted = system.problem().has_singular_policy();
    let singular = if counted { Some(system.singular_elements()?) } else { None };
    let (energy, gradient) = system.gradient()?;
    let free = gradient.iter().zip(&pins.held).filter(|(_, held)| !**held);
    let gradient_norm = output::norm(&free.map(|(g, _)| *g).collect::<Vec<f64>>());
    let result = Solved {
        outcome: report.outcome.name(),
        message: message(report.outcome, system.problem()),
        energy,
        gradient_norm,
        unknowns: pins.held.len(),
        held: pins.held.iter().filter(|held| **held).count(),
        nonzeros,
        tested: report.iterations.last().map(Tested::of),
        singular,
        iterations: &report.iterations,
        seconds,
    };
    if matches!(report.outcome, Outcome::Linear { .. } | Outcome::Unbounded { .. }) {
        return Err(Error::NotSolved(result.message));
    }
    let json = output::json(&result).map_err(Error::Json)?;
    let shown = geometry.as_ref().map(|geometry| Shown::of(geometry, &mut system, arguments.color)).transpose();
    let shown = shown.unwrap_or_else(|error| {
        // The numbers are not lost with the pictures.
        bar.warn(&format!("without mesh and pictures: {error}"));
        None
    });
    let names = write(&folder, &system, shown.as_ref(), &report, &json)?;
    let changed = |tested: Tested| matches!(tested.hessian, SolvedHessian::Projected | SolvedHessian::Shifted);
    if report.outcome.is_minimum() && result.tested.is_some_and(changed) {
        bar.warn(
            "the Hessian is not positive definite where it ended: it may be a saddle, or something moves freely there",
        );
    }
    let written = format!("{} in {}", names.join(", "), folder.display());
    let text = if arguments.json { json + "\n" } else { table(&result, written) };
    match report.outcome {
        outcome if outcome.is_minimum() => Ok(text),
        Outcome::Stopped => {
            Err(Error::Stopped { text, message: "interrupted: what is written is not converged".into() })
        }
        _ => Err(Error::NotConverged {
            text,
            message: format!("{}; what is written is the last iterate", result.message),
        }),
    }
}

/// The table of what came out.
fn table(result: &Solved<'_>, written: String) -> String {
    let times = result.seconds;
    let mut rows = vec![("outcome", result.message.clone())];
    rows.extend(result.tested.map(|tested| ("tested", tested.to_string())));
    rows.extend([
        ("energy", summary::number(result.energy)),
        ("gradient norm", summary::number(result.gradient_norm)),
        ("unknowns", format!("{}, {} of them held", result.unknowns, result.held)),
        ("non-zeros", result.nonzeros.to_string()),
        ("build, compile", format!("{} {}", summary::time(times.build), summary::time(times.compile))),
        ("pattern", summary::time(times.pattern)),
        ("solve", format!("{}, {} iterations", summary::time(times.solve), result.iterations.len())),
        ("  symbolic", summary::time(times.symbolic)),
        ("  evaluate", summary::time(times.evaluate)),
        ("  linear", summary::time(times.linear)),
        ("  other", summary::time(times.other)),
    ]);
    rows.extend(result.singular.map(|n| ("singular elements", n.to_string())));
    rows.push(("written", written));
    format!("\n{}", summary::aligned(&rows))
}

/// Conjugate gradients that did not come to their end.
fn stalled(iteration: &Iteration) -> String {
    let (number, count) = (iteration.number, iteration.linear_iterations);
    format!(
        "iteration {number}: conjugate gradients did not reach `linear_tolerance` in {count} steps, the most they may make: from \
         here on factors are used, where there is memory for them (solver = \"direct\" uses them at once)"
    )
}

/// The columns that are kept longest.
const FIRST: [&str; 4] = ["iteration", "energy", "decrement", "gradient"];
const HEAD: &str =
    "iteration                energy     gradient    decrement      step  projected    linear      shift       time";

fn row(i: &Iteration) -> String {
    let time = summary::time(i.seconds);
    // Adding zero makes zero of minus zero.
    format!(
        "{:9} {:>21.13e} {:>12.4e} {:>12.4e} {:>9.2e} {:>10} {:>9} {:>10.1e} {}",
        i.number,
        i.energy + 0.0,
        i.gradient_norm + 0.0,
        i.decrement + 0.0,
        i.step,
        i.projected,
        i.linear_iterations,
        i.shift + 0.0,
        time
    )
}

/// The outcome for people: an unknown that runs away has a name.
fn message(outcome: Outcome, problem: &Problem) -> String {
    let (Outcome::Unbounded { unknown } | Outcome::Linear { unknown }) = outcome else { return outcome.to_string() };
    let mut first = 0;
    for (name, tensor) in &problem.unknowns {
        if unknown < first + tensor.data.len() {
            let at = tensor.position(unknown - first);
            return match outcome {
                Outcome::Linear { .. } => format!(
                    "the energy has a slope along `{name}` at {at:?}, but no second derivatives: it falls without end, or \
                     Newton's method has no step for it (method = \"lbfgs\" may have)"
                ),
                _ => format!(
                    "the energy falls without end while `{name}` at {at:?} runs away: are enough nodes fixed ([solve] fix)?"
                ),
            };
        }
        first += tensor.data.len();
    }
    outcome.to_string()
}

/// Writes the folder and returns the names of its files.
fn write(
    folder: &std::path::Path,
    system: &System,
    shown: Option<&Shown<'_>>,
    report: &Report,
    json: &str,
) -> Result<Vec<String>, Error> {
    let vector = &system.vector();
    let names: Vec<(String, &spadina::Tensor<f64>)> =
        system.problem().unknowns.iter().map(|(name, tensor)| (format!("{name}.npy"), tensor)).collect();
    let plot = convergence(report).svg();
    let mut files = vec![OutputFile::new("result.json", |w| w.write_all(json.as_bytes()))];
    for (name, tensor) in &names {
        files.push(OutputFile::new(name, move |w| spadina::npy::write(w, &tensor.shape, &tensor.data)));
    }
    files.push(OutputFile::new("convergence.svg", |w| w.write_all(plot.as_bytes())));
    if let Some(shown) = shown {
        shown.files(vector, &mut files);
    }
    write_folder(folder, &files)?;
    Ok(files.iter().map(|f| f.name.to_string()).collect())
}

/// The plot of a minimisation.
fn convergence(report: &Report) -> Plot {
    let own = |value: fn(&Iteration) -> f64| -> Vec<f64> { report.iterations.iter().map(value).collect() };
    let energies = own(|i| i.energy);
    let lowest = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let above: Vec<f64> = energies.iter().map(|e| e - lowest).collect();
    Plot {
        title: "Convergence".into(),
        x_label: "iteration".into(),
        y_label: "value".into(),
        log_y: true,
        series: vec![
            Series::over_index("energy above the lowest", &above),
            Series::over_index("gradient norm", &own(|i| i.gradient_norm)),
            Series::over_index("Newton decrement", &own(|i| i.decrement)),
        ],
    }
}
