//! Projection of element Hessians on the device, where the kernels left them.

#[cfg(test)]
mod tests;

use crate::dispatch::{Dispatch, Pipeline};
use crate::memory::{bytes, real_bytes, storage_usage};
use crate::{Device, Error, error};
use spadina_core::element::{Element, Projection};
use spadina_core::real::Precision;
use spadina_shaders::{Directions, Mode, Project, ProjectWords, Region};

/// Bytes of scratch, if one element does not need more.
const SCRATCH: u64 = 128 << 20;

/// Projects the matrices of one kind of element.
#[derive(Debug)]
pub(crate) struct Projector {
    shader: Project,
    pipeline: Pipeline,
    mode: Mode,
    precision: Precision,
    /// Entries of a lower triangle.
    entries: usize,
    /// Places and components of the basis, if it is not the unknowns themselves.
    basis: Vec<wgpu::Buffer>,
    /// Room for work on the matrices of large elements, and their number at once. All dispatches share it: they run one
    /// after another.
    scratch: Option<(wgpu::Buffer, u32)>,
}

impl Projector {
    /// Compiles the shader for an element. `most` is the greatest number of elements that will be projected at once, for
    /// which room is made. Refuses a precision that the device does not have, and elements that are too large for it.
    pub fn new(
        device: &Device,
        precision: Precision,
        element: &Element,
        projection: Projection,
        most: usize,
    ) -> Result<Self, Error> {
        device.check(precision)?;
        let columns = &element.basis.columns;
        let whole = element.basis.is_whole(element.size());
        let shader = Project {
            double: precision == Precision::F64,
            unknowns: element.size() as u32,
            directions: (!whole).then_some(columns.len() as u32),
        };
        let longest = if whole { 0 } else { columns.iter().map(Vec::len).max().unwrap_or(0) };
        let what = format!("the projection of elements of {} unknowns", shader.unknowns);
        device.check_iterations(&what, shader.iterations(longest))?;
        let mut basis = Vec::new();
        if !whole {
            let Directions { places, components } = Directions::new(element.size(), columns, |component| component);
            basis.push(device.words("the places of a basis", &places)?);
            basis.push(device.filled("a basis", &bytes(precision, &components), storage_usage())?);
        }
        let real = real_bytes(precision);
        let scratch = shader.scratch().map(|reals| {
            let allowed = device.device().limits().max_storage_buffer_binding_size.min(SCRATCH);
            let elements = (allowed as usize / (reals * real)).min(most).max(1);
            Ok((device.storage("room to project elements", reals * elements, real)?, elements as u32))
        });
        let mode = match projection {
            Projection::Clamp | Projection::Reduced => Mode::Clamp,
            Projection::Abs => Mode::Abs,
        };
        Ok(Self {
            shader,
            pipeline: device.shared_pipeline(Project::NAME, &shader.text())?,
            mode,
            precision,
            entries: element.entries(),
            basis,
            scratch: scratch.transpose()?,
        })
    }

    /// Binds the matrices of a buffer of reals. `places` says where in an element's record each entry of its lower triangle
    /// is, or [`Region::NONE`]; it may go on with the place of a copy of each. Large elements may need several dispatches;
    /// these are in order. Refuses places that are not as many, and a region that reaches beyond the buffer.
    pub fn dispatches(
        &self,
        device: &Device,
        buffer: &wgpu::Buffer,
        region: Region,
        places: &[u32],
    ) -> Result<Vec<Dispatch>, Error> {
        self.check(buffer, region, places)?;
        let mut places = places.to_vec();
        places.resize(2 * self.entries, Region::NONE);
        let places = device.words("places of entries", &places)?;
        let mut buffers = vec![buffer, &places];
        buffers.extend(&self.basis);
        buffers.extend(self.scratch.as_ref().map(|(scratch, _)| scratch));
        let (most, team) = (self.scratch.as_ref().map_or(u32::MAX, |&(_, elements)| elements), self.shader.team());
        let starts = (0..region.count).step_by(most as usize);
        let dispatch = |start: u32| {
            let range = start..region.count.min(start.saturating_add(most));
            let grid = device.grid(Project::NAME, range.len() * team as usize, self.shader.group())?;
            let words = ProjectWords::of(region, self.mode, range, grid.row / team).words();
            device.dispatch(Project::NAME, &self.pipeline, grid.workgroups, bytemuck::cast_slice(&words), &buffers)
        };
        starts.map(dispatch).collect()
    }

    /// Refuses what reaches beyond the buffer, or beyond what words of a shader count.
    fn check(&self, buffer: &wgpu::Buffer, region: Region, places: &[u32]) -> Result<(), Error> {
        let refuse = |what: &str, wanted: usize, given: usize| Err(error::bound(Project::NAME, what, wanted, given));
        if places.len() != self.entries && places.len() != 2 * self.entries {
            return refuse("places of entries", self.entries, places.len());
        }
        let last = places.iter().copied().filter(|&place| place != Region::NONE).max();
        let Some((place, element)) = last.zip((region.count as usize).checked_sub(1)) else { return Ok(()) };
        let wanted = region.at(element, place) + 1;
        let given = (buffer.size() / real_bytes(self.precision) as u64).min(u32::MAX.into()) as usize;
        if wanted > given {
            return refuse("numbers", wanted, given);
        }
        Ok(())
    }
}
