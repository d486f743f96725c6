//! A beam of neo-Hookean tetrahedra that is held at one end and hangs down, minimised on the GPU in single precision: energy,
//! gradient, projected Hessian, conjugate gradients and line search, all in buffers of the device. The host reads a few words
//! in each iteration.
//!
//! `cargo run --release --example gpu_newton -- 4`

use spadina::gpu::newton::{Newton, Settings, Tolerance};
use spadina::gpu::{Device, solver};
use spadina::system::{Device as Where, GpuOptions, Precision, Projection};
use spadina::{Options, Problem, System, Tensor, Term};

const ENERGY: &str = include_str!("energies/neo_hookean.wgsl");
const WEIGHT: &str = "fn energy(x: array<vec3f, 1>, weight: f32) -> f32 { return weight * x[0].y; }";

/// Nodes of a beam of `6 n × n × n` cells, four units long, and its tetrahedra: six in a cell, with positive volume.
fn beam(n: usize) -> (Vec<[f64; 3]>, Vec<[i32; 4]>) {
    let strides = [(n + 1) * (n + 1), n + 1, 1];
    let size = 4.0 / (6 * n) as f64;
    let grid = |counts: [usize; 3]| {
        (0..counts.iter().product::<usize>())
            .map(move |k| [k / (counts[1] * counts[2]), k / counts[2] % counts[1], k % counts[2]])
    };
    let nodes = grid([6 * n + 1, n + 1, n + 1]).map(|p| p.map(|c| c as f64 * size)).collect();
    let paths = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]];
    let mut tetrahedra = Vec::new();
    for cell in grid([6 * n, n, n]) {
        let a: usize = cell.iter().zip(strides).map(|(c, stride)| c * stride).sum();
        for (k, path) in paths.iter().enumerate() {
            let b = a + strides[path[0]];
            let c = b + strides[path[1]];
            let d = c + strides[path[2]];
            tetrahedra.push((if k < 3 { [a, b, c, d] } else { [a, c, b, d] }).map(|v| v as i32));
        }
    }
    (nodes, tetrahedra)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(3).clamp(1, 40);
    let (nodes, tetrahedra) = beam(n);
    // An application passes its own `wgpu` device: `Device::new(device, queue)`.
    let device = match Device::open(None) {
        Ok(device) => device,
        Err(error) => {
            println!("{error}");
            return Ok(());
        }
    };
    println!("{} tetrahedra on {}", tetrahedra.len(), device.name());
    let fixed: Vec<bool> = nodes.iter().flat_map(|p| [p[0] == 0.0; 3]).collect();
    let weight = 0.3 / nodes.len() as f64;
    let problem = Problem::new()
        .unknown("x", nodes.clone())
        .array("X", nodes.clone())
        .array("mu", 40.0)
        .array("lambda", 100.0)
        .array("weight", weight)
        .indices("tetrahedra", Tensor::from(tetrahedra))
        .indices("nodes", (0..nodes.len() as i32).collect::<Vec<_>>())
        .term(Term::energy("neo_hookean.wgsl", ENERGY).over("tetrahedra"))
        .term(Term::energy("weight.wgsl", WEIGHT).over("nodes"));
    let mut system = System::build(
        problem,
        Options::default()
            .device(Where::Gpu)
            .precision(Precision::F32)
            .projection(Some(Projection::Clamp))
            .gpu(GpuOptions::default().device(Some(device)).displacements(true)),
    )?;
    let resident = system.resident()?;
    resident.set_unknowns(&vec![0.0; fixed.len()])?;
    let matrix = resident.matrix().ok_or("the Hessian is in compressed rows")?;
    let linear = solver::Settings { node: 3, tolerance: 1e-3, ..solver::Settings::default() };
    // Until a step would gain 1e-8 of what the first one promised. Rounding errors of the gradient, which do not become smaller
    // with it, can keep its norm above 1e-3 of the first one in single precision.
    let decrement = Tolerance { relative: 1e-4, absolute: 0.0 };
    let settings = Settings { linear, decrement, ..Settings::default() };
    let evaluations = [resident.gradient.clone(), resident.hessian.clone()];
    let newton = Newton::new(resident.device, resident.vectors, evaluations, &matrix, &fixed, settings)?;
    println!("{:>9}{:>16}{:>12}{:>12}{:>8}{:>8}", "iteration", "energy", "decrement", "gradient", "step", "linear");
    let report = newton.solve(resident.device, |step| {
        println!(
            "{:>9}{:>16.8}{:>12.3e}{:>12.3e}{:>8.3}{:>8}",
            step.iteration, step.energy, step.decrement, step.gradient, step.alpha, step.linear.1
        );
    })?;
    let moved = resident.unknowns()?;
    let tip = moved.chunks(3).zip(&nodes).filter(|(_, p)| p[0] == 4.0).map(|(u, _)| u[1]);
    let lowest = tip.fold(0.0f64, f64::min);
    println!("{:?} after {} steps; the tip hangs {:.4} below", report.outcome, report.steps, -lowest);
    Ok(())
}
