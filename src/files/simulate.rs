//! `[simulate]`: time steps, masses, gravity, what moves, and obstacles.

use super::entry::EntryValue;
use super::keys::{Value, count, found, not_negative, positive, string, table, unknown_key, word};
use super::solve::{FixEntry, MoveEntry, fix, moves};
use super::text::ProblemText;
use super::values::{entry_value, wrong_type};
use crate::problem::{Place, ProblemError};
use crate::simulate::Integrator;
use toml::de::{DeTable, DeValue};

/// A kind of file that is written of each frame.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FrameFile {
    /// The mesh with its fields.
    Vtk,
    /// The surface.
    Obj,
    /// A picture.
    Png,
}

/// `[simulate]` as it stands; what is `None` has its default.
#[derive(Clone, PartialEq, Debug)]
pub struct SimulateSection {
    /// `unknown`: the positions; by default the first unknown with two or three numbers for each node.
    pub unknown: Option<String>,
    /// `integrator`.
    pub integrator: Integrator,
    /// `step`: the length of a time step in seconds.
    pub step: f64,
    /// `time`: how long is simulated, in seconds.
    pub time: f64,
    /// `every`: a frame is written every so many steps.
    pub every: usize,
    /// `density` of the mesh.
    pub density: Option<f64>,
    /// `mass`: one for each node, or one for all.
    pub mass: Option<EntryValue>,
    /// `gravity`: the acceleration, one number for each component of a position.
    pub gravity: Option<Vec<f64>>,
    /// `velocity` at the start: one for all nodes, or one for each.
    pub velocity: Option<EntryValue>,
    /// `fix`; without it that of `[solve]`.
    pub fix: Option<Vec<FixEntry>>,
    /// `[[simulate.move]]`.
    pub moves: Vec<MoveEntry>,
    /// `[[simulate.obstacle]]`.
    pub obstacles: Vec<ObstacleEntry>,
    /// `output`: the folder of the frames.
    pub output: Option<String>,
    /// `frames`: what is written of each.
    pub frames: Vec<FrameFile>,
    /// The start of the section.
    pub place: Place,
}

/// The shape of an obstacle.
#[derive(Clone, PartialEq, Debug)]
pub enum ObstacleShape {
    /// The region behind a plane: a point of it and its normal.
    Plane(Vec<f64>, Vec<f64>),
    /// A ball: its centre and radius.
    Sphere(Vec<f64>, f64),
}

/// Something that nodes cannot enter.
#[derive(Clone, PartialEq, Debug)]
pub struct ObstacleEntry {
    /// Its shape.
    pub shape: ObstacleShape,
    /// `friction`: Coulomb's coefficient.
    pub friction: f64,
    /// `distance` from which on nodes are pushed back.
    pub distance: Option<f64>,
    /// `stiffness` of the barrier: an energy for each node.
    pub stiffness: Option<f64>,
    /// `damping` along the normal, in terms of the critical one of a node alone.
    pub damping: Option<f64>,
    /// Its place.
    pub place: Place,
}

const KEYS: &str = "unknown, integrator, step, time, every, density, mass, gravity, velocity, fix, move, obstacle, \
                    output, frames";
const OBSTACLE_KEYS: &str = "plane, sphere, friction, distance, stiffness, damping";
const INTEGRATORS: &[(&str, Integrator)] = &[("implicit-euler", Integrator::ImplicitEuler), ("bdf2", Integrator::Bdf2)];
const FRAMES: &[(&str, FrameFile)] = &[("vtk", FrameFile::Vtk), ("obj", FrameFile::Obj), ("png", FrameFile::Png)];
const WANT_FRAMES: &str = "a list of \"vtk\", \"obj\" and \"png\"";

/// Reads `[simulate]`.
pub(super) fn simulate(
    source: &ProblemText<'_>,
    section: &DeTable<'_>,
    place: Place,
) -> Result<SimulateSection, ProblemError> {
    let mut all = SimulateSection::at(place);
    for (key, value) in section.iter() {
        let name = key.get_ref().as_ref();
        match name {
            "unknown" => all.unknown = Some(string(source, key, value, "the name of an unknown")?),
            "integrator" => all.integrator = word(source, key, value, INTEGRATORS, "implicit-euler or bdf2")?,
            "step" => all.step = positive(source, key, value)?,
            "time" => all.time = positive(source, key, value)?,
            "every" => all.every = count(source, key, value, 1)?,
            "density" => all.density = Some(positive(source, key, value)?),
            "mass" => all.mass = Some(entry_value(source, name, value, "a .npy file or numbers")?),
            "gravity" => all.gravity = Some(vector(source, name, value)?),
            "velocity" => all.velocity = Some(entry_value(source, name, value, "a .npy file or numbers")?),
            "fix" => all.fix = Some(fix(source, key, value)?),
            "move" => all.moves = moves(source, value, true)?,
            "obstacle" => all.obstacles = obstacles(source, value)?,
            "output" => all.output = Some(string(source, key, value, "the name of a folder")?),
            "frames" => {
                let DeValue::Array(items) = value.get_ref() else {
                    return Err(wrong_type(source, name, value, WANT_FRAMES));
                };
                let words = items.iter().map(|item| word(source, key, item, FRAMES, WANT_FRAMES));
                all.frames = words.collect::<Result<_, _>>()?;
                all.frames.sort();
                all.frames.dedup();
            }
            _ => return Err(unknown_key(source, key, "[simulate]", KEYS)),
        }
    }
    Ok(all)
}

impl SimulateSection {
    /// The section with its defaults: a second in steps of a hundredth.
    pub fn at(place: Place) -> SimulateSection {
        SimulateSection {
            unknown: None,
            integrator: Integrator::default(),
            step: 0.01,
            time: 1.0,
            every: 1,
            density: None,
            mass: None,
            gravity: None,
            velocity: None,
            fix: None,
            moves: Vec::new(),
            obstacles: Vec::new(),
            output: None,
            frames: vec![FrameFile::Vtk, FrameFile::Png],
            place,
        }
    }
}

fn vector(source: &ProblemText<'_>, name: &str, value: &Value<'_>) -> Result<Vec<f64>, ProblemError> {
    const WANTED: &str = "a vector, such as [0.0, 0.0, -9.81]";
    match entry_value(source, name, value, WANTED)? {
        EntryValue::Real(t) if t.shape.len() == 1 => Ok(t.data),
        EntryValue::Integer(t) if t.shape.len() == 1 => Ok(t.data.iter().map(|&v| v as f64).collect()),
        _ => Err(wrong_type(source, name, value, WANTED)),
    }
}

fn obstacles(source: &ProblemText<'_>, value: &Value<'_>) -> Result<Vec<ObstacleEntry>, ProblemError> {
    const WANTED: &str = "a list of obstacles, each headed [[simulate.obstacle]]";
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong_type(source, "obstacle", value, WANTED)) };
    let entry = |item: &Value<'_>| match item.get_ref() {
        DeValue::Table(section) => obstacle(source, section, source.place(item.span().start)),
        _ => Err(wrong_type(source, "obstacle", item, WANTED)),
    };
    items.iter().map(entry).collect()
}

fn obstacle(source: &ProblemText<'_>, section: &DeTable<'_>, place: Place) -> Result<ObstacleEntry, ProblemError> {
    let mut shapes = Vec::new();
    let (mut friction, mut distance, mut stiffness, mut damping) = (0.0, None, None, None);
    for (key, value) in section.iter() {
        match key.get_ref().as_ref() {
            "plane" => {
                let [point, normal] = ["point", "normal"];
                let own = table(source, key, value)?;
                let get = |name: &str| own.iter().find(|(key, _)| key.get_ref() == name);
                let (Some((_, a)), Some((_, b)), 2) = (get(point), get(normal), own.len()) else {
                    return Err(found(source, key, value, "{ point = [x, y, z], normal = [x, y, z] }"));
                };
                let (a, b) = (vector(source, point, a)?, vector(source, normal, b)?);
                if b.iter().all(|&v| v == 0.0) {
                    return Err(found(source, key, value, "a plane whose normal is not zero"));
                }
                shapes.push(ObstacleShape::Plane(a, b));
            }
            "sphere" => {
                let own = table(source, key, value)?;
                let get = |name: &str| own.iter().find(|(key, _)| key.get_ref() == name);
                let (Some((_, center)), Some((key, radius)), 2) = (get("center"), get("radius"), own.len()) else {
                    return Err(found(source, key, value, "{ center = [x, y, z], radius = 1.0 }"));
                };
                shapes.push(ObstacleShape::Sphere(vector(source, "center", center)?, positive(source, key, radius)?));
            }
            "friction" => friction = not_negative(source, key, value)?,
            "distance" => distance = Some(positive(source, key, value)?),
            "stiffness" => stiffness = Some(positive(source, key, value)?),
            "damping" => damping = Some(not_negative(source, key, value)?),
            _ => return Err(unknown_key(source, key, "[[simulate.obstacle]]", OBSTACLE_KEYS)),
        }
    }
    let Ok([shape]) = <[ObstacleShape; 1]>::try_from(shapes) else {
        let what = "either `plane` or `sphere` of [[simulate.obstacle]]".into();
        return Err(ProblemError::Missing { place, what, hint: "give one of them" });
    };
    Ok(ObstacleEntry { shape, friction, distance, stiffness, damping, place })
}
