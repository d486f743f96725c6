//! The stiffness that a slope meets: whether what a method has learned of the curvature may be believed.

use super::error::Error;
use super::vector::dot;
use crate::system::System;

/// The distance over which the stiffness is measured, as a share of the extent: a kink is no stiffness over a distance.
const DISTANCE: f64 = 3e-5;

/// Shorter distances are tried so many times where energies end.
const TRIES: usize = 6;

/// The change of the gradient along itself, by the way down it over a distance that is seen; `gradient` is zero where unknowns are
/// held. `None` where there is no slope, or no energy around. The unknowns are `x` before and after.
pub fn stiffness_along(system: &mut System, x: &[f64], gradient: &[f64], length: f64) -> Result<Option<f64>, Error> {
    let size = dot(gradient, gradient).sqrt();
    if size.is_nan() || size <= 0.0 || !size.is_finite() {
        return Ok(None);
    }
    let mut way = DISTANCE * length;
    let mut found = None;
    for _ in 0..TRIES {
        let to: Vec<f64> = x.iter().zip(gradient).map(|(x, g)| x - way * (g / size)).collect();
        system.set_unknowns(&to)?;
        if system.trial()?.is_some() {
            let (_, there) = system.gradient()?;
            let change: f64 = there.iter().zip(gradient).map(|(there, own)| (own - there) * (own / size)).sum();
            found = Some((change / way).abs());
            break;
        }
        way *= 0.1;
    }
    system.set_unknowns(x)?;
    Ok(found)
}
