//! Problems made in Rust, checked by the rules for files.

use super::*;
use crate::tensor::Tensor;

#[test]
fn the_api_is_checked_by_the_same_rules() {
    let good = || Problem::new().unknown("x", vec![0.0, 1.0]).term(Term::energy("e", ""));
    assert!(good().check().is_ok());
    let twice = good().array("x", 1.0).check().unwrap_err().to_string();
    assert_eq!(twice, "the problem: the name `x` is given twice, in [unknowns] and in [arrays]");
    let nan = good().array("k", vec![[0.0, f64::NAN]]).check().unwrap_err().to_string();
    assert!(nan.contains("array `k`, shape (1, 2): NaN at [0, 1]"), "{nan}");
    let shape = good().array("k", Tensor { shape: vec![3], data: vec![] }).check().unwrap_err().to_string();
    assert!(shape.contains("shape (3,) does not have 0 entries"), "{shape}");
    let over = good().term(Term::energy("e", "").over("x")).check().unwrap_err().to_string();
    assert!(over.contains("`x` names no index array; there are none"), "{over}");
    let size = good().indices("n", 3).term(Term::energy("e", "").over("n")).check().unwrap_err().to_string();
    assert!(size.contains("`n` has shape ()"), "{size}");
    let bind = good().term(Term::residual("e", "").bind("k", "x@")).check().unwrap_err().to_string();
    assert!(bind.contains("`` names no index array"), "{bind}");
    assert!(Problem::new().check().is_err());
}
