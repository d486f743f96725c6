//! An application's own preconditioner, written with nothing but what the crate shows.

use spadina_core::real::Precision;
use spadina_gpu::solver::{
    BlockJacobi, Matrix, PRECONDITIONERS, Preconditioner, Settings, Solver, Stages, Status, System, preconditioner,
};
use spadina_gpu::{Device, Dispatch, Error, wgpu};

/// Invocations in a workgroup.
const GROUP: u32 = 64;

/// Twice the inverse blocks: of the same iterations as these.
#[derive(Debug)]
struct Twice;

const TEXT: &str = "
struct Progress { status: u32, iterations: u32 }

@group(0) @binding(0) var<storage, read_write> work: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
@group(0) @binding(2) var<storage, read> progress: Progress;

// `work` has four vectors, of which the second is the preconditioned residual.
@compute @workgroup_size(64)
fn twice(@builtin(global_invocation_id) id: vec3u) {
    let unknowns = arrayLength(&work) / 4u;
    if (progress.status == 0u && id.x < unknowns) {
        work[unknowns + id.x] *= 2.0;
    }
    if (progress.status == 0u && id.x < arrayLength(&partials) / 2u) {
        partials[2u * id.x] *= 2.0;
    }
}
";

impl Preconditioner for Twice {
    fn name(&self) -> &'static str {
        "twice"
    }

    fn check(&self, matrix: &Matrix<'_>) -> Result<(), Error> {
        match matrix.rows {
            0 => Err(Error::System { what: "rows", wanted: 1, given: 0 }),
            _ => Ok(()),
        }
    }

    fn bind(&self, system: &System<'_>) -> Result<Stages, Error> {
        let device = system.device.device();
        let source = wgpu::ShaderSource::Wgsl(TEXT.into());
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor { label: None, source });
        let pipeline = system.device.scoped("a preconditioner", || {
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: None,
                layout: None,
                module: &module,
                entry_point: None,
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        })?;
        let buffers = [&system.buffers.work, &system.buffers.partials, &system.buffers.progress];
        let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let layout = &pipeline.get_bind_group_layout(0);
        let descriptor = wgpu::BindGroupDescriptor { label: None, layout, entries: &entries };
        let group = system.device.scoped("a preconditioner", || device.create_bind_group(&descriptor))?;
        let workgroups = [(system.fixed.len() as u32).div_ceil(GROUP), 1];
        Ok(Stages { setup: Vec::new(), apply: vec![Dispatch::new(pipeline, group, workgroups)] })
    }
}

/// A buffer with some words.
fn words(device: &Device, words: &[u32]) -> wgpu::Buffer {
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
    let size = 4 * words.len() as u64;
    let buffer = wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false };
    let buffer = device.device().create_buffer(&buffer);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    device.queue().write_buffer(&buffer, 0, &bytes);
    buffer
}

/// A chain of springs, with a part that pulls every node back.
#[test]
fn an_application_brings_its_own() {
    let device = match Device::open(None) {
        Ok(device) => device,
        Err(error) => {
            assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none_or(|v| v != "1"), "{error}");
            return println!("not tested: {error}");
        }
    };
    let n = 1000u32;
    let (mut row_ptr, mut col_idx, mut values) = (vec![0], Vec::new(), Vec::new());
    for row in 0..n {
        for column in row.saturating_sub(1)..(row + 2).min(n) {
            col_idx.push(column);
            values.push(if column == row { 2.1 + (row % 3) as f32 } else { -1.0 });
        }
        row_ptr.push(col_idx.len() as u32);
    }
    let rhs: Vec<u32> = (0..n).map(|k| (0.37 * k as f32).sin().to_bits()).collect();
    let blocks = col_idx.len();
    let bits: Vec<u32> = values.iter().map(|value| value.to_bits()).collect();
    let [row_ptr, col_idx, values, rhs] = [&row_ptr, &col_idx, &bits, &rhs].map(|list| words(&device, list));
    let (rows, block, pattern) = (n as usize, 1, None);
    let matrix = Matrix { row_ptr: &row_ptr, col_idx: &col_idx, values: &values, block, rows, blocks, pattern };
    let solve = |preconditioner: &'static dyn Preconditioner| {
        let settings = Settings { preconditioner, ..Settings::default() };
        let solver = Solver::new(&device, Precision::F32, &matrix, &rhs, &[false; 1000], settings).unwrap();
        let report = solver.solve(&device).unwrap();
        assert_eq!(report.status, Status::Converged, "{report:?}");
        (report, device.read(Precision::F32, &[(&solver.buffers.solution, n as usize)]).unwrap())
    };
    // Powers of two change no digit.
    assert_eq!(solve(&Twice), solve(&BlockJacobi));
    assert!(PRECONDITIONERS.iter().all(|own| preconditioner(own.name()) == Some(*own)));
    assert!(preconditioner("twice").is_none());
}
