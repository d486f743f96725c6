//! Makes the buffers and dispatches of a solver.

use super::{Matrix, Preconditioner, Settings, Solver, Status};
use crate::memory::{bytes, real_bytes, storage_usage};
use crate::pipeline::{Dispatch, Pipeline};
use crate::{Device, Error};
use spadina_core::real::Precision;
use spadina_shaders::multilevel::{Clusters, Pattern, parts};
use spadina_shaders::{
    BLOCK_DIAGONAL, CHECK, COARSEN, Constants, DIRECT, GROUP, INVERT, MULTIPLY, PROLONGATION, RESTRICTION, START, STEP,
    Shader, UPDATE,
};

/// Numbers in the scalars; the places of those that are set before the start.
pub(super) const SCALARS: usize = 8;
const RELATIVE: usize = 5;
const ABSOLUTE: usize = 6;
pub(super) const SHIFT: usize = 7;

/// What the shaders' uniform says; the numbers of items and of their invocations are those of the dispatch.
#[derive(Clone, Copy, Default)]
struct Words {
    partials: usize,
    first: u32,
    clusters: usize,
    levels: usize,
    negate: bool,
}

/// Makes dispatches.
struct Maker<'a> {
    device: &'a Device,
    constants: Constants,
    unknowns: usize,
}

impl Maker<'_> {
    fn pipeline(&self, shader: Shader) -> Result<Pipeline, Error> {
        self.device.shared_pipeline(shader.name, &shader.text(self.constants), shader.writes)
    }

    fn dispatch(
        &self,
        (shader, pipeline): (Shader, &Pipeline),
        (items, per_item): (usize, u32),
        words: Words,
        buffers: &[&wgpu::Buffer],
    ) -> Result<Dispatch, Error> {
        let grid = self.device.grid(shader.name, items * per_item as usize, GROUP)?;
        let Words { partials, first, clusters, levels, negate } = words;
        let counts = [items, self.unknowns, partials].map(|count| count as u32);
        let words = [grid.row, counts[0], counts[1], counts[2], first, clusters as u32, levels as u32, negate.into()];
        self.device.dispatch(shader.name, pipeline, grid.workgroups, bytemuck::cast_slice(&words), buffers)
    }

    /// The only dispatch of a shader.
    fn single(
        &self,
        shader: Shader,
        items: (usize, u32),
        words: Words,
        buffers: &[&wgpu::Buffer],
    ) -> Result<Dispatch, Error> {
        self.dispatch((shader, &self.pipeline(shader)?), items, words, buffers)
    }
}

/// Workgroups of so many invocations.
fn groups(invocations: usize) -> usize {
    invocations.div_ceil(GROUP as usize)
}

/// The vectors of a solver.
struct Buffers {
    solution: wgpu::Buffer,
    work: wgpu::Buffer,
    inverse: wgpu::Buffer,
    partials: wgpu::Buffer,
    scalars: wgpu::Buffer,
    status: wgpu::Buffer,
    fixed: wgpu::Buffer,
}

impl Buffers {
    fn new(device: &Device, precision: Precision, node: u32, fixed: &[bool], partials: usize) -> Result<Self, Error> {
        let unknowns = fixed.len();
        let vector = |what: &str, count: usize| device.storage(what, count, real_bytes(precision));
        let fixed: Vec<u32> = fixed.iter().map(|&fixed| u32::from(fixed)).collect();
        Ok(Self {
            solution: vector("the solution", unknowns)?,
            work: vector("the solver's vectors", 4 * unknowns)?,
            inverse: vector("inverse blocks", unknowns * node as usize)?,
            partials: vector("partial sums", 2 * partials)?,
            scalars: vector("scalars", SCALARS)?,
            status: device.words("the solver's status", &[0, u32::MAX])?,
            fixed: device.words("fixed unknowns", &fixed)?,
        })
    }
}

/// A solver for parts that fit together.
pub(super) fn solver(
    device: &Device,
    precision: Precision,
    matrix: &Matrix<'_>,
    rhs: &wgpu::Buffer,
    fixed: &[bool],
    settings: Settings,
) -> Result<Solver, Error> {
    let Matrix { row_ptr, col_idx, values, rows, block, .. } = *matrix;
    let (unknowns, node) = (fixed.len(), settings.node);
    let (nodes, team) = (unknowns / node as usize, team_on(device, matrix, &settings)?);
    let constants = Constants { double: precision == Precision::F64, block, node, team };
    let maker = Maker { device, constants, unknowns };
    let (by_rows, by_nodes) = (groups(rows * team as usize), groups(nodes));
    let buffers = Buffers::new(device, precision, node, fixed, by_rows.max(by_nodes))?;
    let Buffers { solution, work, inverse, partials, scalars, status, fixed: flags } = &buffers;
    let sums = [partials, scalars, status];
    let [with_rows, with_nodes] = [by_rows, by_nodes].map(|partials| Words { partials, ..Words::default() });
    let negated = Words { negate: settings.negate, ..with_nodes };
    let none = Words::default();
    let check = maker.pipeline(CHECK)?;
    let check = || maker.dispatch((CHECK, &check), (1, 1), with_nodes, &sums);
    let direct = maker.pipeline(DIRECT)?;
    let direct = || maker.dispatch((DIRECT, &direct), (unknowns, 1), none, &[work, scalars, status]);
    let diagonal = [row_ptr, col_idx, values, flags, inverse, status, scalars];
    let product = [row_ptr, col_idx, values, flags, work, partials, status, scalars];
    let mut prelude = vec![
        maker.single(BLOCK_DIAGONAL, (nodes, 1), none, &diagonal)?,
        maker.single(START, (nodes, 1), negated, &[solution, work, inverse, flags, partials, rhs])?,
    ];
    let mut iteration = vec![
        maker.single(MULTIPLY, (rows, team), with_rows, &product)?,
        maker.single(STEP, (1, 1), with_rows, &sums)?,
        maker.single(UPDATE, (nodes, 1), with_nodes, &[solution, work, inverse, partials, scalars, status])?,
    ];
    if let Some(mut levels) = levels(&maker, &buffers, matrix, fixed, settings)? {
        prelude.append(&mut levels.setup);
        prelude.append(&mut levels.apply[0]);
        iteration.append(&mut levels.apply[1]);
        // The direction that the start leaves is that of the nodes alone; before the first iteration beta is zero.
        prelude.extend([check()?, direct()?]);
    } else {
        prelude.push(check()?);
    }
    iteration.extend([check()?, direct()?]);
    let initial = initial(device, precision, &settings)?;
    let seen = || device.readback("the solver's words", 16 + SCALARS * real_bytes(precision));
    let seen = [seen()?, seen()?];
    let Buffers { solution, work, scalars, status, .. } = buffers;
    Ok(Solver { precision, settings, solution, work, status, scalars, initial, prelude, iteration, seen })
}

/// Status and scalars at the start.
fn initial(device: &Device, precision: Precision, settings: &Settings) -> Result<[wgpu::Buffer; 2], Error> {
    let mut first = [0.0; SCALARS];
    (first[RELATIVE], first[ABSOLUTE]) = (settings.tolerance.powi(2), settings.absolute.powi(2));
    first[SHIFT] = settings.shift;
    Ok([
        device.words("the first status", &[Status::Running as u32, u32::MAX])?,
        device.filled("the first scalars", &bytes(precision, &first), storage_usage())?,
    ])
}

/// The dispatches of several levels.
struct Levels {
    /// What makes the inverse blocks of the clusters.
    setup: Vec<Dispatch>,
    /// What adds the parts of the clusters to the preconditioned residual, once for the start and once for the iterations.
    apply: [Vec<Dispatch>; 2],
}

/// Several levels, if they are wanted and the pattern has some.
fn levels(
    maker: &Maker<'_>,
    buffers: &Buffers,
    matrix: &Matrix<'_>,
    fixed: &[bool],
    settings: Settings,
) -> Result<Option<Levels>, Error> {
    let Some(csr) = matrix.pattern.filter(|_| settings.preconditioner == Preconditioner::Multilevel) else {
        return Ok(None);
    };
    let pattern = Pattern { row_ptr: &csr.row_ptr, col_idx: &csr.col_idx, block: matrix.block };
    let clusters = Clusters::of(pattern, settings.node, fixed);
    if clusters.is_empty() {
        return Ok(None);
    }
    let (device, n, count) = (maker.device, settings.node as usize, clusters.len());
    let item = if maker.constants.double { size_of::<f64>() } else { size_of::<f32>() };
    let words = |what: &str, words: &[u32]| device.words(what, words);
    let list_ptr = words("beginnings of the clusters' lists", &clusters.list_ptr)?;
    let list = words("entries of clusters", &clusters.list)?;
    let member_ptr = words("beginnings of clusters", &clusters.member_ptr)?;
    let members = words("members of clusters", &clusters.members)?;
    let parents = words("the clusters of nodes and clusters", &clusters.parents)?;
    let sizes = words("sizes of clusters", &clusters.sizes)?;
    let sums = device.storage("sums of clusters", count * parts(n), item)?;
    let inverse = device.storage("inverse blocks of clusters", count * n * n, item)?;
    let coarse = device.storage("residuals of clusters", 2 * count * n, item)?;
    let Buffers { work, partials, scalars, status, fixed, .. } = buffers;
    let mut setup = Vec::new();
    for level in &clusters.levels {
        let (size, first) = (level.len() * parts(n), level.start as usize * parts(n));
        let entries = clusters.list_ptr[first + size] - clusters.list_ptr[first];
        let team = team(size, entries as usize);
        let maker = Maker { constants: Constants { team, ..maker.constants }, ..*maker };
        let from = [&list_ptr, &list, matrix.values, &member_ptr, &members, &sums];
        setup.push(maker.single(COARSEN, (size, team), Words { first: level.start, ..Words::default() }, &from)?);
    }
    setup.push(maker.single(INVERT, (count, 1), Words::default(), &[&sums, &sizes, scalars, &inverse])?);
    let (restriction, prolongation) = (maker.pipeline(RESTRICTION)?, maker.pipeline(PROLONGATION)?);
    let apply = || {
        let all = Words { clusters: count, levels: clusters.levels.len(), ..Words::default() };
        let mut apply = Vec::new();
        for level in &clusters.levels {
            let words = Words { first: level.start, ..all };
            let from = [&member_ptr, &members, work, &inverse, &coarse, status];
            apply.push(maker.dispatch((RESTRICTION, &restriction), (level.len(), 1), words, &from)?);
        }
        let nodes = maker.unknowns / n;
        let words = Words { partials: groups(nodes), ..all };
        let from = [&parents, &coarse, fixed, work, partials, status];
        apply.push(maker.dispatch((PROLONGATION, &prolongation), (nodes, 1), words, &from)?);
        Ok(apply)
    };
    Ok(Some(Levels { setup, apply: [apply()?, apply()?] }))
}

/// Invocations that multiply a block row, on a device. Where a processor runs all of a workgroup, waiting for each other takes
/// longer than a row.
fn team_on(device: &Device, matrix: &Matrix<'_>, settings: &Settings) -> Result<u32, Error> {
    let usual =
        settings.team.map_or_else(|| team(matrix.rows, matrix.blocks), |team| team.clamp(1, 32).next_power_of_two());
    let (Some(limit), Some(pattern)) = (device.iterations(), matrix.pattern) else { return Ok(usual) };
    let longest = pattern.row_ptr.windows(2).map(|ends| ends[1] - ends[0]).max().unwrap_or(0) as u64;
    let block = u64::from(matrix.block);
    let iterations = |team: u32| longest.div_ceil(team.into()) * (1 + block + block * block);
    if settings.team.is_none() && iterations(1) <= limit {
        return Ok(1);
    }
    device.check_iterations("a row of the matrix", iterations(usual))?;
    Ok(usual)
}

/// Invocations that multiply a block row: half as many as it has blocks, on average.
pub(super) fn team(rows: usize, blocks: usize) -> u32 {
    let half = blocks.div_ceil(2 * rows.max(1));
    half.next_power_of_two().clamp(1, 32) as u32
}

/// Refuses what does not fit together.
pub(super) fn check(
    matrix: &Matrix<'_>,
    (rhs, real): (&wgpu::Buffer, usize),
    fixed: &[bool],
    settings: &Settings,
) -> Result<(), Error> {
    let unknowns = matrix.rows * matrix.block as usize;
    let values = matrix.blocks * (matrix.block * matrix.block) as usize;
    let refuse = |what: &'static str, wanted: usize, given: usize| Err(Error::System { what, wanted, given });
    if matrix.block == 0 || settings.node == 0 || !unknowns.is_multiple_of(settings.node as usize) {
        return refuse("unknowns of a node, which divide the unknowns,", unknowns, settings.node as usize);
    }
    if fixed.len() != unknowns {
        return refuse("flags of fixed unknowns", unknowns, fixed.len());
    }
    let room = |what, buffer: &wgpu::Buffer, wanted: usize| match buffer.size() < wanted as u64 {
        true => refuse(what, wanted, buffer.size() as usize),
        false => Ok(()),
    };
    room("bytes of beginnings of rows", matrix.row_ptr, 4 * (matrix.rows + 1))?;
    room("bytes of columns", matrix.col_idx, 4 * matrix.blocks)?;
    room("bytes of values", matrix.values, real * values)?;
    room("bytes of the right-hand side", rhs, real * unknowns)?;
    if settings.preconditioner == Preconditioner::Multilevel {
        check_pattern(matrix)?;
    }
    // Places in every vector are words of the shaders.
    let most = values.max(unknowns * settings.node.max(4) as usize);
    match u32::try_from(most) {
        Ok(_) => Ok(()),
        Err(_) => refuse("numbers in a vector, fewer than 2³²,", u32::MAX as usize, most),
    }
}

/// Refuses a pattern on the host that cannot be that of the matrix.
fn check_pattern(matrix: &Matrix<'_>) -> Result<(), Error> {
    let refuse = |what: &'static str, wanted: usize, given: usize| Err(Error::System { what, wanted, given });
    let Some(pattern) = matrix.pattern else {
        return refuse("patterns on the host for several levels,", 1, 0);
    };
    if pattern.rows() != matrix.rows {
        return refuse("rows of the pattern on the host", matrix.rows, pattern.rows());
    }
    let ends = pattern.row_ptr.last().copied().unwrap_or(0);
    if pattern.col_idx.len() != matrix.blocks || ends != matrix.blocks || !pattern.row_ptr.is_sorted() {
        return refuse("blocks of the pattern on the host, row by row,", matrix.blocks, pattern.col_idx.len());
    }
    match pattern.col_idx.iter().max() {
        Some(&column) if column as usize >= matrix.rows => {
            refuse("block columns of the pattern on the host, at most", matrix.rows, column as usize + 1)
        }
        _ => Ok(()),
    }
}
