//! Input that is refused: exit status, message, and that nothing is written. One row of a table for each mistake.

mod common;

use common::{spadina, stderr};
use std::path::Path;

const TERM: &str = "[[terms]]\nenergy = \"e.wgsl\"\n";

/// Files beside every problem: `x.npy` of reals, `e.wgsl`, and arrays that are wrong in one way each.
fn write_files(folder: &Path) {
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    write("e.wgsl", b"fn energy(x: array<f32, 2>) -> f32 { return x[0] * x[1]; }");
    write("latin.wgsl", b"fn energy() -> f32 {\n  // caf\xe9\n}");
    write("x.npy", &npy("<f8", "(3,)", &[0; 24]));
    write("edges.npy", &npy("<i8", "(1, 2)", &[0; 16]));
    write("nan.npy", &npy("<f4", "(1, 2)", &[0, 0, 0, 0, 0, 0, 0xc0, 0x7f]));
    write("inf.npy", &npy("<f4", "(1,)", &[0, 0, 0x80, 0x7f]));
    write("large.npy", &npy("<u4", "(2,)", &[0, 0, 0, 0, 0, 0, 0, 0x80]));
    write("huge.npy", &npy("<f8", "(2000000000, 1000000000)", &[]));
    write("short.npy", &npy("<f8", "(3,)", &[0; 23]));
    write("long.npy", &npy("<f8", "(3,)", &[0; 25]));
    write("rank4.npy", &npy("<f8", "(1, 1, 1, 1)", &[0; 8]));
    write("complex.npy", &npy("<c16", "(1,)", &[0; 16]));
    write("text.npy", b"1.0 2.0 3.0\n");
    write("empty.npy", b"");
    std::fs::create_dir(folder.join("folder.npy")).unwrap();
}

fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((dictionary.len() as u16).to_le_bytes());
    bytes.extend(dictionary.as_bytes());
    bytes.extend(data);
    bytes
}

/// Runs one problem and says what is wrong with its refusal, if anything.
fn refusal(problem: &[u8], wanted: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    let path = folder.path().join("p.toml");
    std::fs::write(&path, problem).unwrap();
    let out = folder.path().join("new/out");
    let output = spadina(["eval".as_ref(), path.as_os_str(), "--out".as_ref(), out.as_os_str()]);
    let message = stderr(&output);
    if output.status.code() != Some(1) {
        return Err(format!("{}: {message}", output.status));
    }
    if !message.starts_with("error: ") || message.trim_end().contains('\n') || message.contains("panicked") {
        return Err(format!("not one line of an error: {message}"));
    }
    if !message.contains(wanted) {
        return Err(format!("`{}` should contain `{wanted}`", message.trim_end()));
    }
    if out.parent().unwrap().exists() || !output.stdout.is_empty() {
        return Err("something was written".into());
    }
    Ok(())
}

fn check(table: &[(String, &str)]) {
    let failed: Vec<String> = table
        .iter()
        .filter_map(|(problem, wanted)| refusal(problem.as_bytes(), wanted).err().map(|e| format!("{problem}\n=> {e}")))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

fn problem(sections: &str) -> String {
    format!("[unknowns]\nx = \"x.npy\"\n{sections}\n")
}

#[test]
fn malformed_files() {
    let x = |value: &str| format!("[unknowns]\nx = {value}\n{TERM}");
    check(&[
        (String::new(), "p.toml:1:1: [unknowns] is missing"),
        (TERM.into(), "[unknowns] is missing; give at least one array"),
        (format!("[unknowns]\n{TERM}"), "[unknowns] is missing"),
        (problem(""), "p.toml:1:1: [[terms]] is missing"),
        (problem("[[terms"), "p.toml:3:8:"),
        (x("\"x.npy"), "p.toml:2:"),
        (x(""), "p.toml:2:"),
        (x("abc"), "p.toml:2:5: a text must stand in quotes, as in \"x.npy\"; numbers and lists need none"),
        (
            x("\"C:\\mesh.npy\""),
            "a backslash begins an escape in \"…\", such as \\n: write '…' for a text with backslashes",
        ),
        (x("1\rk = 2"), "a line ends in CR alone: save the file with LF or CR LF as line ends"),
        (x("1.2.3"), "p.toml:2:8: invalid float\n"),
        (x("\"\"\"x"), "invalid text, expected `\"`"),
        (x("1\nx = 2"), "p.toml:3:1: duplicate key"),
        (problem("[unknowns]"), "p.toml:3:2: duplicate key"),
        (problem("[array]"), "p.toml:3:2: `array` is not known in a problem file"),
        (problem("[mesh]\nfile = \"a.obj\""), "p.toml:1:1: [[terms]] is missing"),
        (problem(&format!("{TERM}[mesh]\nfile = \"a.obj\"")), "a.obj: cannot be read"),
        (problem("[mesh]\nfile = 1"), "p.toml:4:8: `file` is a number; the name of a mesh file is wanted"),
        (problem("[mesh]"), "p.toml:3:2: either `file` or `generate` of [mesh] is missing"),
        (problem("[mesh]\nname = 1"), "p.toml:4:1: `name` is not known in [mesh]; known are file, generate"),
        (format!("unknowns = 3\n{TERM}"), "p.toml:1:12: `unknowns` is a number; a section of names is wanted"),
        (format!("a{}", ".a".repeat(100_000)), "p.toml:1:"),
        (x(&"[".repeat(100_000)), "p.toml:2:"),
    ]);
    assert_eq!(refusal(b"[unknowns]\n\xff", "p.toml:2:1: is not UTF-8 text"), Ok(()));
}

#[test]
fn values() {
    let x = |value: &str| format!("[unknowns]\nx = {value}\n{TERM}");
    let with = |sections: &str| problem(&format!("{sections}\n{TERM}"));
    check(&[
        (x("true"), "p.toml:2:5: `x` is a boolean; a .npy file, the name of an array, a number"),
        (x("1979-05-27"), "p.toml:2:5: `x` is a date or time"),
        (x("{ a = 1 }"), "p.toml:2:5: `x` is a table"),
        (x("nan"), "p.toml:2:5: the number nan is not finite or does not fit"),
        (x("[1.0, inf]"), "p.toml:2:11: the number inf is not finite or does not fit"),
        (x("1e999"), "p.toml:2:5: the number 1e999 is not finite or does not fit"),
        (x("99999999999999999999"), "p.toml:2:5: the number 99999999999999999999 is not finite or does not fit"),
        (x("[1, \"a\"]"), "p.toml:2:9: `x` is a string; a list of numbers is wanted"),
        (
            x("[[1, 2], [3]]"),
            "p.toml:2:14: every list of `x` at this depth must have the same shape; (2,) wanted, (1,)",
        ),
        (x("[[1], 2]"), "p.toml:2:11: every list"),
        (x("[[[[1]]]]"), "p.toml:2:8: `x` is nested too deep"),
        (x("\"y\""), "p.toml:2:5: `y` names no array or unknown (files end in .npy); there are none"),
        (x("\"x\""), "p.toml:2:5: unknown `x` starts from itself"),
        (x("\"y\"\ny = \"x\""), "p.toml:2:5: unknown `x` starts from itself"),
        (with("[indices]\nn = 1.5"), "p.toml:4:5: `n`, shape (), holds reals; indices are integers"),
        (with("[indices]\nn = \"x.npy\""), "p.toml:4:5: `n`, shape (3,), holds reals"),
        (with("[indices]\nn = [0, 2147483648]"), "`n`, shape (2,): 2147483648 at [1] is out of range"),
        (with("[indices]\nn = -2147483649"), "-2147483649 at [] is out of range"),
        (with("[indices]\nn = \"large.npy\""), "p.toml:4:5: `n`, shape (2,): 2147483648 at [1]"),
        (with("[indices]\nn = \"edges\""), "p.toml:4:5: `n` is a string; a .npy file, a whole number or"),
        (with("[arrays]\nk = \"x\""), "p.toml:4:5: `k` is a string; a .npy file, a number or"),
        (with("[arrays]\nx = 1.0"), "p.toml:4:1: the name `x` is given twice, in [unknowns] and in [arrays]"),
        (with("[indices]\nx = 1"), "p.toml:4:1: the name `x` is given twice, in [unknowns] and in [indices]"),
        (with("[arrays]\nn = 1\n[indices]\nn = 1"), "p.toml:6:1: the name `n` is given twice, in [arrays] and in"),
        (with("[arrays]\n\"a@b\" = 1"), "p.toml:4:1: `a@b` cannot be a name"),
        (with("[arrays]\n\"\" = 1"), "p.toml:4:1: `` cannot be a name"),
    ]);
}

#[test]
fn array_files() {
    let x = |file: &str| format!("[unknowns]\nx = \"{file}.npy\"\n{TERM}");
    check(&[
        (x("none"), "none.npy: cannot be read: No such file"),
        (x("none"), "p.toml:2:5: array `x`: "),
        (x("folder"), "folder.npy: is not a regular file"),
        (x("nan"), "p.toml:2:5: array `x`, shape (1, 2): NaN at [0, 1]; numbers must be finite"),
        (x("inf"), "array `x`, shape (1,): inf at [0]"),
        (x("huge"), "huge.npy: is truncated: shape (2000000000, 1000000000) of <f8 takes"),
        (x("short"), "short.npy: is truncated: shape (3,) of <f8 takes 24 bytes after the header, the file has 23"),
        (x("long"), "long.npy: has 1 bytes too many after its data of shape (3,)"),
        (x("rank4"), "rank4.npy: has 4 dimensions; at most 3 are read"),
        (x("complex"), "complex.npy: holds complex numbers (<c16)"),
        (x("text"), "text.npy: is not a .npy file"),
        (x("empty"), "empty.npy: is not a .npy file"),
    ]);
}

#[test]
fn terms() {
    let term = |lines: &str| problem(&format!("[indices]\ne = \"edges.npy\"\nn = 3\n[[terms]]\n{lines}"));
    let energy = |lines: &str| term(&format!("energy = \"e.wgsl\"\n{lines}"));
    check(&[
        (format!("terms = 1\n{}", problem("")), "p.toml:1:9: `terms` is a number; a list of terms"),
        (format!("terms = [1]\n{}", problem("")), "p.toml:1:10: `terms` is a number; a term with"),
        (term(""), "p.toml:6:1: either `energy` or `residual` of [[terms]] is missing"),
        (energy("residual = \"e.wgsl\""), "p.toml:6:1: a term has either `energy` or `residual`, not both"),
        (energy("ovr = \"e\""), "p.toml:8:1: `ovr` is not known in [[terms]]; known are energy, residual, over, bind"),
        (term("energy = 3"), "p.toml:7:10: `energy` is a number; the name of a WGSL file is wanted"),
        (term("energy = \"\""), "p.toml:7:10: `energy` is empty"),
        (term("energy = \"none.wgsl\""), "none.wgsl: cannot be read: No such file"),
        (term("energy = \"none.wgsl\""), "p.toml:7:10: "),
        (term("energy = \".\""), "is not a regular file"),
        (term("energy = \"latin.wgsl\""), "latin.wgsl:2:9: is not UTF-8 text"),
        (energy("over = 1"), "p.toml:8:8: `over` is a number; the name of an index array is wanted"),
        (energy("over = \"f\""), "p.toml:8:8: `f` names no index array; there are `e`, `n`"),
        (energy("over = \"x\""), "p.toml:8:8: `x` names no index array"),
        (energy("over = \"n\""), "p.toml:8:8: `n` has shape (); a table of elements has the shape (m, K) or (m,)"),
        (energy("bind = 1"), "p.toml:8:8: `bind` is a number; a section of names is wanted"),
        (energy("bind = { k = 1 }"), "p.toml:8:14: `k` is a number; \"array\" or \"array@table\" is wanted"),
        (energy("bind = { k = \"x@\" }"), "p.toml:8:14: `k` is \"x@\"; \"array\" or"),
        (energy("bind = { k = \"x@e@e\" }"), "p.toml:8:14: `k` is \"x@e@e\""),
        (energy("bind = { k = \"y\" }"), "p.toml:8:10: `y` names no unknown, array or index array; there are `x`, `e`"),
        (energy("bind = { k = \"x@x\" }"), "p.toml:8:10: `x` names no index array"),
        (energy("bind = { k = \"x@n\" }"), "p.toml:8:10: `n` has shape ()"),
    ]);
}

/// A usage error has status 2; what is not there yet has status 1 and says so; asking for help has 0.
#[test]
fn command_lines() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(folder.path().join("p.toml"), problem(TERM)).unwrap();
    let whole = "[indices]\nedges = [[0, 1]]\n[[terms]]\nenergy = \"e.wgsl\"\nover = \"edges\"\n";
    std::fs::write(folder.path().join("q.toml"), problem(whole)).unwrap();
    let (p, e, out, none) = (at("p.toml"), at("e.wgsl"), at("out"), at("none"));
    let q = at("q.toml");
    let no_adapter = "no GPU adapter with `no such adapter` in its name; found: ";
    let table: Vec<(Vec<&str>, i32, &str)> = vec![
        (vec![], 2, "Usage"),
        (vec!["evaluate"], 2, "evaluate"),
        (vec!["eval"], 2, "--out"),
        (vec!["eval", &p], 2, "--out"),
        (vec!["eval", &p, "--out", &out, "--device", "tpu"], 2, "tpu"),
        (vec!["eval", &p, "--out", &out, "--threads", "0"], 2, "--threads"),
        (vec!["eval", &p, "--out", &out, "--repeat", "-1"], 2, "-1"),
        (vec!["eval", &p, "--out", &out, "--precision", "f16"], 2, "f16"),
        (vec!["eval", &q, "--out", &out, "--device", "gpu", "--adapter", "no such adapter"], 1, no_adapter),
        (vec!["eval", &p, "--out", &out, "--project", "flip"], 2, "flip"),
        (vec!["eval", &none, "--out", &out], 1, "none: cannot be read: No such file"),
        (vec!["eval", folder.path().to_str().unwrap(), "--out", &out], 1, "is not a regular file"),
        (vec!["bench"], 2, "PROBLEM.toml"),
        (vec!["bench", &p, "--threads", "1,0"], 2, "--threads"),
        (vec!["bench", &p, "--repeat", "0"], 2, "--repeat"),
        (vec!["bench", &p, "--adapter", "any"], 2, "--adapter and --schedule are for --device gpu"),
        (vec!["bench", &p, "--device", "interpreter"], 2, "bench is for --device cpu and gpu"),
        (vec!["eval", &p, "--out", &out, "--schedule", "rows"], 2, "--adapter and --schedule are for --device gpu"),
        (vec!["bench", &p, "--device", "gpu", "--threads", "2"], 2, "--threads is for --device cpu"),
        (vec!["devices", "all"], 2, "all"),
        (vec!["bench", &none], 1, "none: cannot be read: No such file"),
        (vec!["explain"], 2, "ENERGY.wgsl"),
        (vec!["explain", &e, "--stage", "wgsl", "--unknown", "nothing"], 1, "there is no parameter `nothing`"),
        (vec!["explain", &none], 1, "none: cannot be read"),
        (vec!["--help"], 0, ""),
        (vec!["eval", "--help"], 0, ""),
        (vec!["--version"], 0, ""),
    ];
    for (arguments, status, wanted) in table {
        let output = spadina(&arguments);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {message}");
        assert!(message.contains(wanted), "{arguments:?}: `{message}` should contain `{wanted}`");
        assert!(!folder.path().join("out").exists(), "{arguments:?}");
    }
}
