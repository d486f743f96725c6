//! `spadina eval`.

use crate::error::Error;
use crate::output::{OutputFile, Report, Seconds, norm, write_folder, write_general, write_symmetric};
use crate::place::{Device, Precision, Projection, Where, name};
use crate::progress::{BUILDING, EVALUATING, during};
use crate::shown::{element_values, vtk};
use crate::timing::{median, times};
use crate::{input, summary};
use clap::Args;
use spadina::{Evaluation, Options, System};
use spadina_pictures::scene::{ElementValues, Geometry};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

/// The arguments of `spadina eval`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The problem file.
    #[arg(value_name = "PROBLEM.toml")]
    problem: PathBuf,
    /// The folder for result.json, gradient.npy, hessian.mtx and mesh.vtk; made if it is missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    place: Where,
    /// The width of the reals.
    #[arg(long, value_enum, default_value_t = Precision::F64)]
    precision: Precision,
    /// The number of threads, up to 1024 [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The treatment of the negative eigenvalues of each element's Hessian.
    #[arg(long, value_enum, default_value_t = Projection::None)]
    project: Projection,
    /// The Hessian of residual terms is JᵀJ, without their second derivatives.
    #[arg(long)]
    gauss_newton: bool,
    /// Evaluate so often, and report the medians of the times.
    #[arg(long, value_name = "R", default_value = "1")]
    repeat: NonZeroUsize,
}

/// The names of the results.
const FILES: [&str; 6] = ["result.json", "gradient.npy", "hessian.mtx", "residual.npy", "jacobian.mtx", "mesh.vtk"];

/// The mesh of a problem, at the values of its unknowns, with values at its elements.
struct Evaluated {
    geometry: Geometry,
    vector: Vec<f64>,
    values: Vec<ElementValues>,
}

/// Evaluates a problem and writes the results.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let options = options(arguments)?;
    let (file, problem) = input::read(&arguments.problem)?;
    input::keep(&file, &arguments.out, |name| FILES.contains(&name))?;
    let unknowns = problem.unknown_count();
    let geometry = Geometry::of(&problem).filter(Geometry::has_elements);
    let mut system = during(BUILDING, || System::build(problem, options))?;
    let repeat = arguments.repeat.get();
    let value = median(during(EVALUATING, || times(repeat, || system.value().map(|_| ())))?);
    let gradient = median(during(EVALUATING, || times(repeat, || system.gradient().map(|_| ())))?);
    let counted = system.problem().has_singular_policy();
    let singular = if counted { Some(during(EVALUATING, || system.singular_elements())?) } else { None };
    let built = system.seconds();
    // The last of the runs is the one that is written.
    let mut hessian = during(EVALUATING, || times(repeat - 1, || system.evaluate().map(|_| ())))?;
    let evaluated = geometry.map(|geometry| Evaluated::of(geometry, &mut system)).transpose()?;
    let start = Instant::now();
    let system = &mut system;
    let evaluation = during(EVALUATING, move || system.evaluate())?;
    hessian.push(start.elapsed().as_secs_f64());
    let hessian = median(hessian);
    let (build, compile, pattern) = (built.build, built.compile, built.pattern + built.store);
    let seconds = Seconds { build, compile, pattern, value, gradient, hessian };
    let report = Report {
        // A sum over nothing is -0.
        energy: evaluation.energy + 0.0,
        gradient_norm: norm(evaluation.gradient),
        hessian_norm: norm(evaluation.hessian.values),
        unknowns,
        nonzeros: evaluation.hessian.nonzeros(),
        residuals: evaluation.residual.map(<[f64]>::len),
        jacobian_nonzeros: evaluation.jacobian.map(|j| j.nonzeros()),
        singular,
        device: name(arguments.place.device),
        // The reference has but one.
        precision: name(if arguments.place.device == Device::Interpreter {
            Precision::F64
        } else {
            arguments.precision
        }),
        seconds,
    };
    let names = during("writing results", || write(arguments, &report, evaluation, evaluated.as_ref()))?;
    Ok(summary::table(&report, &arguments.out, &names))
}

impl Evaluated {
    /// The mesh as it is evaluated.
    fn of(geometry: Geometry, system: &mut System) -> Result<Evaluated, Error> {
        let values = during("the energies of the elements", || element_values(&geometry, system))?;
        Ok(Evaluated { vector: system.vector(), geometry, values })
    }
}

fn options(arguments: &Arguments) -> Result<Options, Error> {
    arguments.place.choose(
        Options::default()
            .precision(arguments.precision.into())
            .threads(arguments.threads.map(usize::from))
            .projection(Option::<spadina::system::Projection>::from(arguments.project))
            .gauss_newton(arguments.gauss_newton),
    )
}

/// Writes the folder and returns the names of its files.
fn write(
    arguments: &Arguments,
    report: &Report,
    at: Evaluation<'_>,
    evaluated: Option<&Evaluated>,
) -> Result<Vec<String>, Error> {
    let mut files = vec![
        OutputFile::new("result.json", |w| w.write_all(&report.json()?)),
        OutputFile::new("gradient.npy", |w| spadina::npy::write(w, &[at.gradient.len()], at.gradient)),
        OutputFile::new("hessian.mtx", |w| write_symmetric(w, at.hessian)),
    ];
    if let Some(residual) = at.residual {
        files.push(OutputFile::new("residual.npy", move |w| spadina::npy::write(w, &[residual.len()], residual)));
    }
    if let Some(jacobian) = at.jacobian {
        files.push(OutputFile::new("jacobian.mtx", move |w| write_general(w, jacobian)));
    }
    if let Some(Evaluated { geometry, vector, values }) = evaluated {
        files.push(vtk("spadina eval", geometry, vector, values));
    }
    write_folder(&arguments.out, &files)?;
    Ok(files.iter().map(|f| f.name.to_string()).collect())
}
