//! `spadina view`.

use super::{Device as Place, Error};
use clap::Args;
use spadina::gpu::Device;
use spadina::minimize::Settings;
use spadina::problem::ProblemFile;
use spadina::render::{self, Camera};
use spadina::system::{self, GpuOptions, Options, Precision, System};
use spadina::view::{self, Animation, Minimization, ResidentMinimization, ViewError, positions};
use std::path::{Path, PathBuf};

/// What `spadina view` is given.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The problem file.
    #[arg(value_name = "PROBLEM.toml")]
    problem: PathBuf,
    /// Open no window, but write the last of the pictures to a file.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// The number of pictures, with a step before each [default: until the window is closed; with --png 1].
    #[arg(long, value_name = "N")]
    frames: Option<usize>,
    /// Where to minimise; on the GPU in single precision, where the mesh is drawn in the solver's own buffer.
    #[arg(long, value_enum, default_value_t = Place::Cpu)]
    device: Place,
    /// A part of the name of the GPU that draws and minimises, in upper or lower case [default: that of WGPU_ADAPTER_NAME, or the fastest].
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Begin with a pause.
    #[arg(long)]
    paused: bool,
}

/// Shows the minimisation of a problem.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let name = arguments.problem.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Most problem files have the same name, so that the folder's says more.
    let folder = arguments.problem.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let title = folder.filter(|_| name == "problem").unwrap_or(name);
    let device = match arguments.device {
        Place::Gpu => Some(Device::open(arguments.adapter.as_deref())?),
        Place::Cpu | Place::Interpreter => None,
    };
    let mut animation = animation(arguments, device.as_ref())?;
    match &arguments.png {
        Some(file) => draw(arguments, &mut *animation, device, file),
        None => {
            let options = view::Options {
                device,
                adapter: arguments.adapter.clone(),
                frames: arguments.frames,
                running: !arguments.paused,
                ..view::Options::default()
            };
            view::run(animation, &title, options)?;
            Ok(String::new())
        }
    }
}

/// The problem, with what `[solve]` holds and moves, on a device or on the processor.
fn animation(arguments: &Arguments, device: Option<&Device>) -> Result<Box<dyn Animation>, Error> {
    let file = ProblemFile::read(&arguments.problem)?;
    let problem = file.load()?;
    let pins = file.pins(&problem, &file.solve.fix, &file.solve.moves)?;
    let settings = Settings::default();
    let options = match device {
        Some(device) => Options {
            device: system::Device::Gpu,
            precision: Precision::F32,
            gpu: GpuOptions { device: Some(device.clone()), displacements: true, ..GpuOptions::default() },
            ..Options::default()
        },
        None if arguments.device == Place::Interpreter => {
            Options { device: system::Device::Interpreter, ..Options::default() }
        }
        None => Options::default(),
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
fn draw(
    arguments: &Arguments,
    animation: &mut dyn Animation,
    device: Option<Device>,
    file: &Path,
) -> Result<String, Error> {
    let device = match device {
        Some(device) => device,
        None => Device::open(arguments.adapter.as_deref())?,
    };
    for _ in 0..arguments.frames.unwrap_or(1) {
        animation.step().map_err(ViewError::Animation)?;
    }
    let scene = animation.scene();
    let settings = render::Settings::default();
    let points = positions(&device, scene.positions)?;
    let aspect = settings.width as f32 / settings.height as f32;
    let is_flat = points.iter().all(|point| point[2] == points[0][2]);
    let camera = match is_flat {
        true => Camera::front(points, aspect),
        false => Camera::fit(points, aspect, render::Up::Y),
    };
    let image = view::picture(&device, &scene, &camera, &settings)?;
    let png = image.png().map_err(ViewError::from)?;
    let failed = |error| Error::File { file: file.into(), error };
    std::fs::write(file, png).map_err(failed)?;
    Ok(format!("{}\n", file.display()))
}
