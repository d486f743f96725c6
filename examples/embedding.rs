//! Spadina inside of an application that has a `wgpu` device of its own: forces are evaluated in the application's command
//! encoder, and its own shader reads them where they are and moves the nodes. Nothing passes through the host but the last
//! positions.
//!
//! `cargo run --release --example embedding -- cloth.png`

use spadina::gpu::{Device, wgpu};
use spadina::mesh::{Mesh, Shape};
use spadina::system::{Device as Where, GpuOptions, Precision, Resident};
use spadina::{Options, Problem, System, Tensor, Term};
use spadina_pictures::render::{Camera, Object, Settings, Up, render};
use std::error::Error;

const SPRING: &str = include_str!("energies/spring.wgsl");

/// The application's shader: explicit steps of nodes of mass one under gravity and air drag. Nodes of the first row are held.
const MOVE: &str = "
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> velocity: array<f32>;

@compute @workgroup_size(64)
fn move_nodes(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x;
  if k >= arrayLength(&x) || k < HELD { return; }
  let weight = select(0.0, 9.81, k % 3u == 2u);
  velocity[k] = 0.995 * velocity[k] - 0.002 * (gradient[k] + weight);
  x[k] += 0.002 * velocity[k];
}";

/// The application's own device: the first adapter there is.
fn open() -> Option<(wgpu::Device, wgpu::Queue)> {
    let instance = wgpu::Instance::default();
    let adapter = pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default())).ok()?;
    pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).ok()
}

/// A cloth of springs on the application's device.
fn cloth(device: &Device, cells: usize) -> Result<System, Box<dyn Error>> {
    let mesh = Mesh::generate(&Shape::Cloth { cells: [cells, cells], size: [1.0, 1.0] })?;
    let points = Tensor::new([mesh.nodes(), 3], mesh.points.clone())?;
    let problem = Problem::new()
        .with_mesh(mesh)
        .unknown("x", points)
        .array("stiffness", 1000.0)
        .term(Term::energy("spring.wgsl", SPRING).over("edges"));
    let gpu = GpuOptions::default().device(Some(device.clone()));
    let options = Options::default().device(Where::Gpu).precision(Precision::F32).gpu(gpu);
    Ok(System::build(problem, options)?)
}

/// The application's pass: its pipeline and the buffers that it binds, two of which are the system's.
fn pass(device: &wgpu::Device, resident: &Resident<'_>, held: usize) -> (wgpu::ComputePipeline, wgpu::BindGroup) {
    let text = MOVE.replace("HELD", &format!("{held}u"));
    let shader = wgpu::ShaderModuleDescriptor { label: None, source: wgpu::ShaderSource::Wgsl(text.into()) };
    let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some("move"),
        layout: None,
        module: &device.create_shader_module(shader),
        entry_point: None,
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    });
    let velocity = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("velocity"),
        size: resident.vectors.unknowns.size(),
        usage: wgpu::BufferUsages::STORAGE,
        mapped_at_creation: false,
    });
    let buffers = [&resident.vectors.gradient, &resident.vectors.unknowns, &velocity];
    let entries: Vec<_> = (0..)
        .zip(buffers)
        .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
        .collect();
    let layout = &pipeline.get_bind_group_layout(0);
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries });
    (pipeline, group)
}

/// A picture of the cloth.
fn draw(x: &[f64], cells: usize, file: &str) -> Result<(), Box<dyn Error>> {
    let triangles = Mesh::generate(&Shape::Cloth { cells: [cells, cells], size: [1.0, 1.0] })?.triangles;
    let points: Vec<[f32; 3]> = x.chunks_exact(3).map(|p| [p[0] as f32, p[1] as f32, p[2] as f32]).collect();
    let cloth = Object { edges: true, ..Object::surface(&points, &triangles) };
    let camera = Camera::fit(points.iter().copied(), 1.5, Up::Z);
    Ok(std::fs::write(file, render(&[cloth], &camera, &Settings::default())?.png()?)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some((device, queue)) = open() else {
        println!("no GPU adapter");
        return Ok(());
    };
    let cells = 20;
    let mut system = cloth(&Device::new(device.clone(), queue.clone()), cells)?;
    let resident = system.resident()?;
    let (pipeline, group) = pass(&device, &resident, 3 * (cells + 1));
    let unknowns = resident.unknowns()?.len() as u32;
    for _frame in 0..50 {
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for _ in 0..10 {
            resident.gradient.encode(&mut encoder);
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(0, &group, &[]);
            pass.dispatch_workgroups(unknowns.div_ceil(64), 1, 1);
        }
        queue.submit([encoder.finish()]);
    }
    let x = resident.unknowns()?;
    if let Some(file) = std::env::args().nth(1) {
        draw(&x, cells, &file)?;
    }
    let lowest = x.iter().skip(2).step_by(3).copied().fold(0.0, f64::min);
    println!("after 1 s of 500 steps on the device, the cloth hangs {:.3} below where it was", -lowest);
    Ok(())
}
