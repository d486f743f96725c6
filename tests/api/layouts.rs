//! Every layout holds the entries of the full matrix.

use crate::{Dense, build, dense, springs, springs_over, strip};
use spadina::system::{Csr, Storage};
use spadina::{Error, Layout, Options, Problem, System, Term};
use std::sync::Arc;

/// The user's own dense matrix.
struct Everywhere(usize);

impl Storage for Everywhere {
    fn len(&self) -> usize {
        self.0 * self.0
    }

    fn slot(&self, row: u32, col: u32) -> Option<usize> {
        Some(row as usize * self.0 + col as usize)
    }
}

/// Dense 2 × 2 blocks on the diagonal, one after another; the rest is not kept.
struct Diagonal(usize);

impl Storage for Diagonal {
    fn len(&self) -> usize {
        4 * self.0.div_ceil(2)
    }

    fn slot(&self, row: u32, col: u32) -> Option<usize> {
        (row / 2 == col / 2).then_some((4 * (row / 2) + 2 * (row % 2) + col % 2) as usize)
    }
}

/// One number: the sum of all entries.
struct Sum;

impl Storage for Sum {
    fn len(&self) -> usize {
        1
    }

    fn slot(&self, _: u32, _: u32) -> Option<usize> {
        Some(0)
    }
}

fn custom<S: Storage + 'static>(make: impl Fn(&Csr) -> S + Send + Sync + 'static) -> Layout {
    Layout::Custom(Arc::new(move |pattern| Box::new(make(pattern))))
}

fn with(problem: &Problem, layout: Layout, threads: usize) -> System {
    System::build(problem.clone(), Options::default().layout(layout).threads(Some(threads))).unwrap()
}

/// The matrix of a layout, written out; entries that the layout leaves out are zero.
fn written(problem: &Problem, layout: Layout, n: usize) -> Dense {
    let mut system = with(problem, layout, 2);
    let h = system.evaluate().unwrap().hessian;
    let padded = h.rows * h.block;
    let mut matrix = vec![vec![0.0; padded]; padded];
    for row in 0..h.rows {
        for at in h.row_ptr[row]..h.row_ptr[row + 1] {
            for (k, value) in h.values[at * h.block * h.block..][..h.block * h.block].iter().enumerate() {
                matrix[row * h.block + k / h.block][h.col_idx[at] as usize * h.block + k % h.block] = *value;
            }
        }
    }
    assert!(matrix[n..].iter().flatten().chain(matrix.iter().flat_map(|r| &r[n..])).all(|&v| v == 0.0));
    matrix.truncate(n);
    matrix.iter_mut().for_each(|row| row.truncate(n));
    matrix
}

fn near(got: &Dense, expected: &Dense, what: &str) {
    for (g, e) in got.iter().flatten().zip(expected.iter().flatten()) {
        assert!((g - e).abs() <= 1e-12 * (1.0 + e.abs()), "{what}: {g} instead of {e}");
    }
}

fn check(problem: &Problem) {
    let mut full = build(problem.clone());
    let n = full.unknowns();
    let expected = dense(&mut full);
    let only = |keep: &dyn Fn(usize, usize) -> bool| -> Dense {
        let entry = |r: usize, c: usize| if keep(r, c) { expected[r][c] } else { 0.0 };
        (0..n).map(|r| (0..n).map(|c| entry(r, c)).collect()).collect()
    };
    near(&only(&|r, c| r < c), &transposed(&only(&|r, c| r > c)), "symmetry");
    near(&written(problem, Layout::Full, n), &expected, "full");
    near(&written(problem, Layout::Lower, n), &only(&|r, c| c <= r), "lower");
    near(&written(problem, Layout::Upper, n), &only(&|r, c| c >= r), "upper");
    for size in [1, 2, 3, 5] {
        near(&written(problem, Layout::Block(size), n), &expected, "blocks");
    }
    let mut own = with(problem, custom(|p| Everywhere(p.rows())), 3);
    let values = own.evaluate().unwrap().hessian.values.to_vec();
    near(&values.chunks(n).map(<[f64]>::to_vec).collect(), &expected, "dense");
    let mut own = with(problem, custom(|p| Diagonal(p.rows())), 3);
    let values = own.evaluate().unwrap().hessian.values.to_vec();
    let blocks: Dense = (0..n)
        .map(|r| (0..n).map(|c| if r / 2 == c / 2 { values[4 * (r / 2) + 2 * (r % 2) + c % 2] } else { 0.0 }).collect())
        .collect();
    near(&blocks, &only(&|r, c| r / 2 == c / 2), "diagonal blocks");
}

fn transposed(matrix: &Dense) -> Dense {
    (0..matrix.len()).map(|r| matrix.iter().map(|row| row[r]).collect()).collect()
}

#[test]
fn all_agree() {
    check(&strip(9));
    check(&springs(6));
}

#[test]
fn all_agree_with_residuals() {
    let residual = "fn residual(x: array<vec3f, 3>) -> vec2f { return vec2f(dot(x[0], x[1]), x[2].y * x[0].x); }";
    check(&strip(7).term(Term::residual("r.wgsl", residual).over("triangles")));
}

#[test]
fn a_node_twice_in_an_element_counts_twice() {
    // (x0 · x1) with both the same node is x², whose second derivative is 2.
    let energy = "fn energy(x: array<f32, 2>) -> f32 { return x[0] * x[1]; }";
    let problem = |edges: Vec<[i32; 2]>| {
        let data = Problem::new().unknown("x", vec![1.5, 2.5, 3.5]).indices("e", edges);
        data.term(Term::energy("p.wgsl", energy).over("e"))
    };
    let h = dense(&mut build(problem(vec![[1, 1], [0, 2], [2, 2]])));
    assert_eq!(h, [[0.0, 0.0, 1.0], [0.0, 2.0, 0.0], [1.0, 0.0, 2.0]]);
    check(&problem(vec![[1, 1], [0, 2], [2, 2]]));
    let mut strip = strip(8);
    strip.indices[0].1.data[3..6].copy_from_slice(&[2, 4, 2]);
    strip.indices[0].1.data[6..9].copy_from_slice(&[5, 5, 5]);
    check(&strip);
    let residual = "fn residual(x: array<vec2f, 2>) -> f32 { return dot(x[0], x[1]); }";
    let edges = vec![[0, 1], [2, 2], [1, 0]];
    check(
        &springs_over(3, vec![[0, 1], [1, 2], [2, 0]])
            .indices("twice", edges)
            .term(Term::residual("r.wgsl", residual).over("twice")),
    );
}

#[test]
fn entries_may_share_a_slot() {
    let problem = strip(3000);
    let mut full = build(problem.clone());
    let expected: f64 = full.evaluate().unwrap().hessian.values.iter().sum();
    let sums: Vec<f64> =
        [1, 4].map(|threads| with(&problem, custom(|_| Sum), threads).evaluate().unwrap().hessian.values[0]).into();
    assert!(
        (sums[0] - expected).abs()
            < 1e-9 * full.evaluate().unwrap().hessian.values.iter().map(|v| v.abs()).sum::<f64>()
    );
    assert_eq!(sums[0].to_bits(), sums[1].to_bits());
}

#[test]
fn into_the_callers_buffer() {
    for layout in [Layout::Full, Layout::Lower, Layout::Block(3), custom(|p| Everywhere(p.rows()))] {
        let mut system = with(&strip(9), layout, 2);
        let expected = system.evaluate().unwrap().hessian.values.to_vec();
        let gradient = system.gradient().unwrap().1.to_vec();
        let mut own = vec![f64::NAN; expected.len()];
        let evaluation = system.evaluate_into(&mut own).unwrap();
        assert_eq!(evaluation.gradient, gradient);
        assert_eq!(own, expected);
    }
}

/// A storage that says something else each time.
struct Liar(std::sync::atomic::AtomicUsize);

impl Storage for Liar {
    fn len(&self) -> usize {
        4 << self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).min(20)
    }

    fn slot(&self, row: u32, col: u32) -> Option<usize> {
        Some((row * 6 + col) as usize)
    }
}

#[test]
fn storages_that_cannot_be() {
    let refused = |layout: Layout| {
        let options = Options::default().layout(layout);
        System::build(springs(3), options).map(|_| ()).unwrap_err()
    };
    assert!(matches!(refused(Layout::Block(0)), Error::BlockSize { size: 0 }));
    assert!(matches!(refused(Layout::Block(1 << 32)), Error::BlockSize { .. }));
    assert!(matches!(refused(custom(|_| Everywhere(5))), Error::Slots { len: 25 }));
    assert!(matches!(refused(custom(|_| Liar(0.into()))), Error::Slots { .. }));
}

#[test]
fn coordinates_are_for_scalar_matrices() {
    let coordinates = |layout: Layout| {
        let mut system = with(&springs(4), layout, 1);
        let evaluation = system.evaluate().unwrap();
        evaluation.hessian.coordinates().map(Iterator::collect::<Vec<_>>)
    };
    let full = coordinates(Layout::Full).unwrap();
    assert!(full.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
    let upper = coordinates(Layout::Upper).unwrap();
    assert_eq!(upper, full.iter().copied().filter(|(r, c, _)| r <= c).collect::<Vec<_>>());
    for layout in [Layout::Block(2), custom(|p| Everywhere(p.rows()))] {
        assert!(matches!(coordinates(layout), Err(Error::Layout { .. })));
    }
}
