//! Matrices for libraries of sparse linear algebra.

#![allow(unused_imports, dead_code, reason = "each library is a feature")]

use crate::{close, springs, strip, waves};
use spadina::{Error, Layout, Options, System};

/// A system whose Hessian is positive definite.
fn system(layout: Layout) -> System {
    let anchor = "fn energy(x: array<vec2f, 1>) -> f32 { let p = x[0]; return 50.0 * dot(p, p); }";
    let nodes: Vec<i32> = (0..6).collect();
    let problem = springs(6).indices("nodes", nodes).term(spadina::Term::energy("anchor.wgsl", anchor).over("nodes"));
    System::build(problem, Options::default().layout(layout)).unwrap()
}

const OTHERS: [Layout; 2] = [Layout::Block(2), Layout::Block(3)];

#[cfg(feature = "faer")]
#[test]
fn faer_solves() {
    use faer::linalg::solvers::Solve;
    let b = waves(12);
    for (layout, side) in
        [(Layout::Full, faer::Side::Lower), (Layout::Lower, faer::Side::Lower), (Layout::Upper, faer::Side::Upper)]
    {
        let mut system = system(layout);
        let matrix = system.evaluate().unwrap().hessian.to_faer().unwrap();
        let factor = matrix.sp_cholesky(side).unwrap();
        let rhs = faer::Mat::from_fn(12, 1, |row, _| b[row]);
        let x: Vec<f64> = factor.solve(&rhs).col(0).iter().copied().collect();
        close(system.product(&x).unwrap(), &b, 1e-12);
    }
    for layout in OTHERS {
        let mut system = self::system(layout);
        assert!(matches!(system.evaluate().unwrap().hessian.to_faer(), Err(Error::Layout { .. })));
    }
}

#[cfg(feature = "sprs")]
#[test]
fn sprs_multiplies() {
    let mut system = system(Layout::Full);
    let v = waves(12);
    let expected = system.product(&v).unwrap().to_vec();
    let hessian = system.evaluate().unwrap().hessian;
    let mut product = vec![0.0; 12];
    sprs::prod::mul_acc_mat_vec_csr(hessian.to_sprs().unwrap().view(), &v, &mut product);
    close(&product, &expected, 1e-12);
    let view = hessian.as_sprs().unwrap();
    assert_eq!(view.data().as_ptr(), hessian.values.as_ptr());
    assert_eq!(view.get(3, 2).copied(), hessian.to_sprs().unwrap().get(3, 2).copied());
    for layout in OTHERS {
        let mut system = self::system(layout);
        let hessian = system.evaluate().unwrap().hessian;
        assert!(hessian.to_sprs().is_err() && hessian.as_sprs().is_err());
    }
}

#[cfg(feature = "nalgebra-sparse")]
#[test]
fn nalgebra_holds_the_entries() {
    let mut system = system(Layout::Full);
    let hessian = system.evaluate().unwrap().hessian;
    let matrix = hessian.to_nalgebra().unwrap();
    let triplets: Vec<_> = matrix.triplet_iter().map(|(row, col, &value)| (row, col, value)).collect();
    assert_eq!(triplets, hessian.coordinates().unwrap().collect::<Vec<_>>());
    for layout in OTHERS {
        let mut system = self::system(layout);
        assert!(system.evaluate().unwrap().hessian.to_nalgebra().is_err());
    }
}

#[cfg(all(feature = "faer", feature = "sprs", feature = "nalgebra-sparse"))]
#[test]
fn slices_that_do_not_fit_are_refused() {
    let mut system = system(Layout::Full);
    let good = system.evaluate().unwrap().hessian;
    let columns: Vec<u32> = good.col_idx.iter().rev().copied().collect();
    for bad in [
        spadina::Matrix { cols: 3, ..good },
        spadina::Matrix { rows: 3, ..good },
        spadina::Matrix { values: &good.values[1..], ..good },
        spadina::Matrix { col_idx: &columns, ..good },
        spadina::Matrix { row_ptr: &good.row_ptr[1..], rows: good.rows - 1, ..good },
    ] {
        assert!(bad.to_faer().is_err() && bad.to_sprs().is_err() && bad.to_nalgebra().is_err());
        assert!(bad.coordinates().is_err());
    }
    assert!(spadina::Matrix::default().to_faer().is_err());
}

#[cfg(feature = "faer")]
#[test]
fn a_jacobian_is_general() {
    let residual = "fn residual(x: array<vec3f, 3>) -> f32 { return dot(x[0], x[1]); }";
    let problem = strip(5).term(spadina::Term::residual("r.wgsl", residual).over("triangles"));
    let mut system = System::build(problem, Options::default()).unwrap();
    let matrix = system.evaluate().unwrap().jacobian.unwrap().to_faer().unwrap();
    assert_eq!((matrix.nrows(), matrix.ncols()), (3, 15));
}
