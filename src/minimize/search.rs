//! Line search.

use super::error::Error;
use super::scale::Size;
use crate::system::System;

/// A step must bring this share of what the slope promises (Armijo's rule; Nocedal and Wright, *Numerical Optimization*,
/// section 3.1).
const SHARE: f64 = 1e-4;

/// The share that is kept of the way to where energies end, as interior-point methods keep to the border (Nocedal and
/// Wright, section 19.1, have up to 0.995). From 0.5 to 0.99 the example problems take the same iterations.
const KEPT: f64 = 0.9;

/// The number of bisections by which the place where energies end is found, beyond the halving of steps: to an eighth.
/// From 0 to 8 the example problems take the same iterations.
const BISECTIONS: usize = 3;

/// Steps that change no unknown by more than this share of the largest one are not tried: they do not change a double.
const SHORTEST: f64 = 1e-16;

/// A step that is not accepted becomes shorter by a factor in this range (Dennis and Schnabel, *Numerical Methods for
/// Unconstrained Optimization and Nonlinear Equations*, section 6.3.2).
const SHORTER: [f64; 2] = [0.1, 0.5];

/// Steps of changed Hessians are doubled at most so many times: to a thousand. Without doubling, inverted triangles
/// (`tests/solve/starts.rs`) take 414 iterations instead of 346; with three, 348.
const DOUBLINGS: u32 = 10;

/// A step is tried longer where the energy falls by more than this share of the slope; a quadratic model promises half. With
/// 0.6 nothing changes, with 0.95 inverted triangles take 360 iterations instead of 346.
const STEEP: f64 = 0.75;

/// Twice a step is taken if the energy falls by so many times as much; along a line of constant slope it is twice. Inverted
/// triangles take 333 iterations with 1.1, 346 with 1.5 and 382 with 1.9.
const GAIN: f64 = 1.5;

/// The share of the slope that is left behind a step at most, where energies are noise: 1 - 2δ in the approximate conditions of
/// Hager and Zhang (SIAM Journal on Optimization 16, 2005), with their δ of 0.1.
const SLOPE_LEFT: f64 = 0.8;

/// A line through a point.
pub struct Line<'a> {
    /// Its begin.
    pub x: &'a [f64],
    /// Its direction, zero for unknowns that are held.
    pub direction: &'a [f64],
    /// The energy at its begin.
    pub energy: f64,
    /// The derivative of the energy along it there.
    pub slope: f64,
    /// The size of energies.
    pub size: Size,
    /// True if the Hessian was changed to be positive definite: then the direction may be too short.
    pub changed: bool,
    /// The longest step that is allowed, whatever the energy says.
    pub reach: f64,
}

/// A step that is accepted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Accepted {
    /// Its length in terms of the direction.
    pub step: f64,
    /// The energy behind it.
    pub energy: f64,
    /// True if it is short because energies end, not because they do not fall.
    pub limited: bool,
}

impl Line<'_> {
    /// Goes to a point of the line.
    fn go(&self, system: &mut System, step: f64) -> Result<(), Error> {
        let to: Vec<f64> = self.x.iter().zip(self.direction).map(|(x, d)| x + step * d).collect();
        Ok(system.set_unknowns(&to)?)
    }

    /// The shortest step that is tried, of at most `most`: directions where there is hardly any stiffness are far too long.
    fn shortest(&self, most: f64) -> f64 {
        let size = |numbers: &[f64]| numbers.iter().fold(0.0, |most: f64, number| most.max(number.abs()));
        let (x, direction) = (size(self.x).max(f64::MIN_POSITIVE), size(self.direction));
        SHORTEST * if direction > 0.0 { most.min(x / direction) } else { most }
    }

    /// The energy at a point; infinity where it is not finite.
    fn energy_at(&self, system: &mut System, step: f64) -> Result<f64, Error> {
        let overflow = self.x.iter().zip(self.direction).any(|(x, d)| !(x + step * d).is_finite());
        if overflow {
            return Ok(f64::INFINITY);
        }
        self.go(system, step)?;
        Ok(system.trial()?.unwrap_or(f64::INFINITY))
    }

    /// Nearly the longest step of at most `most` behind which the energy is finite, with its energy. Where energies end, a
    /// share of the way is kept: a step that ends on the border itself could not go on from there.
    fn inside(&self, system: &mut System, most: f64) -> Result<Option<Accepted>, Error> {
        let mut step = most;
        let mut energy = self.energy_at(system, step)?;
        if energy.is_finite() {
            return Ok(Some(Accepted { step, energy, limited: most < 1.0 }));
        }
        while !energy.is_finite() {
            step *= 0.5;
            if step < self.shortest(most) {
                return Ok(None);
            }
            energy = self.energy_at(system, step)?;
        }
        let mut beyond = 2.0 * step;
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (step + beyond);
            let found = self.energy_at(system, middle)?;
            match found.is_finite() {
                true => (step, energy) = (middle, found),
                false => beyond = middle,
            }
        }
        let kept = self.energy_at(system, KEPT * step)?;
        if kept.is_finite() {
            (step, energy) = (KEPT * step, kept);
        }
        Ok(Some(Accepted { step, energy, limited: true }))
    }

    /// Finds a step by Armijo's rule, from the longest one with a finite energy backwards, at most a whole one, and goes
    /// there. `None`: there is none; the system is then anywhere on the line.
    pub fn search(&self, system: &mut System) -> Result<Option<Accepted>, Error> {
        let most = self.reach.min(1.0);
        let Some(mut trial) = self.inside(system, most)? else { return Ok(None) };
        let first = trial;
        loop {
            let promised = SHARE * trial.step * self.slope;
            if trial.energy - self.energy <= promised {
                let accepted = self.lengthen(system, trial)?;
                self.go(system, accepted.step)?;
                return Ok(Some(accepted));
            }
            // Below, differences of energies are noise.
            if self.size.is_lost(-trial.step * self.slope) || trial.step < self.shortest(most) {
                return self.by_slope(system, first);
            }
            // The minimum of the parabola through what is known.
            let rise = trial.energy - self.energy - trial.step * self.slope;
            let best = -0.5 * self.slope * trial.step / rise;
            trial.limited = false;
            trial.step *= if best.is_finite() { best.clamp(SHORTER[0], SHORTER[1]) } else { SHORTER[0] };
            trial.energy = self.energy_at(system, trial.step)?;
        }
    }

    /// A longer step, where the energy falls by much more than a quadratic model promises: near saddles, steps of projected
    /// Hessians are far too short.
    fn lengthen(&self, system: &mut System, mut accepted: Accepted) -> Result<Accepted, Error> {
        let fall = |trial: &Accepted| self.energy - trial.energy;
        if !self.changed || accepted.step != 1.0 || fall(&accepted) < -STEEP * self.slope {
            return Ok(accepted);
        }
        for _ in 0..DOUBLINGS {
            let step = 2.0 * accepted.step;
            if step > self.reach {
                break;
            }
            let longer = Accepted { step, energy: self.energy_at(system, step)?, limited: false };
            if longer.energy.is_nan() || fall(&longer) < GAIN * fall(&accepted) {
                break;
            }
            accepted = longer;
        }
        Ok(accepted)
    }

    /// Accepts a step by the slope behind it, where differences of energies are noise.
    fn by_slope(&self, system: &mut System, trial: Accepted) -> Result<Option<Accepted>, Error> {
        if !self.size.is_noise(trial.energy - self.energy) {
            return Ok(None);
        }
        self.go(system, trial.step)?;
        let (energy, gradient) = system.gradient()?;
        let slope: f64 = gradient.iter().zip(self.direction).map(|(g, d)| g * d).sum();
        let accepted = slope.abs() <= SLOPE_LEFT * -self.slope;
        Ok(accepted.then_some(Accepted { energy, ..trial }))
    }
}
