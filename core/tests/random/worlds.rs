//! Random sizes, tables and numbers.

use super::ast::World;
use super::generate::Style;
use super::tape::Tape;

/// Sizes, tables and numbers; unknowns are multiples of 1/64, so that their small sums are exact.
pub fn world(bytes: &[u8], style: Style) -> World {
    let mut tape = Tape::new(bytes);
    let n = 1 + tape.pick(3);
    let w = 1 + tape.pick(2);
    let mut ptr = vec![0i32];
    for _ in 0..n {
        ptr.push(ptr[ptr.len() - 1] + tape.pick(3) as i32);
    }
    let ring = (0..ptr[n]).map(|_| tape.pick(n) as i32).collect();
    let tab = (0..n).map(|_| tape.pick(n) as i32).collect();
    let mut number = || {
        let byte = tape.pick(256) as u8;
        if style == Style::Positive { 0.25 + f64::from(byte) / 256.0 } else { f64::from(byte as i8) / 64.0 }
    };
    let arrays = [n * w, n, n].map(|len| (0..len).map(|_| number()).collect());
    World { sizes: vec![n as i64, w as i64], tables: vec![ptr, ring, tab], arrays: arrays.into() }
}
