//! Which translations and rotations the energy does not feel at a point, and what holds them.

use super::parts::Parts;
use crate::minimize::linear::FreeHessian;
use crate::problem::Problem;

/// A product with the Hessian below this share of the sum of the sizes of its terms is zero: rounding errors of entries that are sums
/// over elements. Up to 160 were found, in a map of 20,000 unknowns with elements near the end of their domain. A spring that
/// holds a body more weakly than that cannot be told from them.
const ZERO: f64 = 1e3 * f64::EPSILON;

/// Rounding errors of a sum of forces, as a share of the sum of their sizes.
const ROUNDED: f64 = 4.0 * f64::EPSILON;

/// So many tests in a row in which the energy feels a motion are enough: it is not looked for any more.
const TESTS: usize = 2;

/// A motion whose largest entry, once others are taken from it, is below this share of its size is one of them.
const DEPENDENT: f64 = 1e-6;

/// A motion of the unknowns of one array, or of all arrays of a width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Motion {
    /// The array that moves; all arrays of the width where there is none.
    array: Option<usize>,
    width: usize,
    kind: Kind,
    /// Tests in a row in which it was felt.
    felt: usize,
}

impl Motion {
    fn is_turn(self) -> bool {
        matches!(self.kind, Kind::Turn(..))
    }

    /// True if it is looked for.
    fn is_open(&self) -> bool {
        self.felt < TESTS
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Along an axis.
    Shift(usize),
    /// From the first axis to the second.
    Turn(usize, usize),
}

/// The motions that the energy does not feel at a point.
#[derive(Debug)]
pub struct Motions {
    parts: Parts,
    motions: Vec<Motion>,
    /// For each part the numbers of its motions.
    found: Vec<Vec<usize>>,
    /// For each part the point around which it turns, by axis.
    centers: Vec<[f64; 3]>,
}

/// A point: all unknowns, held ones as well, and the gradient by the free ones.
#[derive(Clone, Copy)]
pub struct At<'a> {
    /// The unknowns.
    pub x: &'a [f64],
    /// The gradient, in the order of the matrix.
    pub gradient: &'a [f64],
}

impl Motions {
    /// Finds which unknowns hang together.
    pub fn new(problem: &Problem, matrix: &FreeHessian, touched: &[[u32; 2]]) -> Self {
        let parts = Parts::new(problem, matrix, touched);
        let mut motions = Vec::new();
        let widths: Vec<usize> = parts.arrays.iter().map(|array| array.width).collect();
        let mut moving: Vec<(Option<usize>, usize)> = widths.iter().enumerate().map(|(k, &w)| (Some(k), w)).collect();
        // Springs between the nodes of two arrays feel the motion of one, but not that of both.
        let mut shared: Vec<usize> = widths.clone();
        shared.sort_unstable();
        shared.dedup();
        shared.retain(|width| widths.iter().filter(|own| *own == width).count() > 1);
        moving.extend(shared.into_iter().map(|width| (None, width)));
        for (array, width) in moving {
            let turns: &[(usize, usize)] = match width {
                2 => &[(0, 1)],
                3 => &[(0, 1), (1, 2), (2, 0)],
                _ => &[],
            };
            let shifts = (0..width).map(Kind::Shift);
            let kinds = shifts.chain(turns.iter().map(|&(from, to)| Kind::Turn(from, to)));
            motions.extend(kinds.map(|kind| Motion { array, width, kind, felt: 0 }));
        }
        let (found, centers) = (vec![Vec::new(); parts.count()], vec![[0.0; 3]; parts.count()]);
        Self { parts, motions, found, centers }
    }

    /// Looks for the motions, with the Hessian as it is or, where `projected`, with projected elements: only translations are
    /// seen then.
    pub fn find(&mut self, matrix: &FreeHessian, at: At<'_>, projected: bool) {
        self.found.iter_mut().for_each(Vec::clear);
        self.centers = self.parts.centers(at.x);
        let rows = matrix.rows();
        let [mut motion, mut product, mut sizes, mut rounded] = [(); 4].map(|()| vec![0.0; rows]);
        let extents: Vec<f64> = (0..rows).map(|row| self.offset(row, at.x)).collect();
        matrix.multiply_sizes(&extents, &mut product, &mut rounded);
        for number in 0..self.motions.len() {
            let own = self.motions[number];
            // Where nothing slides, nothing turns but around a node that is held.
            if !own.is_open() || own.is_turn() && (projected || !self.may_turn(own)) {
                continue;
            }
            motion.iter_mut().enumerate().for_each(|(row, m)| *m = self.entry(own, row, at.x));
            matrix.multiply_sizes(&motion, &mut product, &mut sizes);
            let free = |part: &usize| self.is_free(own, *part, (&motion, &product, &sizes, &rounded), at.gradient);
            let free: Vec<usize> = (0..self.parts.count()).filter(free).collect();
            self.motions[number].felt = if free.is_empty() { own.felt + 1 } else { 0 };
            free.into_iter().for_each(|part| self.found[part].push(number));
        }
    }

    /// True if something may turn: it slides, too, or one node of it is held.
    fn may_turn(&self, turn: Motion) -> bool {
        let slides =
            |own: &Motion| own.array == turn.array && own.width == turn.width && !own.is_turn() && own.is_open();
        self.motions.iter().any(slides) || self.parts.hangs()
    }

    /// True if a part does not feel a motion, of which the product with the Hessian is known, the sizes of its terms and the
    /// rounding errors of forces.
    fn is_free(
        &self,
        own: Motion,
        part: usize,
        (motion, product, sizes, rounded): (&[f64], &[f64], &[f64], &[f64]),
        gradient: &[f64],
    ) -> bool {
        // The forces of stiff elements, which cancel in each row, leave rounding errors that are independent of each other.
        let (mut force, mut errors, mut terms, mut moves, mut stiff) = (0.0, 0.0, 0.0, false, false);
        for &row in self.parts.rows(part) {
            let row = row as usize;
            let (turned, size) = self.turned(own, row, gradient);
            let felt = (product[row] - turned).abs();
            if felt.is_nan() || felt > ZERO * (sizes[row] + size) {
                return false;
            }
            moves |= motion[row] != 0.0;
            stiff |= rounded[row] > 0.0;
            force += motion[row] * gradient[row];
            terms += f64::abs(motion[row] * gradient[row]);
            errors += (motion[row] * rounded[row]).powi(2);
        }
        // A part without any stiffness says nothing.
        moves && stiff && f64::abs(force) <= f64::EPSILON * f64::sqrt(errors) + ROUNDED * terms
    }

    /// True if there are any to be looked for.
    pub fn any(&self) -> bool {
        self.motions.iter().any(Motion::is_open)
    }

    /// The rows of the matrix on whose diagonals springs hold the motions: one for each that is independent of the others.
    pub fn pins(&self, x: &[f64]) -> Vec<usize> {
        let mut pins = Vec::new();
        for (part, found) in self.found.iter().enumerate() {
            let first = pins.len();
            // Each motion as a sum of found ones that does not move the pins before.
            let mut sums: Vec<Vec<f64>> = Vec::new();
            for number in 0..found.len() {
                let mut sum = vec![0.0; found.len()];
                sum[number] = 1.0;
                for (pin, other) in pins[first..].iter().zip(&sums) {
                    let share = self.sum(found, &sum, *pin, x) / self.sum(found, other, *pin, x);
                    sum.iter_mut().zip(other).for_each(|(own, other)| *own -= share * other);
                }
                let size = |row: usize| self.sum(found, &sum, row, x).abs();
                let largest = |rows: &mut dyn Iterator<Item = (usize, f64)>| {
                    rows.fold((0, 0.0), |most: (usize, f64), own| if own.1 > most.1 { own } else { most })
                };
                let rows = || self.parts.rows(part).iter().map(|&row| row as usize);
                let (pin, most) = largest(&mut rows().map(|row| (row, size(row))));
                let (_, whole) =
                    largest(&mut rows().map(|row| (row, self.entry(self.motions[found[number]], row, x).abs())));
                if most > DEPENDENT * whole {
                    pins.push(pin);
                    sums.push(sum);
                }
            }
        }
        pins
    }

    /// An entry of a sum of motions.
    fn sum(&self, found: &[usize], shares: &[f64], row: usize, x: &[f64]) -> f64 {
        found.iter().zip(shares).map(|(&number, share)| share * self.entry(self.motions[number], row, x)).sum()
    }

    /// Takes the motions from a direction: of all directions of the same decrement, the shortest one.
    pub fn remove(&self, direction: &mut [f64], x: &[f64]) {
        for (part, found) in self.found.iter().enumerate() {
            let mut done: Vec<(Vec<f64>, f64)> = Vec::new();
            for number in 0..found.len() {
                let mut sum = vec![0.0; found.len()];
                sum[number] = 1.0;
                let along = |a: &[f64], value: &dyn Fn(usize) -> f64| -> f64 {
                    let rows = self.parts.rows(part).iter().map(|&row| row as usize);
                    rows.map(|row| self.sum(found, a, row, x) * value(row)).sum()
                };
                let whole = along(&sum, &|row| self.sum(found, &sum, row, x));
                for (other, square) in &done {
                    let share = along(other, &|row| self.sum(found, &sum, row, x)) / square;
                    sum.iter_mut().zip(other).for_each(|(own, other)| *own -= share * other);
                }
                let square = along(&sum, &|row| self.sum(found, &sum, row, x));
                if square <= DEPENDENT * DEPENDENT * whole {
                    continue;
                }
                let share = along(&sum, &|row| direction[row]) / square;
                for &row in self.parts.rows(part) {
                    direction[row as usize] -= share * self.sum(found, &sum, row as usize, x);
                }
                done.push((sum, square));
            }
        }
    }

    /// An entry of a motion.
    fn entry(&self, motion: Motion, row: usize, x: &[f64]) -> f64 {
        let own = self.parts.row(row);
        if motion.array.is_some_and(|array| array != own.array) || self.parts.arrays[own.array].width != motion.width {
            return 0.0;
        }
        let center = &self.centers[self.parts.part(row)];
        match motion.kind {
            Kind::Shift(axis) => f64::from(u8::from(axis == own.axis)),
            Kind::Turn(from, to) if own.axis == from => center[to] - x[own.unknown - from + to],
            Kind::Turn(from, to) if own.axis == to => x[own.unknown - to + from] - center[from],
            Kind::Turn(..) => 0.0,
        }
    }

    /// An entry of the turned gradient, and its size.
    fn turned(&self, motion: Motion, row: usize, gradient: &[f64]) -> (f64, f64) {
        let own = self.parts.row(row);
        let Kind::Turn(from, to) = motion.kind else { return (0.0, 0.0) };
        if motion.array.is_some_and(|array| array != own.array) || self.parts.arrays[own.array].width != motion.width {
            return (0.0, 0.0);
        }
        let (other, sign) = match own.axis {
            axis if axis == from => (to, -1.0),
            axis if axis == to => (from, 1.0),
            _ => return (0.0, 0.0),
        };
        // A held unknown has no part in what is free; the motion that moves it is felt.
        let value = self.parts.number(own.unknown + other - own.axis).map_or(0.0, |row| gradient[row]);
        (sign * value, value.abs())
    }

    /// The distance of an unknown from the center of its part.
    fn offset(&self, row: usize, x: &[f64]) -> f64 {
        let own = self.parts.row(row);
        match own.axis {
            0..3 => x[own.unknown] - self.centers[self.parts.part(row)][own.axis],
            _ => x[own.unknown],
        }
    }
}
