//! Newton's method on the GPU as an animation, drawn in the solver's own buffer.

use super::animation::Animation;
use super::parameter::parameters;
use super::scene::{extent, geometry};
use super::{Parameter, Positions, Scene, ViewError};
use spadina::gpu::newton::{Newton, Outcome, Settings, Step, Tolerance};
use spadina::gpu::{Device, solver, wgpu};
use spadina::system::{Precision, System};
use spadina_pictures::scene::Geometry;
use std::fmt;

/// A step that promises so little of what the first one did is the last.
const SMALL: f64 = 1e-4;

/// The residual at which linear systems are solved.
const LINEAR: f64 = 1e-3;

/// The way of a dragged node in a step, in parts of the mesh: far enough to follow, and not into other elements.
const PACE: f32 = 0.02;

/// A system on the GPU whose energy is minimised there, one Newton step after another, until it is at rest.
///
/// It shows the same as [`Minimization`](super::Minimization), but the nodes are drawn from the buffer of the unknowns: the
/// host reads a few words in each step.
pub struct ResidentMinimization {
    system: System,
    device: Device,
    unknowns: wgpu::Buffer,
    held: Vec<bool>,
    newton: Option<Newton>,
    start: Vec<f64>,
    geometry: Geometry,
    /// The positions that the unknowns are displacements from, if they are.
    reference: Vec<[f32; 3]>,
    parameters: Vec<Parameter>,
    grabbed: Option<Grabbed>,
    pace: f32,
    last: Option<Step>,
    /// The largest decrement since something has changed.
    largest: f64,
    rests: bool,
    iterations: usize,
}

/// A node that is dragged: where it is and where it is to be.
#[derive(Clone, Copy, PartialEq)]
struct Grabbed {
    node: usize,
    at: [f32; 3],
    to: [f32; 3],
}

impl fmt::Debug for ResidentMinimization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResidentMinimization").field("geometry", &self.geometry).finish_non_exhaustive()
    }
}

impl ResidentMinimization {
    /// Shows the minimisation of a system on the GPU in single precision, which should be built with
    /// [`Settings::options`](spadina::minimize::Settings::options). `held` has a flag for each unknown that says whether it
    /// keeps its value.
    pub fn new(mut system: System, held: &[bool]) -> Result<ResidentMinimization, ViewError> {
        let geometry = geometry(system.problem())?;
        let (held, _) = spadina::minimize::with_unused(&mut system, held)?;
        let vector = system.vector();
        let displaced = system.problem().references().concat();
        let start = match displaced.is_empty() {
            true => vector.clone(),
            false => vector.iter().zip(&displaced).map(|(x, reference)| x - reference).collect(),
        };
        let reference = if displaced.is_empty() { Vec::new() } else { geometry.points(&displaced) };
        let resident = system.resident()?;
        if resident.vectors.precision != Precision::F32 {
            return Err(ViewError::Animation("only unknowns in single precision are drawn in place".into()));
        }
        resident.set_unknowns(&start)?;
        let (device, unknowns) = (resident.device.clone(), resident.vectors.unknowns.clone());
        let mut own = ResidentMinimization {
            pace: PACE * extent(&geometry.points(&vector)),
            parameters: parameters(system.problem()),
            system,
            device,
            unknowns,
            held,
            newton: None,
            start,
            geometry,
            reference,
            grabbed: None,
            last: None,
            largest: 0.0,
            rests: false,
            iterations: 0,
        };
        own.prepare().map_err(ViewError::Animation)?;
        Ok(own)
    }

    /// The device on which it is, which has to draw it, too.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Returns true if the last step was so small that there is no other one until something changes.
    pub fn is_at_rest(&self) -> bool {
        self.rests
    }

    /// The place in the global vector at which the nodes begin.
    fn first(&self) -> usize {
        self.geometry.first.unwrap_or(0)
    }

    fn wake(&mut self) {
        (self.rests, self.largest) = (false, 0.0);
    }

    /// Binds the method to what is held now.
    fn prepare(&mut self) -> Result<(), String> {
        let mut held = self.held.clone();
        let own = self.grabbed.and_then(|grabbed| self.geometry.unknowns(grabbed.node));
        held[own.unwrap_or(0..0)].fill(true);
        let &Geometry { dimension, .. } = &self.geometry;
        let whole = [self.first(), self.system.unknowns()].iter().all(|k| k.is_multiple_of(dimension));
        let node = if whole { dimension as u32 } else { 1 };
        let resident = self.system.resident().map_err(|error| error.to_string())?;
        let matrix = resident.matrix().ok_or("the solver needs the Hessian in compressed rows")?;
        let linear = solver::Settings { node, tolerance: LINEAR, ..solver::Settings::default() };
        let never = Tolerance::default();
        let settings = Settings { linear, gradient: never, decrement: never, iterations: 1, ..Settings::default() };
        let evaluations = [resident.gradient.clone(), resident.hessian.clone()];
        let newton = Newton::new(resident.device, resident.vectors, evaluations, &matrix, &held, settings);
        self.newton = Some(newton.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Moves the grabbed node on its way to the mouse.
    fn follow(&mut self) -> Result<(), spadina::gpu::Error> {
        let Some(grabbed) = &mut self.grabbed else { return Ok(()) };
        let way: [f32; 3] = std::array::from_fn(|i| grabbed.to[i] - grabbed.at[i]);
        let length = way.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length == 0.0 {
            return Ok(());
        }
        let part = (self.pace / length).min(1.0);
        grabbed.at = match part < 1.0 {
            true => std::array::from_fn(|i| grabbed.at[i] + part * way[i]),
            false => grabbed.to,
        };
        let (node, at) = (grabbed.node, grabbed.at);
        let Some(own) = self.geometry.unknowns(node) else { return Ok(()) };
        let reference = self.reference.get(node).copied().unwrap_or_default();
        let numbers: Vec<f64> = (0..own.len()).map(|i| f64::from(at[i]) - f64::from(reference[i])).collect();
        self.wake();
        self.device.write(&self.unknowns, Precision::F32, own.start, &numbers)
    }

    fn advance(&mut self) -> Result<(), String> {
        self.follow().map_err(|error| error.to_string())?;
        if self.rests {
            return Ok(());
        }
        // Parameters that have changed are brought to the device.
        self.system.resident().map_err(|error| error.to_string())?;
        if self.newton.is_none() {
            self.prepare()?;
        }
        let Some(newton) = &self.newton else { return Ok(()) };
        let report = newton.solve(&self.device, |_| ()).map_err(|error| error.to_string())?;
        self.iterations += 1;
        self.last = report.last;
        let decrement = report.last.map_or(0.0, |step| step.decrement);
        self.largest = self.largest.max(decrement);
        match report.outcome {
            Outcome::NoDescent => Err("there is no direction of descent: are enough unknowns fixed?".into()),
            Outcome::NoStep => Err("no step along the direction of descent lowers the energy".into()),
            outcome => {
                self.rests = outcome != Outcome::Iterations || decrement <= SMALL * self.largest;
                Ok(())
            }
        }
    }
}

impl Animation for ResidentMinimization {
    fn scene(&mut self) -> Scene<'_> {
        let positions = Positions::Device {
            buffer: &self.unknowns,
            components: self.geometry.dimension as u32,
            first: self.first() as u32,
            nodes: self.geometry.nodes(),
            reference: &self.reference,
        };
        Scene::of(&self.geometry, positions)
    }

    fn step(&mut self) -> Result<(), String> {
        self.advance()
    }

    fn is_at_rest(&self) -> bool {
        ResidentMinimization::is_at_rest(self)
    }

    fn grab(&mut self, node: usize, to: Option<[f32; 3]>) {
        if node >= self.geometry.nodes() {
            return;
        }
        let before = self.grabbed;
        let at = before.filter(|own| own.node == node).map(|own| own.at);
        self.grabbed = to.map(|to| Grabbed { node, at: at.unwrap_or(to), to });
        if before.map(|own| own.node) != self.grabbed.map(|own| own.node) {
            self.newton = None;
            self.wake();
        }
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn set_parameter(&mut self, number: usize, value: f64) {
        let Some(parameter) = self.parameters.get_mut(number) else { return };
        if self.system.set_array(&parameter.name, &[value]).is_ok() {
            parameter.value = value;
            self.wake();
        }
    }

    fn statistics(&self) -> Vec<(String, String)> {
        let mut lines =
            vec![("unknowns", self.system.unknowns().to_string()), ("iterations", self.iterations.to_string())];
        if let Some(step) = &self.last {
            lines.extend([
                ("energy", format!("{:.6e}", step.energy)),
                ("gradient", format!("{:.3e}", step.gradient)),
                ("decrement", format!("{:.3e}", step.decrement)),
                ("step length", format!("{:.3}", step.alpha)),
                ("PCG iterations", step.linear.1.to_string()),
            ]);
        }
        lines.push(("state", if self.rests { "at rest" } else { "moving" }.into()));
        lines.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
    }

    fn reset(&mut self) {
        // What fails here fails in the next step, which says so.
        let _ = self.device.write(&self.unknowns, Precision::F32, 0, &self.start);
        (self.newton, self.grabbed, self.last, self.iterations) = (None, None, None, 0);
        self.wake();
    }
}
