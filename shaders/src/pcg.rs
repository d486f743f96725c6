//! The method of conjugate gradients, preconditioned by the inverse blocks on the diagonal (block-Jacobi), to which several
//! levels can be added ([`crate::multilevel`]).

use crate::number::Number;
use crate::shader::{FINITE, GROUP, Shader, TREE};
use crate::solver::{self, LARGEST_NORM, LARGEST_SCALE, NOT_STARTED, SolverProgress, SolverScalars, Status};
use crate::tree::{partial_sums, total};

/// The largest number of the right-hand side in each workgroup: `fixed`, `partials`, `rhs`.
pub const LARGEST: Shader =
    Shader { name: "largest", declarations: solver::declarations, texts: &[TREE, MOST, include_str!("largest.wgsl")] };
/// The scale of the residual: `partials`, `scalars`.
pub const SCALE: Shader =
    Shader { name: "scale", declarations: solver::declarations, texts: &[TREE, MOST, include_str!("scale.wgsl")] };
/// The first residual and direction: `x`, `work`, `inverse`, `fixed`, `partials`, `rhs`, `scalars`.
pub const START: Shader = Shader {
    name: "start",
    declarations: solver::declarations,
    texts: &[TREE, PRECONDITION, SUMS, include_str!("start.wgsl")],
};
/// The length of the step: `partials`, `scalars`, `progress`.
pub const STEP: Shader =
    Shader { name: "step", declarations: solver::declarations, texts: &[TREE, include_str!("step.wgsl")] };
/// The step and the preconditioned residual: `x`, `work`, `inverse`, `partials`, `scalars`, `progress`.
pub const UPDATE: Shader = Shader {
    name: "update",
    declarations: solver::declarations,
    texts: &[TREE, PRECONDITION, SUMS, include_str!("update.wgsl")],
};
/// The new residual's size: `partials`, `scalars`, `progress`.
pub const CHECK: Shader =
    Shader { name: "check", declarations: solver::declarations, texts: &[TREE, FINITE, include_str!("check.wgsl")] };
/// The next direction: `work`, `scalars`, `progress`.
pub const DIRECT: Shader =
    Shader { name: "direct", declarations: solver::declarations, texts: &[include_str!("direct.wgsl")] };

/// The largest number of a workgroup.
const MOST: &str = include_str!("most.wgsl");
const PRECONDITION: &str = include_str!("precondition.wgsl");
/// The partial sums of residual · preconditioned and residual · residual.
pub(crate) const SUMS: &str = include_str!("sums.wgsl");

/// The twin of `largest.wgsl`, for nodes of so many unknowns.
pub fn largest<T: Number>(node: usize, fixed: &[u32], rhs: &[T]) -> Vec<T> {
    let zero = T::default();
    let own = |(&value, &fixed): (&T, &u32)| match fixed == 0 {
        true if value < zero => zero - value,
        true => value,
        false => zero,
    };
    let own: Vec<T> = rhs.iter().zip(fixed).map(own).collect();
    own.chunks(GROUP as usize * node).map(most).collect()
}

/// The largest of some numbers, none of which is negative.
fn most<T: Number>(numbers: &[T]) -> T {
    numbers.iter().fold(T::default(), |most, &own| if own > most { own } else { most })
}

/// The twin of `scale.wgsl`.
pub fn scale<T: Number>(partials: &[T], scalars: &mut SolverScalars<T>) {
    let own = most(partials).single().clamp(1.0 / LARGEST_SCALE, LARGEST_SCALE);
    // The power of two has the exponent alone.
    let power = f32::from_bits(own.to_bits() & f32::INFINITY.to_bits());
    (scalars.scale, scalars.unscale) = (T::from(1.0 / power), T::from(power));
}

/// The twin of `start.wgsl`: residual, preconditioned residual (which is the first direction), and the partial sums of
/// residual · preconditioned and residual · residual, all of the right-hand side times `scale`. `negate` says whether that is `-rhs`.
pub fn start<T: Number>(
    (node, inverse): (usize, &[T]),
    fixed: &[u32],
    rhs: &[T],
    negate: bool,
    scale: T,
) -> (Vec<T>, Vec<T>, [Vec<T>; 2]) {
    let signed = |value: T| if negate { T::default() - value } else { value };
    let free = |(&value, &fixed): (&T, &u32)| if fixed == 0 { scale * signed(value) } else { T::default() };
    let residual: Vec<T> = rhs.iter().zip(fixed).map(free).collect();
    let (preconditioned, sums) = precondition(node, inverse, &residual);
    (residual, preconditioned, sums)
}

/// The twin of `step.wgsl`, from the partial sums of direction · product.
pub fn step<T: Number>(partials: &[T], scalars: &mut SolverScalars<T>, progress: &mut SolverProgress) {
    let curvature = total(partials);
    match curvature > T::default() {
        true => scalars.alpha = scalars.mixed / curvature,
        false => progress.status = Status::Indefinite,
    }
}

/// The twin of `update.wgsl`: the preconditioned residual, and the partial sums of residual · preconditioned and residual ·
/// residual.
pub fn update<T: Number>(
    (node, inverse): (usize, &[T]),
    &SolverScalars { alpha, unscale, .. }: &SolverScalars<T>,
    x: &mut [T],
    residual: &mut [T],
    (direction, product): (&[T], &[T]),
) -> (Vec<T>, [Vec<T>; 2]) {
    let step = alpha * unscale;
    x.iter_mut().zip(direction).for_each(|(x, &d)| *x = *x + step * d);
    residual.iter_mut().zip(product).for_each(|(r, &q)| *r = *r - alpha * q);
    precondition(node, inverse, residual)
}

/// The twin of `check.wgsl`, which tells the size of the first residual also where the preconditioner is not definite.
pub fn check<T: Number>([mixed, square]: [&[T]; 2], scalars: &mut SolverScalars<T>, progress: &mut SolverProgress) {
    let (mixed, square) = (total(mixed), total(square));
    let first = progress.iterations == NOT_STARTED;
    if progress.status != Status::Running && !first {
        return;
    }
    if first {
        progress.iterations = 0;
        (scalars.first, scalars.beta) = (square, T::default());
    } else {
        progress.iterations += 1;
        scalars.beta = mixed / scalars.mixed;
    }
    (scalars.mixed, scalars.square) = (mixed, square);
    let relative = scalars.relative * scalars.first;
    let absolute = scalars.absolute * scalars.scale;
    let absolute = if absolute < T::from(LARGEST_NORM) { absolute } else { T::from(LARGEST_NORM) };
    let small = if relative > absolute * absolute { relative } else { absolute * absolute };
    if progress.status != Status::Running {
        return;
    }
    if !square.is_finite() {
        progress.status = Status::Indefinite;
    } else if square <= small {
        progress.status = Status::Converged;
    }
}

/// The twin of `direct.wgsl`.
pub fn direct<T: Number>(preconditioned: &[T], beta: T, direction: &mut [T]) {
    direction.iter_mut().zip(preconditioned).for_each(|(d, &z)| *d = z + beta * *d);
}

/// The inverse blocks times the residual, and the partial sums of their product and of the residual's square.
fn precondition<T: Number>(node: usize, inverse: &[T], residual: &[T]) -> (Vec<T>, [Vec<T>; 2]) {
    let mut preconditioned = Vec::with_capacity(residual.len());
    let (mut mixed, mut squares) = (Vec::new(), Vec::new());
    for (own, blocks) in residual.chunks(node).zip(inverse.chunks(node * node)) {
        let zero = T::default();
        let sum = |terms: &mut dyn Iterator<Item = T>| terms.fold(zero, |sum, term| sum + term);
        let z: Vec<T> = blocks.chunks(node).map(|row| sum(&mut row.iter().zip(own).map(|(&a, &r)| a * r))).collect();
        mixed.push(sum(&mut own.iter().zip(&z).map(|(&r, &z)| r * z)));
        squares.push(sum(&mut own.iter().map(|&r| r * r)));
        preconditioned.extend(z);
    }
    (preconditioned, [partial_sums(&mixed), partial_sums(&squares)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::{Bsr, block_diagonal, multiply};
    use crate::shader::Constants;

    /// A chain of springs in the plane, its first node held: block rows of two unknowns.
    #[test]
    fn the_twins_solve() {
        let nodes = 40u32;
        let (mut row_ptr, mut col_idx, mut values) = (vec![0], Vec::new(), Vec::new());
        for node in 0..nodes {
            for other in node.saturating_sub(1)..(node + 2).min(nodes) {
                col_idx.push(other);
                let block = if other == node { [2.5, 0.3, 0.3, 4.0] } else { [-1.0, 0.2, 0.2, -1.5] };
                values.extend(block);
            }
            row_ptr.push(col_idx.len() as u32);
        }
        let matrix = Bsr { row_ptr: &row_ptr, col_idx: &col_idx, values: &values, shift: 0.5 };
        let constants = Constants { double: true, block: 2, node: 2, team: 4 };
        let n = 2 * nodes as usize;
        let mut fixed = vec![0; n];
        fixed[..2].fill(1);
        let rhs: Vec<f64> = (0..n).map(|k| (k as f64 * 0.7).sin()).collect();
        let (inverse, definite) = block_diagonal(constants, matrix, &fixed);
        assert!(definite);
        let mut scalars = SolverScalars { relative: 1e-24, ..SolverScalars::default() };
        scale(&largest(2, &fixed, &rhs), &mut scalars);
        assert_eq!((scalars.scale, scalars.unscale), (2.0, 0.5));
        let (mut residual, mut direction, [mixed, square]) = start((2, &inverse), &fixed, &rhs, true, scalars.scale);
        let mut preconditioned = direction.clone();
        let (mut progress, mut x) = (SolverProgress::START, vec![0.0; n]);
        check([&mixed, &square], &mut scalars, &mut progress);
        while progress.status == Status::Running && progress.iterations < 200 {
            let (product, partials) = multiply(constants, matrix, &fixed, &direction);
            step(&partials, &mut scalars, &mut progress);
            let sums;
            (preconditioned, sums) = update((2, &inverse), &scalars, &mut x, &mut residual, (&direction, &product));
            check([&sums[0], &sums[1]], &mut scalars, &mut progress);
            direct(&preconditioned, scalars.beta, &mut direction);
        }
        assert_eq!(progress.status, Status::Converged);
        assert!(progress.iterations < 60 && x[..2] == [0.0, 0.0], "{progress:?}");
        let (product, _) = multiply(constants, matrix, &fixed, &x);
        let error = product.iter().zip(&rhs).skip(2).map(|(a, b)| (a + b).abs()).fold(0.0, f64::max);
        assert!(error < 1e-11 && preconditioned.len() == n, "{error}");
    }
}
