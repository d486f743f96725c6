//! `spadina view`.

use super::Error;
use clap::Args;
use spadina::gpu::Device;
use spadina::minimize::Settings;
use spadina::problem::ProblemFile;
use spadina::render::{self, Camera};
use spadina::system::{Options, System};
use spadina::view::{self, Animation, Minimization, ViewError, positions};
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
    /// A part of the name of the GPU that draws, in upper or lower case [default: that of WGPU_ADAPTER_NAME, or the fastest].
    #[arg(long, value_name = "NAME")]
    adapter: Option<String>,
    /// Begin with a pause.
    #[arg(long)]
    paused: bool,
}

/// Shows the minimisation of a problem.
pub fn run(arguments: &Arguments) -> Result<String, Error> {
    let mut animation = animation(&arguments.problem)?;
    let name = arguments.problem.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Most problem files have the same name, so that the folder's says more.
    let folder = arguments.problem.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let title = folder.filter(|_| name == "problem").unwrap_or(name);
    match &arguments.png {
        Some(file) => draw(arguments, &mut animation, file),
        None => {
            let options = view::Options {
                adapter: arguments.adapter.clone(),
                frames: arguments.frames,
                running: !arguments.paused,
                ..view::Options::default()
            };
            view::run(Box::new(animation), &title, options)?;
            Ok(String::new())
        }
    }
}

/// The problem, with what `[solve]` holds and moves.
fn animation(path: &Path) -> Result<Minimization, Error> {
    let file = ProblemFile::read(path)?;
    let problem = file.load()?;
    let pins = file.pins(&problem, &file.solve.fix, &file.solve.moves)?;
    let settings = Settings::default();
    let mut system = System::build(problem, settings.options(Options::default()))?;
    let mut vector = system.vector();
    for &(unknown, by) in &pins.moved {
        vector[unknown] += by;
    }
    system.set_unknowns(&vector)?;
    Ok(Minimization::new(system, &pins.held, settings)?)
}

/// Writes a picture after some steps.
fn draw(arguments: &Arguments, animation: &mut Minimization, file: &Path) -> Result<String, Error> {
    let device = Device::open(arguments.adapter.as_deref())?;
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
