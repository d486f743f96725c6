//! The twin of `project.wgsl`.

use super::directions::Directions;
use super::eigen::{Eigen, lower};
use super::real::Real;
use super::region::{Mode, Region, triangle};
use super::shader::Project;

/// The numbers of an element.
struct Room<T> {
    /// The lower triangle, scaled; then what is added to it.
    own: Vec<T>,
    /// The matrix in the basis.
    eigen: Eigen<T>,
    /// A vector of all unknowns.
    list: Vec<T>,
}

/// The twin of `project.wgsl`: projects the matrices of a region of `numbers`. `basis` has the number of directions for
/// which the shader is made, and is there if that is; `places` has a place for each entry of the lower triangle, and may go on
/// with the place of a copy of each.
pub fn project<T: Real>(
    shader: Project,
    basis: Option<&Directions<T>>,
    (region, mode): (Region, Mode),
    places: &[u32],
    numbers: &mut [T],
) {
    let directions = shader.directions.unwrap_or(shader.unknowns) as usize;
    for element in 0..region.count as usize {
        let at = |place: u32| (place != Region::NONE).then(|| region.at(element, place));
        let (own, copies) = places.split_at(triangle(shader.unknowns));
        let entries = own.iter().map(|&place| at(place).map_or(T::default(), |k| numbers[k]));
        let Some((matrix, scale)) = load(entries) else { continue };
        let list = vec![T::default(); shader.unknowns as usize];
        let mut room = Room { own: matrix, eigen: Eigen::new(directions), list };
        room.reduce(basis);
        if room.definite() {
            continue;
        }
        room.eigen.decompose();
        if room.mend(basis, mode) {
            for (&place, &added) in own.iter().zip(&room.own).chain(copies.iter().zip(&room.own)) {
                if let Some(k) = at(place) {
                    numbers[k] = numbers[k] + added * scale;
                }
            }
        }
    }
}

/// The scaled matrix and its scale; nothing if all entries are zero or some are not finite.
fn load<T: Real>(entries: impl Iterator<Item = T>) -> Option<(Vec<T>, T)> {
    let mut own: Vec<T> = entries.collect();
    let larger = |x: T, y: T| if x < y { y } else { x };
    let largest = own.iter().fold(T::default(), |largest, entry| larger(largest, entry.abs()));
    if largest <= T::default() || own.iter().any(|entry| !entry.is_finite()) {
        return None;
    }
    let scale = larger(largest, T::SMALLEST);
    let scale = if scale < T::LARGEST { scale } else { T::LARGEST };
    let over = T::from(1.0) / scale;
    own.iter_mut().for_each(|entry| *entry = *entry * over);
    Some((own, scale))
}

impl<T: Real> Room<T> {
    /// Carries the matrix into the basis.
    fn reduce(&mut self, basis: Option<&Directions<T>>) {
        let Self { own, eigen, list } = self;
        let Some(basis) = basis else {
            eigen.matrix.copy_from_slice(own);
            return;
        };
        for number in 0..eigen.values.len() {
            for (row, to) in list.iter_mut().enumerate() {
                let entry = |unknown: usize| own[lower(row.max(unknown), row.min(unknown))];
                *to = basis.list(number).fold(T::default(), |sum, (unknown, &c)| sum + c * entry(unknown));
            }
            for other in 0..=number {
                let sum = basis.list(other).fold(T::default(), |sum, (unknown, &c)| sum + c * list[unknown]);
                eigen.matrix[lower(number, other)] = sum;
            }
        }
    }

    /// Returns true if all pivots are positive.
    fn definite(&self) -> bool {
        let mut factors = self.eigen.matrix.clone();
        let n = self.eigen.values.len();
        for k in 0..n {
            if (k..n).any(|row| factors[lower(row, row)] <= T::nothing()) {
                return false;
            }
            let over = T::from(1.0) / factors[lower(k, k)];
            for row in k + 1..n {
                let factor = factors[lower(row, k)] * over;
                for col in k + 1..=row {
                    factors[lower(row, col)] = factors[lower(row, col)] - factor * factors[lower(col, k)];
                }
            }
        }
        true
    }

    /// Leaves in `own` what the negative eigenvalues lack; `false` if there are none.
    fn mend(&mut self, basis: Option<&Directions<T>>, mode: Mode) -> bool {
        self.own.fill(T::default());
        let mut mended = false;
        for number in 0..self.eigen.values.len() {
            let value = self.eigen.values[number];
            if value < T::default() {
                mended = true;
                let added = T::default() - value;
                let added = if mode == Mode::Abs { added + added } else { added };
                self.spread(number, basis);
                for (row, &component) in self.list.iter().enumerate() {
                    let scaled = added * component;
                    let entries = &mut self.own[lower(row, 0)..=lower(row, row)];
                    entries.iter_mut().zip(&self.list).for_each(|(entry, &other)| *entry = *entry + scaled * other);
                }
            }
        }
        mended
    }

    /// Carries an eigenvector from the basis to the unknowns.
    fn spread(&mut self, number: usize, basis: Option<&Directions<T>>) {
        let m = self.eigen.values.len();
        let vector = &self.eigen.vectors[number * m..(number + 1) * m];
        let Some(basis) = basis else {
            self.list.copy_from_slice(vector);
            return;
        };
        for (row, to) in self.list.iter_mut().enumerate() {
            *to = basis.list(m + row).fold(T::default(), |sum, (column, &c)| sum + c * vector[column]);
        }
    }
}
