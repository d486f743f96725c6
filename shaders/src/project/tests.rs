//! The twin beside the decomposition of `nalgebra`, and the texts in the validator of naga.

use super::region::triangle;
use super::*;
use nalgebra::DMatrix;

/// Numbers between -1 and 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

fn symmetric(n: usize, mut entry: impl FnMut(usize, usize) -> f64) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(n, n);
    for row in 0..n {
        for col in 0..=row {
            let entry = entry(row, col);
            (matrix[(row, col)], matrix[(col, row)]) = (entry, entry);
        }
    }
    matrix
}

/// Awkward matrices, then random ones.
fn matrices(n: usize) -> Vec<DMatrix<f64>> {
    let mut random = Random(n as u64);
    let half = |k: usize| k < n / 2;
    let mut list = vec![
        symmetric(n, |_, _| 0.0),
        symmetric(n, |_, _| -1.0),
        symmetric(n, |r, c| -f64::from(u8::from(r == c))),
        symmetric(n, |r, c| if r == c { r as f64 - 1.0 } else { 0.0 }),
        // Two blocks that fall apart, the second with equal eigenvalues.
        symmetric(n, |r, c| if half(r) == half(c) { 1.0 + (r * c % 3) as f64 } else { 0.0 }),
        symmetric(n, |r, c| -(10f64.powi(-((r + c) as i32) * 2))),
        symmetric(n, |r, c| if r == c + 1 || r == c { 1.0 } else { 0.0 }),
        symmetric(n, |r, c| if r == c + 1 { 1.0 } else { 0.0 }),
        symmetric(n, |r, c| if r == c { -1.0 } else { 1e-17 }),
        symmetric(n, |r, c| if r == c { 1.0 } else { -1e-9 * ((r * 7 + c * 3) % 5) as f64 }),
        symmetric(n, |r, c| if r == n - 1 || r == c { 1.0 / (1.0 + c as f64) } else { 0.0 }),
        // Eigenvalues 1 and -1, many times each.
        {
            let v = DMatrix::from_fn(n, 1, |_, _| random.next());
            DMatrix::identity(n, n) - 2.0 / v.norm_squared().max(1e-3) * &v * v.transpose()
        },
    ];
    list.extend((0..30).map(|_| symmetric(n, |_, _| random.next())));
    // Few negative eigenvalues.
    list.extend((0..8).map(|k| symmetric(n, |r, c| random.next() + if r == c { k as f64 } else { 0.0 })));
    list
}

/// The matrix with its negative eigenvalues replaced.
fn wanted(matrix: &DMatrix<f64>, mode: Mode) -> DMatrix<f64> {
    let mut eigen = matrix.clone().symmetric_eigen();
    for value in eigen.eigenvalues.iter_mut().filter(|value| **value < 0.0) {
        *value = if mode == Mode::Abs { -*value } else { 0.0 };
    }
    eigen.recompose()
}

/// Reals in the precision of a test.
trait Tested: Real + Into<f64> {
    const DOUBLE: bool;
    fn round(x: f64) -> Self;
}

impl Tested for f32 {
    const DOUBLE: bool = false;
    fn round(x: f64) -> Self {
        x as f32
    }
}

impl Tested for f64 {
    const DOUBLE: bool = true;
    fn round(x: f64) -> Self {
        x
    }
}

/// An orthonormal basis of so many directions.
fn directions(n: usize, m: usize) -> DMatrix<f64> {
    let mut random = Random((n * 100 + m) as u64);
    DMatrix::from_fn(n, m, |_, _| random.next()).qr().q()
}

fn columns<T: Tested>(basis: &DMatrix<f64>) -> Directions<T> {
    let lists: Vec<Vec<(usize, f64)>> =
        basis.column_iter().map(|column| column.iter().copied().enumerate().collect()).collect();
    Directions::new(basis.nrows(), &lists, T::round)
}

fn entries<T: Tested>(matrix: &DMatrix<f64>) -> Vec<T> {
    (0..matrix.nrows()).flat_map(|row| (0..=row).map(move |col| T::round(matrix[(row, col)]))).collect()
}

fn shader<T: Tested>(n: usize, basis: Option<&Directions<T>>) -> Project {
    Project { double: T::DOUBLE, unknowns: n as u32, directions: basis.map(|basis| basis.places[0] - 1 - n as u32) }
}

/// Projects matrices one after another, as plain arrays.
fn projected<T: Tested>(n: usize, basis: Option<&Directions<T>>, mode: Mode, numbers: &mut [T]) {
    let stride = triangle(n as u32) as u32;
    let region = Region { base: 0, lanes: 1, stride, count: numbers.len() as u32 / stride };
    let places: Vec<u32> = (0..stride).collect();
    project(shader(n, basis), basis, (region, mode), &places, numbers);
}

/// The largest error, in units of the rounding error of the largest entry.
fn error<T: Tested>(got: &[T], matrix: &DMatrix<f64>, wanted: &DMatrix<f64>) -> f64 {
    let unit = matrix.amax() * T::EPSILON.into();
    let wanted = entries::<f64>(wanted);
    got.iter().zip(wanted).map(|(&got, wanted)| (got.into() - wanted).abs() / unit).fold(0.0, f64::max)
}

fn whole<T: Tested>() {
    for n in (1..=12).chain([24, 40]) {
        let mut worst = 0.0f64;
        for matrix in matrices(n) {
            // What the twin sees.
            let matrix = matrix.map(|x| T::round(x).into());
            for mode in [Mode::Clamp, Mode::Abs] {
                let mut numbers = entries::<T>(&matrix);
                projected(n, None, mode, &mut numbers);
                if matrix.amax() == 0.0 {
                    assert!(numbers.iter().all(|&x| x == T::default()));
                    continue;
                }
                let error = error(&numbers, &matrix, &wanted(&matrix, mode));
                worst = worst.max(error);
                assert!(error <= 10.0 + 6.0 * n as f64, "{n}, {mode:?}, {error}: {matrix}");
            }
        }
        println!("{n} unknowns: {worst:.1} units");
    }
}

#[test]
fn negative_eigenvalues_are_replaced() {
    whole::<f64>();
    whole::<f32>();
}

fn with_basis<T: Tested>() {
    for (n, m) in [(2, 1), (6, 3), (9, 6), (12, 9), (12, 6), (20, 17)] {
        let basis = directions(n, m);
        let columns = columns::<T>(&basis);
        let mut worst = 0.0f64;
        for small in matrices(m) {
            let matrix = &basis * &small * basis.transpose();
            if matrix.amax() == 0.0 {
                continue;
            }
            for mode in [Mode::Clamp, Mode::Abs] {
                let mut numbers = entries::<T>(&matrix);
                projected(n, Some(&columns), mode, &mut numbers);
                let wanted = &basis * wanted(&small, mode) * basis.transpose();
                let error = error(&numbers, &matrix, &wanted);
                worst = worst.max(error);
                assert!(error <= 10.0 + 6.0 * n as f64, "{n}, {m}, {mode:?}, {error}: {matrix}");
            }
        }
        println!("{n} unknowns, {m} directions: {worst:.1} units");
    }
}

#[test]
fn null_spaces_are_left_out() {
    with_basis::<f64>();
    with_basis::<f32>();
}

/// Matrices of all sizes that a number may have, subnormal ones to the last number there is.
fn scaled<T: Tested>(scales: &[f64]) {
    for n in [2, 5, 9] {
        for matrix in matrices(n).into_iter().filter(|matrix| matrix.amax() > 0.0) {
            for &scale in scales {
                let scaled = matrix.map(|x| T::round(x / matrix.amax() * scale).into());
                let mut numbers = entries::<T>(&scaled);
                projected(n, None, Mode::Abs, &mut numbers);
                let wanted = wanted(&(scaled.clone() / scale), Mode::Abs);
                let smallest = (T::SMALLEST * T::EPSILON).into() / scale;
                let unit = T::EPSILON.into().max(smallest);
                for (&got, wanted) in numbers.iter().zip(entries::<f64>(&wanted)) {
                    let error = (got.into() / scale - wanted).abs() / unit;
                    assert!(error <= 10.0 + 6.0 * n as f64, "{n}, {scale}, {error}: {scaled}");
                }
            }
        }
    }
}

#[test]
fn scales_do_not_matter() {
    scaled::<f64>(&[1e-312, 1e-307, 1e-200, 1e-3, 1e9, 1e200, 1e307]);
    scaled::<f32>(&[1e-42, 1e-37, 1e-20, 1e-3, 1e9, 1e20, 1e38]);
}

fn bits<T: Tested>(numbers: &[T]) -> Vec<u64> {
    numbers.iter().map(|&x| x.into().to_bits()).collect()
}

fn untouched<T: Tested>() {
    for n in [1, 2, 6, 9, 12, 20] {
        let mut random = Random(n as u64 + 7);
        let root = DMatrix::from_fn(n, n, |_, _| random.next());
        let matrix = &root * root.transpose() + DMatrix::identity(n, n) * 0.1;
        let mut definite = entries::<T>(&matrix);
        let before = bits(&definite);
        projected(n, None, Mode::Clamp, &mut definite);
        assert_eq!(bits(&definite), before);
        // A definite matrix in the directions that count, with a negative zero elsewhere.
        let mut singular = entries::<T>(&matrix);
        singular.resize(triangle(n as u32 + 2), T::round(-0.0));
        let before = bits(&singular);
        let basis = columns(&DMatrix::identity(n + 2, n));
        projected(n + 2, Some(&basis), Mode::Abs, &mut singular);
        assert_eq!(bits(&singular), before);
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut numbers = entries::<T>(&(-&matrix));
            let last = numbers.len() - 1;
            numbers[last] = T::round(odd);
            let before = bits(&numbers);
            projected(n, None, Mode::Clamp, &mut numbers);
            assert_eq!(bits(&numbers), before);
        }
    }
}

#[test]
fn what_is_definite_or_not_finite_keeps_its_bits() {
    untouched::<f64>();
    untouched::<f32>();
}

/// Elements side by side, with other numbers between them, and two components that never meet.
#[test]
fn entries_are_where_the_region_says() {
    let (first, second) = (3, 2);
    let n = first + second;
    let together = |row: usize, col: usize| (row < first) == (col < first);
    let mut places = Vec::new();
    for row in 0..n {
        for col in 0..=row {
            let there = places.iter().filter(|&&place| place != Region::NONE).count() as u32;
            places.push(if together(row, col) { 2 + (there * 4) % 9 } else { Region::NONE });
        }
    }
    // Copies of some entries come after all others.
    let copies: Vec<u32> = (0..)
        .zip(&places)
        .map(|(k, &place)| if k % 3 == 1 && place != Region::NONE { 12 + k } else { Region::NONE })
        .collect();
    let copied = places.iter().copied().zip(&copies).filter(|(_, copy)| **copy != Region::NONE);
    let all = [&places[..], &copies].concat();
    for (lanes, count) in [(1, 5), (4, 11)] {
        let region = Region { base: 3, lanes, stride: 30, count };
        let length = region.at(count as usize + lanes as usize, 0) + 30;
        let mut numbers = vec![7.0; length];
        let mut random = Random(5);
        let mut expected = numbers.clone();
        for element in 0..count as usize {
            let matrix = symmetric(n, |row, col| if together(row, col) { random.next() } else { 0.0 });
            let wanted = entries::<f64>(&wanted(&matrix, Mode::Clamp));
            for ((&place, entry), wanted) in places.iter().zip(entries::<f64>(&matrix)).zip(wanted) {
                if place != Region::NONE {
                    let at = region.at(element, place);
                    (numbers[at], expected[at]) = (entry, wanted);
                }
            }
            for (place, &copy) in copied.clone() {
                let [from, to] = [place, copy].map(|place| region.at(element, place));
                (numbers[to], expected[to]) = (numbers[from], expected[from]);
            }
        }
        project(shader::<f64>(n, None), None, (region, Mode::Clamp), &all, &mut numbers);
        for (k, (got, wanted)) in numbers.iter().zip(&expected).enumerate() {
            assert!((got - wanted).abs() < 1e-14, "{k}: {got} {wanted}");
            assert!(*wanted != 7.0 || *got == 7.0);
        }
    }
}

fn quick<T: Tested>(n: usize) {
    let limit = n * 4 + 2;
    for matrix in matrices(n).into_iter().filter(|matrix| matrix.amax() > 0.0) {
        let mut eigen = eigen::Eigen::<T>::new(n);
        eigen.matrix = entries(&(&matrix / matrix.amax()));
        eigen.decompose();
        assert!(eigen.steps <= limit, "{n}: {} steps for {matrix}", eigen.steps);
    }
}

/// The bound of the steps is not what ends them.
#[test]
fn few_steps_are_enough() {
    for n in [2, 3, 9, 12, 40, 120] {
        quick::<f32>(n);
        quick::<f64>(n);
    }
}

#[test]
fn texts_are_valid() {
    let sizes =
        [(1, None), (2, None), (4, Some(3)), (6, Some(1)), (12, Some(9)), (20, None), (30, Some(27)), (1024, None)];
    for (unknowns, directions) in sizes {
        for double in [false, true] {
            crate::tests::validate(Project::NAME, &Project { double, unknowns, directions }.text(), double);
        }
    }
}
