//! Makes the buffers and dispatches of a minimisation.

use super::{HEAD, Newton, Settings};
use crate::bound::Terms;
use crate::memory::{bytes, real_bytes, storage_usage};
use crate::operations::{Maker, Words, groups};
use crate::pipeline::Dispatch;
use crate::solver::Solver;
use crate::{Bound, Device, Error, Vectors};
use spadina_core::real::Precision;
use spadina_shaders::newton::{CURVATURE, SCALARS, WOLFE};
use spadina_shaders::{ADVANCE, DIFFERENCE, DOT, JUDGE, SLOPE, TOTAL};
use std::ops::Range;

/// Numbers whose change the search sums: how they are now, how they were, which, and whether half their squares are meant.
struct Compared<'a> {
    numbers: [&'a wgpu::Buffer; 2],
    range: Range<usize>,
    squares: bool,
}

/// A minimisation of parts that fit together.
pub(super) fn newton(
    device: &Device,
    vectors: Vectors,
    [gradient, hessian]: [Bound; 2],
    linear: Solver,
    settings: Settings,
) -> Result<Newton, Error> {
    let precision = vectors.precision;
    let item = real_bytes(precision);
    let unknowns = vectors.lengths.unknowns;
    let Terms { energies, count, squares } = gradient.terms();
    let kept = [(&vectors.unknowns, "unknowns"), (energies, "energies"), (&vectors.residual, "rows of the residual")];
    let kept: Result<Vec<[wgpu::Buffer; 2]>, Error> = kept
        .into_iter()
        .map(|(from, what)| {
            Ok([from.clone(), device.storage(&format!("{what} that are kept"), from.size() as usize, 1)?])
        })
        .collect();
    let kept = kept?;
    let numbers = |k: usize| [&kept[k][0], &kept[k][1]];
    let rows = squares.iter().map(|rows| {
        let end = rows.end.min(vectors.lengths.residual);
        Compared { numbers: numbers(2), range: rows.start.min(end)..end, squares: true }
    });
    let compared = std::iter::once(Compared { numbers: numbers(1), range: 0..*count, squares: false }).chain(rows);
    let compared: Vec<Compared<'_>> = compared.filter(|compared| !compared.range.is_empty()).collect();
    if compared.is_empty() {
        return Err(Error::System { what: "terms of an energy, at least", wanted: 1, given: 0 });
    }
    let scalars = device.storage("Newton's scalars", SCALARS, item)?;
    let state = device.words("Newton's state", &[0; 4])?;
    let maker = Maker { device, precision };
    let partials = device.storage("partial sums", groups(unknowns), item)?;
    let sums = Words { partials: groups(unknowns), ..Words::default() };
    let dot = || maker.make(DOT, unknowns, sums, &[&vectors.gradient, &linear.solution, &partials]);
    let trial_slope = maker.make(TOTAL, 1, Words { place: TRIAL_SLOPE, ..sums }, &[&partials, &scalars])?;
    let mut judge = vec![dot()?, trial_slope];
    judge.extend(judgement(&maker, &compared, [&scalars, &state])?);
    let slope = vec![dot()?, maker.make(SLOPE, 1, sums, &[&partials, &linear.scalars, &scalars, &state])?];
    let places = [&kept[0][1], &linear.solution, &vectors.unknowns, &scalars, &state];
    let advance = maker.make(ADVANCE, unknowns, Words::default(), &places)?;
    let initial = [
        device.words("Newton's first state", &[0; 4])?,
        device.filled("Newton's first scalars", &bytes(precision, &first(&settings, precision)), storage_usage())?,
    ];
    let seen = device.readback("what is read of Newton's method", HEAD + (SCALARS + 1) * item)?;
    Ok(Newton {
        gradient,
        hessian,
        linear,
        vectors,
        settings,
        kept,
        state,
        scalars,
        initial,
        slope,
        advance,
        judge,
        seen,
    })
}

/// What sums the energy's difference and judges a trial.
fn judgement(
    maker: &Maker<'_>,
    compared: &[Compared<'_>],
    [scalars, state]: [&wgpu::Buffer; 2],
) -> Result<Vec<Dispatch>, Error> {
    let total: usize = compared.iter().map(|compared| groups(compared.range.len())).sum();
    let partials = maker.device.storage("partial sums", 2 * total, real_bytes(maker.precision))?;
    let (mut dispatches, mut place) = (Vec::new(), 0);
    for Compared { numbers: [now, base], range, squares } in compared {
        let own = groups(range.len());
        let words = Words { first: range.start, partials: own, place, squares: *squares };
        dispatches.push(maker.make(DIFFERENCE, range.len(), words, &[now, base, &partials])?);
        place += own;
    }
    let words = Words { partials: total, ..Words::default() };
    dispatches.push(maker.make(JUDGE, 1, words, &[&partials, scalars, state])?);
    Ok(dispatches)
}

/// The place among the scalars of the slope at a trial.
const TRIAL_SLOPE: usize = 13;

/// The scalars at the start, in their order.
fn first(settings: &Settings, precision: Precision) -> [f64; SCALARS] {
    let Settings { gradient, decrement, armijo, shrink, noise, .. } = *settings;
    let last_place = match precision {
        Precision::F32 => f32::EPSILON.into(),
        Precision::F64 => f64::EPSILON,
    };
    let squares = [gradient.relative, gradient.absolute, decrement.relative, decrement.absolute].map(|t| t * t);
    let mut all = [0.0; SCALARS];
    all[6..10].copy_from_slice(&squares);
    (all[10], all[11]) = (armijo, shrink);
    all[15..].copy_from_slice(&[WOLFE, CURVATURE, noise * last_place]);
    all
}
