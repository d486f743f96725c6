//! Meshes that are drawn from the buffers of a solver.

use super::{device, hills};
use spadina::gpu::wgpu;
use spadina::system::{Device as Where, GpuOptions, Precision};
use spadina::{Options, Problem, System, Term};
use spadina_pictures::render::{Camera, Settings, Up};
use spadina_view::{Positions, Scene, ViewError, picture, positions};

const SPRING: &str = "fn energy(x: array<vec3f, 3>) -> f32 { return length(x[1] - x[0]) + length(x[2] - x[0]); }";

#[test]
fn the_unknowns_of_a_system_are_drawn_in_place() {
    let Some(device) = device() else { return };
    let (points, triangles) = hills(9);
    // Another unknown comes before the nodes.
    let table: Vec<[i32; 3]> = triangles.iter().map(|t| t.map(|node| node as i32)).collect();
    let problem = Problem::new()
        .unknown("other", vec![7.0; 5])
        .unknown("x", points.iter().map(|p| p.map(f64::from)).collect::<Vec<_>>())
        .indices("triangles", table)
        .term(Term::energy("spring.wgsl", SPRING).over("triangles"));
    let gpu = GpuOptions::default().device(Some(device.clone()));
    let options = Options::default().device(Where::Gpu).precision(Precision::F32).gpu(gpu);
    let mut system = System::build(problem, options).unwrap();
    system.value().unwrap();
    let buffer = &system.resident().unwrap().vectors.unknowns;
    let place = Positions::Device { buffer, components: 3, first: 5, nodes: points.len(), reference: &[] };
    let camera = Camera::fit(points.iter().copied(), 1.5, Up::Y);
    let settings = Settings { width: 300, height: 200, ..Settings::default() };
    let draw = |positions| picture(&device, &Scene::surface(positions, &triangles), &camera, &settings).unwrap();
    assert_eq!(draw(place), draw(Positions::Host(&points)));
    assert_eq!(positions(&device, place).unwrap(), points);
    // One node more than there are.
    let beyond = Positions::Device { buffer, components: 3, first: 5, nodes: points.len() + 1, reference: &[] };
    let refused = picture(&device, &Scene::surface(beyond, &triangles), &camera, &settings);
    assert!(matches!(refused, Err(ViewError::Positions { .. })));
}

#[test]
fn displacements_and_flat_nodes_are_drawn_in_place() {
    let Some(device) = device() else { return };
    let (points, triangles) = hills(9);
    let numbers: Vec<f32> = points.iter().flat_map(|p| [0.5 * p[0], 2.0 * p[1]]).collect();
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let buffer = device.device().create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: bytes.len() as u64,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    device.queue().write_buffer(&buffer, 0, &bytes);
    let place = Positions::Device { buffer: &buffer, components: 2, first: 0, nodes: points.len(), reference: &points };
    let moved: Vec<[f32; 3]> = points.iter().map(|p| [p[0] + 0.5 * p[0], p[1] + 2.0 * p[1], p[2]]).collect();
    assert_eq!(positions(&device, place).unwrap(), moved);
    let camera = Camera::fit(moved.iter().copied(), 1.5, Up::Y);
    let settings = Settings { width: 300, height: 200, ..Settings::default() };
    let draw = |positions| picture(&device, &Scene::surface(positions, &triangles), &camera, &settings).unwrap();
    assert_eq!(draw(place), draw(Positions::Host(&moved)));
}

#[test]
fn lost_devices_and_buffers_of_others_are_errors() {
    let (Some(device), Some(other)) = (device(), device()) else { return };
    let (points, triangles) = hills(2);
    let foreign = other.device().create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: 12 * points.len() as u64,
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    });
    let settings = Settings { width: 60, height: 40, ..Settings::default() };
    let draw = |positions| picture(&device, &Scene::surface(positions, &triangles), &Camera::default(), &settings);
    let nodes = points.len();
    let refused = draw(Positions::Device { buffer: &foreign, components: 3, first: 0, nodes, reference: &[] });
    assert!(matches!(refused, Err(ViewError::Device(_))), "{refused:?}");
    assert!(draw(Positions::Host(&points)).is_ok());
    device.device().destroy();
    let refused = draw(Positions::Host(&points));
    assert!(matches!(refused, Err(ViewError::Device(_))), "{refused:?}");
}
