//! Assembly without atomics: kernels write every number in a place of its own, then every entry of a result is gathered.

pub(crate) mod chunk;
pub(crate) mod lists;

use crate::pipeline::{Dispatch, Pipeline, with_reals};
use crate::{Device, Error};
use lists::{Contributions, Lists};
use spadina_core::bind::NO_SLOT;
use spadina_core::pattern::{Csr, Places};
use spadina_core::real::Precision;

/// Invocations in a workgroup of the gathers, as in their shaders.
const WORKGROUP: u32 = 64;

/// An entry to which more numbers contribute has a workgroup of its own: the row of an unknown that all elements share.
const LONG: u32 = 1024;

/// Invocations in a workgroup of the reduction, as in its shader.
const REDUCE: u32 = 256;

/// The most workgroups of the first run of a reduction.
const PARTIAL: usize = 256;

/// The pipelines of assembly in one precision.
#[derive(Clone, Debug)]
pub(crate) struct Assembly {
    gather: Pipeline,
    gather_long: Pipeline,
    gram: Pipeline,
    reduce: Pipeline,
}

/// What is summed in the energy.
pub(crate) struct Segment<'a> {
    pub buffer: &'a wgpu::Buffer,
    pub first: usize,
    pub count: usize,
    /// Whether half the squares are summed.
    pub squares: bool,
}

impl Assembly {
    pub fn new(device: &Device, precision: Precision) -> Result<Self, Error> {
        let make = |what: &str, text: &str, entry: &str, writes: &[bool]| {
            device.pipeline(what, &with_reals(precision, text), entry, writes)
        };
        let lists = [false, false, false, true];
        let gather = format!("const LONG = {LONG}u;\n\n{}", include_str!("gather.wgsl"));
        let chosen = [false, false, false, true, false];
        Ok(Self {
            gather: make("the gather", &gather, "gather", &lists)?,
            gather_long: make("the gather of long lists", include_str!("long.wgsl"), "gather_long", &chosen)?,
            gram: make("the product of the Jacobian with itself", include_str!("gram.wgsl"), "gram", &lists)?,
            reduce: make("the reduction", include_str!("reduce.wgsl"), "reduce", &[false, true])?,
        })
    }

    /// Sums, for every entry, the numbers of its list.
    pub fn gather(
        &self,
        device: &Device,
        lists: &Lists,
        from: &wgpu::Buffer,
        entries: &wgpu::Buffer,
        adds: bool,
    ) -> Result<Vec<Dispatch>, Error> {
        let uploaded = Uploaded::new(device, lists)?;
        let mut dispatches = vec![uploaded.sum(device, &self.gather, from, entries, adds)?];
        let lengths = lists.starts.windows(2).map(|ends| ends[1] - ends[0]);
        let long: Vec<u32> = (0..).zip(lengths).filter(|&(_, length)| length > LONG).map(|(entry, _)| entry).collect();
        if !long.is_empty() {
            let grid = device.grid("a gather", long.len(), 1)?;
            let uniform = [long.len() as u32, grid.row, adds.into(), 0];
            let chosen = device.words("entries with long lists", &long)?;
            let buffers = [from, &uploaded.starts, &uploaded.items, entries, &chosen];
            let uniform = bytemuck::cast_slice(&uniform);
            dispatches.push(device.dispatch("a gather", &self.gather_long, grid.workgroups, uniform, &buffers)?);
        }
        Ok(dispatches)
    }

    /// Sums, for every entry, the products of the pairs in its list.
    pub fn gram(
        &self,
        device: &Device,
        lists: &Lists,
        jacobian: &wgpu::Buffer,
        entries: &wgpu::Buffer,
        adds: bool,
    ) -> Result<Dispatch, Error> {
        Uploaded::new(device, lists)?.sum(device, &self.gram, jacobian, entries, adds)
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
        let uniform = [first as u32, count as u32, groups as u32 * REDUCE, squares.into(), place as u32, 0, 0, 0];
        let workgroups = [groups as u32, 1];
        device.dispatch("a reduction", &self.reduce, workgroups, bytemuck::cast_slice(&uniform), &[buffer, sums])
    }
}

/// How many partial sums the segments have.
pub(crate) fn partials(device: &Device, segments: &[Segment<'_>]) -> usize {
    segments.iter().map(|segment| groups(device, segment)).sum()
}

/// Workgroups of the first run over a segment.
fn groups(device: &Device, segment: &Segment<'_>) -> usize {
    let allowed = device.device().limits().max_compute_workgroups_per_dimension as usize;
    segment.count.div_ceil(REDUCE as usize).min(PARTIAL).min(allowed)
}

/// Lists on the device.
struct Uploaded {
    entries: usize,
    starts: wgpu::Buffer,
    items: wgpu::Buffer,
}

impl Uploaded {
    fn new(device: &Device, lists: &Lists) -> Result<Self, Error> {
        let starts = device.words("beginnings of lists", &lists.starts)?;
        let items = device.words("lists of contributions", &lists.items)?;
        Ok(Self { entries: lists.starts.len() - 1, starts, items })
    }

    /// One invocation for each entry.
    fn sum(
        &self,
        device: &Device,
        pipeline: &Pipeline,
        from: &wgpu::Buffer,
        entries: &wgpu::Buffer,
        adds: bool,
    ) -> Result<Dispatch, Error> {
        let grid = device.grid("a gather", self.entries, WORKGROUP)?;
        let uniform = [self.entries as u32, grid.row, adds.into(), 0];
        let buffers = [from, &self.starts, &self.items, entries];
        device.dispatch("a gather", pipeline, grid.workgroups, bytemuck::cast_slice(&uniform), &buffers)
    }
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
        let (kernel, what) = ("JᵀJ".into(), "values of the Hessian".into());
        Error::Binding { kernel, what, wanted: entry + 1, given: entries }
    }
}
