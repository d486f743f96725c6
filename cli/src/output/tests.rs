//! The exact texts, and what is left behind when writing fails.

use super::*;
use crate::error::Error;
use spadina::system::Matrix;
use std::io;

const MATRIX: Matrix<'static> = Matrix {
    rows: 3,
    cols: 3,
    block: 1,
    row_ptr: &[0, 2, 4, 5],
    col_idx: &[0, 1, 0, 1, 2],
    values: &[0.1, -2.0, -2.0, 0.0, 1e-300],
};

#[test]
fn the_lower_triangle_is_written_with_zeros() {
    let mut text = Vec::new();
    write_symmetric(&mut text, MATRIX).unwrap();
    let wanted = "%%MatrixMarket matrix coordinate real symmetric\n3 3 4\n1 1 0.1\n2 1 -2.0\n2 2 0.0\n3 3 1e-300\n";
    assert_eq!(String::from_utf8(text).unwrap(), wanted);
}

#[test]
fn a_general_matrix_is_written_in_full() {
    let mut text = Vec::new();
    let jacobian = Matrix { rows: 2, cols: 4, block: 1, row_ptr: &[0, 0, 1], col_idx: &[3], values: &[1.0 / 3.0] };
    write_general(&mut text, jacobian).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text, "%%MatrixMarket matrix coordinate real general\n2 4 1\n2 4 0.3333333333333333\n");
}

#[test]
fn norms_do_not_overflow() {
    assert_eq!(norm(&[3.0, -4.0]), 5.0);
    assert_eq!(norm(&[]).to_bits(), 0);
    assert_eq!(norm(&[0.0, 0.0]), 0.0);
    assert!((norm(&[3e200, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
    assert!((norm(&[3e-200, 4e-200]) / 5e-200 - 1.0).abs() < 1e-15);
}

#[test]
fn the_report_has_the_keys_of_the_contract() {
    let mut report = Report {
        energy: 1.5,
        gradient_norm: 2.0,
        hessian_norm: 3.0,
        unknowns: 4,
        nonzeros: 5,
        residuals: None,
        jacobian_nonzeros: None,
        singular: None,
        device: "cpu".into(),
        precision: "f64".into(),
        seconds: Seconds::default(),
    };
    let keys = |r: &Report| {
        let value: serde_json::Value = serde_json::from_slice(&r.json().unwrap()).unwrap();
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(keys(&report), "device energy gradient_norm hessian_norm nonzeros precision seconds unknowns");
    (report.residuals, report.jacobian_nonzeros) = (Some(6), Some(7));
    assert!(Report { hessian_norm: f64::INFINITY, ..report.clone() }.json().is_err());
    assert!(keys(&report).contains("jacobian_nonzeros nonzeros precision residuals"));
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_is_written_whole() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("a/b");
    let files = [OutputFile::new("one", |w| w.write_all(b"1")), OutputFile::new("two", |w| w.write_all(b"2"))];
    write_folder(&out, &files).unwrap();
    write_folder(&out, &files).unwrap();
    assert_eq!(names(&out), ["one", "two"]);
    assert_eq!(std::fs::read(out.join("two")).unwrap(), b"2");
}

#[test]
fn nothing_is_left_when_writing_fails() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("a/b");
    let fail = || OutputFile::new("two", |_| Err(io::Error::other("no")));
    let files = [OutputFile::new("one", |w| w.write_all(b"1")), fail()];
    let message = write_folder(&out, &files).unwrap_err().to_string();
    assert!(message.ends_with("two: cannot be written: no"), "{message}");
    assert!(names(root.path()).is_empty());

    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("one"), "before").unwrap();
    write_folder(&out, &files).unwrap_err();
    assert_eq!(names(&out), ["one"]);
    assert_eq!(std::fs::read(out.join("one")).unwrap(), b"before");
}

#[test]
fn a_file_or_folder_in_the_way_is_named() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("one")).unwrap();
    let files = [OutputFile::new("zero", |w| w.write_all(b"0")), OutputFile::new("one", |w| w.write_all(b"1"))];
    assert!(matches!(write_folder(root.path(), &files), Err(Error::Occupied { .. })));
    assert_eq!(names(root.path()), ["one"]);
    let file = root.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(write_folder(&file.join("x/y"), &files), Err(Error::Folder { .. })));
    assert_eq!(names(root.path()), ["file", "one"]);
}
