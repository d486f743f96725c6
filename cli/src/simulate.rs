//! `spadina simulate`.

use crate::error::Error;
use crate::output::{self, OutputFile, check_folder, write_folder};
use crate::progress::{Bar, interrupted, watch_interrupts};
use crate::{input, summary};
use clap::Args;
use serde::Serialize;
use spadina::Options;
use spadina::files::{self, FrameFile, SimulateSection};
use spadina::mesh::{VtkEncoding, write_obj, write_vtk};
use spadina::minimize::Settings;
use spadina::simulate::{Energies, SectionError, Setup, Simulation, State, StepReport};
use spadina_pictures::plot::{Plot, Series};
use spadina_pictures::render::Camera;
use spadina_pictures::scene::{Geometry, Obstacle, Picture};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The arguments of `spadina simulate`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The problem file; its section [simulate] says what is simulated.
    #[arg(value_name = "PROBLEM.toml")]
    problem: PathBuf,
    /// The folder for the frames; made if it is missing [default: `output` of [simulate], or `out`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Go on from the state that an earlier run left in the folder.
    #[arg(long)]
    restart: bool,
    /// The number of threads, up to 1024 [default: as many as there are cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// The tolerance of a step, if none is given: its errors are then far below those of the integrator.
const TOLERANCE: f64 = 1e-7;

const STATE: &str = "state.npy";
const ENERGIES: &str = "energies.csv";
const ENERGIES_HEAD: &str = "step,time,kinetic,elastic,gravity,contact,total,iterations,seconds\n";

/// `result.json`.
#[derive(Serialize)]
struct Simulated {
    steps: usize,
    time: f64,
    frames: usize,
    energies: Energies,
    iterations: usize,
    /// Steps whose minimisation has not converged.
    unconverged: usize,
    unknowns: usize,
    seconds: f64,
    seconds_rebinding: f64,
    interrupted: bool,
}

/// A run: the simulation and where its frames go.
struct Run<'a> {
    section: &'a SimulateSection,
    folder: PathBuf,
    geometry: Option<Geometry>,
    picture: Picture,
    frames: usize,
}

/// Simulates a problem and writes frames.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let (file, problem) = input::read(&arguments.problem)?;
    let settings = Settings::read(&file.solve, &problem);
    let settings = settings.tolerance(file.solve.tolerance.unwrap_or(TOLERANCE));
    let setup = Setup::read(&file, &problem, settings)?;
    let section = file.simulate.as_ref().ok_or(SectionError::Missing)?;
    let geometry = Geometry::of(&problem);
    let picture = picture(&setup, geometry.as_ref(), &problem);
    let folder = arguments.out.clone().or_else(|| section.output.as_ref().map(|o| file.resolve(o)));
    let folder = folder.unwrap_or_else(|| "out".into());
    check_folder(&folder)?;
    let options =
        Options::default().threads(arguments.threads.map(usize::from)).projection(files::projection(&file.solve));
    let mut simulation = Simulation::new(problem, setup, options)?;
    let mut run = Run { section, folder, geometry, picture, frames: 0 };
    let steps = (section.time / section.step).round().max(1.0) as usize;
    let mut rows = Vec::new();
    if arguments.restart {
        let state = State::read(&run.folder.join(STATE))?;
        simulation.set_state(&state)?;
        rows = kept_rows(&run.folder.join(ENERGIES), state.step);
        run.frames = state.step / section.every + 1;
    } else {
        run.frame(&simulation, &rows)?;
    }
    watch_interrupts();
    run.steps(&mut simulation, steps, rows)
}

impl Run<'_> {
    /// Makes the steps that are left.
    fn steps(&mut self, simulation: &mut Simulation, steps: usize, mut rows: Vec<[f64; 9]>) -> Result<String, Error> {
        let bar = Bar::new(false, steps);
        bar.line(HEAD);
        let start = Instant::now();
        let (mut iterations, mut rebinding, mut last) = (0, 0.0, rows.last().map_or(Energies::default(), energies));
        let mut unconverged = 0;
        let mut at = simulation.state().step;
        bar.begin(at);
        while at < steps && !interrupted() {
            let report = simulation.step()?;
            at = report.step;
            iterations += report.iterations.len();
            rebinding += report.rebinding;
            last = report.energies;
            if !report.outcome.is_minimum() {
                unconverged += 1;
                if unconverged == 1 {
                    bar.warn(&format!("step {at}: {}", report.outcome));
                }
            }
            rows.push(numbers(&report));
            if at.is_multiple_of(self.section.every) || at == steps {
                self.frame(simulation, &rows)?;
                bar.line(&row(&report));
            }
            bar.advance(&format!("{:.3} s", report.time));
        }
        self.state(simulation, &rows)?;
        bar.finish();
        let stopped = at < steps;
        let simulated = Simulated {
            steps: at,
            time: simulation.time(),
            frames: self.frames,
            energies: last,
            iterations,
            unconverged,
            unknowns: simulation.system().unknowns(),
            seconds: start.elapsed().as_secs_f64(),
            seconds_rebinding: rebinding,
            interrupted: stopped,
        };
        self.finish(&simulated, &rows)?;
        if stopped {
            return Err(Error::Interrupted { step: at, steps });
        }
        let rows = [
            ("steps", format!("{at}, {} s simulated", simulated.time)),
            ("iterations", format!("{iterations}, {unconverged} steps not converged")),
            ("unknowns", simulated.unknowns.to_string()),
            ("took", summary::time(simulated.seconds)),
            ("rebinding", summary::time(rebinding)),
            (
                "written",
                format!(
                    "{} frames, {ENERGIES}, energies.svg, {STATE}, result.json in {}",
                    self.frames,
                    self.folder.display()
                ),
            ),
        ];
        Ok(format!("\n{}", summary::aligned(&rows)))
    }

    /// Writes a frame, and then the state: a run that is ended between them writes the frame again.
    fn frame(&mut self, simulation: &Simulation, rows: &[[f64; 9]]) -> Result<(), Error> {
        let vector = simulation.system().vector();
        let names = |end: &str| format!("frame_{:05}.{end}", self.frames);
        let [vtk, obj, png] = ["vtk", "obj", "png"].map(names);
        let drawn = match &self.geometry {
            Some(g) if self.section.frames.contains(&FrameFile::Png) => self.picture.draw(g, &vector)?.png()?,
            _ => Vec::new(),
        };
        let mut files = Vec::new();
        if let Some(g) = &self.geometry {
            let (vector, title) = (&vector[..], format!("{} s", simulation.time()));
            for kind in &self.section.frames {
                let title = title.clone();
                files.push(match kind {
                    FrameFile::Vtk => OutputFile::new(&vtk, move |w| {
                        g.view(vector, false, |view| write_vtk(w, view, &title, VtkEncoding::Binary))
                    }),
                    FrameFile::Obj => OutputFile::new(&obj, move |w| g.view(vector, true, |view| write_obj(w, view))),
                    FrameFile::Png => OutputFile::new(&png, |w| w.write_all(&drawn)),
                });
            }
        }
        write_folder(&self.folder, &files)?;
        drop(files);
        self.frames += 1;
        self.state(simulation, rows)
    }

    /// Writes where the simulation is, and the energies until now.
    fn state(&self, simulation: &Simulation, rows: &[[f64; 9]]) -> Result<(), Error> {
        let state = simulation.state().to_numbers();
        let text = table(rows);
        let files = [
            OutputFile::new(ENERGIES, |w| w.write_all(text.as_bytes())),
            OutputFile::new(STATE, |w| spadina::npy::write(w, &[state.len()], &state)),
        ];
        write_folder(&self.folder, &files)
    }

    fn finish(&self, simulated: &Simulated, rows: &[[f64; 9]]) -> Result<(), Error> {
        let json = output::json(simulated).map_err(Error::Json)?;
        let plot = plot(rows).svg();
        let files = [
            OutputFile::new("result.json", |w| w.write_all(json.as_bytes())),
            OutputFile::new("energies.svg", |w| w.write_all(plot.as_bytes())),
        ];
        write_folder(&self.folder, &files)?;
        self.remove_later_frames();
        Ok(())
    }

    /// Removes the frames that an earlier, longer run has left.
    fn remove_later_frames(&self) {
        let number = |name: &str| name.strip_prefix("frame_")?.split('.').next()?.parse::<usize>().ok();
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            if entry.file_name().to_str().and_then(number).is_some_and(|number| number >= self.frames) {
                // One that cannot be removed does no harm.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The energies of a row.
fn energies(row: &[f64; 9]) -> Energies {
    let mut energies = Energies::default();
    (energies.kinetic, energies.elastic, energies.gravity, energies.contact) = (row[2], row[3], row[4], row[5]);
    energies
}

/// The obstacles, and the camera of all frames, which sees them and the mesh at the start.
fn picture(setup: &Setup, geometry: Option<&Geometry>, problem: &spadina::Problem) -> Picture {
    let Some(geometry) = geometry else { return Picture::default() };
    let vector: Vec<f64> = problem.unknowns.iter().flat_map(|(_, t)| &t.data).copied().collect();
    let obstacles = Obstacle::of(&setup.obstacles, geometry, &vector);
    let picture = Picture { obstacles, ..Picture::default() };
    let camera: Camera = picture.camera(geometry, &vector, 1.5);
    Picture { camera: Some(camera), ..picture }
}

const HEAD: &str = "     step    time in s   iterations       kinetic       elastic       gravity       contact         total  touching       time";

fn row(r: &StepReport) -> String {
    let (e, time) = (&r.energies, summary::time(r.seconds));
    format!(
        "{:9} {:>12.5} {:>12} {:>13.5e} {:>13.5e} {:>13.5e} {:>13.5e} {:>13.5e} {:>9} {}",
        r.step,
        r.time,
        r.iterations.len(),
        e.kinetic,
        e.elastic,
        e.gravity,
        e.contact,
        e.total(),
        r.contacts,
        time
    )
}

fn numbers(r: &StepReport) -> [f64; 9] {
    let e = &r.energies;
    let iterations = r.iterations.len() as f64;
    [r.step as f64, r.time, e.kinetic, e.elastic, e.gravity, e.contact, e.total(), iterations, r.seconds]
}

/// The energies as comma-separated values.
fn table(rows: &[[f64; 9]]) -> String {
    let mut text = String::from(ENERGIES_HEAD);
    for row in rows {
        let cells: Vec<String> = row.iter().map(|v| format!("{v:?}")).collect();
        text += &cells.join(",");
        text.push('\n');
    }
    text
}

/// The rows of an earlier run up to a step; none, if they cannot be read.
fn kept_rows(path: &Path, step: usize) -> Vec<[f64; 9]> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map_while(|cell| cell.parse().ok()).collect();
        <[f64; 9]>::try_from(cells).ok()
    };
    text.lines().skip(1).filter_map(row).filter(|row| row[0] <= step as f64).collect()
}

/// The plot of the energies.
fn plot(rows: &[[f64; 9]]) -> Plot {
    let names = ["kinetic", "elastic", "gravity", "contact", "total"];
    let series = |(k, name): (usize, &&str)| {
        let points: Vec<(f64, f64)> = rows.iter().map(|row| (row[1], row[k + 2])).collect();
        Series::new(*name, points)
    };
    Plot {
        title: "Energies".into(),
        x_label: "time in s".into(),
        y_label: "energy in J".into(),
        log_y: false,
        series: names.iter().enumerate().map(series).collect(),
    }
}
