//! From faults to messages that name the place, the table, the loops.

use super::{EnergyError, Error};
use crate::problem::Problem;
use crate::tensor::Shape;
use spadina_core::index::Table;
use spadina_core::pattern::{Fault, FaultKind};
use spadina_core::program::Word;
use spadina_core::real::Graph;
use std::fmt::Write;

/// The message of an index that cannot be used.
pub fn index(problem: &Problem, file: &str, text: &str, graph: &Graph, fault: &Fault) -> Error {
    let table = |t: Table| &graph.indices.tables()[t.0 as usize].name;
    let integers = |name: &str| problem.indices.iter().find(|(n, _)| n == name).map(|(_, t)| t);
    let mut message = match &fault.kind {
        FaultKind::Array(array, at) => {
            let name = &graph.array_info(*array).name;
            let found = problem.unknowns.iter().chain(&problem.arrays).find(|(n, _)| n == name);
            let shape = found.map_or(String::new(), |(_, t)| format!(" of shape {}", Shape(&t.shape)));
            format!("index {at} is out of range of `{name}`{shape}")
        }
        FaultKind::Table(t, at) => {
            let shape = integers(table(*t)).map_or(String::new(), |t| format!(" of shape {}", Shape(&t.shape)));
            format!("index {at} is out of range of `{}`{shape}", table(*t))
        }
        FaultKind::TooMany => {
            "more than 2^29 entries of derivatives in one loop nest: it has too many iterations, or a sum that is used \
             nonlinearly makes its Hessian dense"
                .to_string()
        }
        FaultKind::TooLong(count) => {
            format!("a loop of {count} iterations is too long: does its counter pass its bound, or wrap around?")
        }
        FaultKind::DivisionByZero => "integer division or remainder by zero".to_string(),
        FaultKind::Overflow => "an index leaves 32 bits, or an integer the 64 in which it is computed".to_string(),
        FaultKind::Wraps(word, value) => wraps(*word, *value),
        FaultKind::RowTwice(row) => {
            format!(
                "r[{row}] is written with = after another write, by another iteration or loop: its old value would be lost; use += to add up"
            )
        }
        FaultKind::LargeRow(row) => format!("r[{row}] is written, but a residual has at most 2^28 rows"),
        FaultKind::NegativeRow(row) => format!("r[{row}] is written, but rows begin at 0"),
    };
    for (t, at, value) in fault.reads.iter().rev() {
        let name = table(*t);
        let row = match integers(name).map(|t| (&t.shape[..], t.position(*at as usize))) {
            Some(([_, _], position)) => format!("row {}, column {}", position[0], position[1]),
            _ => format!("row {at}"),
        };
        let _ = write!(message, "; `{name}` {row} has the value {value}");
    }
    let loops: Vec<String> = fault.loops.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if !loops.is_empty() {
        let _ = write!(message, " (at {})", loops.join(", "));
    }
    Error::Index(Box::new(EnergyError::at(file, text, fault.span, message)))
}

/// The message of an integer that does not fit its 32 bits.
fn wraps(word: Word, value: i64) -> String {
    let (name, mask) = match word {
        Word::Low => {
            return "this integer leaves the 64 bits in which it is computed: mask its factors or sums on the way, \
                    as in `(a * b & 0xffffffffu) * c`"
                .to_string();
        }
        Word::I32 => ("i32", "compute it in u32 and mask it: `(…) & 0xffffffffu`"),
        Word::U32 => ("u32", "mask it: `(…) & 0xffffffffu`"),
    };
    format!(
        "this {name} would be {value} here, beyond its 32 bits, where WGSL wraps around: keep it smaller, or, to wrap \
         around, {mask}"
    )
}
