//! Draws scenes with a device: the twin of the software renderer in [`render`](spadina_pictures::render).
//!
//! Vertices are not uploaded: the shaders read positions where they are, by the indices of the triangles. Before each
//! picture, compute shaders find the normals of the faces and, from the corners around each node, those at the corners.

mod floor;
mod globals;
mod mesh;
mod pipelines;
mod prepare;
mod target;

use super::ViewError;
use super::scene::{Item, Scene, positions};
use floor::Floor;
use globals::{Globals, Shared};
use mesh::Mesh;
use pipelines::Pipelines;
use spadina::gpu::{Device, wgpu};
use spadina_pictures::render::{Camera, Ground, Object, RenderError, Settings, Viewport};
use std::fmt;
use target::{Kind, Target};

/// Draws scenes into textures of one format.
pub struct Painter {
    device: Device,
    kind: Kind,
    pipelines: Pipelines,
    shared: Shared,
    meshes: Vec<Mesh>,
    floor: Option<Floor>,
    target: Option<Target>,
}

impl fmt::Debug for Painter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Painter").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Painter {
    /// A painter for textures of this format, in which `smooth` pixels have four samples, if the device can do so. Formats
    /// that do not convert to sRGB get numbers that are sRGB already.
    pub fn new(device: &Device, format: wgpu::TextureFormat, smooth: bool) -> Result<Painter, ViewError> {
        let kind = Kind::new(device, format, smooth);
        let pipelines = Pipelines::new(device, kind)?;
        let shared = Shared::new(device, &pipelines.globals)?;
        Ok(Painter { device: device.clone(), kind, pipelines, shared, meshes: Vec::new(), floor: None, target: None })
    }

    /// Encodes a picture of the size in the settings, which becomes what the view shows. The camera looks through the
    /// viewport; title and scale are left to the caller. Submit the commands before the next picture is drawn.
    ///
    /// The shadow on a ground, if there is to be one, is found by the host, which reads positions back for it.
    pub fn paint(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        view: &wgpu::TextureView,
        scene: &Scene<'_>,
        camera: &Camera,
        (settings, viewport): (&Settings, Viewport),
    ) -> Result<(), ViewError> {
        let &Settings { width, height, .. } = settings;
        if width == 0 || height == 0 {
            return Err(RenderError::Empty { width, height }.into());
        }
        scene.positions.check()?;
        let items: Vec<Item<'_>> = scene.items().collect();
        let target = match self.target.take() {
            Some(target) if target.fits((width, height)) => target,
            _ => Target::new(&self.device, self.kind, (width, height))?,
        };
        let ground = match settings.ground {
            Some(level) => self.ground(level, &items, camera, viewport)?,
            None => None,
        };
        let globals = Globals::new(camera, viewport, settings, !self.kind.format.is_srgb());
        let device = self.device.clone();
        device.scoped("a picture", || {
            self.shared.write(&self.device, &globals);
            self.meshes.resize_with(items.len(), || Mesh::new(&self.device));
            for (mesh, item) in self.meshes.iter_mut().zip(&items) {
                mesh.update(&self.device, &self.pipelines, item, scene.version);
            }
            if let Some(ground) = &ground {
                let floor = self.floor.get_or_insert_with(|| Floor::new(&self.device, &self.pipelines));
                floor.write(&self.device, ground);
            }
            self.encode(encoder, &target, view, &items, ground.is_some());
        })?;
        self.target = Some(target);
        Ok(())
    }

    /// The ground under some things, if it is seen.
    fn ground(
        &self,
        level: f32,
        items: &[Item<'_>],
        camera: &Camera,
        viewport: Viewport,
    ) -> Result<Option<Ground>, ViewError> {
        let places: Result<Vec<_>, _> = items.iter().map(|item| positions(&self.device, item.positions)).collect();
        let places = places?;
        let with_points = items.iter().zip(&places).map(|(item, points)| Object { points, ..item.object });
        let objects: Vec<Object<'_>> = with_points.collect();
        Ok(Ground::new(level, &objects, camera, viewport))
    }

    fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        target: &Target,
        view: &wgpu::TextureView,
        items: &[Item<'_>],
        ground: bool,
    ) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        self.meshes.iter().for_each(|mesh| mesh.prepare(&mut pass, &self.pipelines));
        drop(pass);
        let mut pass = target.begin(encoder, view);
        pass.set_bind_group(1, &self.shared.group, &[]);
        pass.set_pipeline(&self.pipelines.background);
        pass.draw(0..3, 0..1);
        for (mesh, item) in self.meshes.iter().zip(items) {
            mesh.draw(&mut pass, &self.pipelines, item.object.line_width > 0.0);
        }
        if let Some(floor) = self.floor.as_ref().filter(|_| ground) {
            floor.draw(&mut pass, &self.pipelines);
        }
    }
}
