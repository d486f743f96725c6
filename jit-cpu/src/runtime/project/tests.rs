//! Decompositions put together again, in every kind of lanes the machine has.

use super::eigen::Eigen;
use super::lanes::{Lanes, Plain};
use spadina_core::element::LANES;

/// Symmetric matrices, row by row, with a largest entry of one: the awkward ones first.
fn matrices(n: usize) -> Vec<Vec<f64>> {
    let mut seed = 0x9e3779b97f4a7c15u64 + n as u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let from = |f: &mut dyn FnMut(usize, usize) -> f64| {
        let mut matrix = vec![0.0; n * n];
        for row in 0..n {
            for col in 0..=row {
                let entry = f(row, col);
                (matrix[row * n + col], matrix[col * n + row]) = (entry, entry);
            }
        }
        let largest = matrix.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        if largest > 0.0 { matrix.iter().map(|v| v / largest).collect() } else { matrix }
    };
    let mut list = vec![
        from(&mut |_, _| 0.0),
        from(&mut |_, _| 1.0),
        from(&mut |r, c| f64::from(u8::from(r == c))),
        from(&mut |r, c| if r == c { (r as f64) - 1.0 } else { 0.0 }),
        // Two blocks that fall apart, the second with equal eigenvalues.
        from(&mut |r, c| if (r < n / 2) == (c < n / 2) { 1.0 + (r * c % 3) as f64 } else { 0.0 }),
        from(&mut |r, c| 10f64.powi(-((r + c) as i32) * 4)),
        from(&mut |r, c| if r == c + 1 || r == c { 1.0 } else { 0.0 }),
        from(&mut |r, c| if r == c { 1.0 } else { 1e-17 }),
        from(&mut |r, c| if r == c { 1.0 } else { 1e-9 * ((r * 7 + c * 3) % 5) as f64 }),
        from(&mut |r, c| if r == n - 1 || r == c { 1.0 / (1.0 + c as f64) } else { 0.0 }),
    ];
    for _ in 0..22 {
        list.push(from(&mut |_, _| random()));
    }
    list
}

#[inline(always)]
fn decomposed<V: Lanes>(n: usize, matrices: &[Vec<f64>]) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut eigen = Eigen::<V>::default();
    eigen.resize(n);
    for (k, entry) in eigen.matrix.iter_mut().enumerate() {
        *entry = V::new(std::array::from_fn(|lane| matrices[lane][k]));
    }
    eigen.decompose(n);
    let lane = |list: &[V], lane: usize| list.iter().map(|x| x.numbers()[lane]).collect();
    (0..LANES).map(|k| (lane(&eigen.values, k), lane(&eigen.vectors, k))).collect()
}

fn check(n: usize, matrix: &[f64], (values, vectors): &(Vec<f64>, Vec<f64>)) {
    let tolerance = 4e-15 * n as f64;
    for row in 0..n {
        for col in 0..n {
            let sum: f64 = (0..n).map(|k| values[k] * vectors[k * n + row] * vectors[k * n + col]).sum();
            assert!((sum - matrix[row * n + col]).abs() <= tolerance, "{n}, {sum}: {matrix:?}");
            let product: f64 = (0..n).map(|k| vectors[row * n + k] * vectors[col * n + k]).sum();
            let wanted = f64::from(u8::from(row == col));
            assert!((product - wanted).abs() <= tolerance, "{n}, {product}: {matrix:?}");
        }
    }
}

fn check_all(decompose: impl Fn(usize, &[Vec<f64>]) -> Vec<(Vec<f64>, Vec<f64>)>) {
    for n in [1, 2, 3, 4, 6, 9, 24] {
        for group in matrices(n).chunks_exact(LANES) {
            for (matrix, found) in group.iter().zip(decompose(n, group)) {
                check(n, matrix, &found);
            }
        }
    }
}

#[test]
fn plain() {
    check_all(decomposed::<Plain>);
}

#[cfg(target_arch = "x86_64")]
#[test]
fn vectors_of_this_machine() {
    use super::lanes::{Narrow, Wide};

    #[target_feature(enable = "avx512f")]
    fn wide(n: usize, matrices: &[Vec<f64>]) -> Vec<(Vec<f64>, Vec<f64>)> {
        decomposed::<Wide>(n, matrices)
    }

    #[target_feature(enable = "avx2,fma")]
    fn narrow(n: usize, matrices: &[Vec<f64>]) -> Vec<(Vec<f64>, Vec<f64>)> {
        decomposed::<Narrow>(n, matrices)
    }

    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the machine has it.
        check_all(|n, matrices| unsafe { wide(n, matrices) });
    }
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        // SAFETY: the machine has both.
        check_all(|n, matrices| unsafe { narrow(n, matrices) });
    }
}
