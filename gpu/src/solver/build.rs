//! Makes the buffers and dispatches of a solver.

use super::matrix::Matrix;
use super::preconditioner::Stages;
use super::settings::Settings;
use super::system::{Buffers, LARGEST_TEAM, System, team};
use crate::dispatch::Dispatch;
use crate::memory::{bytes, real_bytes, storage_usage};
use crate::operations::groups;
use crate::{Device, Error};
use spadina_core::real::Precision;
use spadina_shaders::{
    BLOCK_DIAGONAL, CHECK, DIRECT, LARGEST, MULTIPLY, SCALE, SOLVER_SCALARS, START, STEP, SolverProgress,
    SolverScalars, SolverWords, UPDATE,
};

/// The byte offset of the scalars in the buffer that the host reads; the progress is before them.
pub(super) const SCALARS_SEEN: usize = 16;

/// The parts of a solver.
pub(super) struct Made {
    pub buffers: Buffers,
    /// The initial progress and scalars.
    pub initial: [wgpu::Buffer; 2],
    /// Before the iterations.
    pub prelude: Vec<Dispatch>,
    /// In each iteration.
    pub iteration: Vec<Dispatch>,
    /// Buffers that the host reads, of one batch and of the next.
    pub seen: [wgpu::Buffer; 2],
}

/// The parts of a solver for a matrix and a right-hand side that fit together.
pub(super) fn solver(
    (device, precision): (&Device, Precision),
    matrix: &Matrix<'_>,
    rhs: &wgpu::Buffer,
    fixed: &[bool],
    settings: Settings,
) -> Result<Made, Error> {
    let (node, team) = (settings.node, team_on(device, matrix, &settings)?);
    let (by_rows, by_nodes) = (groups(matrix.rows * team as usize), groups(fixed.len() / node as usize));
    let buffers = Buffers::new(device, precision, (node, fixed), by_rows.max(by_nodes))?;
    let system = System { device, precision, matrix, node, fixed, buffers: &buffers };
    let [prelude, iteration] = dispatches(&system, rhs, (team, by_rows, by_nodes), settings)?;
    let initial = initial(device, precision, &settings)?;
    let seen = || device.readback("the solver's words", SCALARS_SEEN + SOLVER_SCALARS * real_bytes(precision));
    let seen = [seen()?, seen()?];
    Ok(Made { buffers, initial, prelude, iteration, seen })
}

/// The dispatches before the iterations, and those of each iteration.
fn dispatches(
    system: &System<'_>,
    rhs: &wgpu::Buffer,
    (team, by_rows, by_nodes): (u32, usize, usize),
    settings: Settings,
) -> Result<[Vec<Dispatch>; 2], Error> {
    let &Matrix { row_ptr, col_idx, values, rows, .. } = system.matrix;
    let Buffers { solution, work, inverse, partials, scalars, progress, fixed } = system.buffers;
    let (nodes, unknowns) = (system.nodes(), system.fixed.len());
    let none = SolverWords::default();
    let [with_rows, with_nodes] = [by_rows, by_nodes].map(|sums| SolverWords { partials: sums as u32, ..none });
    let negated = SolverWords { negate: settings.negate, ..with_nodes };
    let sums = [partials, scalars, progress];
    let check = system.dispatch(CHECK, (1, 1), with_nodes, &sums)?;
    let direct = system.dispatch(DIRECT, (unknowns, 1), none, &[work, scalars, progress])?;
    let diagonal = [row_ptr, col_idx, values, fixed, inverse, progress, scalars];
    let product = [row_ptr, col_idx, values, fixed, work, partials, progress, scalars];
    let mut prelude = vec![
        system.dispatch(BLOCK_DIAGONAL, (nodes, 1), none, &diagonal)?,
        system.dispatch(LARGEST, (nodes, 1), with_nodes, &[fixed, partials, rhs])?,
        system.dispatch(SCALE, (1, 1), with_nodes, &[partials, scalars])?,
        system.dispatch(START, (nodes, 1), negated, &[solution, work, inverse, fixed, partials, rhs, scalars])?,
    ];
    let mut iteration = vec![
        system.dispatch(MULTIPLY, (rows, team), with_rows, &product)?,
        system.dispatch(STEP, (1, 1), with_rows, &sums)?,
        system.dispatch(UPDATE, (nodes, 1), with_nodes, &[solution, work, inverse, partials, scalars, progress])?,
    ];
    let Stages { setup, apply } = settings.preconditioner.bind(system)?;
    prelude.extend(setup);
    prelude.extend_from_slice(&apply);
    prelude.push(check.clone());
    if !apply.is_empty() {
        // The direction that the start leaves is that of the nodes alone; before the first iteration beta is zero.
        prelude.push(direct.clone());
    }
    iteration.extend(apply);
    iteration.extend([check, direct]);
    Ok([prelude, iteration])
}

/// Progress and scalars at the start.
fn initial(device: &Device, precision: Precision, settings: &Settings) -> Result<[wgpu::Buffer; 2], Error> {
    let &Settings { tolerance, absolute, shift, .. } = settings;
    let first = SolverScalars { relative: tolerance.powi(2), absolute, shift, ..SolverScalars::default() };
    Ok([
        device.words("the first progress", &SolverProgress::START.words())?,
        device.filled("the first scalars", &bytes(precision, &first.reals()), storage_usage())?,
    ])
}

/// Invocations that multiply a block row, on a device. Where a processor runs all of a workgroup, waiting for each other takes
/// longer than a row.
fn team_on(device: &Device, matrix: &Matrix<'_>, settings: &Settings) -> Result<u32, Error> {
    let usual = settings
        .team
        .map_or_else(|| team(matrix.rows, matrix.blocks), |team| team.clamp(1, LARGEST_TEAM).next_power_of_two());
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
