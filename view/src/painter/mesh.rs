//! A mesh on the device, as the shaders of the viewer take it.

use super::globals::start_of;
use super::pipelines::Pipelines;
use super::prepare::Connectivity;
use crate::scene::{Item, Positions};
use spadina::gpu::{Device, wgpu};
use spadina_pictures::render::{Color, Style, to_linear};

const EDGES: u32 = 1;
const FLAT: u32 = 2;
const NUMBERS: u32 = 4;
const REFERENCE: u32 = 8;

/// As in `mesh.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Look {
    color: [f32; 4],
    range: [f32; 2],
    radius: [f32; 2],
    components: u32,
    first: u32,
    nodes: u32,
    triangles: u32,
    values: u32,
    flags: u32,
    map: u32,
    rest: u32,
}

/// A buffer that becomes larger when need be.
struct Grown {
    buffer: wgpu::Buffer,
    usage: wgpu::BufferUsages,
}

impl Grown {
    fn new(device: &Device, usage: wgpu::BufferUsages) -> Grown {
        Grown { buffer: buffer(device, 16, usage), usage }
    }

    /// Makes room for so many bytes; says whether the buffer is another one now.
    fn reserve(&mut self, device: &Device, bytes: u64) -> bool {
        let small = self.buffer.size() < bytes;
        if small {
            self.buffer = buffer(device, bytes.next_multiple_of(16), self.usage);
        }
        small
    }

    fn write<T: bytemuck::NoUninit>(&mut self, device: &Device, data: &[T]) -> bool {
        let bytes: &[u8] = bytemuck::cast_slice(data);
        let grown = self.reserve(device, bytes.len() as u64);
        if !bytes.is_empty() {
            device.queue().write_buffer(&self.buffer, 0, bytes);
        }
        grown
    }
}

fn buffer(device: &Device, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    let usage = usage | wgpu::BufferUsages::COPY_DST;
    let descriptor = wgpu::BufferDescriptor { label: Some("viewer"), size, usage, mapped_at_creation: false };
    device.device().create_buffer(&descriptor)
}

/// The storage buffers of a mesh, by their names in the shaders.
#[derive(Clone, Copy)]
enum MeshBuffer {
    Positions,
    References,
    Triangles,
    Faces,
    Normals,
    Values,
    Lines,
    Starts,
    Around,
}

const PARTS: usize = MeshBuffer::Around as usize + 1;

/// A mesh, as the painter keeps it from picture to picture.
pub(super) struct Mesh {
    look: wgpu::Buffer,
    parts: [Grown; PARTS],
    /// The scene's version and the number of nodes for which triangles and lines were looked at.
    version: Option<(u64, usize)>,
    /// The caller's buffer of positions, if these are drawn in place.
    in_place: Option<wgpu::Buffer>,
    groups: Option<Groups>,
    pub(super) triangles: u32,
    pub(super) lines: u32,
    pub(super) points: u32,
}

struct Groups {
    surface: wgpu::BindGroup,
    ribbons: wgpu::BindGroup,
    prepared: wgpu::BindGroup,
}

/// The colour that is drawn for a checkerboard.
const CHECKERBOARD: [f32; 3] = [0.62, 0.66, 0.72];

impl Mesh {
    pub(super) fn new(device: &Device) -> Mesh {
        let storage = |_| Grown::new(device, wgpu::BufferUsages::STORAGE);
        Mesh {
            look: buffer(device, size_of::<Look>() as u64, wgpu::BufferUsages::UNIFORM),
            parts: [(); PARTS].map(storage),
            version: None,
            in_place: None,
            groups: None,
            triangles: 0,
            lines: 0,
            points: 0,
        }
    }

    /// Brings the mesh to the device: its connectivity where that is new, positions and numbers always.
    pub(super) fn update(&mut self, device: &Device, pipelines: &Pipelines, item: &Item<'_>, version: u64) {
        let mut changed = self.groups.is_none();
        let version = Some((version, item.positions.len()));
        if self.version != version {
            changed |= self.connect(device, item);
            self.version = version;
        }
        changed |= self.place(device, item);
        if let Color::Scalars { values, .. } = item.object.color {
            changed |= self.part(MeshBuffer::Values).write(device, values);
        }
        let look = self.look(item);
        device.queue().write_buffer(&self.look, 0, bytemuck::bytes_of(&look));
        self.points = if item.object.point_size > 0.0 { look.nodes } else { 0 };
        if changed {
            self.groups = Some(self.groups(device, pipelines));
        }
    }

    fn part(&mut self, part: MeshBuffer) -> &mut Grown {
        &mut self.parts[part as usize]
    }

    fn connect(&mut self, device: &Device, item: &Item<'_>) -> bool {
        let nodes = item.positions.len();
        let found = Connectivity::new(item, nodes);
        (self.triangles, self.lines) = (found.triangles.len() as u32, found.lines.len() as u32);
        let triangles = u64::from(self.triangles);
        let mut changed = self.part(MeshBuffer::Triangles).write(device, &found.triangles);
        changed |= self.part(MeshBuffer::Lines).write(device, &found.lines);
        changed |= self.part(MeshBuffer::Starts).write(device, &found.starts);
        changed |= self.part(MeshBuffer::Around).write(device, &found.around);
        changed |= self.part(MeshBuffer::Faces).reserve(device, 16 * triangles);
        changed |= self.part(MeshBuffer::Normals).reserve(device, 36 * triangles);
        if let Positions::Device { reference, .. } = item.positions {
            changed |= self.part(MeshBuffer::References).write(device, reference);
        }
        changed
    }

    fn place(&mut self, device: &Device, item: &Item<'_>) -> bool {
        match item.positions {
            Positions::Host(points) => {
                let was_elsewhere = self.in_place.take().is_some();
                self.part(MeshBuffer::Positions).write(device, points) || was_elsewhere
            }
            Positions::Device { buffer, .. } => {
                let moved = self.in_place.as_ref() != Some(buffer);
                self.in_place = Some(buffer.clone());
                moved
            }
        }
    }

    fn look(&self, item: &Item<'_>) -> Look {
        let object = &item.object;
        let (components, first, displaced) = match item.positions {
            Positions::Host(_) => (3, 0, false),
            Positions::Device { components, first, nodes, reference, .. } => {
                (components, first, nodes > 0 && reference.len() >= nodes)
            }
        };
        let (color, range, values, map) = match object.color {
            Color::Uniform(color) => (to_linear(color), (0.0, 0.0), None, 0),
            Color::Checkerboard { .. } => (to_linear(CHECKERBOARD), (0.0, 0.0), None, 0),
            Color::Scalars { values, range, map } => ([0.0; 3], range, Some(values.len() as u32), start_of(map)),
        };
        let flag = |on: bool, flag: u32| if on { flag } else { 0 };
        Look {
            color: [color[0], color[1], color[2], 1.0],
            range: range.into(),
            radius: [0.5 * object.line_width, 0.5 * object.point_size],
            components,
            first,
            nodes: item.positions.len() as u32,
            triangles: self.triangles,
            values: values.unwrap_or(0),
            flags: flag(object.edges, EDGES)
                | flag(object.style == Style::Flat, FLAT)
                | flag(values.is_some(), NUMBERS)
                | flag(displaced, REFERENCE),
            map,
            rest: 0,
        }
    }

    fn groups(&self, device: &Device, pipelines: &Pipelines) -> Groups {
        let part = |part: MeshBuffer| match (part, &self.in_place) {
            (MeshBuffer::Positions, Some(buffer)) => buffer,
            _ => &self.parts[part as usize].buffer,
        };
        let group = |layout, own: &[MeshBuffer]| {
            let shared = [MeshBuffer::Positions, MeshBuffer::References, MeshBuffer::Triangles];
            let buffers = shared.iter().chain(own).map(|&name| part(name));
            let buffers: Vec<_> = std::iter::once(&self.look).chain(buffers).collect();
            let entries: Vec<_> = buffers.into_iter().enumerate().map(entry).collect();
            let descriptor = wgpu::BindGroupDescriptor { label: Some("mesh"), layout, entries: &entries };
            device.device().create_bind_group(&descriptor)
        };
        Groups {
            surface: group(&pipelines.mesh, &[MeshBuffer::Faces, MeshBuffer::Normals, MeshBuffer::Values]),
            // The fifth binding is one that no ribbon has.
            ribbons: group(&pipelines.mesh, &[MeshBuffer::Lines, MeshBuffer::Normals, MeshBuffer::Values]),
            prepared: group(
                &pipelines.prepared,
                &[MeshBuffer::Faces, MeshBuffer::Normals, MeshBuffer::Starts, MeshBuffer::Around],
            ),
        }
    }

    /// Encodes the computation of the normals.
    pub(super) fn prepare(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        let Some(groups) = self.groups.as_ref().filter(|_| self.triangles > 0) else { return };
        let workgroups = self.triangles.div_ceil(64);
        pass.set_bind_group(0, &groups.prepared, &[]);
        for pipeline in [&pipelines.faces, &pipelines.normals] {
            pass.set_pipeline(pipeline);
            pass.dispatch_workgroups(workgroups.min(65535), workgroups.div_ceil(65535), 1);
        }
    }

    /// Encodes the mesh itself.
    pub(super) fn draw(&self, pass: &mut wgpu::RenderPass<'_>, pipelines: &Pipelines, lines: bool) {
        let Some(groups) = &self.groups else { return };
        if self.triangles > 0 {
            pass.set_pipeline(&pipelines.surface);
            pass.set_bind_group(0, &groups.surface, &[]);
            pass.draw(0..3 * self.triangles, 0..1);
        }
        pass.set_bind_group(0, &groups.ribbons, &[]);
        for (pipeline, count) in
            [(&pipelines.lines, if lines { self.lines } else { 0 }), (&pipelines.points, self.points)]
        {
            if count > 0 {
                pass.set_pipeline(pipeline);
                pass.draw(0..6, 0..count);
            }
        }
    }
}

fn entry((binding, buffer): (usize, &wgpu::Buffer)) -> wgpu::BindGroupEntry<'_> {
    wgpu::BindGroupEntry { binding: binding as u32, resource: buffer.as_entire_binding() }
}
