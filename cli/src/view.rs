//! `spadina view`.

use crate::error::Error;
use crate::input;
use crate::place::Device as Place;
use clap::Args;
use spadina::Problem;
use spadina::files::{self, ProblemFile, SolveSection};
use spadina::gpu::Device;
use spadina::minimize::{ProjectionPolicy, Settings};
use spadina::simulate::Setup;
use spadina::system::{self, GpuOptions, Options, Precision, System};
use spadina_pictures::render::{self, Up};
use spadina_pictures::scene::{Geometry, floor};
use spadina_view::{Animation, LiveSimulation, Minimization, ResidentMinimization, ViewError, positions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The arguments of `spadina view`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The problem file.
    #[arg(value_name = "PROBLEM.toml")]
    problem: PathBuf,
    /// Open no window, but write the last of the pictures to a file.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// The number of pictures, with a step before each [default: until the window is closed; with --png 1 of a simulation, and of
    /// a minimisation as many as it takes to converge].
    #[arg(long, value_name = "N")]
    frames: Option<usize>,
    /// The device that evaluates; on the GPU it is minimised in single precision, and drawn in the solver's own buffer.
    #[arg(long, value_enum, default_value_t = Place::Cpu)]
    device: Place,
    /// A part of the name of the GPU that draws and minimises, in upper or lower case [default: that of WGPU_ADAPTER_NAME, or the fastest].
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Show the minimisation, even if there is a section [simulate].
    #[arg(long)]
    solve: bool,
    /// The most iterations in a time step of a simulation.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    iterations: u16,
    /// Begin with a pause.
    #[arg(long)]
    paused: bool,
}

/// Shows a problem.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let name = arguments.problem.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Most problem files have the same name, so that the folder's says more.
    let folder = arguments.problem.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let title = folder.filter(|_| name == "problem").unwrap_or(name);
    let device = match arguments.device {
        Place::Gpu => Some(Device::open(arguments.adapter.as_deref())?),
        Place::Cpu | Place::Interpreter => None,
    };
    let shown = Shown::new(arguments, device.as_ref())?;
    match &arguments.png {
        Some(file) => draw(arguments, shown, device, file),
        None => {
            let options = spadina_view::Options {
                device,
                up: shown.up,
                ground: shown.ground,
                adapter: arguments.adapter.clone(),
                frames: arguments.frames,
                running: !arguments.paused,
                ..spadina_view::Options::default()
            };
            spadina_view::run(shown.animation, &title, options)?;
            Ok(String::new())
        }
    }
}

/// An animation, with its upward axis and its ground.
struct Shown {
    animation: Box<dyn Animation>,
    up: Up,
    ground: Option<f32>,
    /// The steps before a picture, if nothing else is said: it ends at rest.
    most: usize,
}

impl Shown {
    /// A simulation, if there is one to show, or else a minimisation, on a device or on the processor.
    fn new(arguments: &Arguments, device: Option<&Device>) -> Result<Shown, Error> {
        let (file, problem) = input::read(&arguments.problem)?;
        arguments.png.as_ref().map_or(Ok(()), |png| input::keep_file(&file, png))?;
        // Pictures in the plane have the second axis upwards.
        let flat = Geometry::of(&problem).is_some_and(|geometry| geometry.dimension == 2);
        let up = if flat { Up::Y } else { Up::Z };
        if file.simulate.is_none() || arguments.solve {
            let most = Settings::read(&file.solve, &problem).iterations;
            let animation = minimization(arguments, &file, problem, device)?;
            return Ok(Shown { animation, up, ground: None, most });
        }
        if device.is_some() {
            return Err(Error::Usage("simulations take the processor: leave out --device, or minimise with --solve"));
        }
        let simulation = simulation(arguments, &file, problem)?;
        let ground = simulation.ground();
        Ok(Shown { animation: Box::new(simulation), up, ground, most: 1 })
    }
}

/// The options of a system that is minimised, without a device.
fn options(arguments: &Arguments, section: &SolveSection) -> Options {
    let device = match arguments.device {
        Place::Interpreter => system::Device::Interpreter,
        Place::Cpu | Place::Gpu => system::Device::Cpu,
    };
    Options::default().device(device).projection(files::projection(section))
}

/// The simulation of a problem, with few iterations in a step.
fn simulation(arguments: &Arguments, file: &ProblemFile, problem: Problem) -> Result<LiveSimulation, Error> {
    let read = Settings::read(&file.solve, &problem);
    // Where a step is one iteration, it should be the same work each time.
    let projection = if file.solve.projection.is_none() { ProjectionPolicy::Always } else { read.projection };
    let settings = read.iterations(arguments.iterations.into()).projection(projection);
    let setup = Setup::read(file, &problem, settings)?;
    Ok(LiveSimulation::new(problem, setup, options(arguments, &file.solve))?)
}

/// The minimisation of a problem, with what `[solve]` holds and moves.
fn minimization(
    arguments: &Arguments,
    file: &ProblemFile,
    problem: Problem,
    device: Option<&Device>,
) -> Result<Box<dyn Animation>, Error> {
    let pins = file.pins(&problem, &file.solve.fix, &file.solve.moves)?;
    let settings = Settings::read(&file.solve, &problem);
    let options = options(arguments, &file.solve);
    let options = match device {
        Some(device) => options
            .device(system::Device::Gpu)
            .precision(Precision::F32)
            .gpu(GpuOptions::default().device(Some(device.clone())).displacements(true)),
        None => options,
    };
    let mut system = System::build(problem, settings.options(options))?;
    let mut vector = system.vector();
    for &(unknown, by) in &pins.moved {
        vector[unknown] += by;
    }
    system.set_unknowns(&vector)?;
    match device {
        Some(_) => Ok(Box::new(ResidentMinimization::new(system, &pins.held)?)),
        None => Ok(Box::new(Minimization::new(system, &pins.held, settings)?)),
    }
}

/// Writes a picture after some steps.
fn draw(arguments: &Arguments, shown: Shown, device: Option<Device>, file: &Path) -> Result<String, Error> {
    let device = match device {
        Some(device) => device,
        None => Device::open(arguments.adapter.as_deref())?,
    };
    let Shown { mut animation, up, ground, most } = shown;
    for _ in 0..arguments.frames.unwrap_or(most) {
        animation.step().map_err(ViewError::Animation)?;
        if arguments.frames.is_none() && animation.is_at_rest() {
            break;
        }
    }
    if arguments.frames.is_none() && most > 1 && !animation.is_at_rest() {
        let _ = writeln!(
            std::io::stderr(),
            "warning: {most} iterations are not enough: the picture is that of the last one"
        );
    }
    let scene = animation.scene();
    let points = positions(&device, scene.positions)?;
    let ground = ground.or_else(|| if up == Up::Z { floor(&[], &points) } else { None });
    let settings = render::Settings { ground, ..render::Settings::default() };
    let camera = scene.camera(points, settings.width as f32 / settings.height as f32, up, ground);
    let image = spadina_view::picture(&device, &scene, &camera, &settings)?;
    let png = image.png().map_err(ViewError::from)?;
    let failed = |source| Error::File { path: file.into(), source };
    std::fs::write(file, png).map_err(failed)?;
    Ok(format!("{}\n", file.display()))
}
