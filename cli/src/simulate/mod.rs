//! `spadina simulate`.

mod bodies;
mod energies;
mod fingerprint;
mod folder;
mod frames;
mod overlap;
mod print;
mod record;
mod run;

use crate::error::Error;
use crate::input;
use crate::progress::interrupted;
use bodies::Bodies;
use clap::Args;
use energies::{ENERGIES, Row, Table};
use fingerprint::Fingerprint;
use folder::{Folder, Locked, Plan};
use frames::FrameName;
use record::RECORD;
use run::Run;
use spadina::files::{self, ProblemFile};
use spadina::minimize::Settings;
use spadina::simulate::{SectionError, Setup, Simulation, State};
use spadina::{Options, Problem};
use spadina_pictures::render::Camera;
use spadina_pictures::scene::{Geometry, Obstacle, Picture};
use std::io::Write;
use std::path::PathBuf;

/// The arguments of `spadina simulate`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The problem file; its section [simulate] says what is simulated.
    #[arg(value_name = "PROBLEM.toml")]
    problem: PathBuf,
    /// The folder for the frames; made if it is missing [default: `output` of [simulate], or `out`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on from the state that an earlier run of the same problem left in the folder.
    #[arg(long)]
    restart: bool,
    /// Print every step as a line of JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// The number of threads, up to 1024 [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// The tolerance of a step, if none is given: its errors are then far below those of the integrator.
const TOLERANCE: f64 = 1e-7;

const STATE: &str = "state.npy";
const RESULT: &str = "result.json";
const PLOT: &str = "energies.svg";

/// The files of a run that are not frames, without its record.
const FILES: [&str; 4] = [ENERGIES, STATE, PLOT, RESULT];

/// Simulates a problem and writes frames.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let (file, problem) = input::read(&arguments.problem)?;
    let settings = Settings::read(&file.solve, &problem);
    let settings = settings.tolerance(file.solve.tolerance.unwrap_or(TOLERANCE));
    let setup = Setup::read(&file, &problem, settings.stop(interrupted))?;
    let section = file.simulate.as_ref().ok_or(SectionError::Missing)?;
    let steps = (section.time / section.step).round().max(1.0) as usize;
    let geometry = Geometry::of(&problem);
    let picture = picture(&setup, geometry.as_ref(), &problem);
    let bodies = geometry.as_ref().and_then(|geometry| Bodies::of(&problem, &setup, geometry));
    let (folder, changes) = folder(arguments, &file, steps, Fingerprint::of(&problem, &setup))?;
    let options =
        Options::default().threads(arguments.threads.map(usize::from)).projection(files::projection(&file.solve));
    let mut simulation = Simulation::new(problem, setup, options)?;
    if arguments.restart {
        simulation.set_state(&State::read(&folder.path().join(STATE))?)?;
    }
    for change in changes {
        let _ = writeln!(std::io::stderr(), "warning: since the run began, {change} has changed");
    }
    let step = simulation.state().step;
    if step > steps {
        let time = section.time;
        let _ = writeln!(std::io::stderr(), "warning: the state is at step {step} already, beyond `time` = {time} s");
    }
    let mut run = Run::new(section, folder, geometry, picture, bodies);
    run.json = arguments.json;
    run.all(&mut simulation, steps, arguments.restart)
}

/// The folder of a run that begins or goes on, and what has changed since it began.
fn folder(
    arguments: &Arguments,
    file: &ProblemFile,
    steps: usize,
    problem: Fingerprint,
) -> Result<(Folder, Vec<String>), Error> {
    let section = file.simulate.as_ref().ok_or(SectionError::Missing)?;
    let path = arguments.out.clone().or_else(|| section.output.as_ref().map(|o| file.resolve(o)));
    let path = path.unwrap_or_else(|| "out".into());
    input::keep(file, &path, |name| name == RECORD || FILES.contains(&name) || FrameName::of(name).is_some())?;
    let locked = Locked::open(path)?;
    let plan = Plan { kinds: &section.frames, last: steps.div_ceil(section.every), every: section.every };
    match arguments.restart {
        true => locked.go_on(plan, problem),
        false => Ok((locked.begin(plan, problem)?, Vec::new())),
    }
}

/// The obstacles, and the camera of all frames, which sees them and the mesh at the start.
fn picture(setup: &Setup, geometry: Option<&Geometry>, problem: &Problem) -> Picture {
    let Some(geometry) = geometry else { return Picture::default() };
    let vector: Vec<f64> = problem.unknowns.iter().flat_map(|(_, t)| &t.data).copied().collect();
    let obstacles = Obstacle::of(&setup.obstacles, geometry, &vector);
    let picture = Picture { obstacles, ..Picture::default() };
    let camera: Camera = picture.camera(geometry, &vector, 1.5);
    Picture { camera: Some(camera), ..picture }
}
