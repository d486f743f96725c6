//! Assembly without atomics: kernels write every number in a place of its own, then every entry of a result is gathered.

pub(crate) mod chunk;
pub(crate) mod lists;
pub(crate) mod owners;
#[cfg(test)]
mod tests;

use crate::dispatch::{Dispatch, Pipeline};
use crate::{Device, Error, error};
use lists::{Contributions, Lists};
use spadina_core::bind::NO_SLOT;
use spadina_core::pattern::{Csr, Places};
use spadina_core::real::Precision;
use spadina_shaders::assembly::{GATHER, GATHER_LONG, GRAM, GRAM_LONG, GatherWords, LONG, REDUCE, ReduceWords};
use spadina_shaders::{Constants, GROUP, Shader};

/// The most workgroups of the first run of a reduction.
const PARTIAL: usize = 256;

/// The pipelines of assembly in one precision.
#[derive(Clone, Debug)]
pub(crate) struct Assembly {
    gather: Pipeline,
    gather_long: Pipeline,
    gram: Pipeline,
    gram_long: Pipeline,
    reduce: Pipeline,
}

/// Numbers of a buffer that are summed in the energy.
pub(crate) struct Segment<'a> {
    pub buffer: &'a wgpu::Buffer,
    pub first: usize,
    pub count: usize,
    /// True if half the squares are summed.
    pub squares: bool,
}

/// A vector whose entries are gathered: its length, and whether the sums are added to what is there.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub entries: &'a wgpu::Buffer,
    pub count: usize,
    pub adds: bool,
}

impl Assembly {
    pub fn new(device: &Device, precision: Precision) -> Result<Self, Error> {
        let double = precision == Precision::F64;
        let make = |shader: Shader| device.shared_pipeline(shader.name, &shader.text(Constants::of_vectors(double)));
        let [gather, gather_long, gram] = [GATHER, GATHER_LONG, GRAM].map(make);
        let [gram_long, reduce] = [GRAM_LONG, REDUCE].map(make);
        Ok(Self { gather: gather?, gather_long: gather_long?, gram: gram?, gram_long: gram_long?, reduce: reduce? })
    }

    /// Sums, for every entry, the numbers of the list of its tile of `tile` entries.
    pub fn gather(
        &self,
        device: &Device,
        (lists, tile): (&Lists, usize),
        from: &wgpu::Buffer,
        target: Target<'_>,
    ) -> Result<Vec<Dispatch>, Error> {
        sums(device, [&self.gather, &self.gather_long], (lists, tile), from, target)
    }

    /// Sums, for every entry, the products of the pairs in its list.
    pub fn gram(
        &self,
        device: &Device,
        lists: &Lists,
        jacobian: &wgpu::Buffer,
        target: Target<'_>,
    ) -> Result<Vec<Dispatch>, Error> {
        sums(device, [&self.gram, &self.gram_long], (lists, 1), jacobian, target)
    }

    /// Sums the segments; `partial` has room for [`partials`] of them.
    pub fn energy(
        &self,
        device: &Device,
        segments: &[Segment<'_>],
        partial: &wgpu::Buffer,
        energy: &wgpu::Buffer,
    ) -> Result<Vec<Dispatch>, Error> {
        let mut dispatches = Vec::new();
        let mut place = 0;
        for segment in segments {
            let groups = groups(device, segment);
            dispatches.push(self.reduce(device, segment, groups, (place, partial))?);
            place += groups;
        }
        let sums = Segment { buffer: partial, first: 0, count: place, squares: false };
        dispatches.push(self.reduce(device, &sums, 1, (0, energy))?);
        Ok(dispatches)
    }

    fn reduce(
        &self,
        device: &Device,
        segment: &Segment<'_>,
        groups: usize,
        (place, sums): (usize, &wgpu::Buffer),
    ) -> Result<Dispatch, Error> {
        let Segment { buffer, first, count, squares } = *segment;
        let [first, count, place] = [first, count, place].map(|number| number as u32);
        let words = ReduceWords { first, count, grid: groups as u32 * GROUP, squares, place }.words();
        let workgroups = [groups as u32, 1];
        device.dispatch("a reduction", &self.reduce, workgroups, bytemuck::cast_slice(&words), &[buffer, sums])
    }
}

/// The number of partial sums of the segments.
pub(crate) fn partials(device: &Device, segments: &[Segment<'_>]) -> usize {
    segments.iter().map(|segment| groups(device, segment)).sum()
}

/// Workgroups of the first run over a segment.
fn groups(device: &Device, segment: &Segment<'_>) -> usize {
    let allowed = device.device().limits().max_compute_workgroups_per_dimension as usize;
    segment.count.div_ceil(GROUP as usize).min(PARTIAL).min(allowed)
}

/// Sums of short lists, one invocation for each entry, and of long ones, a workgroup for each.
fn sums(
    device: &Device,
    [short, long]: [&Pipeline; 2],
    (lists, tile): (&Lists, usize),
    from: &wgpu::Buffer,
    target: Target<'_>,
) -> Result<Vec<Dispatch>, Error> {
    let starts = device.words("beginnings of lists", &lists.starts)?;
    let items = device.words("lists of contributions", &lists.items)?;
    let words =
        |count: usize, row: u32| GatherWords { count: count as u32, row, adds: target.adds, tile: tile as u32 }.words();
    let buffers = [from, &starts, &items, target.entries];
    let grid = device.grid("a gather", target.count, GROUP)?;
    let uniform = words(target.count, grid.row);
    let uniform = bytemuck::cast_slice(&uniform);
    let mut dispatches = vec![device.dispatch("a gather", short, grid.workgroups, uniform, &buffers)?];
    let lengths = lists.starts.windows(2).map(|ends| ends[1] - ends[0]);
    let numbers = (0..).zip(lengths).filter(|&(_, length)| length > LONG);
    let own = |first: usize| (first..(first + tile).min(target.count)).map(|entry| entry as u32);
    let chosen: Vec<u32> = numbers.flat_map(|(number, _)| own(number * tile)).collect();
    if !chosen.is_empty() {
        let grid = device.grid("a gather", chosen.len(), 1)?;
        let uniform = words(chosen.len(), grid.row);
        let chosen = device.words("entries with long lists", &chosen)?;
        let buffers = [from, &starts, &items, target.entries, &chosen];
        let uniform = bytemuck::cast_slice(&uniform);
        dispatches.push(device.dispatch("a gather", long, grid.workgroups, uniform, &buffers)?);
    }
    Ok(dispatches)
}

/// The products that each entry of a matrix has in JᵀJ: pairs of positions among the values of the Jacobian.
pub(crate) struct Products<'a> {
    pub jacobian: &'a Csr,
    /// The matrix, with the place of each entry of the pattern among its values.
    pub hessian: Places<'a>,
}

impl Contributions<2> for Products<'_> {
    fn visit(&self, mut add: impl FnMut(usize, [u32; 2])) {
        for row in 0..self.jacobian.rows() {
            let (first, columns) = (self.jacobian.row_ptr[row], self.jacobian.row(row));
            for (i, &a) in columns.iter().enumerate() {
                for (j, &b) in columns.iter().enumerate() {
                    let slot = self.hessian.pattern.position(a, b).map(|at| self.hessian.slot(at));
                    if let Some(slot) = slot.filter(|&slot| slot != NO_SLOT) {
                        add(slot as usize, [(first + i) as u32, (first + j) as u32]);
                    }
                }
            }
        }
    }

    fn no_such_entry(&self, entry: usize, entries: usize) -> Error {
        error::bound("JᵀJ", "values of the Hessian", entry + 1, entries)
    }
}
