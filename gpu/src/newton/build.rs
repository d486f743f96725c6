//! Makes the buffers and dispatches of a minimisation.

use super::seen::Seen;
use super::settings::Settings;
use crate::bound::Terms;
use crate::dispatch::Dispatch;
use crate::memory::{bytes, real_bytes, storage_usage};
use crate::operations::{Maker, groups};
use crate::solver::Solver;
use crate::{BoundEvaluation, Device, Error, Vectors};
use spadina_core::real::Precision;
use spadina_shaders::newton::{CURVATURE, NewtonProgress, NewtonScalars, SCALARS, TRIAL_SLOPE, WOLFE};
use spadina_shaders::{ADVANCE, DIFFERENCE, DOT, JUDGE, SLOPE, TOTAL, VectorWords};
use std::ops::Range;

/// Numbers whose change the search sums: how they are now, how they were, which, and whether half their squares are meant.
struct Compared<'a> {
    numbers: [&'a wgpu::Buffer; 2],
    range: Range<usize>,
    squares: bool,
}

/// The parts of a minimisation besides its evaluations and its linear system.
#[derive(Debug)]
pub(super) struct Made {
    /// Pairs of a buffer and its copy at the start of an iteration: unknowns, energies, residual.
    pub kept: [[wgpu::Buffer; 2]; 3],
    pub progress: wgpu::Buffer,
    pub scalars: wgpu::Buffer,
    /// The initial progress and scalars.
    pub initial: [wgpu::Buffer; 2],
    pub slope: Vec<Dispatch>,
    pub advance: Dispatch,
    pub judge: Vec<Dispatch>,
    pub seen: Seen,
}

/// The parts of a minimisation whose evaluations and linear system fit together.
pub(super) fn newton(
    device: &Device,
    vectors: &Vectors,
    gradient: &BoundEvaluation,
    linear: &Solver,
    settings: &Settings,
) -> Result<Made, Error> {
    let precision = vectors.precision;
    let item = real_bytes(precision);
    let unknowns = vectors.lengths.unknowns;
    let Terms { energies, count, squares } = gradient.terms();
    let keep = |from: &wgpu::Buffer, what: &str| -> Result<[wgpu::Buffer; 2], Error> {
        Ok([from.clone(), device.storage(what, from.size() as usize, 1)?])
    };
    let kept = [
        keep(&vectors.unknowns, "unknowns that are kept")?,
        keep(energies, "energies that are kept")?,
        keep(&vectors.residual, "rows of the residual that are kept")?,
    ];
    let numbers = |k: usize| [&kept[k][0], &kept[k][1]];
    let rows = squares.iter().map(|rows| {
        let end = rows.end.min(vectors.lengths.residual);
        Compared { numbers: numbers(2), range: rows.start.min(end)..end, squares: true }
    });
    let compared = std::iter::once(Compared { numbers: numbers(1), range: 0..*count, squares: false }).chain(rows);
    let compared: Vec<Compared<'_>> = compared.filter(|compared| !compared.range.is_empty()).collect();
    if compared.is_empty() {
        return Err(Error::System { what: "terms of an energy", wanted: 1, given: 0 });
    }
    let scalars = device.storage("Newton's scalars", SCALARS, item)?;
    let progress = device.words("Newton's progress", &NewtonProgress::default().words())?;
    let maker = Maker { device, precision };
    let partials = device.storage("partial sums", groups(unknowns), item)?;
    let sums = VectorWords { partials: groups(unknowns) as u32, ..VectorWords::default() };
    let dot = || maker.make(DOT, unknowns, sums, &[&vectors.gradient, &linear.buffers.solution, &partials]);
    let trial_slope =
        maker.make(TOTAL, 1, VectorWords { place: TRIAL_SLOPE as u32, ..sums }, &[&partials, &scalars])?;
    let mut judge = vec![dot()?, trial_slope];
    judge.extend(judgement(&maker, &compared, [&scalars, &progress])?);
    let slope = vec![dot()?, maker.make(SLOPE, 1, sums, &[&partials, &linear.buffers.scalars, &scalars, &progress])?];
    let places = [&kept[0][1], &linear.buffers.solution, &vectors.unknowns, &scalars, &progress];
    let advance = maker.make(ADVANCE, unknowns, VectorWords::default(), &places)?;
    let initial = [
        device.words("Newton's first progress", &NewtonProgress::default().words())?,
        device.filled(
            "Newton's first scalars",
            &bytes(precision, &first(settings, precision).reals()),
            storage_usage(),
        )?,
    ];
    Ok(Made { kept, progress, scalars, initial, slope, advance, judge, seen: Seen::new(device, precision)? })
}

/// The dispatches that sum the energy's difference and judge a trial.
fn judgement(
    maker: &Maker<'_>,
    compared: &[Compared<'_>],
    [scalars, progress]: [&wgpu::Buffer; 2],
) -> Result<Vec<Dispatch>, Error> {
    let total: usize = compared.iter().map(|compared| groups(compared.range.len())).sum();
    let partials = maker.device.storage("partial sums", 2 * total, real_bytes(maker.precision))?;
    let (mut dispatches, mut place) = (Vec::new(), 0);
    for Compared { numbers: [now, base], range, squares } in compared {
        let own = groups(range.len());
        let [first, partial_sums, at] = [range.start, own, place].map(|word| word as u32);
        let words =
            VectorWords { first, partials: partial_sums, place: at, squares: *squares, ..VectorWords::default() };
        dispatches.push(maker.make(DIFFERENCE, range.len(), words, &[now, base, &partials])?);
        place += own;
    }
    let words = VectorWords { partials: total as u32, ..VectorWords::default() };
    dispatches.push(maker.make(JUDGE, 1, words, &[&partials, scalars, progress])?);
    Ok(dispatches)
}

/// The scalars at the start.
fn first(settings: &Settings, precision: Precision) -> NewtonScalars<f64> {
    let &Settings { gradient, decrement, armijo, shrink, noise, .. } = settings;
    let last_place = match precision {
        Precision::F32 => f32::EPSILON.into(),
        Precision::F64 => f64::EPSILON,
    };
    NewtonScalars {
        gradient_relative: gradient.relative.powi(2),
        gradient_absolute: gradient.absolute.powi(2),
        decrement_relative: decrement.relative.powi(2),
        decrement_absolute: decrement.absolute.powi(2),
        armijo,
        shrink,
        wolfe: WOLFE,
        curvature: CURVATURE,
        roughness: noise * last_place,
        ..NewtonScalars::default()
    }
}
