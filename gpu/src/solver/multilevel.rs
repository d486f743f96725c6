//! The preconditioner with several levels.

use super::matrix::Matrix;
use super::preconditioner::{Preconditioner, Stages};
use super::system::{Buffers, System, team};
use crate::memory::real_bytes;
use crate::operations::groups;
use crate::{Device, Error};
use spadina_shaders::multilevel::{Clusters, Pattern, parts};
use spadina_shaders::{COARSEN, INVERT, PROLONGATION, RESTRICTION, SolverWords};

/// The inverse blocks of the nodes, and those of clusters of nodes on several levels ([`spadina_shaders::multilevel`]).
///
/// The clusters come from the pattern when the solver is made; their blocks from the values, in every solution. It is for
/// systems that block-Jacobi takes long for, larger and stiffer ones: an iteration takes one dispatch more for each level and
/// one more for all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Multilevel;

impl Preconditioner for Multilevel {
    fn name(&self) -> &'static str {
        "multilevel"
    }

    fn check(&self, matrix: &Matrix<'_>) -> Result<(), Error> {
        matrix.host_pattern().map(|_| ())
    }

    fn bind(&self, system: &System<'_>) -> Result<Stages, Error> {
        let csr = system.matrix.host_pattern()?;
        let pattern = Pattern { row_ptr: &csr.row_ptr, col_idx: &csr.col_idx, block: system.matrix.block };
        let clusters = Clusters::of(pattern, system.node, system.fixed);
        if clusters.is_empty() {
            return Ok(Stages::default());
        }
        let own = Own::new(system, &clusters)?;
        Ok(Stages { setup: own.setup(system, &clusters)?, apply: own.apply(system, &clusters)? })
    }
}

/// The clusters on the device.
struct Own {
    list_ptr: wgpu::Buffer,
    list: wgpu::Buffer,
    member_ptr: wgpu::Buffer,
    members: wgpu::Buffer,
    parents: wgpu::Buffer,
    sizes: wgpu::Buffer,
    sums: wgpu::Buffer,
    inverse: wgpu::Buffer,
    coarse: wgpu::Buffer,
}

impl Own {
    fn new(system: &System<'_>, clusters: &Clusters) -> Result<Self, Error> {
        let (device, n, count): (&Device, usize, usize) = (system.device, system.node as usize, clusters.len());
        let vector = |what: &str, count: usize| device.storage(what, count, real_bytes(system.precision));
        Ok(Self {
            list_ptr: device.words("beginnings of the clusters' lists", &clusters.list_ptr)?,
            list: device.words("entries of clusters", &clusters.list)?,
            member_ptr: device.words("beginnings of clusters", &clusters.member_ptr)?,
            members: device.words("members of clusters", &clusters.members)?,
            parents: device.words("the clusters of nodes and clusters", &clusters.parents)?,
            sizes: device.words("sizes of clusters", &clusters.sizes)?,
            sums: vector("sums of clusters", count * parts(n))?,
            inverse: vector("inverse blocks of clusters", count * n * n)?,
            coarse: vector("residuals of clusters", 2 * count * n)?,
        })
    }

    /// The dispatches that compute the inverse blocks of the clusters.
    fn setup(&self, system: &System<'_>, clusters: &Clusters) -> Result<Vec<crate::Dispatch>, Error> {
        let Self { list_ptr, list, member_ptr, members, sizes, sums, inverse, .. } = self;
        let own = parts(system.node as usize);
        let from = [list_ptr, list, system.matrix.values, member_ptr, members, sums];
        let mut setup = Vec::new();
        for level in &clusters.levels {
            let (size, first) = (level.len() * own, level.start as usize * own);
            let entries = clusters.list_ptr[first + size] - clusters.list_ptr[first];
            let words = SolverWords { first: level.start, ..SolverWords::default() };
            setup.push(system.dispatch(COARSEN, (size, team(size, entries as usize)), words, &from)?);
        }
        let buffers = [sums, sizes, &system.buffers.scalars, inverse];
        setup.push(system.dispatch(INVERT, (clusters.len(), 1), SolverWords::default(), &buffers)?);
        Ok(setup)
    }

    /// The dispatches that add the parts of the clusters to the preconditioned residual.
    fn apply(&self, system: &System<'_>, clusters: &Clusters) -> Result<Vec<crate::Dispatch>, Error> {
        let Self { member_ptr, members, parents, inverse, coarse, .. } = self;
        let Buffers { work, partials, progress, fixed, .. } = system.buffers;
        let [count, levels] = [clusters.len(), clusters.levels.len()].map(|count| count as u32);
        let all = SolverWords { clusters: count, levels, ..SolverWords::default() };
        let from = [member_ptr, members, work, inverse, coarse, progress];
        let mut apply = Vec::new();
        for level in &clusters.levels {
            let words = SolverWords { first: level.start, ..all };
            apply.push(system.dispatch(RESTRICTION, (level.len(), 1), words, &from)?);
        }
        let words = SolverWords { partials: groups(system.nodes()) as u32, ..all };
        let from = [parents, coarse, fixed, work, partials, progress];
        apply.push(system.dispatch(PROLONGATION, (system.nodes(), 1), words, &from)?);
        Ok(apply)
    }
}
