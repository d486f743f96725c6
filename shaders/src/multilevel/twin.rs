//! The shaders, and their twins.

use super::clusters::{Clusters, part, parts};
use crate::number::Number;
use crate::pcg::SUMS;
use crate::shader::{Shader, TREE};
use crate::solver::declarations;
use crate::tree::{halves, partial_sums};

/// The parts of the clusters of a level: `list_ptr`, `list`, `values`, `member_ptr`, `members`, `sums`.
pub const COARSEN: Shader = Shader { name: "coarsen", declarations, texts: &[include_str!("../coarsen.wgsl")] };
/// The inverse blocks of all clusters: `sums`, `sizes`, `scalars`, `inverse`.
pub const INVERT: Shader = Shader { name: "invert", declarations, texts: &[include_str!("../invert.wgsl")] };
/// The residuals of the clusters of a level: `member_ptr`, `members`, `work`, `inverse`, `coarse`, `progress`.
pub const RESTRICTION: Shader =
    Shader { name: "restriction", declarations, texts: &[include_str!("../restriction.wgsl")] };
/// The preconditioned residual with the parts of the clusters: `parents`, `coarse`, `fixed`, `work`, `partials`, `progress`.
pub const PROLONGATION: Shader =
    Shader { name: "prolongation", declarations, texts: &[TREE, SUMS, include_str!("../prolongation.wgsl")] };

/// The members of a cluster.
fn members(clusters: &Clusters, cluster: usize) -> impl Iterator<Item = usize> {
    let range = clusters.member_ptr[cluster] as usize..clusters.member_ptr[cluster + 1] as usize;
    clusters.members[range].iter().map(|&member| member as usize)
}

/// The twin of `coarsen.wgsl`: the parts of the clusters of a level, from those of the level before; `team` invocations sum
/// a part.
pub fn coarsen<T: Number>(clusters: &Clusters, level: usize, team: u32, values: &[T], sums: &mut [T]) {
    let parts = parts(clusters.node as usize);
    for cluster in clusters.levels[level].clone().map(|cluster| cluster as usize) {
        for part in 0..parts {
            let at = cluster * parts + part;
            let list = &clusters.list[clusters.list_ptr[at] as usize..clusters.list_ptr[at + 1] as usize];
            let mut shares = vec![T::default(); team as usize];
            for (k, &position) in list.iter().enumerate() {
                let own = &mut shares[k % team as usize];
                *own = *own + values[position as usize];
            }
            let mut sum = halves(&mut shares);
            if level > 0 {
                members(clusters, cluster).for_each(|member| sum = sum + sums[member * parts + part]);
            }
            sums[at] = sum;
        }
    }
}

/// The twin of `invert.wgsl`: the inverse blocks of all clusters, with zeros for the unknowns that are left out; `shift` is
/// added to the matrix's diagonal.
pub fn invert<T: Number>(clusters: &Clusters, sums: &[T], shift: T) -> Vec<T> {
    let n = clusters.node as usize;
    let (zero, one) = (T::default(), T::from(1.0));
    let mut inverse = Vec::with_capacity(clusters.len() * n * n);
    for (own, sizes) in sums.chunks(parts(n)).zip(clusters.sizes.chunks(n)) {
        let more: Vec<T> = sizes.iter().map(|&size| shift * T::of(size)).collect();
        let mut a: Vec<Vec<T>> = (0..n).map(|i| (0..n).map(|j| own[part(i.max(j), i.min(j))]).collect()).collect();
        let mut b: Vec<Vec<T>> = (0..n).map(|i| (0..n).map(|j| if i == j { one } else { zero }).collect()).collect();
        (0..n).for_each(|i| a[i][i] = a[i][i] + more[i]);
        for k in 0..n {
            let pivot = a[k][k];
            let above = pivot > T::ROUNDING * (own[part(n, k)] + more[k]);
            if !above {
                (a[k], b[k]) = (vec![zero; n], vec![zero; n]);
                continue;
            }
            for j in 0..n {
                (a[k][j], b[k][j]) = (a[k][j] / pivot, b[k][j] / pivot);
            }
            for i in (0..n).filter(|&i| i != k) {
                let factor = a[i][k];
                for j in 0..n {
                    a[i][j] = a[i][j] - factor * a[k][j];
                    b[i][j] = b[i][j] - factor * b[k][j];
                }
            }
        }
        inverse.extend(b.into_iter().flatten());
    }
    inverse
}

/// The twin of `restriction.wgsl`: the residuals of the clusters of a level, from those of the level before, and their
/// preconditioned residuals.
pub fn restriction<T: Number>(
    clusters: &Clusters,
    level: usize,
    (inverse, residual): (&[T], &[T]),
    [residuals, preconditioned]: [&mut [T]; 2],
) {
    let n = clusters.node as usize;
    for cluster in clusters.levels[level].clone().map(|cluster| cluster as usize) {
        for i in 0..n {
            let of = |member: usize| if level == 0 { residual[member * n + i] } else { residuals[member * n + i] };
            residuals[cluster * n + i] = members(clusters, cluster).fold(T::default(), |sum, member| sum + of(member));
        }
        for i in cluster * n..(cluster + 1) * n {
            let terms = (0..n).map(|j| inverse[i * n + j] * residuals[cluster * n + j]);
            preconditioned[i] = terms.fold(T::default(), |sum, term| sum + term);
        }
    }
}

/// The twin of `prolongation.wgsl`: adds the preconditioned residuals of its clusters to that of each node; gives the partial
/// sums of residual · preconditioned and residual · residual.
pub fn prolongation<T: Number>(
    clusters: &Clusters,
    fixed: &[u32],
    (residual, coarse): (&[T], &[T]),
    preconditioned: &mut [T],
) -> [Vec<T>; 2] {
    let n = clusters.node as usize;
    let (mut mixed, mut squares) = (Vec::new(), Vec::new());
    for node in 0..residual.len() / n {
        let (mut own_mixed, mut own_square) = (T::default(), T::default());
        for at in node * n..(node + 1) * n {
            if fixed[at] == 0 {
                for cluster in clusters.around(node) {
                    preconditioned[at] = preconditioned[at] + coarse[cluster * n + at % n];
                }
            }
            own_mixed = own_mixed + residual[at] * preconditioned[at];
            own_square = own_square + residual[at] * residual[at];
        }
        mixed.push(own_mixed);
        squares.push(own_square);
    }
    [partial_sums(&mixed), partial_sums(&squares)]
}
