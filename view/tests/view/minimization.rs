//! Minimisations that are played with.

use super::device;
use super::net::{SIDE, net};
use spadina::files::ProblemFile;
use spadina::gpu::Device;
use spadina::minimize::Settings;
use spadina::system::{self, GpuOptions, Options, Precision, System};
use spadina_view::{Animation, Minimization, ResidentMinimization, positions};

/// The net of springs, on the processor or on a device.
fn build(device: Option<&Device>) -> Box<dyn Animation> {
    let folder = tempfile::tempdir().unwrap();
    let file = ProblemFile::read(net(folder.path())).unwrap();
    let problem = file.load().unwrap();
    let held = file.pins(&problem, &file.solve.fix, &[]).unwrap().held;
    let settings = Settings::default();
    match device {
        None => {
            let system = System::build(problem, settings.options(Options::default())).unwrap();
            Box::new(Minimization::new(system, &held, settings).unwrap())
        }
        Some(device) => {
            let gpu = GpuOptions::default().device(Some(device.clone())).displacements(true);
            let options = Options::default().device(system::Device::Gpu).precision(Precision::F32).gpu(gpu);
            let system = System::build(problem, settings.options(options)).unwrap();
            Box::new(ResidentMinimization::new(system, &held).unwrap())
        }
    }
}

fn steps(animation: &mut dyn Animation, count: usize) {
    for _ in 0..count {
        animation.step().unwrap();
    }
}

/// The position of a node.
fn node(animation: &mut dyn Animation, device: &Device, node: usize) -> [f32; 3] {
    positions(device, animation.scene().positions).unwrap()[node]
}

fn apart(a: [f32; 3], b: [f32; 3]) -> f32 {
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f32>().sqrt()
}

/// Plays with a minimisation; gives where all nodes were in the end.
fn play(animation: &mut dyn Animation, device: &Device) -> Vec<[f32; 3]> {
    let start = node(animation, device, SIDE);
    let low = SIDE / 2;
    steps(animation, 30);
    let rest = node(animation, device, low);
    assert!(rest[1] < -0.001, "{rest:?}");
    // A node that is held goes where the mouse is, and its neighbours come after it.
    let there = [rest[0] + 0.2, rest[1] - 0.1, 0.0];
    animation.grab(low, Some(rest));
    animation.grab(low, Some(there));
    steps(animation, 60);
    assert!(apart(node(animation, device, low), there) < 1e-5);
    assert!(node(animation, device, low + 1)[0] > (low + 1) as f32 / (SIDE - 1) as f32 + 0.05);
    animation.grab(low, None);
    steps(animation, 60);
    assert!(apart(node(animation, device, low), rest) < 1e-3);
    // What is ten times as heavy hangs lower.
    let parameters = animation.parameters();
    let weight = parameters.iter().position(|p| p.name == "weight").unwrap();
    assert!(parameters[weight].logarithmic && parameters[weight].high == 10.0 * parameters[weight].value);
    animation.set_parameter(weight, parameters[weight].high);
    assert_eq!(animation.parameters()[weight].value, parameters[weight].high);
    steps(animation, 30);
    let heavy = positions(device, animation.scene().positions).unwrap();
    assert!(heavy[low][1] < 5.0 * rest[1], "{:?} {rest:?}", heavy[low]);
    assert!(animation.statistics().iter().any(|(name, value)| name == "state" && value == "at rest"));
    // What is not there is left alone.
    animation.grab(99_999, Some(there));
    animation.set_parameter(99, 1.0);
    animation.reset();
    assert_eq!(node(animation, device, SIDE), start);
    heavy
}

#[test]
fn minimisations_follow_the_mouse() {
    let Some(device) = device() else { return };
    let on_host = play(&mut *build(None), &device);
    let on_device = play(&mut *build(Some(&device)), &device);
    let most = on_host.iter().zip(&on_device).map(|(a, b)| apart(*a, *b)).fold(0.0, f32::max);
    assert!(most < 2e-3, "{most}");
}
