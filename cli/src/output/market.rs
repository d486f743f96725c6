//! Matrix Market, coordinate form. Rows and columns count from one there; every stored entry is kept, zeros too.

use spadina::system::Matrix;
use std::io::{self, Write};

/// Bytes gathered before they go out.
const BLOCK: usize = 1 << 16;

/// Writes a symmetric matrix, given in full, as its lower triangle with the diagonal.
pub fn write_symmetric(out: &mut (impl Write + ?Sized), matrix: Matrix<'_>) -> io::Result<()> {
    write(out, matrix, "symmetric", |row, col| col <= row)
}

/// Writes any matrix.
pub fn write_general(out: &mut (impl Write + ?Sized), matrix: Matrix<'_>) -> io::Result<()> {
    write(out, matrix, "general", |_, _| true)
}

fn write(
    out: &mut (impl Write + ?Sized),
    matrix: Matrix<'_>,
    kind: &str,
    keep: impl Fn(usize, usize) -> bool,
) -> io::Result<()> {
    let entries = || rows(matrix).filter(|&(row, col, _)| keep(row, col));
    writeln!(out, "%%MatrixMarket matrix coordinate real {kind}")?;
    writeln!(out, "{} {} {}", matrix.rows, matrix.cols, entries().count())?;
    let mut block = Vec::with_capacity(BLOCK + 128);
    for (row, col, value) in entries() {
        // The shortest text that reads back as the same number, formatted as in JSON.
        write!(block, "{} {} ", row + 1, col + 1)?;
        if value.is_finite() {
            serde_json::to_writer(&mut block, &value)?;
        } else {
            write!(block, "{value}")?;
        }
        block.push(b'\n');
        if block.len() >= BLOCK {
            out.write_all(&block)?;
            block.clear();
        }
    }
    out.write_all(&block)
}

/// The entries in order; what lies outside the arrays is left out.
fn rows(matrix: Matrix<'_>) -> impl Iterator<Item = (usize, usize, f64)> {
    let spans = matrix.row_ptr.windows(2).enumerate();
    spans.flat_map(move |(row, span)| {
        let cols = matrix.col_idx.get(span[0]..span[1]).unwrap_or_default();
        let values = matrix.values.get(span[0]..span[1]).unwrap_or_default();
        cols.iter().zip(values).map(move |(&col, &value)| (row, col as usize, value))
    })
}
