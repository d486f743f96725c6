use super::graph::NONE;
use super::*;
use crate::{Bsr, Constants, block_diagonal, multiply};

/// A grid of nodes in the plane with `n` unknowns each, a node connected with the nodes around it; its scalar pattern.
fn grid(side: usize, n: usize) -> (Vec<usize>, Vec<u32>) {
    let (mut row_ptr, mut col_idx) = (vec![0], Vec::new());
    for unknown in 0..side * side * n {
        let (i, j) = (unknown / n / side, unknown / n % side);
        for a in i.saturating_sub(1)..(i + 2).min(side) {
            for b in j.saturating_sub(1)..(j + 2).min(side) {
                col_idx.extend((0..n).map(|k| ((a * side + b) * n + k) as u32));
            }
        }
        row_ptr.push(col_idx.len());
    }
    (row_ptr, col_idx)
}

/// Every free node is in one cluster of each level, clusters have at most twelve members, and every list is what it says.
#[test]
fn clusters_are_nested() {
    let (side, n) = (30, 2);
    let (row_ptr, col_idx) = grid(side, n);
    let fixed: Vec<bool> = (0..side * side * n).map(|k| k < 2 * n || k % 7 == 0).collect();
    let clusters = Clusters::of(Pattern { row_ptr: &row_ptr, col_idx: &col_idx, block: 1 }, n as u32, &fixed);
    assert!(clusters.levels.len() == 2 && !clusters.is_empty(), "{:?}", clusters.levels);
    let last = clusters.levels.last().unwrap().clone();
    assert!(last.end as usize == clusters.len() && last.len() <= 32, "{last:?}");
    let mut seen = vec![0; clusters.parents.len()];
    for (level, numbers) in clusters.levels.iter().enumerate() {
        for cluster in numbers.clone() {
            let ends = [0, 1].map(|k| clusters.member_ptr[cluster as usize + k] as usize);
            let members = &clusters.members[ends[0]..ends[1]];
            assert!((1..=12).contains(&members.len()));
            for &member in members {
                let at = if level == 0 { member as usize } else { side * side + member as usize };
                assert_eq!(clusters.parents[at], cluster);
                seen[at] += 1;
            }
        }
    }
    for (at, &seen) in seen.iter().enumerate() {
        let is_in = at >= 2 && at < side * side + last.start as usize;
        assert_eq!((seen == 1, clusters.parents[at] != NONE), (is_in, is_in), "{at}");
    }
    // Two nodes are fixed, and of the others every seventh unknown.
    let free = fixed.iter().filter(|&&fixed| !fixed).count() as u32;
    let sizes = |level: &std::ops::Range<u32>| &clusters.sizes[level.start as usize * n..level.end as usize * n];
    assert!(clusters.levels.iter().all(|level| sizes(level).iter().sum::<u32>() == free));
}

/// A particle for each node: there is nothing to put together.
#[test]
fn what_is_not_connected_has_no_clusters() {
    let (row_ptr, col_idx): (Vec<usize>, Vec<u32>) = ((0..=100).collect(), (0..100).collect());
    let pattern = Pattern { row_ptr: &row_ptr, col_idx: &col_idx, block: 1 };
    assert!(Clusters::of(pattern, 1, &[false; 100]).is_empty());
    assert!(Clusters::of(pattern, 1, &[true; 100]).is_empty());
    assert!(Clusters::of(Pattern { row_ptr: &[0], ..pattern }, 1, &[]).is_empty());
}

/// Nodes of two unknowns in a square of 14: a matrix that is not in blocks, and what is solved with it.
struct System {
    dense: Vec<Vec<f64>>,
    row_ptr: Vec<usize>,
    col_idx: Vec<u32>,
    fixed: Vec<bool>,
    residual: Vec<f64>,
}

const SHIFT: f64 = 0.25;

impl System {
    fn new() -> Self {
        let (row_ptr, col_idx) = grid(14, 2);
        let unknowns = row_ptr.len() - 1;
        let weight = |i: usize, j: usize| 1.0 / (1 + (i / 2).abs_diff(j / 2) + 3 * (i + j)) as f64;
        let mut dense = vec![vec![0.0; unknowns]; unknowns];
        for i in 0..unknowns {
            for j in col_idx[row_ptr[i]..row_ptr[i + 1]].iter().map(|&j| j as usize) {
                dense[i][j] = if i == j { 5.0 + (i % 3) as f64 } else { -weight(i, j) };
            }
        }
        let fixed: Vec<bool> = (0..unknowns).map(|k| k % 5 == 3).collect();
        let residual = (0..unknowns).map(|k| if fixed[k] { 0.0 } else { (k as f64).sin() }).collect();
        Self { dense, row_ptr, col_idx, fixed, residual }
    }

    /// Checks the inverse blocks and residuals of clusters by the dense matrix; adds what they give to `z`.
    fn check(&self, clusters: &Clusters, (inverse, residuals): (&[f64], &[f64]), z: &mut [f64]) {
        let n = 2;
        for cluster in 0..clusters.len() {
            let is_in = |i: usize| !self.fixed[i] && clusters.around(i / n).any(|c| c == cluster);
            let within: Vec<usize> = (0..z.len()).filter(|&i| is_in(i)).collect();
            let mut d = vec![vec![0.0; n]; n];
            for &i in &within {
                within.iter().for_each(|&j| d[i % n][j % n] += self.dense[i][j]);
                d[i % n][i % n] += SHIFT;
            }
            let entry = |i: usize, j: usize| inverse[(cluster * n + i) * n + j];
            for i in 0..n {
                for j in 0..n {
                    let product: f64 = (0..n).map(|k| d[i][k] * entry(k, j)).sum();
                    let has = within.iter().any(|&u| u % n == i);
                    let wanted = if i == j && has { 1.0 } else { 0.0 };
                    assert!((product - wanted).abs() < 1e-12, "{cluster}: {product}");
                }
                let r: f64 = within.iter().filter(|&&u| u % n == i).map(|&u| self.residual[u]).sum();
                assert!((residuals[cluster * n + i] - r).abs() < 1e-12);
            }
            for &i in &within {
                z[i] += (0..n).map(|j| entry(i % n, j) * residuals[cluster * n + j]).sum::<f64>();
            }
        }
    }
}

/// The preconditioned residual is that of the formula, with dense matrices, whether the matrix comes in blocks or not.
#[test]
fn the_twins_do_what_the_formula_says() {
    let (system, n) = (System::new(), 2);
    let words: Vec<u32> = system.fixed.iter().map(|&fixed| u32::from(fixed)).collect();
    let residual = &system.residual;
    let mut found = Vec::new();
    for block in [1, n] {
        let (row_ptr, col_idx, values) = blocks(&system.dense, (&system.row_ptr, &system.col_idx), block);
        let starts: Vec<u32> = row_ptr.iter().map(|&start| start as u32).collect();
        let matrix = Bsr { row_ptr: &starts, col_idx: &col_idx, values: &values, shift: SHIFT };
        let pattern = Pattern { row_ptr: &row_ptr, col_idx: &col_idx, block: block as u32 };
        let clusters = Clusters::of(pattern, n as u32, &system.fixed);
        let mut sums = vec![0.0; clusters.len() * parts(n)];
        (0..clusters.levels.len()).for_each(|level| coarsen(&clusters, level, 4, &values, &mut sums));
        let inverse = invert(&clusters, &sums, SHIFT);
        let constants = Constants { double: true, block: block as u32, node: n as u32, team: 1 };
        let (nodes, definite) = block_diagonal(constants, matrix, &words);
        assert!(definite && !clusters.is_empty());
        let own = |i: usize| (0..n).map(|j| nodes[i * n + j] * residual[i / n * n + j]).sum();
        let mut z: Vec<f64> = (0..residual.len()).map(own).collect();
        let mut wanted = z.clone();
        let [mut residuals, mut coarse] = [(); 2].map(|()| vec![0.0; clusters.len() * n]);
        for level in 0..clusters.levels.len() {
            restriction(&clusters, level, (&inverse, residual), [&mut residuals, &mut coarse]);
        }
        prolongation(&clusters, &words, (residual, &coarse), &mut z);
        system.check(&clusters, (&inverse, &residuals), &mut wanted);
        assert!(z.iter().zip(&wanted).all(|(z, wanted)| (z - wanted).abs() < 1e-12));
        assert!(z.iter().zip(&system.fixed).all(|(&z, &fixed)| !fixed || z == 0.0));
        found.push(z);
    }
    assert!(found[0].iter().zip(&found[1]).all(|(a, b)| (a - b).abs() < 1e-12));
}

#[test]
fn a_shift_is_on_the_diagonal() {
    let constants = Constants { double: true, block: 1, node: 1, team: 1 };
    let matrix = Bsr { row_ptr: &[0, 1], col_idx: &[0], values: &[2.0], shift: SHIFT };
    assert_eq!(multiply(constants, matrix, &[0], &[3.0]), (vec![6.75], vec![3.0 * 6.75]));
    assert_eq!(block_diagonal(constants, matrix, &[0]), (vec![1.0 / 2.25], true));
}

type Blocks = (Vec<usize>, Vec<u32>, Vec<f64>);

/// A matrix whose pattern has full blocks, in blocks.
fn blocks(dense: &[Vec<f64>], (row_ptr, col_idx): (&[usize], &[u32]), block: usize) -> Blocks {
    let (mut starts, mut columns, mut values) = (vec![0], Vec::new(), Vec::new());
    for row in (0..dense.len()).step_by(block) {
        for &column in col_idx[row_ptr[row]..row_ptr[row + 1]].iter().step_by(block) {
            columns.push(column / block as u32);
            let rows = dense[row..row + block].iter();
            values.extend(rows.flat_map(|row| &row[column as usize..column as usize + block]));
        }
        starts.push(columns.len());
    }
    (starts, columns, values)
}

/// A body that nothing holds has a singular matrix: the largest clusters are left out, and nothing is infinite.
#[test]
fn singular_clusters_are_left_out() {
    let side = 12;
    let (row_ptr, col_idx) = grid(side, 1);
    let values: Vec<f32> = (0..side * side)
        .flat_map(|i| {
            let row = &col_idx[row_ptr[i]..row_ptr[i + 1]];
            row.iter().map(move |&j| if i == j as usize { 0.3 * (row.len() - 1) as f32 } else { -0.3 })
        })
        .collect();
    let pattern = Pattern { row_ptr: &row_ptr, col_idx: &col_idx, block: 1 };
    let mut clusters = Clusters::of(pattern, 1, &vec![false; side * side]);
    assert!(clusters.levels.len() == 1);
    // One cluster of all the others.
    let all = clusters.levels[0].clone();
    clusters.members.extend(all.clone());
    clusters.member_ptr.push(clusters.members.len() as u32);
    clusters.levels.push(all.end..all.end + 1);
    clusters.sizes.push((side * side) as u32);
    let within = |at: usize| clusters.list[clusters.list_ptr[at] as usize..clusters.list_ptr[at + 1] as usize].len();
    let inner: usize = (0..clusters.list_ptr.len() - 1).step_by(2).map(within).sum();
    assert!(inner < values.len());
    let first: Vec<u32> = clusters.list.clone();
    let missing = (0..values.len() as u32).filter(|k| !first.contains(k));
    clusters.list.extend(missing);
    clusters.list_ptr.extend([clusters.list.len() as u32; 2]);
    let mut sums = vec![0.0; clusters.len() * parts(1)];
    (0..2).for_each(|level| coarsen(&clusters, level, 8, &values, &mut sums));
    let inverse = invert(&clusters, &sums, 0.0);
    assert_eq!(inverse.last(), Some(&0.0));
    assert!(inverse[..inverse.len() - 1].iter().all(|x| x.is_finite() && *x > 0.0));
    // What is added to the diagonal holds it.
    let held = invert(&clusters, &sums, 0.5);
    assert!((held.last().unwrap() - 1.0 / 72.0).abs() < 1e-6, "{held:?}");
}
