//! Code memory is given back: alone in its process, because it looks at the mappings of the whole process.
#![cfg(target_os = "linux")]

mod support;

use spadina_conformance::program::Builder;
use spadina_core::backend::Code;
use spadina_core::real::UnaryOp;
use spadina_jit_cpu::Options;
use std::sync::Arc;
use support::{DOUBLE, compile};

/// Bytes of executable memory that is no file.
fn executable() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let size = |line: &str| {
        let mut fields = line.split_whitespace();
        let (range, access, inode) = (fields.next()?, fields.next()?, fields.nth(2)?);
        let (from, to) = range.split_once('-')?;
        let bytes = usize::from_str_radix(to, 16).ok()? - usize::from_str_radix(from, 16).ok()?;
        (access.contains('x') && inode == "0").then_some(bytes)
    };
    maps.lines().filter_map(size).sum()
}

#[test]
fn dropped_kernels_leave_no_code() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let mut a = p.g.load(x, i);
    for _ in 0..300 {
        a = p.g.unary(UnaryOp::Sin, a);
    }
    p.energy(&[var], a);
    let kernel = p.kernel();
    let before = executable();
    let kept: Arc<dyn Code> = compile(&kernel, &Options::default(), &DOUBLE).into();
    let one = executable() - before;
    assert!(one > 0);
    for _ in 0..200 {
        let code: Arc<dyn Code> = compile(&kernel, &Options { block_limit: 100, ..Options::default() }, &DOUBLE).into();
        drop(code.clone());
        drop(code);
    }
    assert_eq!(executable() - before, one);
    let clone = kept.clone();
    drop(kept);
    assert_eq!(executable() - before, one);
    drop(clone);
    assert_eq!(executable(), before);
}
