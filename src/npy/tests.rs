//! Round trips, every element type, and files that are not what they say.

use super::*;
use proptest::prelude::*;

/// A file with this dictionary and data.
fn file(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    with_dictionary(&format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"), data)
}

fn with_dictionary(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    out.extend((dictionary.len() as u16).to_le_bytes());
    out.extend(dictionary.as_bytes());
    out.extend(data);
    out
}

fn parse(bytes: &[u8]) -> Result<ArrayData, NpyReason> {
    read_from(&mut &bytes[..], bytes.len() as u64)
}

fn integers(bytes: &[u8]) -> Vec<i64> {
    match parse(bytes) {
        Ok(ArrayData::Integer(t) | ArrayData::Boolean(t)) => t.data,
        other => panic!("{other:?}"),
    }
}

fn reals(bytes: &[u8]) -> Vec<f64> {
    match parse(bytes) {
        Ok(ArrayData::Real(t)) => t.data,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_integer_type() {
    let minus_two = (-2i64).to_le_bytes();
    for width in [1, 2, 4, 8] {
        let little = &minus_two[..width];
        let big: Vec<u8> = little.iter().rev().copied().collect();
        assert_eq!(integers(&file(&format!("'<i{width}'"), false, "(1,)", little)), [-2]);
        assert_eq!(integers(&file(&format!("'>i{width}'"), false, "(1,)", &big)), [-2]);
        if width < 8 {
            let value = (1i64 << (8 * width)) - 2;
            assert_eq!(integers(&file(&format!("'<u{width}'"), false, "(1,)", little)), [value]);
            assert_eq!(integers(&file(&format!("'>u{width}'"), false, "(1,)", &big)), [value]);
        }
    }
    assert_eq!(integers(&file("'<u8'", false, "(1,)", &i64::MAX.to_le_bytes())), [i64::MAX]);
    assert_eq!(integers(&file("'|b1'", false, "(2,)", &[0, 1])), [0, 1]);
}

#[test]
fn every_float_type() {
    assert_eq!(reals(&file("'<f8'", false, "()", &0.1f64.to_le_bytes())), [0.1]);
    assert_eq!(reals(&file("'>f8'", false, "()", &0.1f64.to_be_bytes())), [0.1]);
    assert_eq!(reals(&file("'<f4'", false, "()", &0.1f32.to_le_bytes())), [f64::from(0.1f32)]);
    assert_eq!(reals(&file("'>f4'", false, "()", &0.1f32.to_be_bytes())), [f64::from(0.1f32)]);
    let halves = [0x3c00u16, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555];
    let data: Vec<u8> = halves.iter().flat_map(|h| h.to_le_bytes()).collect();
    let wanted = [1.0, -2.0, 2f64.powi(-24), 65504.0, f64::INFINITY, 0.333251953125];
    assert_eq!(reals(&file("'<f2'", false, "(6,)", &data)), wanted);
}

#[test]
fn fortran_order_becomes_c_order() {
    assert_eq!(integers(&file("'|u1'", true, "(2, 3)", &[0, 3, 1, 4, 2, 5])), [0, 1, 2, 3, 4, 5]);
    let (n0, n1, n2) = (2, 3, 2);
    let mut data = vec![0u8; 12];
    for (i, j, k) in (0..12).map(|c| (c / 6, c / 2 % 3, c % 2)) {
        data[i + n0 * (j + n1 * k)] = ((i * n1 + j) * n2 + k) as u8;
    }
    assert_eq!(integers(&file("'|u1'", true, "(2, 3, 2)", &data)), (0..12).collect::<Vec<_>>());
    assert_eq!(parse(&file("'|u1'", true, "(0, 3)", &[])).unwrap().shape(), [0, 3]);
}

#[test]
fn versions_and_spellings() {
    let dictionary = "{\"shape\":(1L,),\"fortran_order\":False,\"descr\":\"=f8\"}\n";
    for version in [2, 3] {
        let mut bytes = vec![0x93, b'N', b'U', b'M', b'P', b'Y', version, 0];
        bytes.extend((dictionary.len() as u32).to_le_bytes());
        bytes.extend(dictionary.as_bytes());
        bytes.extend(2.5f64.to_ne_bytes());
        assert_eq!(reals(&bytes), [2.5]);
    }
}

#[test]
fn malformed_files_say_why() {
    let good = file("'<f8'", false, "(2,)", &[0; 16]);
    let long = [good.clone(), vec![0]].concat();
    let mut version = good.clone();
    version[6] = 9;
    let mut endless = b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec();
    endless.extend([b' '; 100]);
    let table: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "does not start with"),
        (b"PK\x03\x04 zipped".to_vec(), "does not start with"),
        (good[..4].to_vec(), "ends within its header"),
        (good[..9].to_vec(), "ends within its header"),
        (good[..40].to_vec(), "ends within its header"),
        (good[..good.len() - 1].to_vec(), "shape (2,) of <f8 takes 16 bytes after the header, the file has 15"),
        (long, "1 bytes too many"),
        (version, "version 9.0"),
        (endless, "ends within its header"),
        (file("'<f8'", false, "(99999999,)", &[0; 8]), "takes 799999992 bytes"),
        (file("'<f8'", false, "(2147483647, 2147483647, 4)", &[]), "too large"),
        (file("'<f8'", false, "(9999999999,)", &[]), "too large"),
        (file("'<f8'", false, "(0, 9999999999)", &[]), "too large"),
        (file("'<f8'", false, "(99999999999999999999999,)", &[]), "too large"),
        (file("'<f8'", false, "(1, 1, 1, 1)", &[0; 8]), "4 dimensions"),
        (file("'<f8'", false, "(-1,)", &[]), "a whole number expected"),
        (file("'<f8'", false, "(1.5,)", &[]), "expected"),
        (file("'<f8'", false, "[1]", &[0; 8]), "a tuple expected"),
        (file("'<f8'", false, "(1)", &[0; 8]), "expected"),
        (file("'<c16'", false, "()", &[0; 16]), "complex numbers (<c16)"),
        (file("'<f16'", false, "()", &[0; 16]), "unknown type (<f16)"),
        (file("'|O'", false, "()", &[0; 16]), "Python objects"),
        (file("'<U4'", false, "()", &[0; 16]), "text (<U4)"),
        (file("'|f8'", false, "()", &[0; 8]), "|f8"),
        (file("''", false, "()", &[0; 8]), "unknown type"),
        (file("[('a', '<f8')]", false, "()", &[0; 8]), "structured"),
        (file("'<u8'", false, "(1,)", &[255; 8]), "18446744073709551615 at [0]"),
        (with_dictionary("", &[]), "{ expected"),
        (with_dictionary("{", &[]), "a string expected"),
        (with_dictionary("{}", &[]), "each of 'descr'"),
        (with_dictionary("{'descr': '<f8'", &[]), "} expected"),
        (with_dictionary("{'descr", &[]), "a closed string"),
        (with_dictionary("{'descr': '<f8', 'descr': '<f8'}", &[]), "one each of"),
        (with_dictionary("{'magic': 1}", &[]), "one each of"),
        (with_dictionary("{'fortran_order': 0}", &[]), "True or False"),
        (with_dictionary("{'descr':'<f8','fortran_order':False,'shape':()} x", &[]), "the end expected"),
    ];
    for (bytes, wanted) in table {
        let message = parse(&bytes).expect_err(wanted).to_string();
        assert!(message.contains(wanted), "`{message}` should contain `{wanted}`");
    }
}

#[test]
fn folders_and_missing_files_are_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read(folder.path()).unwrap_err().to_string().ends_with("is not a regular file"));
    let missing = read(&folder.path().join("none.npy")).unwrap_err().to_string();
    assert!(missing.contains("none.npy: cannot be read"), "{missing}");
}

#[test]
fn a_shape_that_does_not_fit_is_not_written() {
    assert!(write(&mut Vec::new(), &[3], &[1.0]).is_err());
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(n in 0usize..9, d in 0usize..5, rank in 0usize..4, seed in any::<u64>()) {
        let shape: Vec<usize> = [n, d, 2][..rank].to_vec();
        let count = crate::tensor::entries(&shape).unwrap();
        let data: Vec<f64> = (0..count as u64).map(|i| f64::from_bits(seed.wrapping_mul(i + 1) >> 2)).collect();
        let mut bytes = Vec::new();
        write(&mut bytes, &shape, &data).unwrap();
        prop_assert_eq!((bytes.len() - 8 * count) % 64, 0);
        prop_assert_eq!(parse(&bytes).unwrap(), ArrayData::Real(Tensor { shape, data }));
    }

    #[test]
    fn damage_never_panics(at in 0usize..120, byte in any::<u8>(), cut in 0usize..200) {
        let mut bytes = Vec::new();
        write(&mut bytes, &[3, 2], &[1.0; 6]).unwrap();
        bytes.truncate(cut.max(1));
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = parse(&bytes);
    }
}
