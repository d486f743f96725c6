//! A cloth of springs that hangs from two corners and falls on a ball, in a window: drag it with the mouse. Each frame is a
//! step of the implicit Euler method: a minimum of springs, contact and inertia, by Newton's method.
//!
//! `cargo run --release --example view_cloth`, or without a window, after 90 frames: `... -- cloth.png 90`

use spadina::minimize::{self, Minimizer, Newton, Settings};
use spadina::{Options, Problem, System, Term};
use spadina_pictures::render::{self, Camera, Color, ColorMap, Object, Up};
use spadina_view::{Animation, Parameter, Positions, Scene};

const SPRING: &str = "fn energy(x: array<vec3f, 2>, rest: f32, stiffness: f32) -> f32 {
  let stretch = length(x[1] - x[0]) / rest - 1.0;
  return 0.5 * stiffness * rest * stretch * stretch;
}";

/// The energy of a node: inertia, which takes it ahead, and a hand, which holds it.
const NODE: &str =
    "fn energy(x: array<vec3f, 1>, mass: f32, ahead: array<vec3f, 1>, hold: f32, hand: array<vec3f, 1>) -> f32 {
  let a = x[0] - ahead[0];
  let b = x[0] - hand[0];
  return 0.5 * mass * dot(a, a) + 0.5 * hold * dot(b, b);
}";

const CONTACT: &str = "fn energy(x: array<vec3f, 1>, radius: f32, contact: f32) -> f32 {
  let inside = radius - length(x[0]);
  if inside < 0.0 { return 0.0; }
  return contact * inside * inside * inside;
}";

/// Cells along a side.
const CELLS: usize = 28;
const SIDE: usize = CELLS + 1;
const NODES: usize = SIDE * SIDE;
/// The time of a frame.
const STEP: f64 = 1.0 / 60.0;
/// Newton steps in a frame, at most.
const ITERATIONS: usize = 4;
const RADIUS: f64 = 0.5;
/// The strength with which contact and hands push and pull.
const FIRM: f64 = 2.0e4;
/// Nodes this much above the ball, to be drawn beside its surface.
const GAP: f64 = 0.02;

/// The height of the ground, which is only to be seen.
const GROUND: f32 = -1.0;

struct Cloth {
    system: System,
    newton: Newton,
    x: Vec<f64>,
    velocity: Vec<f64>,
    points: Vec<[f32; 3]>,
    /// The relative elongation of the springs at each node, on average.
    stretches: Vec<f32>,
    springs: Vec<[i32; 2]>,
    lengths: Vec<f64>,
    triangles: Vec<[u32; 3]>,
    ball: (Vec<[f32; 3]>, Vec<[u32; 3]>),
    parameters: Vec<Parameter>,
    hold: Vec<f64>,
    hand: Vec<f64>,
    iterations: usize,
    energy: f64,
}

/// The flat cloth at the start.
fn rest() -> Vec<[f64; 3]> {
    let at = |k: usize| [k % SIDE, k / SIDE].map(|c| 2.0 * c as f64 / CELLS as f64 - 1.0);
    (0..NODES).map(at).map(|[x, z]| [x, 0.75, z]).collect()
}

fn distance(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| (q - p).powi(2)).sum::<f64>().sqrt()
}

/// Springs along sides and diagonals, and over two cells against bending, with their lengths.
fn springs(points: &[[f64; 3]]) -> (Vec<[i32; 2]>, Vec<f64>) {
    let ways = [(1, 0), (0, 1), (1, 1), (1, -1), (2, 0), (0, 2)];
    let mut found = Vec::new();
    for (k, (dx, dz)) in (0..NODES).flat_map(|k| ways.map(|way| (k, way))) {
        let (x, z) = ((k % SIDE) as i32 + dx, (k / SIDE) as i32 + dz);
        let inside = |c: i32| (0..SIDE as i32).contains(&c);
        found.extend((inside(x) && inside(z)).then_some([k as i32, x + SIDE as i32 * z]));
    }
    let length = |&[a, b]: &[i32; 2]| distance(&points[a as usize], &points[b as usize]);
    let lengths = found.iter().map(length).collect();
    (found, lengths)
}

/// A ball, by rings of points.
fn ball(radius: f32) -> (Vec<[f32; 3]>, Vec<[u32; 3]>) {
    const RINGS: u32 = 32;
    const ROUND: u32 = 48;
    let point = |k: u32| {
        let (up, around) = (
            std::f32::consts::PI * (k / ROUND) as f32 / RINGS as f32,
            std::f32::consts::TAU * (k % ROUND) as f32 / ROUND as f32,
        );
        [radius * up.sin() * around.cos(), radius * up.cos(), radius * up.sin() * around.sin()]
    };
    let cells = (0..RINGS * ROUND).map(|k| [k, k / ROUND * ROUND + (k + 1) % ROUND]);
    let triangles = cells.flat_map(|[a, b]| [[a, b, b + ROUND], [a, b + ROUND, a + ROUND]]).collect();
    ((0..(RINGS + 1) * ROUND).map(point).collect(), triangles)
}

impl Cloth {
    fn new() -> Result<Cloth, Box<dyn std::error::Error>> {
        let points = rest();
        let (springs, lengths) = springs(&points);
        let problem = Problem::new()
            .unknown("x", points.clone())
            .array("rest", lengths.clone())
            .array("stiffness", 300.0)
            .array("mass", 1.0)
            .array("ahead", points.clone())
            .array("hold", vec![0.0; NODES])
            .array("hand", points.clone())
            .array("radius", RADIUS + GAP)
            .array("contact", FIRM)
            .indices("springs", springs.clone())
            .indices("nodes", (0..NODES as i32).map(|k| [k]).collect::<Vec<_>>())
            .term(Term::energy("spring.wgsl", SPRING).over("springs"))
            .term(Term::energy("node.wgsl", NODE).over("nodes"))
            .term(Term::energy("contact.wgsl", CONTACT).over("nodes"));
        let settings = Settings::default();
        let mut system = System::build(problem, settings.options(Options::default()))?;
        let newton = Newton::new(&mut system, &vec![false; 3 * NODES], settings)?;
        let cells = (0..CELLS * CELLS).map(|k| (k / CELLS * SIDE + k % CELLS) as u32);
        let side = SIDE as u32;
        let parameter = |name: &str, value: f64, low: f64, high: f64| Parameter {
            name: name.into(),
            value,
            low,
            high,
            logarithmic: low > 0.0,
        };
        let mut cloth = Cloth {
            system,
            newton,
            x: Vec::new(),
            velocity: Vec::new(),
            points: Vec::new(),
            stretches: Vec::new(),
            springs,
            lengths,
            triangles: cells.flat_map(|a| [[a, a + 1, a + side + 1], [a, a + side + 1, a + side]]).collect(),
            ball: ball(RADIUS as f32),
            parameters: vec![
                parameter("stiffness", 300.0, 20.0, 5000.0),
                parameter("gravity", 9.81, 0.0, 30.0),
                parameter("damping", 0.4, 0.0, 5.0),
            ],
            hold: Vec::new(),
            hand: Vec::new(),
            iterations: 0,
            energy: 0.0,
        };
        cloth.reset();
        Ok(cloth)
    }

    fn advance(&mut self) -> Result<(), minimize::Error> {
        let [stiffness, gravity, damping] = [0, 1, 2].map(|k| self.parameters[k].value);
        let area = (2.0 / CELLS as f64).powi(2);
        let slower = 1.0 / (1.0 + STEP * damping);
        let ahead = |(k, (x, v)): (usize, (&f64, &f64))| {
            x + STEP * slower * v - if k % 3 == 1 { STEP * STEP * gravity } else { 0.0 }
        };
        let ahead: Vec<f64> = self.x.iter().zip(&self.velocity).enumerate().map(ahead).collect();
        self.system.set_array("ahead", &ahead)?;
        self.system.set_array("mass", &[area / (STEP * STEP)])?;
        self.system.set_array("stiffness", &[stiffness])?;
        self.system.set_array("hold", &self.hold)?;
        self.system.set_array("hand", &self.hand)?;
        self.system.set_unknowns(&self.x)?;
        for _ in 0..ITERATIONS {
            let (iteration, outcome) = self.newton.step(&mut self.system)?;
            (self.iterations, self.energy) = (self.iterations + 1, iteration.energy);
            if outcome.is_some() || iteration.decrement < 1e-4 {
                break;
            }
        }
        let x = self.system.vector();
        self.velocity = x.iter().zip(&self.x).map(|(after, before)| (after - before) / STEP).collect();
        self.x = x;
        self.show();
        Ok(())
    }

    fn show(&mut self) {
        self.points = self.x.chunks_exact(3).map(|p| [p[0], p[1], p[2]].map(|c| c as f32)).collect();
        let mut sums = vec![(0.0, 0.0f32); NODES];
        for (&[a, b], rest) in self.springs.iter().zip(&self.lengths) {
            let [a, b] = [a as usize, b as usize];
            let stretch = distance(&self.x[3 * a..3 * a + 3], &self.x[3 * b..3 * b + 3]) / rest - 1.0;
            for node in [a, b] {
                sums[node] = (sums[node].0 + stretch as f32, sums[node].1 + 1.0);
            }
        }
        self.stretches = sums.into_iter().map(|(sum, count)| sum / count).collect();
    }
}

impl Animation for Cloth {
    fn scene(&mut self) -> Scene<'_> {
        let (points, triangles) = &self.ball;
        let ball = Object { color: Color::Uniform([0.86, 0.83, 0.78]), ..Object::surface(points, triangles) };
        Scene {
            positions: Positions::Host(&self.points),
            triangles: &self.triangles,
            color: Color::Scalars { values: &self.stretches, range: (-0.03, 0.03), map: ColorMap::Sequential },
            obstacles: vec![ball],
            ..Scene::default()
        }
    }

    fn step(&mut self) -> Result<(), String> {
        self.advance().map_err(|error| error.to_string())
    }

    fn grab(&mut self, node: usize, to: Option<[f32; 3]>) {
        let Some(hold) = self.hold.get_mut(node) else { return };
        *hold = if to.is_some() { FIRM } else { 0.0 };
        for (hand, to) in self.hand[3 * node..3 * node + 3].iter_mut().zip(to.unwrap_or_default()) {
            *hand = to.into();
        }
    }

    fn parameters(&self) -> Vec<Parameter> {
        self.parameters.clone()
    }

    fn set_parameter(&mut self, number: usize, value: f64) {
        if let Some(parameter) = self.parameters.get_mut(number) {
            parameter.value = value;
        }
    }

    fn statistics(&self) -> Vec<(String, String)> {
        let most = self.stretches.iter().copied().fold(0.0, f32::max);
        let lines = [
            ("nodes", NODES.to_string()),
            ("Newton iterations", self.iterations.to_string()),
            ("energy", format!("{:.6}", self.energy)),
            ("largest stretch", format!("{:.2} %", 100.0 * most)),
        ];
        lines.map(|(name, value)| (name.to_string(), value)).to_vec()
    }

    fn reset(&mut self) {
        let points = rest();
        self.x = points.as_flattened().to_vec();
        self.velocity = vec![0.0; 3 * NODES];
        self.hand = self.x.clone();
        self.hold = vec![0.0; NODES];
        // Two corners hang where they are.
        self.hold[0] = FIRM;
        self.hold[CELLS] = FIRM;
        (self.iterations, self.energy) = (0, 0.0);
        self.show();
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut cloth = Cloth::new()?;
    let mut arguments = std::env::args().skip(1);
    let Some(file) = arguments.next() else {
        return Ok(spadina_view::run(
            Box::new(cloth),
            "Cloth",
            spadina_view::Options { ground: Some(GROUND), ..spadina_view::Options::default() },
        )?);
    };
    let frames = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(60);
    for _ in 0..frames {
        cloth.step()?;
    }
    let device = match spadina::gpu::Device::open(None) {
        Ok(device) => device,
        Err(error) => {
            println!("{error}");
            return Ok(());
        }
    };
    let scene = cloth.scene();
    let settings =
        render::Settings { legend_label: "stretch".into(), ground: Some(GROUND), ..render::Settings::default() };
    let camera = Camera::fit(cloth_points(&scene), 1.4, Up::Y);
    std::fs::write(&file, spadina_view::picture(&device, &scene, &camera, &settings)?.png()?)?;
    println!("{frames} frames of {} nodes: {file}", NODES);
    Ok(())
}

/// The points of a scene on the host.
fn cloth_points<'a>(scene: &Scene<'a>) -> impl Iterator<Item = [f32; 3]> + 'a {
    let points: &'a [[f32; 3]] = match scene.positions {
        Positions::Host(points) => points,
        Positions::Device { .. } => &[],
    };
    points.iter().copied()
}
